"""Oracle's functions in SQLite: natively where SQLite has the like, else through the functions of `runtime`.

A function whose result is an empty string gives NULL, as in Oracle.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlglot import exp

from sync.simulators.ccb.errors import OracleError, UnsupportedSQL
from sync.simulators.ccb.sql import types
from sync.simulators.ccb.sql.aggregates import AGGREGATES
from sync.simulators.ccb.sql.comparisons import compare
from sync.simulators.ccb.sql.expressions import Expressions, only, refuse
from sync.simulators.ccb.sql.scope import Scope, Term, text

TRUNCATED = {
    "DD": "substr({0}, 1, 10) || ' 00:00:00'",
    "MM": "substr({0}, 1, 7) || '-01 00:00:00'",
    "MONTH": "substr({0}, 1, 7) || '-01 00:00:00'",
    "YYYY": "substr({0}, 1, 4) || '-01-01 00:00:00'",
    "YEAR": "substr({0}, 1, 4) || '-01-01 00:00:00'",
    "HH24": "substr({0}, 1, 13) || ':00:00'",
}
DATE_PARTS = {"YEAR": (1, 4), "MONTH": (6, 2), "DAY": (9, 2)}


def _no_empty(sql: str) -> str:
    return f"NULLIF({sql}, '')"


def _text_like(term: Term) -> types.OracleType:
    """Functions that keep the text's length keep its type too; of a number or date they make a VARCHAR2."""
    return term.type if term.type.is_text and not term.type.is_null else types.varchar2(40)


def _coalesce(self: Expressions, node: exp.Coalesce, scope: Scope) -> Term:
    only(node, "this", "expressions", "is_nvl")
    terms = [self.term(each, scope) for each in (node.this, *node.expressions)]
    kind = types.common(term.type for term in terms)
    if kind.is_text and node.args.get("is_nvl"):
        kind = types.varchar2(max(term.type.length for term in terms))
    nullable = all(term.nullable for term in terms)
    return Term(f"COALESCE({', '.join(term.sql for term in terms)})", kind, nullable=nullable)


def _nvl2(self: Expressions, node: exp.Nvl2, scope: Scope) -> Term:
    only(node, "this", "true", "false")
    given, missing = self.term(node.args["true"], scope), self.term(node.args["false"], scope)
    test = self.term(node.this, scope).sql
    kind = types.common((given.type, missing.type))
    return Term(f"(CASE WHEN {test} IS NOT NULL THEN {given.sql} ELSE {missing.sql} END)", kind)


def _nullif(self: Expressions, node: exp.Nullif, scope: Scope) -> Term:
    only(node, "this", "expression")
    left, right = self.term(node.this, scope), self.term(node.expression, scope)
    return Term(f"(CASE WHEN {compare('=', left, right)} THEN NULL ELSE {left.sql} END)", left.type)


def _trim(self: Expressions, node: exp.Trim, scope: Scope) -> Term:
    only(node, "this", "expression", "position")
    name = {"LEADING": "LTRIM", "TRAILING": "RTRIM"}.get(str(node.args.get("position") or ""), "TRIM")
    arguments = [self.string(node.this, scope)]
    if node.expression:
        arguments.append(self.string(node.expression, scope))
    length = _text_like(self.term(node.this, scope)).length
    return Term(_no_empty(f"{name}({', '.join(arguments)})"), types.varchar2(length))


def _letter_case(self: Expressions, node: exp.Upper | exp.Lower, scope: Scope) -> Term:
    only(node, "this")
    name = "ora_upper" if isinstance(node, exp.Upper) else "ora_lower"
    return Term(f"{name}({self.string(node.this, scope)})", _text_like(self.term(node.this, scope)))


def _literal_integer(node: exp.Expr | None) -> int | None:
    return int(node.this) if isinstance(node, exp.Literal) and not node.is_string and node.this.isdigit() else None


def _substring(self: Expressions, node: exp.Substring, scope: Scope) -> Term:
    only(node, "this", "start", "length")
    start, length = node.args["start"], node.args.get("length")
    subject = self.string(node.this, scope)
    width = _text_like(self.term(node.this, scope)).length
    wanted = _literal_integer(length)
    kind = types.varchar2(min(width, wanted) if wanted else width)
    arguments = [subject, self.number(start, scope).sql]
    if length is not None:
        arguments.append(self.number(length, scope).sql)
    plain = _literal_integer(start) and (length is None or wanted)
    return Term(_no_empty(f"{'substr' if plain else 'ora_substr'}({', '.join(arguments)})"), kind)


def _instr(self: Expressions, node: exp.StrPosition, scope: Scope) -> Term:
    only(node, "this", "substr", "position", "occurrence")
    arguments = [self.string(node.this, scope), self.string(node.args["substr"], scope)]
    options = [node.args.get(name) for name in ("position", "occurrence")]
    arguments += [self.number(option, scope).sql if option else "1" for option in options]
    return Term(f"ora_instr({', '.join(arguments)})", types.INTEGER)


