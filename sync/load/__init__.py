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
from sync.load import brake, changes, due, rejects, seen, stage
from sync.load.cursor import Cursor
from sync.load.extremes import Extremes
from sync.load.outcome import BrakeReached, Order, Outcome
from sync.load.plan import Plan
from sync.stream import CURSOR_COLUMN

__all__ = ["BrakeReached", "Order", "Outcome", "load"]


def load(
    plan: Plan, batches: Iterable[pa.RecordBatch], order: Order, on_batch: Callable[[int], None] = lambda rows: None
) -> Outcome:
    """Load what was read into the mirror.

    Batches are staged first, outside the writing transaction, so that a slow source holds no lock. They are read by a
    thread: `batches` may not use Django's connections. `on_batch` is told the rows read so far after each batch.

    Raises BrakeReached where a full compare would remove more than the brake allows; nothing is written then.
    """
    outcome, extremes = Outcome(), Extremes()
    with connection.cursor() as cursor:
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
    offered = 0 if order.is_full or is_range else rejects.offer_again(cursor, plan, order.rows)
    stage.settle(cursor, plan)
    checks = list(rejects.checks(plan, None if offered else extremes))
    rejections = rejects.move_aside(cursor, plan, checks, run_id=order.run_id, is_full=order.is_full)
    outcome.rejected, outcome.healed = rejections.rejected, rejections.healed
    outcome.warnings = [*order.warnings, *rejections.warnings]
    crashpoint("checked", plan.stream.name)
    good = outcome.read + offered - outcome.rejected
    difference = changes.find(cursor, plan, staged=good, is_full=order.is_full)
    outcome.new, outcome.changed, outcome.unchanged = difference.new, difference.changed, difference.unchanged
    outcome.gone = difference.gone
    outcome.warnings += changes.anomalies(cursor, plan)
    if order.is_full:
        brake.check(cursor, plan, outcome, order)
    if order.is_dry_run:
        outcome.removed = difference.gone
        outcome.differences = changes.describe(cursor, plan, limit=200)
        return
    if derivations(plan.model) and not is_range:
        one_at_a_time(cursor)
    changes.write(cursor, plan, order.change)
    if order.is_full:
        gone = changes.mark_gone(cursor, plan, order.change)
        outcome.removed, outcome.archived = gone.removed, gone.archived
    changes.keep_bases(cursor, plan)
    if is_range:
        outcome.keys = seen.keep(cursor, plan, order, some_bad=bool(outcome.rejected))
        due.leave_for_later(cursor, plan)
    else:
        outcome.summaries = due.refresh(cursor, plan, due.changed_accounts(plan), order.business_date)
    order.commit(outcome)
    crashpoint("written", plan.stream.name)


def _highest_cursor_value(cursor: Cursor, plan: Plan) -> datetime | None:
    """The highest cursor value read, in the source's own clock."""
    if not plan.stream.cursor:
        return None
    cursor.execute(sql.SQL("SELECT max({}) FROM {}").format(sql.Identifier(CURSOR_COLUMN), plan.stage))
    return cursor.fetchone()[0]
