"""Reads about streams and runs."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count
from psycopg import sql

from sync.load.plan import Plan, comma
from sync.models import Bookmark, FieldBase, RejectedRow
from sync.stream import Stream
from sync.streams import STREAMS
from sync.systems import time_zone


@dataclass(frozen=True)
class StreamState:
    """One stream: where it got to, how much the mirror holds, how much it could not take.

    `waiting` counts, field by field, the records whose value the stream's system has yet to take.
    """

    stream: Stream
    last_success_at: datetime | None
    records: int
    rejected: int
    waiting: dict[str, int]


def waiting(stream: Stream) -> dict[str, int]:
    """Records in which a shared field waits for the stream's system, by field; fields that wait nowhere are left out.

    Such a field holds a value that the portal or another system won, and the system has not said it since. That is no
    drift: the two are meant to differ until the system takes the value. Records marked removed wait for nothing.
    """
    plan = Plan(stream, time_zone(stream.system))
    if not plan.shared:
        return {}
    counts = comma(
        sql.SQL("count(*) FILTER (WHERE t.{} IS DISTINCT FROM b.values ->> {})").format(
            column.identifier, sql.Literal(column.name)
        )
        for column in plan.shared
    )
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("""
                SELECT {counts} FROM {bases} b JOIN {table} t ON {key} = b.record_key
                WHERE b.stream = {stream} AND t.removed_at IS NULL
            """).format(
                counts=counts, bases=sql.Identifier(FieldBase._meta.db_table), table=plan.table,
                key=plan.key_text("t"), stream=sql.Literal(stream.name),
            )
        )  # fmt: skip
        found = cursor.fetchone()
    return {column.field.name: rows for column, rows in zip(plan.shared, found, strict=True) if rows}


def stream_states() -> list[StreamState]:
    """Every stream in load order."""
    reached = dict(Bookmark.objects.values_list("stream", "last_success_at"))
    rejected = dict(
        RejectedRow.objects.filter(closed_at=None)
        .values_list("stream")
        .annotate(rows=Count("id"))
        .values_list("stream", "rows")
    )
    return [
        StreamState(
            stream=stream,
            last_success_at=reached.get(stream.name),
            records=stream.model._default_manager.count(),
            rejected=rejected.get(stream.name, 0),
            waiting=waiting(stream),
        )
        for stream in STREAMS
    ]
