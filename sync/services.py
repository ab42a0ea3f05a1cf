"""Running streams. Truth about a run lies in PostgreSQL; a scheduler, a worker or a person only starts it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.db import connection
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from customer360.changes import Change, Origin
from sync import bookmarks, brakes, ranges, split
from sync.closing import COUNTED, close
from sync.crashpoints import crashpoint
from sync.extent import Extent, extent_of
from sync.load import BrakeReached, Order, Outcome, load, reconcile
from sync.load.plan import Plan
from sync.models import SyncRun
from sync.sessions import Session
from sync.split import Progress
from sync.stream import Stream
from sync.systems import (
    SourceError,
    SourceGone,
    SourceSpent,
    StreamSkipped,
    answer_within,
    brake_percent,
    closed_now,
    read_again_where_lost,
    time_zone,
)

logger = structlog.get_logger(__name__)

ATTEMPTS = 3
"""How often the same work is begun, by one run after the other, before it is left to the alerts."""

Fan = Callable[[UUID, int], None]
"""Told a run that was cut into ranges, and how many there are for others to read."""


def run_streams(
    streams: Iterable[Stream],
    *,
    full: bool = False,
    keys: bool = False,
    dry_run: bool = False,
    business_date: date | None = None,
    requested_by: str = "",
    accepted_brake: str = "",
    attempt: int = 1,
    accepted_removals: int | None = None,
    on_progress: Progress = lambda stream, rows: None,
    on_ranges: Fan = lambda run, others: None,
) -> Iterator[tuple[SyncRun, Outcome]]:
    """Run the streams in their order, those of one system at one point in time, and give each run as it ends.

    A stream that fails does not keep the next one from running. `full` compares everything, `keys` the keys alone,
    where the source gives them and the stream has a bookmark; without either, what is new since the bookmark is read. A
    dry run does everything up to the writing and keeps the differences in its outcome. The business date is one for all
    of them: the day it is for each system when its first stream begins, unless given. `accepted_brake` is a person's
    reason to let removals go past the brake: `accepted_removals` of them, or as many as the stream's waiting stopped
    run shows.

    A large stream is read in ranges. `on_ranges` may tell others to help; without any, the ranges are read in turn.
    A run in ranges that lost its processes is brought to its end first, and is the run that is given then. It is given
    as still running where its source failed: it goes on later, from the ranges that are not done.
    """
    for system, of_system in groupby(streams, key=lambda stream: stream.system):
        session = Session(system)
        day = business_date or timezone.localdate(timezone=ZoneInfo(time_zone(system)))
        with session:
            for stream in of_system:
                run = SyncRun(
                    stream=stream.name,
                    mode=_wished(stream, full=full, keys=keys),
                    is_dry_run=dry_run,
                    business_date=day,
                    requested_by=requested_by,
                    accepted_brake=accepted_brake,
                    attempt=attempt,
                    accepted_removals=accepted_removals,
                )
                yield _run(stream, run, session, on_progress=on_progress, on_ranges=on_ranges)


def _wished(stream: Stream, *, full: bool, keys: bool) -> SyncRun.Mode:
    """How much of a stream somebody wishes to have read."""
    if full or not stream.cursor:
        return SyncRun.Mode.FULL
    return SyncRun.Mode.KEYS if keys else SyncRun.Mode.NEW


def _run(
    stream: Stream, run: SyncRun, session: Session, *, on_progress: Progress, on_ranges: Fan
) -> tuple[SyncRun, Outcome]:
    """One stream from lease to closed run. Whatever goes wrong ends in the run's state and message."""
    session.begin()
    try:
        going, outcome = _alone(stream, run, session, on_progress)
    except Exception as error:
        return run, _failed(stream, run, session, error)
    if going is None:
        return run, outcome
    # The ranges are read at points in time of their own.
    session.close()
    try:
        on_ranges(going.pk, max(ranges.free(going.pk) - 1, 0))
        going = split.work_through(going.pk, on_progress)
    except Exception as error:
        # The run stays as it is, to go on later; the next stream is run all the same.
        logger.error("run interrupted", stream=stream.name, run=str(going.pk), exc_info=error)
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        going.refresh_from_db()
    return going, Outcome(**{name: getattr(going, name) for name in COUNTED})


def _alone(stream: Stream, run: SyncRun, session: Session, on_progress: Progress) -> tuple[SyncRun | None, Outcome]:
    """What is done under the stream's lease: the whole run, or no more than to say which run goes on in ranges.

    A run that writes is closed as done in the transaction that writes: the two are seen together or not at all.
    """
    if not run.requested_by and (closed := closed_now(stream.system)):
        raise _OutsideHours(f"{stream.title} were not read now: {closed} The next scheduled run within it reads them.")
    with bookmarks.lease(stream.name, answer_within(stream.system)) as held:
        if run.accepted_brake and run.accepted_removals is None:
            run.accepted_removals = brakes.shown(stream.name)
        going = ranges.unfinished(stream.name)
        if going is not None and not run.is_dry_run:
            if ranges.being_read(going.pk):
                raise bookmarks.AlreadyRunning(stream.name)
            going.business_date = run.business_date
            if run.accepted_brake:
                going.accepted_brake, going.accepted_removals = run.accepted_brake, run.accepted_removals
            going.save(update_fields=["business_date", "accepted_brake", "accepted_removals"])
            return going, Outcome()
        _abandon_dead(stream, run)
        fitted = session.reader.fitted(stream).stream
        run.question = session.reader.question(fitted)
        held = replace(held, question=run.question)
        extent = extent_of(fitted, SyncRun.Mode(run.mode), session.reader, run.question)
        run.mode = extent.mode
        if extent.mode == SyncRun.Mode.FULL and not run.is_dry_run and split.plan(run, stream, session.reader):
            return run, Outcome()
        run.save(force_insert=True)
        outcome = _attempts(stream, run, session, held, extent, on_progress)
    return None, _done(run, session, outcome) if run.is_dry_run else outcome