def _pad(self: Expressions, node: exp.Pad, scope: Scope) -> Term:
    only(node, "this", "expression", "fill_pattern", "is_left")
    fill = self.string(node.args["fill_pattern"], scope) if node.args.get("fill_pattern") else "' '"
    width = self.number(node.expression, scope).sql
    name = "ora_lpad" if node.args.get("is_left") else "ora_rpad"
    length = _literal_integer(node.expression) or types.MAX_TEXT
    return Term(f"{name}({self.string(node.this, scope)}, {width}, {fill})", types.varchar2(length))


def _replace(self: Expressions, node: exp.Replace, scope: Scope) -> Term:
    only(node, "this", "expression", "replacement")
    subject, sought = self.string(node.this, scope), self.string(node.expression, scope)
    new = node.args.get("replacement")
    replacement = f"COALESCE({self.string(new, scope)}, '')" if new is not None else "''"
    sql = _no_empty(f"replace({subject}, COALESCE({sought}, ''), {replacement})")
    return Term(sql, types.varchar2(types.MAX_TEXT if new is not None else self.term(node.this, scope).type.length))


def _length(self: Expressions, node: exp.Length, scope: Scope) -> Term:
    only(node, "this")
    return Term(f"length({self.string(node.this, scope)})", types.INTEGER)


def _chr(self: Expressions, node: exp.Chr, scope: Scope) -> Term:
    only(node, "expressions")
    return Term(f"char({self.number(node.expressions[0], scope).sql})", types.varchar2(1))


def _cast(self: Expressions, node: exp.Cast, scope: Scope) -> Term:
    only(node, "this", "to")
    target: exp.DataType = node.args["to"]
    sizes = [int(each.this.this) for each in target.expressions]
    term = self.term(node.this, scope)
    if target.this in (exp.DataType.Type.CHAR, exp.DataType.Type.VARCHAR):
        length = sizes[0] if sizes else 1
        value = self.string(node.this, scope)
        if target.this is exp.DataType.Type.CHAR:
            return Term(f"ora_char({value}, {length})", types.char(length))
        return Term(f"substr({value}, 1, {length})", types.varchar2(length))
    if target.this is exp.DataType.Type.DECIMAL:
        number = self.number(node.this, scope).sql
        if not sizes:
            return Term(number, types.NUMBER)
        scale = sizes[1] if len(sizes) > 1 else 0
        value = f"ROUND({number}, {scale})" if scale else f"CAST(ROUND({number}) AS INTEGER)"
        return Term(value, types.OracleType("NUMBER", precision=sizes[0], scale=scale))
    # sqlglot reads Oracle's DATE as DATE; it has a time of day all the same.
    if target.this is exp.DataType.Type.DATE and (term.type.kind == "DATE" or term.type.is_null):
        return Term(term.sql, types.DATE)
    raise refuse(node)


def _by_name(self: Expressions, node: exp.Anonymous, scope: Scope) -> Term:
    """The functions that the dialect keeps as written."""
    translate = _KEPT.get(node.name.upper())
    if translate is None or not 1 <= len(node.expressions) <= 2:
        raise refuse(node)
    return translate(self, node, scope)


def _trunc(self: Expressions, node: exp.Anonymous, scope: Scope) -> Term:
    """TRUNC of a date to its day or to a unit, or of a number to decimals."""
    arguments = node.expressions
    term = self.term(arguments[0], scope)
    if term.type.kind == "DATE":
        unit = arguments[1].name.upper() if len(arguments) > 1 else "DD"
        if unit not in TRUNCATED:
            raise UnsupportedSQL(f"TRUNC of a date to {unit}")
        return Term(f"({TRUNCATED[unit].format(term.sql)})", types.DATE, nullable=term.nullable)
    decimals = _literal_integer(arguments[1]) if len(arguments) > 1 else 0
    if decimals is None:
        raise refuse(node)
    return Term(f"ora_trunc({self.number(arguments[0], scope).sql}, {decimals})", replace(types.NUMBER, scale=decimals))


def _to_char(self: Expressions, node: exp.Anonymous, scope: Scope) -> Term:
    """TO_CHAR of a date by a literal mask, or of a number without one."""
    subject, *masks = node.expressions
    term = self.term(subject, scope)
    if term.type.kind != "DATE":
        if masks:
            raise UnsupportedSQL("TO_CHAR of a number with a format")
        return Term(self.string(subject, scope), _text_like(term), nullable=term.nullable)
    mask = _literal_mask(node)
    if mask.upper() == "YYYY-MM-DD":
        return Term(f"substr({term.sql}, 1, 10)", types.varchar2(10), nullable=term.nullable)
    if mask.upper() == "YYYY-MM-DD HH24:MI:SS":
        return Term(term.sql, types.varchar2(19), nullable=term.nullable)
    return Term(f"ora_date_text({term.sql}, {text(mask)})", types.varchar2(2 * len(mask)), nullable=term.nullable)


