"""Batches into the staging table: Arrow to CSV bytes to COPY, no Python per row."""

import re
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from psycopg import sql

from sync.load.cursor import Cursor
from sync.load.plan import UNREADABLE, Plan, comma

NUL = "\x00"
SHOWN_NUL = "␀"
"""Stands for a NUL byte in a rejected row: PostgreSQL stores none in text or JSON."""

_NUL_BYTE = re.compile(NUL.encode())
_OPTIONS = pacsv.WriteOptions(include_header=False)


def create(cursor: Cursor, plan: Plan) -> None:
    """Make the empty staging table. Text has no limit there: lengths are checked afterwards, over all rows at once."""
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{stage}").format(stage=plan.stage))
    columns = comma(sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in plan.staged_columns)
    cursor.execute(sql.SQL("CREATE TEMPORARY TABLE {stage} ({columns})").format(stage=plan.stage, columns=columns))


def copy(
    cursor: Cursor, plan: Plan, batches: Iterable[pa.RecordBatch]
) -> Generator[tuple[pa.RecordBatch, bool], None, None]:
    """Add batches of the plan's Arrow schema to the staging table.

    Each is given back once it is there, with whether all of it could be stored.

    While the server takes in one batch, a thread of its own reads the next from the source and writes its CSV. Close
    the iterator where it is left early: the thread ends with it.
    """
    coming = map(_with_lines, batches)
    with ThreadPoolExecutor(1, thread_name_prefix="read ahead") as ahead:
        reading = ahead.submit(next, coming, None)
        while read := reading.result():
            reading = ahead.submit(next, coming, None)
            batch, lines, is_readable = read
            with cursor.copy(sql.SQL("COPY {stage} FROM STDIN (FORMAT csv)").format(stage=plan.stage)) as target:
                target.write(lines)
            yield batch, is_readable


def _with_lines(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.Buffer, bool]:
    """The batch, its CSV as it can be stored, and whether that is all of it."""
    lines = _lines(batch, pa.nulls(batch.num_rows, pa.string()))
    if _NUL_BYTE.search(lines) or not all(map(_is_utf8, batch.columns)):
        return batch, _lines(*_readable(batch)), False
    return batch, lines, True


def _lines(batch: pa.RecordBatch, unreadable: pa.Array) -> pa.Buffer:
    """CSV of the batch and, as its last column, the names of fields that could not be read."""
    sink = pa.BufferOutputStream()
    pacsv.write_csv(batch.append_column(UNREADABLE, unreadable), sink, _OPTIONS)
    return sink.getvalue()


def _is_utf8(column: pa.Array) -> bool:
    """Whether every text of the column is UTF-8, which Arrow takes for granted and PostgreSQL does not."""
    if not pa.types.is_string(column.type):
        return True
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _readable(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.Array]:
    """The batch with what cannot be stored made visible, and for each row the last field that held some, or null."""
    unreadable = pa.nulls(batch.num_rows, pa.string())
    arrays = list(batch.columns)
    for position, column in enumerate(batch.columns):
        if not pa.types.is_string(column.type):
            continue
        column, found = _utf8(column)
        found = pc.or_(found, pc.fill_null(pc.match_substring(column, NUL), False))
        if pc.any(found).as_py():
            arrays[position] = pc.replace_substring(column, NUL, SHOWN_NUL)
            unreadable = pc.if_else(found, pa.scalar(batch.schema.field(position).name), unreadable)
    return pa.RecordBatch.from_arrays(arrays, schema=batch.schema), unreadable


def _utf8(column: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The texts as UTF-8, and for each whether something in it was not; row by row only where one is not."""
    if _is_utf8(column):
        return column, pa.array([False] * len(column), pa.bool_())
    given = column.cast(pa.binary())
    told = pa.array([None if raw is None else raw.decode(errors="replace") for raw in given.to_pylist()], pa.string())
    return told, pc.fill_null(pc.not_equal(told.cast(pa.binary()), given), False)


def give_room(cursor: Cursor) -> None:
    """Give the transaction room to join whole tables in memory; what does not fit spills to disk, as with less."""
    cursor.execute("SET LOCAL work_mem = '128MB'")


def settle(cursor: Cursor, plan: Plan) -> None:
    """Give the transaction room, and tell the planner what was staged.

    A sample of 3,000 rows tells as much about keys as ANALYZE's usual 30,000.
    """
    give_room(cursor)
    cursor.execute("SET LOCAL default_statistics_target = 10")
    cursor.execute(
        sql.SQL("ANALYZE {stage} ({key})").format(stage=plan.stage, key=comma(c.identifier for c in plan.key))
    )


def drop(cursor: Cursor, plan: Plan) -> None:
    """Remove what a load leaves in the session."""
    for table in (plan.stage, plan.change, plan.bad, plan.gone, plan.departed, plan.listed):
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{table}").format(table=table))