def _done(run: SyncRun, session: Session, outcome: Outcome) -> Outcome:
    run.api_calls = session.calls
    return close(run, SyncRun.State.DONE, "", outcome)


def _abandon_dead(stream: Stream, run: SyncRun) -> None:
    """Close what lost its process. The run does that work, as a further attempt at it.

    Raises _DiedEachTime where the attempts are used up: what kills its process must not be begun for ever.
    """
    dead = SyncRun.objects.filter(stream=stream.name, state=SyncRun.State.RUNNING, ranges=None)
    begun = dead.filter(is_dry_run=False).aggregate(most=Max("attempt"))["most"] or 0
    dead.update(
        state=SyncRun.State.ABANDONED, finished_at=timezone.now(),
        message="The process that ran it is gone. Nothing of it was written; the next run does its work.",
    )  # fmt: skip
    if begun and not run.is_dry_run:
        run.attempt = max(run.attempt, begun + 1)
        if begun >= ATTEMPTS:
            raise _DiedEachTime(
                f"{stream.title}: the process was killed {begun} times, perhaps for want of memory. Nothing was"
                " written. Look at the worker's and the system's log, then run the stream."
            )


class _OutsideHours(Exception):
    """The system may not be read at this hour. The message says when it may."""


class _DiedEachTime(Exception):
    """The process of the same work was killed again and again."""


def _failed(stream: Stream, run: SyncRun, session: Session, error: Exception) -> Outcome:
    """Close a run that could not do its work, with a sentence for a person."""
    run.api_calls = session.calls
    match error:
        case bookmarks.AlreadyRunning():
            return close(run, SyncRun.State.REFUSED, str(error))
        case _OutsideHours():
            return close(run, SyncRun.State.PUT_OFF, str(error))
        case StreamSkipped():
            return close(run, SyncRun.State.SKIPPED, str(error))
        case BrakeReached():
            return close(run, SyncRun.State.STOPPED, str(error), error.outcome)
        case bookmarks.LeaseLost() | _DiedEachTime():
            return close(run, SyncRun.State.FAILED, str(error))
        case SourceError():
            if not isinstance(error, SourceSpent):
                # The connection may be what failed: the next stream opens one of its own.
                session.close()
            return close(run, SyncRun.State.FAILED, str(error))
    logger.error("run failed", stream=stream.name, run=str(run.id), exc_info=error)
    if not connection.in_atomic_block:
        # Where the database itself went away, the run is closed over a new connection.
        connection.close_if_unusable_or_obsolete()
    message = f"{type(error).__name__}. Nothing was written; the log has the details under run {run.id}."
    return close(run, SyncRun.State.FAILED, message)


def _attempts(
    stream: Stream,
    run: SyncRun,
    session: Session,
    held: bookmarks.Lease,
    extent: Extent,
    on_progress: Progress,
) -> Outcome:
    """Read and load, again from a new point in time where the source lost the old one."""

    def read() -> Outcome:
        try:
            return _read_and_load(stream, run, session, held, extent, on_progress)
        except SourceGone:
            session.close()
            raise

    return read_again_where_lost(read, stream=stream.name, run=str(run.id))


def _read_and_load(
    stream: Stream,
    run: SyncRun,
    session: Session,
    held: bookmarks.Lease,
    extent: Extent,
    on_progress: Progress,
) -> Outcome:
    reader = session.reader
    fitted = reader.fitted(stream)
    plan = Plan(fitted.stream, time_zone(stream.system))

    def batch_read(rows: int) -> None:
        held.extend()
        on_progress(stream, rows)

    def commit(outcome: Outcome) -> None:
        cursor_at = extent.cursor_reached(fitted.stream, outcome.highest, reader.clock)
        held.commit(run, cursor_at, extent.log_reached(fitted.stream, reader.clock))
        _done(run, session, outcome)

    order = Order(
        change=Change(Origin(stream.system), run.id),
        business_date=run.business_date,
        is_full=extent.mode == SyncRun.Mode.FULL,
        is_listed=extent.mode == SyncRun.Mode.KEYS,
        deleted=extent.gone.keys if extent.gone else None,
        is_dry_run=run.is_dry_run,
        brake_percent=brake_percent(stream.system),
        accepted_removals=run.accepted_removals or 0,
        warnings=(*fitted.warnings, *extent.warnings),
        staged=lambda: held.extend(bookmarks.WRITING_LEASE),
        commit=commit,
    )
    listed = reader.keys(fitted.stream) if order.is_listed else None
    if listed is None:
        outcome = load(plan, reader.read(fitted.stream, plan.arrow_schema, extent.since), order, batch_read)
    else:
        lacking = partial(reader.read, fitted.stream, plan.arrow_schema, None, None)
        outcome = reconcile(plan, listed, lacking, order, batch_read)
    crashpoint("committed", stream.name)
    return outcome


def run_url(run_id: UUID) -> str | None:
    """The page about a run."""
    return reverse("sync-run", args=[run_id])
