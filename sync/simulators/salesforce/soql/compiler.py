"""A query's tree as one SQLite statement."""

import sqlite3
from dataclasses import dataclass
from datetime import date
from itertools import count

from sync.simulators.salesforce import store, values
from sync.simulators.salesforce.errors import OrgError
from sync.simulators.salesforce.schema.model import Field
from sync.simulators.salesforce.soql.conditions import Conditions
from sync.simulators.salesforce.soql.lexer import malformed
from sync.simulators.salesforce.soql.nodes import Aggregate, Order, Path, Query
from sync.simulators.salesforce.soql.scope import Reached, Scope

FURTHEST_OFFSET = 2000
_FUNCTIONS = {
    "count": "count({})",
    "count_distinct": "count(DISTINCT {})",
    "min": "min({})",
    "max": "max({})",
    "sum": "total({})",
    "avg": "avg({})",
}

_NOT_VISIBLE_YET = "(SELECT id FROM org_late WHERE object = ? AND visible_at > ?)"


@dataclass(frozen=True)
class Selected:
    """One selected column: what it is called, its SQL, the field behind it (of a count none) and the path to it."""

    name: str
    sql: str
    reached: Reached | None
    aggregate: bool = False
    type: str = "int"

    @property
    def path(self) -> tuple[str, ...]:
        """The names from the query's object to the field."""
        return (*self.reached.parent.path, self.reached.field.name) if self.reached else (self.name,)

    @property
    def pieces(self) -> tuple[tuple[str, str], ...]:
        """Of an address its pieces, as REST calls them, each with its SQL."""
        if self.reached is None or self.reached.parent.object is None:
            return ()
        parent, compound = self.reached.parent, self.reached.field
        prefix = compound.name.removesuffix("Address")
        return tuple(
            (_camel(piece.name.removeprefix(prefix)), f'{parent.alias}."{piece.name}"')
            for piece in self.reached.parent.object.pieces(compound)
        )


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]


@dataclass(frozen=True)
class Plan:
    """A compiled query: its columns, and the statement after SELECT's list with the values that it takes."""

    scope: Scope
    selected: tuple[Selected, ...]
    source: str
    bounds: str
    order: str
    binds: tuple[values.Stored, ...]
    is_count: bool
    is_aggregate: bool
    is_grouped: bool

    def statement(self, columns: list[str]) -> str:
        """The SQL that reads these columns."""
        return f"SELECT {', '.join(columns)} {self.source}{self.order}{self.bounds}"

    def counting(self) -> str:
        """The SQL that counts the rows."""
        if self.is_count and not self.bounds:
            return f"SELECT count(*) {self.source}"
        one = "count(*)" if self.is_aggregate and not self.is_grouped else "1"
        return f"SELECT count(*) FROM (SELECT {one} {self.source}{self.bounds})"  # noqa: S608 - compiled here


