"""Oracle expressions and conditions, translated to SQLite with their types.

One recursive walk over sqlglot's tree. A node or an option of a node that is not named here is refused, never ignored:
a statement that the simulator answers means the same in Oracle.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from sqlglot import exp

from sync.simulators.ccb.errors import OracleError, UnsupportedSQL
from sync.simulators.ccb.sql import types
from sync.simulators.ccb.sql.binds import PREFIX
from sync.simulators.ccb.sql.comparisons import collation, compare, member
from sync.simulators.ccb.sql.scope import Scope, Term, name_of, text
from sync.simulators.ccb.sql.types import OracleType

COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
SECONDS_PER_DAY = 86400
SYSDATE = (
    "COALESCE((SELECT substr(value, 1, 10) || ' 00:00:00' FROM simulator_setting WHERE name = 'business_date'),"
    " datetime('now', 'localtime'))"
)

# Names without a table that are values of the session; clients ask for the time zone when they connect.
PSEUDO_COLUMNS = {
    "USER": Term("ora_user()", types.varchar2(128), nullable=False),
    "DBTIMEZONE": Term("'+00:00'", types.varchar2(6), nullable=False),
    "SESSIONTIMEZONE": Term("'+00:00'", types.varchar2(6), nullable=False),
}


class QueryTranslator(Protocol):
    """What an expression needs of the query translator, for the queries inside it."""

    def subquery(self, node: exp.Expr, scope: Scope) -> tuple[str, list[tuple[str, OracleType]]]:
        """SQLite text and output columns of a query nested in `scope`."""


def only(node: exp.Expr, *allowed: str) -> None:
    """Refuse a node that carries anything beyond the named parts."""
    extra = [name for name, value in node.args.items() if value and name not in allowed]
    if extra:
        raise UnsupportedSQL(f"{extra[0].strip('_').upper()} in {node.sql('oracle')[:80]}")


def refuse(node: exp.Expr) -> UnsupportedSQL:
    """The error for a node outside the subset."""
    return UnsupportedSQL(node.sql("oracle")[:120])


@dataclass
class Expressions:
    """Translates expressions.

    `binds` are the types of the bind values by occurrence; `handlers` says which function translates which node.
    """

    binds: Sequence[OracleType]
    queries: QueryTranslator
    handlers: "Handlers"

    def condition(self, node: exp.Expr, scope: Scope) -> str:
        """A condition, as SQLite text in parentheses where needed."""
        if isinstance(node, exp.And | exp.Or):
            only(node, "this", "expression")
            # A long chain of ANDs is a deep tree on its left side: walked in a loop, not by recursion.
            kind, parts = type(node), []
            rest: exp.Expr = node
            while isinstance(rest, kind):
                parts.append(rest.expression)
                rest = rest.this
            parts.append(rest)
            glue = " AND " if kind is exp.And else " OR "
            return "(" + glue.join(self.condition(part, scope) for part in reversed(parts)) + ")"
        if isinstance(node, exp.Not):
            return f"(NOT {self.condition(node.this, scope)})"
        if isinstance(node, exp.Paren):
            return f"({self.condition(node.this, scope)})"
        if type(node) in COMPARISONS:
            only(node, "this", "expression")
            return compare(COMPARISONS[type(node)], self.term(node.this, scope), self.term(node.expression, scope))
        if isinstance(node, exp.Is):
            only(node, "this", "expression")
            if not isinstance(node.expression, exp.Null):
                raise refuse(node)
            return f"({self.term(node.this, scope).sql} IS NULL)"
        if isinstance(node, exp.Between):
            only(node, "this", "low", "high")
            value = self.term(node.this, scope)
            low, high = self.term(node.args["low"], scope), self.term(node.args["high"], scope)
            return f"({compare('>=', value, low)} AND {compare('<=', value, high)})"
        if isinstance(node, exp.Like):
            only(node, "this", "expression")
            return f"({self.string(node.this, scope)} LIKE {self.string(node.expression, scope)})"
        if isinstance(node, exp.Escape):
            if not isinstance(node.this, exp.Like):
                raise refuse(node)
            like = node.this
            escape = self.string(node.expression, scope)
            return f"({self.string(like.this, scope)} LIKE {self.string(like.expression, scope)} ESCAPE {escape})"
        if isinstance(node, exp.Exists):
            return f"EXISTS ({self.queries.subquery(node.this, scope)[0]})"
        if isinstance(node, exp.In):
            return self._in(node, scope)
        raise refuse(node)

    def term(self, node: exp.Expr, scope: Scope) -> Term:
        """An expression that yields a value."""
        translate = self.handlers.get(type(node))
        if translate is None:
            raise refuse(node)
        return translate(self, node, scope)

    def string(self, node: exp.Expr, scope: Scope) -> str:
        """An expression where Oracle wants a character string: numbers are converted, dates refused."""
        term = self.term(node, scope)
        if term.type.kind == "NUMBER":
            return f"ora_number_text({term.sql})"
        if term.type.kind == "DATE":
            raise UnsupportedSQL("a date used as text without TO_CHAR and a format")
        return term.sql

    def number(self, node: exp.Expr, scope: Scope) -> Term:
        """An expression where Oracle wants a number: texts are converted (ORA-01722), dates refused."""
        term = self.term(node, scope)
        if term.type.is_null:
            return Term(term.sql, types.NUMBER)
        if term.type.is_text:
            return Term(f"ora_to_number({term.sql})", types.NUMBER)
        if term.type.kind == "DATE":
            raise OracleError(932)
        return term

    def _in(self, node: exp.In, scope: Scope) -> str:
        only(node, "this", "expressions", "query")
        query = node.args.get("query")
        if query is None:
            left = self.term(node.this, scope)
            return member(left, [self.term(each, scope) for each in node.expressions])
        lefts = node.this.expressions if isinstance(node.this, exp.Tuple) else [node.this]
        terms = [self.term(each, scope) for each in lefts]
        sql, columns = self.queries.subquery(query, scope)
        if len(columns) != len(terms):
            raise OracleError(900, "the two sides of IN have different numbers of columns")
        stated = [left.sql + collation(left, Term("", kind)) for left, (_, kind) in zip(terms, columns, strict=True)]
        if any("ora_to_number" in each for each in stated):
            raise refuse(node)
        return f"({'(' + ', '.join(stated) + ')' if len(stated) > 1 else stated[0]} IN ({sql}))"


def _column(self: Expressions, node: exp.Column, scope: Scope) -> Term:
    only(node, "this", "table")
    if isinstance(node.this, exp.Star):
        raise refuse(node)
    name = name_of(node.this)
    table = name_of(node.args["table"]) if node.args.get("table") else None
    if table is None and name in ("ROWNUM", "ROWID", "LEVEL"):
        raise UnsupportedSQL(name)
    if table is None and name in PSEUDO_COLUMNS:
        return PSEUDO_COLUMNS[name]
    return scope.column(name, table)


def _literal(self: Expressions, node: exp.Literal, scope: Scope) -> Term:
    if not node.is_string:
        _, _, decimals = node.this.partition(".")
        scale = len(decimals) if "e" not in node.this.lower() else None
        return Term(node.this, replace(types.NUMBER, scale=scale), nullable=False)
    if node.this == "":
        return Term("NULL", types.NULL)
    return Term(text(node.this), types.char(len(node.this)), nullable=False)


def _null(self: Expressions, node: exp.Null, scope: Scope) -> Term:
    return Term("NULL", types.NULL)


def _bind(self: Expressions, node: exp.Placeholder, scope: Scope) -> Term:
    number = int(str(node.this).removeprefix(PREFIX))
    return Term(f"?{number}", self.binds[number - 1])


def _paren(self: Expressions, node: exp.Paren, scope: Scope) -> Term:
    inner = self.term(node.this, scope)
    return Term(f"({inner.sql})", inner.type, nullable=inner.nullable)


def _scalar_subquery(self: Expressions, node: exp.Subquery, scope: Scope) -> Term:
    only(node, "this")
    sql, columns = self.queries.subquery(node.this, scope)
    if len(columns) != 1:
        raise OracleError(900, "a subquery used as a value must have one column")
    return Term(f"({sql})", columns[0][1])


def _negative(self: Expressions, node: exp.Neg, scope: Scope) -> Term:
    operand = self.number(node.this, scope)
    return Term(f"(- {operand.sql})", operand.type.plain, nullable=operand.nullable)


def _sum_or_difference(self: Expressions, node: exp.Add | exp.Sub, scope: Scope) -> Term:
    """Addition and subtraction: of numbers, of a date and days, of two dates (days between them)."""
    only(node, "this", "expression")
    sign = "+" if isinstance(node, exp.Add) else "-"
    left, right = self.term(node.this, scope), self.term(node.expression, scope)
    if left.type.kind == "DATE" and right.type.kind == "DATE":
        if sign == "+":
            raise OracleError(932)
        seconds = f"(strftime('%s', {left.sql}) - strftime('%s', {right.sql}))"
        return Term(f"({seconds} / {SECONDS_PER_DAY}.0)", types.NUMBER)
    if right.type.kind == "DATE" and sign == "+":
        return _shifted(right, self.number(node.this, scope), sign)
    if left.type.kind == "DATE":
        return _shifted(left, self.number(node.expression, scope), sign)
    left, right = self.number(node.this, scope), self.number(node.expression, scope)
    scale = _scale(max, left, right)
    return _rounded(f"{left.sql} {sign} {right.sql}", scale)


def _shifted(date: Term, days: Term, sign: str) -> Term:
    seconds = f"CAST(ROUND({sign}({days.sql}) * {SECONDS_PER_DAY}) AS INTEGER)"
    return Term(f"strftime('%Y-%m-%d %H:%M:%S', {date.sql}, {seconds} || ' seconds')", types.DATE)


def _product(self: Expressions, node: exp.Mul, scope: Scope) -> Term:
    only(node, "this", "expression")
    left, right = self.number(node.this, scope), self.number(node.expression, scope)
    return _rounded(f"{left.sql} * {right.sql}", _scale(lambda a, b: a + b, left, right))


def _quotient(self: Expressions, node: exp.Div, scope: Scope) -> Term:
    only(node, "this", "expression")
    left, right = self.number(node.this, scope), self.number(node.expression, scope)
    return Term(f"ora_divide({left.sql}, {right.sql})", types.NUMBER)


def _scale(combine: Callable[[int, int], int], left: Term, right: Term) -> int | None:
    if left.type.scale is None or right.type.scale is None:
        return None
    return combine(left.type.scale, right.type.scale)


def _rounded(sql: str, scale: int | None) -> Term:
    """Binary floating point brought back to the decimals that the exact result has: 0.1 + 0.2 is 0.3."""
    return Term(f"ROUND({sql}, {scale})" if scale else f"({sql})", replace(types.NUMBER, scale=scale))


def _concatenation(self: Expressions, node: exp.DPipe | exp.Concat, scope: Scope) -> Term:
    """`||`, in which Oracle takes NULL for an empty string."""
    parts: list[exp.Expr] = []
    if isinstance(node, exp.Concat):
        parts = list(node.expressions)
    else:
        rest: exp.Expr = node
        while isinstance(rest, exp.DPipe):
            parts.append(rest.expression)
            rest = rest.this
        parts = [rest, *reversed(parts)]
    length = 0
    pieces = []
    never_null = False
    for part in parts:
        term = self.term(part, scope)
        length += term.type.length if term.type.is_text else 40
        never_null = never_null or (not term.nullable and term.type.is_text)
        pieces.append(self.string(part, scope) if not term.nullable else f"COALESCE({self.string(part, scope)}, '')")
    joined = " || ".join(pieces)
    sql = f"({joined})" if never_null else f"NULLIF({joined}, '')"
    return Term(sql, types.varchar2(length), nullable=not never_null)


def _case(self: Expressions, node: exp.Case, scope: Scope) -> Term:
    only(node, "this", "ifs", "default")
    default = self.term(node.args["default"], scope) if node.args.get("default") else Term("NULL", types.NULL)
    branches = []
    subject = self.term(node.this, scope) if node.this else None
    for each in node.args["ifs"]:
        if subject is None:
            test = self.condition(each.this, scope)
        else:
            test = compare("=", subject, self.term(each.this, scope))
        branches.append((test, self.term(each.args["true"], scope)))
    kind = types.common([*(term.type for _, term in branches), default.type])
    whens = " ".join(f"WHEN {test} THEN {term.sql}" for test, term in branches)
    return Term(f"(CASE {whens} ELSE {default.sql} END)", kind)


def _sysdate(self: Expressions, node: exp.CurrentTimestamp, scope: Scope) -> Term:
    if not node.args.get("sysdate"):
        raise UnsupportedSQL("TIMESTAMP values")
    return Term(SYSDATE, types.DATE, nullable=False)


Handlers = Mapping[type[exp.Expr], Callable[..., Term]]
OPERATORS: Handlers = {
    exp.Column: _column,
    exp.Literal: _literal,
    exp.Null: _null,
    exp.Placeholder: _bind,
    exp.Paren: _paren,
    exp.Subquery: _scalar_subquery,
    exp.Neg: _negative,
    exp.Add: _sum_or_difference,
    exp.Sub: _sum_or_difference,
    exp.Mul: _product,
    exp.Div: _quotient,
    exp.DPipe: _concatenation,
    exp.Concat: _concatenation,
    exp.Case: _case,
    exp.CurrentTimestamp: _sysdate,
}
