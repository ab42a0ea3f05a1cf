"""Records that their source has no more: marked, never deleted.

Three things say so: a full compare does not find them, a listing of all keys does not name them, or the source itself
tells of them, by a flag or a value on the row or in a log of deletions. The first two may come of a truncated answer,
so a brake judges them; what the source tells is taken as told.
"""

from dataclasses import dataclass

import pyarrow as pa
from psycopg import sql

from customer360.changes import Change
from sync.load import history, listing
from sync.load.cursor import Cursor
from sync.load.outcome import Order
from sync.load.plan import Plan, comma
from sync.models import RejectedRow
from sync.stream import GONE_COLUMN, Absence

_REJECTED = sql.Identifier(RejectedRow._meta.db_table)
_IGNORED = sql.Literal(RejectedRow.Closure.IGNORED.value)
_GONE = sql.Identifier(GONE_COLUMN)


@dataclass(frozen=True)
class Marked:
    """How many records were marked removed, and how many archived."""

    removed: int
    archived: int


@dataclass(frozen=True)
class SetAside:
    """What the source told of its deletions: rows taken out of the stage, and records that are to be marked for it."""

    rows: int = 0
    records: int = 0


def set_aside(cursor: Cursor, plan: Plan, order: Order) -> SetAside:
    """Keep the keys that the source says it deleted in a table of their own, and take their rows out of the stage.

    What left the stream is told as deleted, too; a record that another stream took over by then is left to that one. A
    key of the log that came as a living row all the same was brought back since. What is rejected of a deleted row is
    closed, as it must not be offered again.
    """
    deletion, logged = plan.stream.deletion, order.deleted
    if not deletion and not logged:
        return SetAside()
    key = comma(column.identifier for column in plan.key)
    into = plan.into.identifier if plan.into else sql.SQL("NULL::text")
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(plan.departed))
    cursor.execute(
        sql.SQL("CREATE TEMPORARY TABLE {departed} AS SELECT {key}, {into} AS taken_by FROM {stage} LIMIT 0").format(
            departed=plan.departed, key=key, into=into, stage=plan.stage
        )
    )
    taken_out = 0
    if deletion:
        cursor.execute(
            sql.SQL("""
                INSERT INTO {departed}
                SELECT DISTINCT ON ({key}) {key}, {into} FROM {stage} WHERE {gone} = 'true' ORDER BY {key}, {into}
            """).format(departed=plan.departed, key=key, into=into, stage=plan.stage, gone=_GONE)
        )
        cursor.execute(sql.SQL("DELETE FROM {} WHERE {} = 'true'").format(plan.stage, _GONE))
        taken_out = cursor.rowcount
    if logged:
        _add_logged(cursor, plan, logged)
    names = {"departed": plan.departed, "stage": plan.stage, "same_key": plan.same_key("d", "s")}
    cursor.execute(sql.SQL("DELETE FROM {departed} d USING {stage} s WHERE {same_key}").format(**names))
    _close_rejections(cursor, plan, order)
    return SetAside(taken_out, _keep_unmarked(cursor, plan))


def _add_logged(cursor: Cursor, plan: Plan, logged: pa.Array) -> None:
    """Add the keys of the source's log that no row told."""
    (key,) = plan.key
    listing.create(cursor, plan)
    listing.add(cursor, plan, logged)
    cursor.execute(
        sql.SQL("""
            INSERT INTO {departed} ({key})
            SELECT l.key FROM {listed} l WHERE NOT EXISTS (SELECT FROM {departed} d WHERE d.{key} = l.key)
        """).format(departed=plan.departed, key=key.identifier, listed=plan.listed)
    )


