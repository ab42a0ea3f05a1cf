"""Which columns of its system a stream reads, and which of them a field's value comes from: parsed from its query."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.scope import Scope, build_scope

from sync.extraction import extraction
from sync.stream import Stream

_SAME_VALUE = (exp.Alias, exp.Paren, exp.Trim, exp.Max, exp.Min)
"""What gives a value of its operand no longer than that one."""


@dataclass(frozen=True, order=True)
class ColumnName:
    """A column of a table of the source, both in capitals."""

    table: str
    column: str

    def __str__(self) -> str:
        """As a person writes it."""
        return f"{self.table}.{self.column}"


@dataclass(frozen=True)
class Reading:
    """What a stream's query touches.

    `tables` and `columns` are everything it names, in an order of its own; `values` maps a column of ours to the
    columns of theirs that its value may be taken from as it is. A value that is computed has none.
    """

    tables: tuple[str, ...]
    columns: tuple[ColumnName, ...]
    values: dict[str, frozenset[ColumnName]]


def reading(stream: Stream) -> Reading:
    """What the stream reads.

    Raises sqlglot.errors.ParseError for a query that is no Oracle SQL, which the stream's tests would have told.
    """
    return _parsed(extraction(stream, language="")[0])


@lru_cache(maxsize=128)
def _parsed(statement: str) -> Reading:
    root = build_scope(sqlglot.parse_one(statement, read="oracle"))
    if root is None:
        raise ValueError("An extraction is a SELECT.")
    scopes = list(root.traverse())
    tables = {
        source.name.upper() for scope in scopes for source in scope.sources.values() if isinstance(source, exp.Table)
    }
    columns = {found for scope in scopes for column in scope.columns for found in _of_table(column, scope)}
    values = {each.alias: frozenset(_values(each, root)) for each in root.expression.expressions}
    return Reading(tuple(sorted(tables - {"DUAL"})), tuple(sorted(columns)), values)


def _source(column: exp.Column, scope: Scope) -> exp.Expression | Scope | None:
    """Where a column comes from: a table, a query in the FROM clause, or neither where it is an outer query's."""
    if not column.table:
        return next(iter(scope.sources.values())) if len(scope.sources) == 1 else None
    found: exp.Expression | Scope | None = scope.sources.get(column.table)
    return found


def _of_table(column: exp.Column, scope: Scope) -> Iterator[ColumnName]:
    """The column, where it is one of a table in the scope's own FROM clause. Outer ones are told by the outer scope."""
    source = _source(column, scope)
    if isinstance(source, exp.Table):
        yield ColumnName(source.name.upper(), column.name.upper())


def _values(expression: exp.Expression, scope: Scope) -> Iterator[ColumnName]:
    """The table columns one of whose values the expression takes as it is."""
    match expression:
        case exp.Column():
            source = _source(expression, scope)
            yield from _of_table(expression, scope)
            if isinstance(source, Scope):
                yield from _inner(expression.name, source)
        case exp.Case():
            for branch in (*(each.args["true"] for each in expression.args["ifs"]), expression.args.get("default")):
                if branch is not None:
                    yield from _values(branch, scope)
        case exp.Coalesce():
            for operand in (expression.this, *expression.expressions):
                yield from _values(operand, scope)
        case _ if isinstance(expression, _SAME_VALUE):
            yield from _values(expression.this, scope)


def _inner(name: str, scope: Scope) -> Iterator[ColumnName]:
    """The same for a column that a query in the FROM clause gives."""
    for part in scope.set_operation_scopes:
        yield from _inner(name, part)
    if not scope.set_operation_scopes:
        for projection in scope.expression.expressions:
            if projection.alias_or_name.upper() == name.upper():
                yield from _values(projection, scope)