def _to_date(self: Expressions, node: exp.Anonymous, scope: Scope) -> Term:
    mask = _literal_mask(node)
    return Term(f"ora_to_date({self.string(node.expressions[0], scope)}, {text(mask)})", types.DATE)


def _literal_mask(node: exp.Anonymous) -> str:
    mask = node.expressions[-1]
    if len(node.expressions) != 2 or not isinstance(mask, exp.Literal) or not mask.is_string:
        raise UnsupportedSQL(f"{node.name.upper()} of a date without a literal format")
    return str(mask.this)


_KEPT: dict[str, Callable[[Expressions, exp.Anonymous, Scope], Term]] = {
    "TRUNC": _trunc,
    "TO_CHAR": _to_char,
    "TO_DATE": _to_date,
}


def _date_literal(self: Expressions, node: exp.DateStrToDate, scope: Scope) -> Term:
    if not isinstance(node.this, exp.Literal):
        raise refuse(node)
    return Term(f"ora_to_date({text(node.this.this)}, 'YYYY-MM-DD')", types.DATE, nullable=False)


def _to_number(self: Expressions, node: exp.ToNumber, scope: Scope) -> Term:
    only(node, "this")
    return self.number(node.this, scope)


def _extreme(self: Expressions, node: exp.Greatest | exp.Least, scope: Scope) -> Term:
    terms = [self.term(each, scope) for each in (node.this, *node.expressions)]
    kind = types.common(term.type for term in terms)
    kind = types.varchar2(kind.length) if kind.is_text else kind
    name = "max" if isinstance(node, exp.Greatest) else "min"
    if len(terms) == 1:
        return Term(terms[0].sql, kind)
    return Term(f"{name}({', '.join(term.sql for term in terms)})", kind)


def _modulo(self: Expressions, node: exp.Mod, scope: Scope) -> Term:
    left, right = self.number(node.this, scope), self.number(node.expression, scope)
    return Term(f"ora_mod({left.sql}, {right.sql})", replace(left.type, precision=0))


def _round(self: Expressions, node: exp.Round, scope: Scope) -> Term:
    only(node, "this", "decimals")
    decimals = _literal_integer(node.args["decimals"]) if node.args.get("decimals") else 0
    if decimals is None:
        raise refuse(node)
    value = self.number(node.this, scope).sql
    sql = f"ROUND({value}, {decimals})" if decimals else f"CAST(ROUND({value}) AS INTEGER)"
    return Term(sql, replace(types.NUMBER, scale=decimals))


def _same_number(name: str) -> Callable[[Expressions, Any, Scope], Term]:
    def translate(self: Expressions, node: exp.Func, scope: Scope) -> Term:
        only(node, "this")
        value = self.number(node.this, scope)
        return Term(f"{name}({value.sql})", value.type.plain, nullable=value.nullable)

    return translate


def _extract(self: Expressions, node: exp.Extract, scope: Scope) -> Term:
    part = node.this.name.upper()
    date = self.term(node.expression, scope)
    if part not in DATE_PARTS or date.type.kind != "DATE":
        raise refuse(node)
    start, length = DATE_PARTS[part]
    return Term(f"CAST(substr({date.sql}, {start}, {length}) AS INTEGER)", types.INTEGER)


def _add_months(self: Expressions, node: exp.AddMonths, scope: Scope) -> Term:
    date = self.term(node.this, scope)
    if date.type.kind != "DATE":
        raise OracleError(932)
    return Term(f"ora_add_months({date.sql}, {self.number(node.expression, scope).sql})", types.DATE)


def _last_day(self: Expressions, node: exp.LastDay, scope: Scope) -> Term:
    only(node, "this")
    date = self.term(node.this, scope)
    if date.type.kind != "DATE":
        raise OracleError(932)
    shifted = f"date({date.sql}, 'start of month', '+1 month', '-1 day')"
    return Term(f"({shifted} || substr({date.sql}, 11))", types.DATE)


FUNCTIONS: dict[type[exp.Expr], Callable[[Expressions, Any, Scope], Term]] = {
    exp.Coalesce: _coalesce,
    exp.Nvl2: _nvl2,
    exp.Nullif: _nullif,
    exp.Trim: _trim,
    exp.Upper: _letter_case,
    exp.Lower: _letter_case,
    exp.Substring: _substring,
    exp.StrPosition: _instr,
    exp.Pad: _pad,
    exp.Replace: _replace,
    exp.Length: _length,
    exp.Chr: _chr,
    exp.Cast: _cast,
    exp.Anonymous: _by_name,
    exp.DateStrToDate: _date_literal,
    exp.ToNumber: _to_number,
    exp.Greatest: _extreme,
    exp.Least: _extreme,
    exp.Mod: _modulo,
    exp.Round: _round,
    exp.Abs: _same_number("abs"),
    exp.Extract: _extract,
    exp.AddMonths: _add_months,
    exp.LastDay: _last_day,
    **AGGREGATES,
}