def _close_rejections(cursor: Cursor, plan: Plan, order: Order) -> None:
    cursor.execute(
        sql.SQL("""
            UPDATE {rejected} r SET closed_at = now(), closed_run = {run}, closure = 'gone'
            FROM {departed} d
            WHERE r.stream = {stream} AND (r.closed_at IS NULL OR r.closure = {ignored}) AND r.record_key = {key_text}
        """).format(
            rejected=_REJECTED, run=sql.Literal(str(order.run_id)), departed=plan.departed, ignored=_IGNORED,
            stream=sql.Literal(plan.stream.name), key_text=plan.key_text("d"),
        )
    )  # fmt: skip


def _keep_unmarked(cursor: Cursor, plan: Plan) -> int:
    """Leave of the deleted the stream's records that the mirror does not know to be deleted, or merged so; how many."""
    news: sql.Composable = sql.SQL("t.removed_at IS NULL")
    if plan.into:
        news = sql.SQL("({} OR d.taken_by IS NOT NULL AND t.{} IS DISTINCT FROM d.taken_by)").format(
            news, plan.into.identifier
        )
    cursor.execute(
        sql.SQL(
            "DELETE FROM {departed} d"
            " WHERE NOT EXISTS (SELECT FROM {table} t WHERE {same_key} AND {is_of_part} AND {news})"
        ).format(
            departed=plan.departed, table=plan.table, same_key=plan.same_key("t", "d"), is_of_part=plan.is_of_part,
            news=news,
        )
    )  # fmt: skip
    cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(plan.departed))
    left: int = cursor.fetchone()[0]
    return left


def mark_deleted(cursor: Cursor, plan: Plan, change: Change) -> None:
    """Mark what the source deleted, and fill in what took it over."""
    taken_by: sql.Composable = sql.SQL("")
    if plan.into:
        taken_by = sql.SQL(", {0} = COALESCE(d.taken_by, t.{0})").format(plan.into.identifier)
    cursor.execute(
        sql.SQL(
            "UPDATE {table} t SET removed_at = COALESCE(t.removed_at, now()){taken_by} FROM {departed} d"
            " WHERE {same_key}"
        ).format(table=plan.table, taken_by=taken_by, departed=plan.departed, same_key=plan.same_key("t", "d"))
    )
    rows = sql.SQL("{} d").format(plan.departed)
    history.add(cursor, plan, "~", change, rows=rows, alias="d", where=sql.SQL("true"))


def keep_unlisted(cursor: Cursor, plan: Plan) -> int:
    """Keep the records that a listing of all keys does not name, as a full compare keeps its own; how many."""
    (key,) = plan.key
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(plan.gone))
    listing.join_whole(cursor)
    cursor.execute(
        sql.SQL("""
            CREATE TEMPORARY TABLE {gone} AS
            SELECT t.{key} FROM {table} t
            WHERE {unmarked} AND NOT EXISTS (SELECT FROM {listed} l WHERE l.key = t.{key})
        """).format(gone=plan.gone, key=key.identifier, table=plan.table, unmarked=plan.unmarked, listed=plan.listed)
    )
    found = cursor.rowcount
    listing.join_as_usual(cursor)
    return found


def mark_gone(cursor: Cursor, plan: Plan, change: Change) -> Marked:
    """Mark what was found gone; frozen transactions were archived and still count."""
    archives = plan.stream.absence == Absence.ARCHIVED_IF_FROZEN
    marked = sql.SQL("UPDATE {table} t SET {mark} = now() FROM gone g WHERE {same_key} AND {which}")
    names = {"table": plan.table, "same_key": plan.same_key("t", "g")}
    leaves = sql.SQL("NOT t.is_frozen" if archives else "true")
    cursor.execute(marked.format(mark=sql.Identifier("removed_at"), which=leaves, **names))
    removed: int = cursor.rowcount
    history.add(cursor, plan, "~", change, rows=sql.SQL("gone g"), alias="g", where=leaves)
    if not archives:
        return Marked(removed, 0)
    cursor.execute(marked.format(mark=sql.Identifier("archived_at"), which=sql.SQL("t.is_frozen"), **names))
    return Marked(removed, cursor.rowcount)
