"""Running streams. Truth about a run lies in PostgreSQL; a scheduler, a worker or a person only starts it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from customer360.changes import Change, Origin
from sync import bookmarks
from sync.crashpoints import crashpoint
from sync.load import BrakeReached, Order, Outcome, load
from sync.load.plan import Plan
from sync.models import SyncRun
from sync.stream import Stream, System
from sync.systems import (
    Reader,
    SourceError,
    SourceGone,
    StreamSkipped,
    answer_within,
    brake_percent,
    closed_now,
    open_reader,
    time_zone,
)

logger = structlog.get_logger(__name__)

ATTEMPTS_AT_A_POINT_IN_TIME = 3

Progress = Callable[[Stream, int], None]
"""Told the stream and the rows read so far."""


def run_streams(
    streams: Iterable[Stream],
    *,
    full: bool = False,
    dry_run: bool = False,
    business_date: date | None = None,
    requested_by: str = "",
    accepted_brake: str = "",
    on_progress: Progress = lambda stream, rows: None,
) -> Iterator[tuple[SyncRun, Outcome]]:
    """Run the streams in their order, those of one system at one point in time, and give each run as it ends.

    A stream that fails does not keep the next one from running. A dry run does everything up to the writing and keeps
    the differences in its outcome. The business date is one for all of them: the day it is for each system when its
    first stream begins, unless given. `accepted_brake` is a person's reason to let removals go past the brake.
    """
    for system, of_system in groupby(streams, key=lambda stream: stream.system):
        session = _Session(system)
        day = business_date or timezone.localdate(timezone=ZoneInfo(time_zone(system)))
        with session:
            for stream in of_system:
                run = SyncRun(
                    stream=stream.name,
                    mode=SyncRun.Mode.FULL,
                    is_dry_run=dry_run,
                    business_date=day,
                    requested_by=requested_by,
                    accepted_brake=accepted_brake,
                )
                yield run, _run(stream, run, session, full=full, on_progress=on_progress)


class _Session:
    """One system, opened when the first stream needs it and again when its point in time is lost."""

    def __init__(self, system: System) -> None:
        self.system, self._stack = system, ExitStack()
        self._reader: Reader | None = None

    def __enter__(self) -> "_Session":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def reader(self) -> Reader:
        """The system at the session's point in time."""
        if self._reader is None:
            self._reader = self._stack.enter_context(open_reader(self.system))
        return self._reader

    def close(self) -> None:
        """Let the point in time go."""
        self._reader = None
        self._stack.close()


def _run(stream: Stream, run: SyncRun, session: _Session, *, full: bool, on_progress: Progress) -> Outcome:
    """One stream from lease to closed run. Whatever goes wrong ends in the run's state and message.

    A run that writes is closed as done in the transaction that writes: the two are seen together or not at all.
    """
    try:
        if not run.requested_by and (closed := closed_now(stream.system)):
            raise StreamSkipped(
                f"{stream.title} were not read now: {closed} The next scheduled run within it reads them."
            )
        with bookmarks.lease(stream.name, answer_within(stream.system)) as held:
            SyncRun.objects.filter(stream=stream.name, state=SyncRun.State.RUNNING).update(
                state=SyncRun.State.ABANDONED, finished_at=timezone.now(),
                message="The process that ran it is gone. Nothing of it was written; the next run does its work.",
            )  # fmt: skip
            asked = session.reader.question(session.reader.fitted(stream).stream)
            held = replace(held, question=asked)
            lower = None if full else _lower_bound(stream, session, asked)
            run.mode = SyncRun.Mode.NEW if lower else SyncRun.Mode.FULL
            run.save(force_insert=True)
            outcome = _attempts(stream, run, session, held, lower, on_progress)
        return _close(run, SyncRun.State.DONE, "", outcome) if run.is_dry_run else outcome
    except bookmarks.AlreadyRunning as refusal:
        return _close(run, SyncRun.State.REFUSED, str(refusal))
    except BrakeReached as brake:
        return _close(run, SyncRun.State.STOPPED, str(brake), brake.outcome)
    except StreamSkipped as why:
        return _close(run, SyncRun.State.SKIPPED, str(why))
    except bookmarks.LeaseLost as loss:
        return _close(run, SyncRun.State.FAILED, str(loss))
    except SourceError as failure:
        # The connection may be what failed: the next stream opens one of its own.
        session.close()
        return _close(run, SyncRun.State.FAILED, str(failure))
    except Exception as error:
        logger.exception("run failed", stream=stream.name, run=str(run.id))
        if not connection.in_atomic_block:
            # Where the database itself went away, the run is closed over a new connection.
            connection.close_if_unusable_or_obsolete()
        message = f"{type(error).__name__}. Nothing was written; the log has the details under run {run.id}."
        return _close(run, SyncRun.State.FAILED, message)


