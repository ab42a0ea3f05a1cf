"""A full compare in ranges of its key: planned once, read by any number of workers, brought to its end by the last.

What is done, being done and left lies in PostgreSQL. Whoever looks there next goes on, so it matters to nobody which
process planned a run, which ones read its ranges, and whether they still live.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction

from customer360.changes import Change, Origin
from sync import bookmarks, ranges, streams
from sync.closing import close
from sync.crashpoints import crashpoint
from sync.load import BrakeReached, Order, Outcome, load, seen, totals
from sync.load.plan import Plan
from sync.models import SyncRange, SyncRun
from sync.ranges import HeldRange
from sync.stream import Stream
from sync.systems import (
    Reader,
    SourceError,
    answer_within,
    brake_percent,
    closed_now,
    open_reader,
    read_again_where_lost,
    time_zone,
)

logger = structlog.get_logger(__name__)

ENDS_TRIED = 5
"""How often the end of a run is begun before the run is given up."""
LOOK_AGAIN = 0.5
"""Seconds between two looks at ranges that others read."""

Progress = Callable[[Stream, int], None]
"""Told the stream and the rows read so far."""


def plan(run: SyncRun, stream: Stream, reader: Reader) -> bool:
    """Cut a full compare into ranges, where the stream is split and large enough for more than one."""
    if not stream.split:
        return False
    bounds = reader.bounds(reader.fitted(stream).stream, settings.SYNC_RANGE_ROWS)
    if not bounds:
        return False
    with transaction.atomic():
        run.save(force_insert=True)
        ranges.plan(run, bounds)
    crashpoint("planned", stream.name)
    return True


def work_through(run_id: UUID, on_progress: Progress = lambda stream, rows: None) -> SyncRun:
    """Read the run's ranges in turn, wait for those that others read, and bring the run to its end; return it.

    Where the source fails, the run is left as it is: it goes on later, from the ranges that are not done.
    """
    while True:
        held = ranges.take(run_id, _answer_within(run_id), rested=False)
        if held is not None:
            if not _read(held, on_progress):
                break
        elif _end(run_id):
            break
        elif not ranges.free(run_id):
            if not _somebody_works_on(run_id):
                break
            time.sleep(LOOK_AGAIN)
    _give_up_if_hopeless(run_id)
    return SyncRun.objects.get(pk=run_id)


def help_with(run_id: UUID) -> None:
    """Read one range of the run, if one is free, and bring the run to its end, if that was the last.

    Outside the hours in which the system may be read, what the schedule began waits for the next ones.
    """
    run = SyncRun.objects.filter(pk=run_id, state=SyncRun.State.RUNNING).first()
    if run is None or (not run.requested_by and closed_now(_stream_of(run_id).system)):
        return
    held = ranges.take(run_id, _answer_within(run_id))
    if held is not None:
        _read(held)
    _end(run_id)
    _give_up_if_hopeless(run_id)


def _stream_of(run_id: UUID) -> Stream:
    return streams.by_name(SyncRun.objects.values_list("stream", flat=True).get(pk=run_id))


def _answer_within(run_id: UUID) -> timedelta:
    return answer_within(_stream_of(run_id).system)


def _somebody_works_on(run_id: UUID) -> bool:
    """Whether another process reads a range of the run, or brings it to its end."""
    return bool(ranges.being_read(run_id)) or _stream_of(run_id).name in bookmarks.held()


def _read(held: HeldRange, on_progress: Progress = lambda stream, rows: None) -> bool:
    """Read and load one range; whether it went well. One that failed rests before it is tried again."""
    run = SyncRun.objects.get(pk=held.run_id)
    stream = streams.by_name(run.stream)
    crashpoint("range-taken", stream.name)
    try:
        _read_and_load(run, stream, held, on_progress)
    except bookmarks.LeaseLost as loss:
        logger.warning("range taken over", run=str(run.pk), range=held.position, said=str(loss))
    except SourceError as failure:
        _put_back(held, str(failure))
        return False
    except Exception as error:
        logger.exception("range failed", stream=stream.name, run=str(run.pk), range=held.position)
        if not connection.in_atomic_block:
            # Where the database itself went away, the rest is done over a new connection.
            connection.close_if_unusable_or_obsolete()
        _put_back(held, f"{type(error).__name__}; the log has the details under run {run.pk}.")
        return False
    else:
        crashpoint("range-committed", stream.name)
    return True


def _put_back(held: HeldRange, why: str) -> None:
    held.put_back(why)
    run = SyncRun.objects.filter(pk=held.run_id, state=SyncRun.State.RUNNING)
    parts = SyncRange.objects.filter(run=held.run_id)
    done = parts.filter(state=SyncRange.State.DONE).count()
    run.update(
        message=f"Range {held.position} failed: {why} {done} of {parts.count()} ranges are done and are kept; workers"
        " go on with the rest by themselves after a while, `manage.py sync` at once."
    )


def _read_and_load(run: SyncRun, stream: Stream, held: HeldRange, on_progress: Progress) -> None:
    """Read one range at a point in time of its own, again where the source lost that."""
    before = ranges.read_so_far(run.pk)

    def batch_read(rows: int) -> None:
        held.extend()
        on_progress(stream, before + rows)

    def read() -> None:
        with open_reader(stream.system) as reader:
            fitted = reader.fitted(stream)
            plan = Plan(fitted.stream, time_zone(stream.system))
            order = Order(
                change=Change(Origin(stream.system), run.pk),
                business_date=run.business_date,
                is_full=False,
                range_id=held.pk,
                warnings=fitted.warnings,
                staged=lambda: held.extend(bookmarks.WRITING_LEASE),
                commit=partial(held.commit, clock=reader.clock),
            )
            load(plan, reader.read(fitted.stream, plan.arrow_schema, None, held.keys), order, batch_read)

    read_again_where_lost(read, run=str(run.pk), range=held.position)


def _end(run_id: UUID) -> bool:
    """Bring the run to its end, if all its ranges are done; whether it has ended, by us or by another process."""
    if SyncRun.objects.exclude(state=SyncRun.State.RUNNING).filter(pk=run_id).exists():
        return True
    if ranges.left(run_id):
        return False
    stream = _stream_of(run_id)
    try:
        with bookmarks.lease(stream.name) as held:
            run = SyncRun.objects.get(pk=run_id)
            if run.state != SyncRun.State.RUNNING:
                return True
            if ranges.reopen_unseen(run_id):
                logger.warning("seen keys are gone, their ranges are read again", run=str(run_id))
                return False
            held.extend(bookmarks.WRITING_LEASE)
            _decide(run, stream, replace(held, question=run.question))
    except bookmarks.AlreadyRunning:
        return False
    except Exception as error:
        logger.exception("end failed", stream=stream.name, run=str(run_id))
        connection.close_if_unusable_or_obsolete()
        SyncRun.objects.filter(pk=run_id, state=SyncRun.State.RUNNING).update(
            message=f"All ranges are in the mirror, but the end of the run failed: {type(error).__name__}. It is tried"
            f" again; the log has the details under run {run_id}."
        )
        return False
    return True


def _decide(run: SyncRun, stream: Stream, held: bookmarks.Lease) -> None:
    """What is judged over all ranges: the brake, what is gone, how figures move, how far the stream got."""
    run.ends_tried += 1
    run.save(update_fields=["ends_tried"])
    if run.ends_tried > ENDS_TRIED:
        give_up(run, f"All its ranges are in the mirror, but its end failed {ENDS_TRIED} times.")
        return
    done = list(run.ranges.all())
    plan = Plan(stream, time_zone(stream.system))
    total = totals.add_up(plan, map(_outcome, done))
    # A row that came after its own range was read is found from the bookmark on, so no range may be younger than that.
    clock = min(datetime.fromisoformat(each.clock) for each in done)

    def commit(outcome: Outcome) -> None:
        held.commit(run, bookmarks.reached(outcome.highest, clock))
        ranges.forget_seen(run.pk)
        close(run, SyncRun.State.DONE, "", outcome)
        crashpoint("ending", stream.name)

    order = Order(
        change=Change(Origin(stream.system), run.pk),
        business_date=run.business_date,
        is_full=True,
        brake_percent=brake_percent(stream.system),
        accepted_removals=run.accepted_removals or 0,
        commit=commit,
    )
    try:
        seen.finish(plan, order, total)
    except BrakeReached as brake:
        total.held = brake.outcome.held
        with transaction.atomic():
            ranges.forget_seen(run.pk)
            close(run, SyncRun.State.STOPPED, str(brake), total)
    crashpoint("ended", stream.name)


def _outcome(done: SyncRange) -> Outcome:
    figures = {name: getattr(done, name) for name in (*ranges.FIGURES, "keys", "warnings")}
    return Outcome(**figures, highest=datetime.fromisoformat(done.highest) if done.highest else None)


def _give_up_if_hopeless(run_id: UUID) -> None:
    """Fail the run if one of its ranges was begun as often as may be."""
    run = SyncRun.objects.filter(pk=run_id, state=SyncRun.State.RUNNING).first()
    hopeless = ranges.given_up(run_id) if run else None
    if run and hopeless:
        why = hopeless.message or "The process that read it died each time."
        give_up(run, f"Range {hopeless.position} failed {hopeless.attempts} times: {why}")


def give_up(run: SyncRun, why: str) -> None:
    """Fail a run in ranges. What its ranges brought stays: it is as the source has it."""
    total = totals.add_up(Plan(_stream_of(run.pk), ""), map(_outcome, run.ranges.filter(state=SyncRange.State.DONE)))
    with transaction.atomic():
        if SyncRun.objects.select_for_update().filter(pk=run.pk, state=SyncRun.State.RUNNING).exists():
            ranges.forget_seen(run.pk)
            message = (
                f"{why} What the other ranges brought is kept; no record was marked. The next full compare is due."
            )
            close(run, SyncRun.State.FAILED, message, total)
