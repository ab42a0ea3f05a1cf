"""A query's answer."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from sync.simulators.salesforce.soql.compiler import Compiler, Plan, Selected
from sync.simulators.salesforce.soql.parser import parse
from sync.simulators.salesforce.soql.scope import Parent
from sync.simulators.salesforce.values import Stored, rest_moment

_CHUNK = 1000
Builder = Callable[[tuple[Any, ...]], Any]


@dataclass(frozen=True)
class Column:
    """One selected column: its dotted name as Salesforce spells it (`Account.Owner.Name`), its type, its object."""

    name: str
    type: str
    object: str
    label: str = ""
    aggregate: bool = False


class Result:
    """The answer to one query; nothing is read before `total`, `rows` or `tuples` is asked for.

    `object` is the object of FROM; `columns` are in the order of SELECT. `is_count` marks COUNT() without a column,
    which has a total and no rows; `is_aggregate` rows of COUNT(Id) and the like (attributes.type AggregateResult).
    """

    def __init__(self, connection: sqlite3.Connection, plan: Plan, version: str) -> None:
        self._connection = connection
        self._plan = plan
        self._records_at = f"/services/data/v{version}/sobjects/"
        self.object = plan.scope.object.name
        self.columns = tuple(_column(selected, self.object) for selected in plan.selected)
        self.is_count = plan.is_count
        self.is_aggregate = plan.is_aggregate

    @property
    def total(self) -> int:
        """How many rows there are; of COUNT() the count."""
        return int(self._connection.execute(self._plan.counting(), self._plan.binds).fetchone()[0])

    @property
    def rows(self) -> Iterator[dict[str, Any]]:
        """Records as REST shows them: `attributes`, values by name, a parent as a record of its own or None."""
        if self.is_count:
            return iter(())
        columns = _Columns()
        build = self._aggregate(columns) if self.is_aggregate else self._record(columns)
        return map(build, self._read(columns.sql))

    @property
    def tuples(self) -> Iterator[tuple[Stored, ...]]:
        """Rows as the Bulk API writes them, flat: None for null, 'true' and 'false', `2026-11-24T10:00:01.000Z`.

        An address is None: the Bulk API reads its pieces only.
        """
        return iter(()) if self.is_count else self._read([_flat(selected) for selected in self._plan.selected])

    def _read(self, columns: list[str]) -> Iterator[tuple[Any, ...]]:
        cursor = self._connection.cursor()
        cursor.arraysize = _CHUNK
        return cursor.execute(self._plan.statement(columns), self._plan.binds)

    def _aggregate(self, columns: "_Columns") -> Builder:
        fields = [(selected.name, _reader(selected, columns)) for selected in self._plan.selected]

        def build(row: tuple[Any, ...]) -> dict[str, Any]:
            record: dict[str, Any] = {"attributes": {"type": "AggregateResult"}}
            for name, read in fields:
                record[name] = read(row)
            return record

        return build

    def _record(self, columns: "_Columns") -> Builder:
        root = _Branch(self._plan.scope.root)
        for selected in self._plan.selected:
            branch = root
            for depth in range(len(selected.path) - 1):
                branch = branch.child(selected.path[: depth + 1], self._plan)
            branch.leaves[selected.path[-1]] = selected
        return root.builder(columns, self._records_at)


class _Columns:
    """The columns that a statement must read for its records, each once."""

    def __init__(self) -> None:
        self.sql: list[str] = []

    def place(self, sql: str) -> int:
        """Where in the row a column stands."""
        if sql not in self.sql:
            self.sql.append(sql)
        return self.sql.index(sql)


@dataclass
class _Branch:
    """The fields selected of one record, and of the parents beyond it, in the order of SELECT."""

    parent: Parent
    leaves: "dict[str, Selected | _Branch]" = field(default_factory=dict)

    def child(self, path: tuple[str, ...], plan: Plan) -> "_Branch":
        name = path[-1]
        found = self.leaves.get(name)
        if not isinstance(found, _Branch):
            found = _Branch(plan.scope.parent(path))
            self.leaves[name] = found
        return found

    def builder(self, columns: _Columns, records_at: str) -> Builder:
        id_at = columns.place(self.parent.id_sql)
        readers: list[tuple[str, Builder]] = []
        for name, leaf in self.leaves.items():
            if isinstance(leaf, _Branch):
                readers.append((name, leaf.builder(columns, records_at)))
            else:
                readers.append((name, _reader(leaf, columns)))
        attributes = _attributes(self.parent, records_at)

        def build(row: tuple[Any, ...]) -> dict[str, Any] | None:
            record_id = row[id_at]
            if record_id is None:
                return None
            record: dict[str, Any] = {"attributes": attributes(record_id)}
            for name, read in readers:
                record[name] = read(row)
            return record

        return build


def _attributes(parent: Parent, records_at: str) -> Callable[[str], dict[str, str]]:
    if parent.object is not None:
        kind, place = parent.object.name, f"{records_at}{parent.object.name}/"
        return lambda record_id: {"type": kind, "url": place + record_id}
    names = {made.key_prefix: made.name for made in parent.targets}
    return lambda record_id: {"type": "Name", "url": f"{records_at}{names.get(record_id[:3], 'Name')}/{record_id}"}


def _reader(selected: Selected, columns: _Columns) -> Builder:
    """What reads one selected value out of a row, as REST shows it."""
    if selected.type == "address":
        return _address_reader(selected, columns)
    at = columns.place(selected.sql)
    if selected.type == "datetime":
        return lambda row: None if row[at] is None else rest_moment(row[at])
    if selected.type == "boolean":
        return lambda row: None if row[at] is None else bool(row[at])
    return itemgetter(at)


def _address_reader(selected: Selected, columns: _Columns) -> Builder:
    places = [(name, columns.place(sql)) for name, sql in selected.pieces]

    def read(row: tuple[Any, ...]) -> dict[str, Any] | None:
        told = {name: row[at] for name, at in places}
        if all(value is None for value in told.values()):
            return None
        return dict(sorted({**told, "geocodeAccuracy": None}.items()))

    return read


def _flat(selected: Selected) -> str:
    return (
        f"CASE {selected.sql} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"
        if selected.type == "boolean"
        else selected.sql
    )


def _column(selected: Selected, object_name: str) -> Column:
    reached = selected.reached
    owner = reached.parent.object.name if reached and reached.parent.object else object_name
    label = reached.field.label if reached and not selected.aggregate else selected.name
    return Column(selected.name, selected.type, owner, label, selected.aggregate)


def run(
    connection: sqlite3.Connection,
    user_id: str,
    soql: str,
    *,
    include_deleted: bool = False,
    version: str = "60.0",
) -> Result:
    """Answer a query as this user. `include_deleted` is queryAll: deleted and archived rows too.

    `version` is the API version that record URLs name. Raises OrgError: MALFORMED_QUERY, INVALID_FIELD, INVALID_TYPE,
    INVALID_QUERY_FILTER_OPERATOR, NUMBER_OUTSIDE_VALID_RANGE.
    """
    plan = Compiler(connection, user_id, soql, include_deleted=include_deleted).compile(parse(soql))
    return Result(connection, plan, version)