def _lower_bound(stream: Stream, session: _Session, asked: str) -> datetime | None:
    """Where a stream with a cursor begins to read; None where everything is to be compared."""
    if not stream.cursor:
        return None
    return bookmarks.since(stream.name, stream.cursor.overlap, session.reader.clock, question=asked)


def _attempts(
    stream: Stream,
    run: SyncRun,
    session: _Session,
    held: bookmarks.Lease,
    lower: datetime | None,
    on_progress: Progress,
) -> Outcome:
    """Read and load, again from a new point in time where the source lost the old one."""
    for attempt in range(1, ATTEMPTS_AT_A_POINT_IN_TIME + 1):
        try:
            return _read_and_load(stream, run, session, held, lower, on_progress)
        except SourceGone:
            session.close()
            if attempt == ATTEMPTS_AT_A_POINT_IN_TIME:
                raise
            logger.warning("point in time lost, reading again", stream=stream.name, run=str(run.id), attempt=attempt)
    raise AssertionError("unreachable")


def _read_and_load(
    stream: Stream,
    run: SyncRun,
    session: _Session,
    held: bookmarks.Lease,
    lower: datetime | None,
    on_progress: Progress,
) -> Outcome:
    fitted = session.reader.fitted(stream)
    plan = Plan(fitted.stream, time_zone(stream.system))

    def batch_read(rows: int) -> None:
        held.extend()
        on_progress(stream, rows)

    def commit(outcome: Outcome) -> None:
        held.commit(run, bookmarks.reached(outcome.highest, session.reader.clock))
        _close(run, SyncRun.State.DONE, "", outcome)

    batches = session.reader.read(fitted.stream, plan.arrow_schema, lower)
    order = Order(
        change=Change(Origin(stream.system), run.id),
        business_date=run.business_date,
        is_full=lower is None,
        is_dry_run=run.is_dry_run,
        warnings=fitted.warnings,
        brake_percent=None if run.accepted_brake else brake_percent(stream.system),
        staged=lambda: held.extend(bookmarks.WRITING_LEASE),
        commit=commit,
    )
    outcome = load(plan, batches, order, batch_read)
    crashpoint("committed", stream.name)
    return outcome


def _close(run: SyncRun, state: str, message: str, outcome: Outcome | None = None) -> Outcome:
    """Write how the run ended."""
    outcome = outcome or Outcome()
    run.state, run.message, run.finished_at = state, message, timezone.now()
    for name in (
        "read",
        "new",
        "changed",
        "unchanged",
        "held",
        "gone",
        "removed",
        "archived",
        "rejected",
        "healed",
        "summaries",
        "warnings",
    ):
        setattr(run, name, getattr(outcome, name))
    run.save()
    logger.info("run ended", stream=run.stream, run=str(run.id), state=state, read=run.read, changed=run.changed)
    return outcome


def run_url(run_id: UUID) -> str | None:
    """The page about a run."""
    return reverse("sync-run", args=[run_id])
