"""The catalogue of the CC&B at hand, from Oracle's own dictionary views."""

from collections.abc import Collection, Iterable

import oracledb

from sync.reading import reading
from sync.stream import Stream
from sync.systems.catalogue import Catalogue, CatalogueColumn


def tables_of(streams: Iterable[Stream]) -> tuple[str, ...]:
    """Every table that some reading of the streams names or needs, in alphabetical order."""
    found: set[str] = set()
    for stream in streams:
        found.update(stream.needs)
        for way in stream.readings:
            found.update(reading(way).tables)
        found.update(need.partition(".")[0] for variant in stream.variants for need in variant.needs)
    return tuple(sorted(found))


def read_catalogue(
    connection: oracledb.Connection, owner: str, streams: Iterable[Stream], *, but: Collection[str] = ()
) -> Catalogue:
    """What the dictionary shows this account of the tables that the streams name.

    Views count as tables: a site may grant those alone. Tables that a variant needs are asked for one row each.
    Those in `but` are left out: they are known to be refused.

    Raises oracledb.Error where CC&B refuses.
    """
    streams = tuple(streams)
    tables: dict[str, dict[str, CatalogueColumn]] = {}
    named = ", ".join(f"'{table}'" for table in tables_of(streams))
    with connection.cursor() as cursor:
        cursor.arraysize = 1000
        rows = cursor.execute(
            "SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE, CHAR_LENGTH, DATA_PRECISION, DATA_SCALE"  # noqa: S608 - our names
            f" FROM ALL_TAB_COLUMNS WHERE OWNER = :owner AND TABLE_NAME IN ({named})",
            {"owner": owner},
        )
        for table, column, kind, characters, digits, decimals in rows:
            if table in but:
                continue
            width = digits if kind == "NUMBER" else characters or None
            tables.setdefault(table, {})[column] = CatalogueColumn(kind, width, decimals if kind == "NUMBER" else None)
        wanted = {need for stream in streams for variant in stream.variants for need in variant.needs}
        empty = {table for table in wanted & tables.keys() if _is_empty(cursor, owner, table)}
    return Catalogue(owner, tables, frozenset(empty))


def _is_empty(cursor: oracledb.Cursor, owner: str, table: str) -> bool:
    cursor.execute(f"SELECT 1 FROM {owner}.{table} FETCH FIRST 1 ROWS ONLY")  # noqa: S608 - a name of our own
    return cursor.fetchone() is None
