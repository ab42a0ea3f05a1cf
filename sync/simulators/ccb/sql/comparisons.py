"""How Oracle compares two values, said in SQLite.

Two CHARs compare blank-padded (SQLite's RTRIM collation, in which every CHAR column is declared). As soon as one side
is VARCHAR2, and a client binds its strings as VARCHAR2, blanks count: `BILL_STAT_FLG = :status` with 'C' finds no 'C '.
"""

from sync.simulators.ccb.errors import OracleError
from sync.simulators.ccb.sql import types
from sync.simulators.ccb.sql.scope import Term


def compare(operator: str, left: Term, right: Term) -> str:
    """A comparison of two terms; ORA-00932 when their types cannot be compared."""
    left, right = _same_family(left, right)
    if not (left.type.is_text and right.type.is_text) or left.type.is_null or right.type.is_null:
        return f"({left.sql} {operator} {right.sql})"
    if left.type.kind == right.type.kind == "CHAR":
        if left.declared or right.declared:
            return f"({left.sql} {operator} {right.sql})"
        return f"({left.sql} COLLATE RTRIM {operator} {right.sql})"
    if "CHAR" not in (left.type.kind, right.type.kind):
        return f"({left.sql} {operator} {right.sql})"
    exact = f"{left.sql} COLLATE BINARY {operator} {right.sql}"
    if operator == "=":
        # Equal without padding implies equal with it: the first half lets SQLite use an index of the CHAR column.
        return f"({left.sql} COLLATE RTRIM = {right.sql} AND {exact})"
    return f"({exact})"


def member(left: Term, members: list[Term]) -> str:
    """`left IN (members)`."""
    pairs = [_same_family(left, each) for each in members]
    if all(a is left and b.type.kind == left.type.kind and not b.type.is_null for a, b in pairs):
        listed = f"({', '.join(b.sql for _, b in pairs)})"
        stated = " COLLATE RTRIM" if left.type.kind == "CHAR" and not left.declared else ""
        return f"({left.sql}{stated} IN {listed})"
    return f"({' OR '.join(compare('=', left, each) for each in members)})"


def collation(left: Term, right: Term) -> str:
    """The collation to state after `left` where the two are compared by SQLite itself, as in IN (SELECT ...)."""
    left, right = _same_family(left, right)
    kinds = {left.type.kind, right.type.kind}
    if kinds == {"CHAR"}:
        return "" if left.declared else " COLLATE RTRIM"
    return " COLLATE BINARY" if "CHAR" in kinds else ""


def _same_family(left: Term, right: Term) -> tuple[Term, Term]:
    if left.type.is_null or right.type.is_null or left.type.family == right.type.family:
        return left, right
    families = {left.type.family, right.type.family}
    if families == {"text", "NUMBER"}:
        return _as_number(left), _as_number(right)
    if families == {"text", "DATE"}:
        # Oracle would read the text by the session's NLS_DATE_FORMAT, which no statement should lean on.
        raise OracleError(1861)
    raise OracleError(932)


def _as_number(term: Term) -> Term:
    return Term(f"ora_to_number({term.sql})", types.NUMBER) if term.type.is_text else term
