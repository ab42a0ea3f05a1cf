"""A listing of keys alone, as a source gives them: all that it has, or those that it says it deleted."""

from collections.abc import Callable, Iterable

import pyarrow as pa
import pyarrow.csv as pacsv
from django.db import transaction
from psycopg import sql

from sync.load.cursor import Cursor
from sync.load.plan import Plan

_OPTIONS = pacsv.WriteOptions(include_header=False)


def create(cursor: Cursor, plan: Plan) -> None:
    """Make the empty table of listed keys."""
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(plan.listed))
    cursor.execute(sql.SQL('CREATE TEMPORARY TABLE {} (key text COLLATE "C")').format(plan.listed))


def add(cursor: Cursor, plan: Plan, keys: pa.Array) -> None:
    """Add keys, an array of text."""
    sink = pa.BufferOutputStream()
    pacsv.write_csv(pa.RecordBatch.from_arrays([keys], names=["key"]), sink, _OPTIONS)
    with cursor.copy(sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(plan.listed)) as target:
        target.write(sink.getvalue())


def take(cursor: Cursor, plan: Plan, batches: Iterable[pa.RecordBatch], on_batch: Callable[[int], None]) -> int:
    """Take in the keys of all records of the source, batches of one column; how many there are."""
    create(cursor, plan)
    listed = 0
    for batch in batches:
        add(cursor, plan, batch.column(0))
        listed += batch.num_rows
        on_batch(listed)
    cursor.execute(sql.SQL("ANALYZE {}").format(plan.listed))
    cursor.execute(sql.SQL("SELECT count(DISTINCT key) FROM {}").format(plan.listed))
    found: int = cursor.fetchone()[0]
    return found


def missing(cursor: Cursor, plan: Plan) -> pa.Array:
    """The listed keys of which the mirror has no record that is this stream's and there; in their order."""
    (key,) = plan.key
    with transaction.atomic():
        join_whole(cursor)
        cursor.execute(
            sql.SQL("""
                SELECT DISTINCT l.key FROM {listed} l
                WHERE l.key IS NOT NULL AND NOT EXISTS (SELECT FROM {table} t WHERE t.{key} = l.key AND {unmarked})
                ORDER BY l.key
            """).format(listed=plan.listed, table=plan.table, key=key.identifier, unmarked=plan.unmarked)
        )
        found = pa.array([found for (found,) in cursor.fetchall()], pa.string())
        join_as_usual(cursor)
    return found


def join_whole(cursor: Cursor) -> None:
    """Let the transaction join tables as wholes: of one that was filled a moment ago the planner knows no figures yet.

    Taking it for small, it would compare each record with each listed key.
    """
    cursor.execute("SET LOCAL enable_nestloop = off")


def join_as_usual(cursor: Cursor) -> None:
    """Leave it to the planner again."""
    cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")