class Compiler:
    """Compiles one query and those inside it for one user."""

    def __init__(self, connection: sqlite3.Connection, user_id: str, soql: str, *, include_deleted: bool) -> None:
        self.connection = connection
        self.user_id = user_id
        self.soql = soql
        self.include_deleted = include_deleted
        self.moment = store.now(connection)
        self.binds: list[values.Stored] = []
        self._aliases = count()

    def compile(self, query: Query) -> Plan:
        """The plan of the outermost query. Raises OrgError."""
        scope = self._scope(query)
        is_count = len(query.select) == 1 and isinstance(query.select[0], Aggregate) and query.select[0].path is None
        is_aggregate = bool(query.group_by) or any(isinstance(item, Aggregate) for item in query.select)
        if is_aggregate and not scope.object.aggregates:
            raise malformed(self.soql, 0, f"entity type {scope.object.name} does not support aggregate")
        selected = () if is_count else self._selected(scope, query)
        groups = [scope.reach(path).sql for path in query.group_by]
        order = self._order(scope, query, aggregated=is_aggregate)
        source = self._source(scope, query)
        if groups:
            source += f" GROUP BY {', '.join(groups)}"
        return Plan(
            scope,
            selected,
            source,
            self._bounds(query, one_row=is_aggregate and not is_count and not groups),
            order,
            tuple(self.binds),
            is_count,
            is_aggregate and not is_count,
            bool(groups),
        )

    def _scope(self, query: Query) -> Scope:
        return Scope(
            self.connection,
            self.user_id,
            self.soql,
            query.object_name,
            query.object_position,
            query.alias,
            lambda: f"t{next(self._aliases)}",
        )

    def _source(self, scope: Scope, query: Query) -> str:
        """FROM, the joins and WHERE; called once everything that joins has been reached but WHERE itself."""
        conditions: list[str] = []
        made, alias = scope.object, scope.root.alias
        if not (self.include_deleted or query.all_rows):
            conditions += [f"{alias}.{name} = 0" for name in ("IsDeleted", "IsArchived") if made.has(name)]
        late = self.connection.execute(
            "SELECT 1 FROM org_late WHERE object = ? AND visible_at > ? LIMIT 1",
            (made.name, values.moment_text(self.moment)),
        ).fetchone()
        if late:
            conditions.append(f"{alias}.Id NOT IN {_NOT_VISIBLE_YET}")
            self.binds += [made.name, values.moment_text(self.moment)]
        if query.where is not None:
            conditions.append(Conditions(scope, self.today, self.binds, self._subquery).sql(query.where))
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return " ".join((f'FROM "{made.name}" {alias}', *scope.joins)) + where

    @property
    def today(self) -> date:
        """The org's day."""
        return self.moment.date()

    def _subquery(self, query: Query, field: Field, path: Path) -> str:
        """The query of a semi-join: one id, of records that are there."""
        scope = self._scope(query)
        if len(query.select) != 1 or isinstance(query.select[0], Aggregate):
            raise malformed(self.soql, path.position, "semi join sub-selects must select exactly one field")
        reached = scope.reach(query.select[0])
        if (reached.field.type in ("id", "reference")) != (field.type in ("id", "reference")):
            raise malformed(self.soql, path.position, "semi join sub-selects must select a field of the same type")
        source = self._source(scope, query)
        also = " AND " if " WHERE " in source else " WHERE "
        return f"SELECT {reached.sql} {source}{also}{reached.sql} IS NOT NULL"

    def _selected(self, scope: Scope, query: Query) -> tuple[Selected, ...]:
        found: dict[str, Selected] = {}
        unnamed = count()
        grouped = {scope.reach(path).sql for path in query.group_by}
        aggregated = bool(query.group_by) or any(isinstance(item, Aggregate) for item in query.select)
        for item in query.select:
            if isinstance(item, Aggregate):
                made = self._aggregate(scope, item, item.alias or f"expr{next(unnamed)}")
            else:
                reached = scope.reach(item)
                if aggregated and reached.sql not in grouped:
                    raise malformed(
                        self.soql, item.position, f"Field must be grouped or aggregated: {reached.field.name}"
                    )
                name = reached.field.name if aggregated else reached.name
                made = Selected(name, reached.sql, reached, type=reached.field.type)
            if made.name.lower() in found:
                raise malformed(self.soql, item.position, f"duplicate field selected: {made.name}")
            found[made.name.lower()] = made
        return tuple(found.values())

    def _aggregate(self, scope: Scope, item: Aggregate, name: str) -> Selected:
        if item.path is None:
            if item.alias is None:
                raise malformed(self.soql, item.position, "COUNT() must be the only element in the select list")
            return Selected(name, "count(*)", None, aggregate=True)
        reached = scope.reach(item.path)
        counts = item.function.startswith("count")
        kind = "int" if counts else "double" if item.function in ("sum", "avg") else reached.field.type
        return Selected(name, _FUNCTIONS[item.function].format(reached.sql), reached, aggregate=True, type=kind)

    def _order(self, scope: Scope, query: Query, *, aggregated: bool) -> str:
        """ORDER BY. Without one, and among equals, records come in the order of their ids."""
        keys = [self._order_key(scope, order) for order in query.order_by]
        if not aggregated:
            keys.append(scope.root.id_sql)
        return f" ORDER BY {', '.join(keys)}" if keys else ""

    def _order_key(self, scope: Scope, order: Order) -> str:
        if isinstance(order.by, Aggregate):
            sql, nullable = self._aggregate(scope, order.by, "").sql, True
        else:
            reached = scope.reach(order.by)
            if not reached.field.stored or (reached.field.type == "textarea" and reached.field.length > 255):
                raise scope.refuse(order.by, f"field '{reached.field.name}' can not be sorted in a query call")
            sql, nullable = reached.sql, reached.field.nillable or bool(reached.parent.path)
        nulls = f" NULLS {'LAST' if order.nulls_last else 'FIRST'}" if nullable else ""
        return f"{sql}{' DESC' if order.descending else ''}{nulls}"

    def _bounds(self, query: Query, *, one_row: bool) -> str:
        if query.offset > FURTHEST_OFFSET:
            raise OrgError("NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {FURTHEST_OFFSET}")
        if one_row or (query.limit is None and not query.offset):
            return ""
        return f" LIMIT {-1 if query.limit is None else query.limit} OFFSET {query.offset}"
