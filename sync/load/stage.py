"""Batches into the staging table: Arrow to CSV bytes to COPY, no Python per row."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from psycopg import sql

from sync.load.cursor import Cursor
from sync.load.plan import UNREADABLE, Plan, comma

NUL = "\x00"
SHOWN_NUL = "␀"
"""Stands for a NUL byte in a rejected row: PostgreSQL stores none in text or JSON."""

_OPTIONS = pacsv.WriteOptions(include_header=False)


def create(cursor: Cursor, plan: Plan) -> None:
    """Make the empty staging table. Text has no limit there: lengths are checked afterwards, over all rows at once."""
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{stage}").format(stage=plan.stage))
    columns = comma(sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in plan.staged_columns)
    cursor.execute(sql.SQL("CREATE TEMPORARY TABLE {stage} ({columns})").format(stage=plan.stage, columns=columns))


def copy(cursor: Cursor, plan: Plan, batch: pa.RecordBatch) -> None:
    """Add one batch of the plan's Arrow schema to the staging table."""
    sink = pa.BufferOutputStream()
    pacsv.write_csv(_readable(batch), sink, _OPTIONS)
    with cursor.copy(sql.SQL("COPY {stage} FROM STDIN (FORMAT csv)").format(stage=plan.stage)) as target:
        target.write(sink.getvalue())


def _readable(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with every NUL byte made visible, and a last column that names the fields that held one."""
    unreadable = pa.nulls(batch.num_rows, pa.string())
    arrays = list(batch.columns)
    for position, column in enumerate(batch.columns):
        if not pa.types.is_string(column.type):
            continue
        found = pc.fill_null(pc.match_substring(column, NUL), False)
        if pc.any(found).as_py():
            arrays[position] = pc.replace_substring(column, NUL, SHOWN_NUL)
            unreadable = pc.if_else(found, pa.scalar(batch.schema.field(position).name), unreadable)
    return pa.RecordBatch.from_arrays([*arrays, unreadable], names=[*batch.schema.names, UNREADABLE])


def settle(cursor: Cursor, plan: Plan) -> None:
    """Tell the planner what was staged."""
    cursor.execute(
        sql.SQL("ANALYZE {stage} ({key})").format(stage=plan.stage, key=comma(c.identifier for c in plan.key))
    )


def drop(cursor: Cursor, plan: Plan) -> None:
    """Remove what a load leaves in the session."""
    for table in (plan.stage, plan.change, plan.bad):
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{table}").format(table=table))
