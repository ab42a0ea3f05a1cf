"""Read batches, stage, check, compare, write the difference with its history, refresh what hangs on it, commit once.

One screen of what happens; each step is a module beside this one. No Python and no ORM per row.
"""

from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime

import pyarrow as pa
from django.db import connection, transaction
from psycopg import sql

from customer360.derived import derivations, one_at_a_time
from sync.crashpoints import crashpoint
from sync.load import brake, changes, departures, due, listing, references, rejects, seen, stage
from sync.load.cursor import Cursor
from sync.load.extremes import Extremes
from sync.load.outcome import BrakeReached, Order, Outcome
from sync.load.plan import Plan
from sync.stream import CURSOR_COLUMN

__all__ = ["BrakeReached", "Order", "Outcome", "load", "reconcile"]


def load(
    plan: Plan, batches: Iterable[pa.RecordBatch], order: Order, on_batch: Callable[[int], None] = lambda rows: None
) -> Outcome:
    """Load what was read into the mirror.

    Batches are staged first, outside the writing transaction, so that a slow source holds no lock. They are read by a
    thread: `batches` may not use Django's connections. `on_batch` is told the rows read so far after each batch.

    Raises BrakeReached where a full compare would remove more than the brake allows; nothing is written then.
    """
    with connection.cursor() as cursor:
        return _load(cursor, plan, batches, order, Outcome(), on_batch)


def reconcile(
    plan: Plan,
    listed: Iterable[pa.RecordBatch],
    read: Callable[[pa.Array], Iterable[pa.RecordBatch]],
    order: Order,
    on_batch: Callable[[int], None] = lambda rows: None,
) -> Outcome:
    """Compare the mirror with a listing of all keys, batches of one column, and settle the difference.

    `read` gives the rows of those keys, an array of text, that the mirror lacks; they are loaded. What the listing does
    not name is marked. Where both agree nothing is read whole, and nothing written. Raises as `load` does.
    """
    outcome = Outcome()
    with connection.cursor() as cursor:
        outcome.listed = listing.take(cursor, plan, listed, on_batch)
        lacking = listing.missing(cursor, plan)
        batches = read(lacking) if len(lacking) else ()
        return _load(cursor, plan, batches, order, outcome, lambda rows: on_batch(outcome.listed + rows))


def _load(
    cursor: Cursor,
    plan: Plan,
    batches: Iterable[pa.RecordBatch],
    order: Order,
    outcome: Outcome,
    on_batch: Callable[[int], None],
) -> Outcome:
    extremes = Extremes()
    stage.create(cursor, plan)
    with closing(stage.copy(cursor, plan, batches)) as staged:
        for batch, is_readable in staged:
            extremes.add(batch, is_readable=is_readable)
            crashpoint("staged", plan.stream.name)
            outcome.read += batch.num_rows
            on_batch(outcome.read)
    order.staged()
    with transaction.atomic():
        _write(cursor, plan, order, outcome, extremes)
        if order.is_dry_run:
            transaction.set_rollback(True)
    stage.drop(cursor, plan)
    return outcome


def _write(cursor: Cursor, plan: Plan, order: Order, outcome: Outcome, extremes: Extremes) -> None:
    """From staged rows to the mirror, all or nothing."""
    is_range = order.range_id is not None
    outcome.highest = _highest_cursor_value(cursor, plan)
    deleted = departures.set_aside(cursor, plan, order)
    offered = 0 if order.shows_gone or is_range else rejects.offer_again(cursor, plan, order.rows)
    stage.settle(cursor, plan)
    checks = list(rejects.checks(plan, None if offered else extremes))
    rejections = rejects.move_aside(cursor, plan, checks, run_id=order.run_id, is_full=order.is_full)
    outcome.rejected, outcome.healed = rejections.rejected, rejections.healed
    outcome.warnings = [*order.warnings, *rejections.warnings]
    references.look_up(cursor, plan)
    crashpoint("checked", plan.stream.name)
    moves_figures = bool(derivations(plan.model)) and not is_range
    if deleted.records:
        if moves_figures:
            one_at_a_time(cursor)
        departures.mark_deleted(cursor, plan, order.change)
    _compare(cursor, plan, order, outcome, staged=outcome.read + offered - outcome.rejected - deleted.rows)
    outcome.warnings += changes.anomalies(cursor, plan)
    if order.shows_gone:
        brake.check(cursor, plan, outcome, order)
    if order.is_dry_run:
        outcome.removed = outcome.gone + deleted.records
        outcome.differences = changes.describe(cursor, plan, limit=200)
        return
    if moves_figures:
        one_at_a_time(cursor)
    changes.write(cursor, plan, order.change)
    outcome.removed = deleted.records
    if order.shows_gone:
        gone = departures.mark_gone(cursor, plan, order.change)
        outcome.removed, outcome.archived = outcome.removed + gone.removed, gone.archived
    changes.keep_bases(cursor, plan)
    if is_range:
        outcome.keys = seen.keep(cursor, plan, order, some_bad=bool(outcome.rejected))
        due.leave_for_later(cursor, plan)
    else:
        marked = [plan.departed] * bool(deleted.records) + [plan.gone] * order.shows_gone
        outcome.summaries = due.refresh(cursor, plan, due.Touched(plan, tuple(marked)), order)
    order.commit(outcome)
    crashpoint("written", plan.stream.name)


def _compare(cursor: Cursor, plan: Plan, order: Order, outcome: Outcome, *, staged: int) -> None:
    """Find how the mirror differs from what was read, and count it."""
    difference = changes.find(cursor, plan, staged=staged, is_full=order.is_full)
    outcome.new, outcome.changed, outcome.unchanged = difference.new, difference.changed, difference.unchanged
    outcome.gone = difference.gone
    if order.is_listed:
        # What was listed and not read whole is as it was.
        outcome.unchanged += outcome.listed - outcome.read
        outcome.read = outcome.listed
        outcome.gone = departures.keep_unlisted(cursor, plan)


def _highest_cursor_value(cursor: Cursor, plan: Plan) -> datetime | None:
    """The highest cursor value read, in the source's own clock."""
    if not plan.stream.cursor:
        return None
    cursor.execute(sql.SQL("SELECT max({}) FROM {}").format(sql.Identifier(CURSOR_COLUMN), plan.stage))
    return cursor.fetchone()[0]
