"""Reads about streams and runs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce

from django.db import connection
from django.db.models import Case, Count, Q, Sum, When
from psycopg import sql

from customer360.sources import Freshness
from sync import bookmarks, ranges
from sync.brakes import FULL_OUTCOMES
from sync.load.plan import Plan, comma
from sync.models import Bookmark, FieldBase, RejectedRow, SyncRange, SyncRun
from sync.sources import TROUBLE, freshness_of
from sync.stream import Stream
from sync.streams import STREAMS
from sync.systems import time_zone
from sync.timetable import Timing, next_run

RUNS_SHOWN = 30
RANGES_SHOWN = 100


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
    rejected = open_rejections()
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


def open_rejections() -> dict[str, int]:
    """How many rejected rows are open, by stream; a stream without any is not in it."""
    rows = RejectedRow.objects.filter(closed_at=None).order_by().values("stream").annotate(rows=Count("id"))
    return dict(rows.values_list("stream", "rows"))


@dataclass(frozen=True)
class Monitored:
    """One stream as its operator watches it.

    `runs` are the latest ones, newest first, dry runs apart. A stream that is scheduled and has no next run is paused.
    """

    stream: Stream
    bookmark: Bookmark | None
    runs: tuple[SyncRun, ...]
    rejected: int
    is_held: bool
    next: Timing | None
    is_scheduled: bool

    @property
    def success(self) -> SyncRun | None:
        """The last run that ended well."""
        return self.bookmark.last_run if self.bookmark else None

    @property
    def running(self) -> SyncRun | None:
        """The run that goes on now. One whose process is gone does not: the next run takes over from it."""
        going = (run for run in self.runs if run.state == SyncRun.State.RUNNING)
        return next(going, None) if self.is_held else None

    @property
    def latest(self) -> SyncRun | None:
        """The latest run that has an outcome: one that goes on, or was refused as another went on, has none."""
        none = (SyncRun.State.RUNNING, SyncRun.State.REFUSED)
        return next((run for run in self.runs if run.state not in none), None)

    @property
    def brake(self) -> SyncRun | None:
        """The run that a brake stopped and that a person must look at; None if nothing waits."""
        for run in self.runs:
            if run.mode in SyncRun.COMPARES and run.state in FULL_OUTCOMES:
                return run if run.state == SyncRun.State.STOPPED and not run.accepted_by else None
        return None

    @property
    def freshness(self) -> Freshness:
        """How far the stream's data can be trusted to be today's."""
        last_success = self.bookmark.last_success_at if self.bookmark else None
        return freshness_of(last_success, bool(self.latest and self.latest.state in TROUBLE))


def monitored(streams: Iterable[Stream], timings: Iterable[Timing]) -> list[Monitored]:
    """The streams with all that is watched, in four queries, however many streams there are."""
    streams, timings = list(streams), list(timings)
    bookmarked = Bookmark.objects.select_related("last_run").in_bulk([stream.name for stream in streams])
    rejected, held, runs = open_rejections(), bookmarks.held(), latest_runs(streams)
    return [
        Monitored(
            stream=stream,
            bookmark=bookmarked.get(stream.name),
            runs=runs[stream.name],
            rejected=rejected.get(stream.name, 0),
            is_held=stream.name in held,
            next=next_run(stream.name, timings),
            is_scheduled=any(stream.name in timing.streams for timing in timings),
        )
        for stream in streams
    ]


def latest_runs(streams: Iterable[Stream], limit: int = RUNS_SHOWN) -> dict[str, tuple[SyncRun, ...]]:
    """The latest runs of each stream, newest first; one query that reads no more runs than it gives.

    Dry runs are left out, and runs that only offered chosen rejected rows: neither says how the source stands.
    """
    names = [stream.name for stream in streams]
    parts = [
        SyncRun.objects.filter(stream=name, is_dry_run=False)
        .exclude(mode=SyncRun.Mode.ROWS)
        .order_by("-started_at")[:limit]
        for name in names
    ]
    runs = reduce(lambda some, more: some.union(more, all=True), parts) if parts else ()
    of_stream: dict[str, list[SyncRun]] = {name: [] for name in names}
    for run in runs:
        of_stream[run.stream].append(run)
    return {name: tuple(sorted(each, key=lambda run: run.started_at, reverse=True)) for name, each in of_stream.items()}


def waits_for_a_person(run: SyncRun) -> bool:
    """Whether a brake stopped the run, nobody has let it go on, and no later compare has settled it."""
    if run.state != SyncRun.State.STOPPED or run.is_dry_run or run.accepted_by:
        return False
    later = SyncRun.objects.filter(stream=run.stream, is_dry_run=False, started_at__gt=run.started_at)
    return not later.filter(mode__in=SyncRun.COMPARES, state__in=FULL_OUTCOMES).exists()


def going_on(run: SyncRun) -> SyncRun | None:
    """The run that did, or does, the work that a person let go on; None before it began."""
    if not run.accepted_by:
        return None
    later = SyncRun.objects.filter(stream=run.stream, started_at__gt=run.started_at, accepted_brake=run.accepted_brake)
    return later.exclude(accepted_brake="").order_by("started_at").first()


@dataclass(frozen=True)
class RangesOfRun:
    """How far a run in ranges is. `shown` are its first ranges, those that are left before those that are done."""

    all: int
    done: int
    being_read: set[int]
    read: int
    shown: list[SyncRange]


def ranges_of(run: SyncRun) -> RangesOfRun | None:
    """The ranges of a run; None where it was read in one piece."""
    told = run.ranges.aggregate(
        all=Count("pk"), done=Count("pk", filter=Q(state=SyncRange.State.DONE)), read=Sum("read")
    )
    if not told["all"]:
        return None
    left_first = Case(When(state=SyncRange.State.DONE, then=1), default=0)
    shown = list(run.ranges.order_by(left_first, "position")[:RANGES_SHOWN])
    return RangesOfRun(being_read=ranges.being_read(run.pk), shown=shown, **told)
