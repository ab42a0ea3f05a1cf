"""Aggregates, LISTAGG and analytic functions in SQLite."""

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from sync.simulators.ccb.errors import UnsupportedSQL
from sync.simulators.ccb.sql import types
from sync.simulators.ccb.sql.expressions import Expressions, only, refuse
from sync.simulators.ccb.sql.scope import Scope, Term

# Every function that makes a query an aggregate one when it stands outside OVER.
AGGREGATE_NODES = (exp.Count, exp.Sum, exp.Min, exp.Max, exp.Avg, exp.GroupConcat)


def ordering(self: Expressions, node: exp.Ordered, scope: Scope) -> str:
    """One item of ORDER BY inside a function, with NULLs where Oracle puts them: last, or first when descending."""
    return ordered(self.term(node.this, scope), node)


def ordered(term: Term, node: exp.Ordered) -> str:
    """One item of ORDER BY; where no NULL can come, their place is left out, so that an index may give the order."""
    only(node, "this", "desc", "nulls_first")
    direction = " DESC" if node.args.get("desc") else ""
    if not term.nullable:
        return f"{term.sql}{direction}"
    return f"{term.sql}{direction} NULLS {'FIRST' if node.args.get('nulls_first') else 'LAST'}"


def _over(self: Expressions, node: exp.Window, scope: Scope) -> Term:
    only(node, "this", "partition_by", "order", "over")
    parts = []
    if node.args.get("partition_by"):
        keys = ", ".join(self.term(each, scope).sql for each in node.args["partition_by"])
        parts.append(f"PARTITION BY {keys}")
    if node.args.get("order"):
        parts.append("ORDER BY " + ", ".join(ordering(self, each, scope) for each in node.args["order"].expressions))
    window = f" OVER ({' '.join(parts)})"
    function = node.this
    if isinstance(function, exp.RowNumber | exp.Rank | exp.DenseRank):
        name = {exp.RowNumber: "ROW_NUMBER", exp.Rank: "RANK", exp.DenseRank: "DENSE_RANK"}[type(function)]
        return Term(f"{name}(){window}", types.INTEGER, nullable=False)
    if type(function) not in _PLAIN:
        raise refuse(node)
    return _PLAIN[type(function)](self, function, scope, window)


def _count(self: Expressions, node: exp.Count, scope: Scope, over: str = "") -> Term:
    only(node, "this", "big_int")
    if isinstance(node.this, exp.Star):
        counted = "*"
    elif isinstance(node.this, exp.Distinct):
        if len(node.this.expressions) != 1 or over:
            raise refuse(node)
        counted = f"DISTINCT {self.term(node.this.expressions[0], scope).sql}"
    else:
        counted = self.term(node.this, scope).sql
    return Term(f"COUNT({counted}){over}", types.INTEGER, nullable=False)


def _sum(self: Expressions, node: exp.Sum, scope: Scope, over: str = "") -> Term:
    """SUM, exact as Oracle's: amounts of known decimals are added as whole numbers of their smallest unit."""
    only(node, "this")
    if isinstance(node.this, exp.Distinct):
        raise refuse(node)
    value = self.number(node.this, scope)
    if value.type.scale:
        unit = 10**value.type.scale
        return Term(f"(SUM(CAST(ROUND({value.sql} * {unit}) AS INTEGER)){over} / {unit}.0)", value.type.plain)
    return Term(f"SUM({value.sql}){over}", value.type.plain)


def _average(self: Expressions, node: exp.Avg, scope: Scope, over: str = "") -> Term:
    only(node, "this")
    return Term(f"AVG({self.number(node.this, scope).sql}){over}", types.NUMBER)


def _extreme(self: Expressions, node: exp.Min | exp.Max, scope: Scope, over: str = "") -> Term:
    only(node, "this")
    value = self.term(node.this, scope)
    kind = value.type.plain if value.type.kind == "NUMBER" else value.type
    return Term(f"{'MIN' if isinstance(node, exp.Min) else 'MAX'}({value.sql}){over}", kind)


def _listagg(self: Expressions, node: exp.GroupConcat, scope: Scope) -> Term:
    """LISTAGG(value, separator) WITHIN GROUP (ORDER BY key): values joined in the order of one or more keys."""
    only(node, "this", "separator")
    value: Any = node.this
    keys: list[exp.Ordered] = []
    if isinstance(value, exp.Order):
        value, keys = value.this, value.expressions
    separator = self.string(node.args["separator"], scope) if node.args.get("separator") else "''"
    arguments = [self.string(value, scope), separator]
    for key in keys:
        if self.term(key.this, scope).type.is_null:
            raise UnsupportedSQL("LISTAGG ordered by NULL")
        arguments += [self.term(key.this, scope).sql, "1" if key.args.get("desc") else "0"]
    return Term(f"ora_listagg({', '.join(arguments)})", types.varchar2(types.MAX_TEXT))


_PLAIN: dict[type[exp.Expr], Callable[..., Term]] = {
    exp.Count: _count,
    exp.Sum: _sum,
    exp.Avg: _average,
    exp.Min: _extreme,
    exp.Max: _extreme,
}
AGGREGATES: dict[type[exp.Expr], Callable[..., Term]] = {
    **_PLAIN,
    exp.Window: _over,
    exp.GroupConcat: _listagg,
}
