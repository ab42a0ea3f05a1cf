"""The simulator's SQL: a written subset of Oracle's, translated to SQLite by one checked walk over the parsed tree.

Supported: SELECT with INNER and LEFT joins, derived tables, WITH, scalar subqueries, EXISTS, IN, BETWEEN, LIKE, CASE,
the functions of `functions` and `aggregates`, ROW_NUMBER, UNION [ALL], GROUP BY, HAVING, ORDER BY, OFFSET and FETCH
FIRST. Anything else is refused with ORA-00900 and its name.
"""

from dataclasses import dataclass
from functools import lru_cache

from sync.simulators.ccb.errors import UnsupportedSQL
from sync.simulators.ccb.sql.binds import number_binds
from sync.simulators.ccb.sql.dialect import parse
from sync.simulators.ccb.sql.queries import Queries
from sync.simulators.ccb.sql.scope import Hidden, Scope
from sync.simulators.ccb.sql.types import OracleType


@dataclass(frozen=True)
class Translation:
    """A statement ready for SQLite: its text with ?1, ?2 ... by occurrence of the bind variables, and its columns."""

    sql: str
    columns: tuple[tuple[str, OracleType], ...]
    bind_positions: tuple[int, ...]


@lru_cache(maxsize=256)
def translate(text: str, bind_types: tuple[OracleType, ...], hidden: Hidden) -> Translation:
    """Translate a query.

    `bind_types` has the type of each value the client sent. Raises OracleError: ORA-00900 outside the subset,
    ORA-00942 and ORA-00904 for unknown names, and so on.
    """
    bound = number_binds(text)
    positions = bound.positions(len(bind_types))
    queries = Queries([bind_types[position] for position in positions], hidden)
    try:
        sql, columns = queries.query(parse(bound.text), Scope())
    except RecursionError as error:
        raise UnsupportedSQL("a statement nested so deeply") from error
    return Translation(sql, tuple(columns), positions)
