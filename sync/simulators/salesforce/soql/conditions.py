"""WHERE, as SQL. SOQL knows two truths: what is null equals null, and differs from every value."""

import json
from collections.abc import Callable
from datetime import date

from sync.simulators.salesforce import ids, values
from sync.simulators.salesforce.errors import OrgError
from sync.simulators.salesforce.schema.model import ID_TYPES, NUMBER_TYPES, TEXT_TYPES, Field
from sync.simulators.salesforce.soql.nodes import (
    Comparison,
    Condition,
    Junction,
    Literal,
    Membership,
    Negation,
    Path,
    Query,
)
from sync.simulators.salesforce.soql.ranges import span
from sync.simulators.salesforce.soql.scope import Reached, Scope

LONG_TEXT = 255
# SQLite bounds the question marks of a statement, and how deep its conditions nest.
MOST_BINDS = 500
_MOST_TOGETHER = 100
_LISTED = "(SELECT value FROM json_each(?))"
_TYPE_NAMES = {"datetime": "dateTime", "picklist": "string", "textarea": "string", "email": "string", "phone": "string"}


class Conditions:
    """Turns conditions of one query into SQL; `binds` fill its question marks in order.

    `subquery` compiles the query of a semi-join, appending its own binds.
    """

    def __init__(
        self, scope: Scope, today: date, binds: list[values.Stored], subquery: Callable[[Query, Field, Path], str]
    ) -> None:
        self.scope = scope
        self.today = today
        self.binds = binds
        self.subquery = subquery

    def sql(self, condition: Condition) -> str:
        """A condition as SQL, in parentheses of its own where it needs them."""
        if isinstance(condition, Junction):
            return _joined([self.sql(part) for part in condition.of], f" {condition.operator.upper()} ")
        if isinstance(condition, Negation):
            return f"({self.sql(condition.of)} IS NOT TRUE)"
        reached = self.scope.reach(condition.left)
        self._check_filterable(reached, condition.left)
        if isinstance(condition, Membership):
            return self._membership(reached, condition)
        return self._comparison(reached, condition)

    def _check_filterable(self, reached: Reached, path: Path) -> None:
        field = reached.field
        if not field.stored or (field.type == "textarea" and field.length > LONG_TEXT):
            raise self.scope.refuse(path, f"field '{field.name}' can not be filtered in a query call")

    def _comparison(self, reached: Reached, condition: Comparison) -> str:
        operator, right = condition.operator, condition.right
        if operator == "like":
            return self._like(reached, condition)
        if right.kind == "range":
            return self._range(reached, operator, right)
        value = self._value(reached.field, right, condition.left)
        if value is None:
            if operator not in ("=", "!="):
                return "FALSE"
            return f"{reached.sql} IS {'NOT ' if operator == '!=' else ''}NULL"
        self.binds.append(value)
        return f"{reached.sql} IS NOT ?" if operator == "!=" else f"{reached.sql} {operator} ?"

    def _like(self, reached: Reached, condition: Comparison) -> str:
        if reached.field.type not in TEXT_TYPES or condition.right.kind != "string":
            raise self.scope.refuse(
                condition.left,
                "invalid operator on id field" if reached.field.type in ID_TYPES else "invalid operator",
                "INVALID_QUERY_FILTER_OPERATOR",
            )
        self.binds.append(condition.right.pattern)
        return f"{reached.sql} LIKE ? ESCAPE '\\'"

    def _range(self, reached: Reached, operator: str, literal: Literal) -> str:
        if reached.field.type not in ("date", "datetime"):
            raise self._wrong_type(reached.field, literal)
        try:
            first, after = span(str(literal.value), literal.count, self.today)
        except (OverflowError, ValueError) as error:  # beyond the years that a date can have
            raise self._wrong_type(reached.field, literal) from error
        convert = values.encoder(reached.field.type)
        start, end = convert(first), convert(after)
        if operator in ("=", "!="):
            self.binds += [start, end]
            inside = f"({reached.sql} >= ? AND {reached.sql} < ?)"
            return inside if operator == "=" else f"({inside} IS NOT TRUE)"
        self.binds.append(start if operator in ("<", ">=") else end)
        return f"{reached.sql} {'>=' if operator in ('>', '>=') else '<'} ?"

    def _membership(self, reached: Reached, condition: Membership) -> str:
        if condition.query is not None:
            found = f"{reached.sql} IN ({self.subquery(condition.query, reached.field, condition.left)})"
            return f"({found} IS NOT TRUE)" if condition.negated else found
        told: list[values.Stored] = []
        pieces: list[str] = []
        for literal in condition.values:
            if literal.kind == "range":
                pieces.append(self._range(reached, "=", literal))
            else:
                told.append(self._value(reached.field, literal, condition.left))
        given = [value for value in told if value is not None]
        if len(given) > MOST_BINDS:
            self.binds.append(json.dumps(given))
            pieces.append(f"{reached.sql} IN {_LISTED}")
        elif given:
            self.binds += given
            pieces.append(f"{reached.sql} IN ({', '.join('?' * len(given))})")
        if len(given) < len(told):
            pieces.append(f"{reached.sql} IS NULL")
        joined = pieces[0] if len(pieces) == 1 else "(" + " OR ".join(pieces) + ")"
        return f"({joined} IS NOT TRUE)" if condition.negated else joined

    def _value(self, field: Field, literal: Literal, path: Path) -> values.Stored:
        """The value that a literal means for a field. Raises OrgError where the literal is of another type."""
        if literal.kind == "null":
            return None
        kind = field.type
        if kind in ID_TYPES and literal.kind == "string":
            if literal.value == "":
                return None
            found = ids.normal(literal.value)
            if found is None:
                raise self.scope.refuse(path, f"invalid ID field: {literal.value}", "INVALID_QUERY_FILTER_OPERATOR")
            return found
        fits = (
            (kind in TEXT_TYPES and literal.kind == "string")
            or (kind in NUMBER_TYPES and literal.kind == "number")
            or kind == literal.kind
        )
        if not fits:
            raise self._wrong_type(field, literal)
        try:
            return values.encode(field, literal.value)
        except values.Unreadable as error:
            raise self._wrong_type(field, literal) from error

    def _wrong_type(self, field: Field, literal: Literal) -> OrgError:
        quoted = field.type in TEXT_TYPES or field.type in ID_TYPES
        wanted = "should be enclosed in quotes" if quoted else "should not be enclosed in quotes"
        name = _TYPE_NAMES.get(field.type, "ID" if field.type in ID_TYPES else field.type)
        message = f"value of filter criterion for field '{field.name}' must be of type {name} and {wanted}"
        return self.scope.refuse(Path((field.name,), literal.position), message)


def _joined(pieces: list[str], operator: str) -> str:
    """Many conditions as a balanced tree of `and` or `or`."""
    if len(pieces) <= _MOST_TOGETHER:
        return f"({operator.join(pieces)})"
    half = len(pieces) // 2
    return f"({_joined(pieces[:half], operator)}{operator}{_joined(pieces[half:], operator)})"
