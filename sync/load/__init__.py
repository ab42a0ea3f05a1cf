"""Read batches, stage, check, compare, write the difference with its history, refresh what hangs on it, commit once.

One screen of what happens; each step is a module beside this one. No Python and no ORM per row.
"""

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pyarrow as pa
from django.db import connection, transaction
from psycopg import sql

from customer360.changes import Change
from customer360.derived import derivations, one_at_a_time
from sync.crashpoints import crashpoint
from sync.extraction import CURSOR_COLUMN
from sync.load import changes, rejects, stage
from sync.load.cursor import Cursor
from sync.load.extremes import Extremes
from sync.load.plan import Plan


class BrakeReached(Exception):
    """A full compare that would remove too much, or read nothing: nothing was written, a person must look.

    `outcome` holds the figures to judge by: rows read, records gone, and records held.
    """

    def __init__(self, message: str, outcome: "Outcome") -> None:
        super().__init__(message)
        self.outcome = outcome


@dataclass
class Outcome:
    """What a load did, in records.

    `gone` are the records a full compare did not find, which become `removed` or `archived` unless the brake holds
    them; `held` those it was measured against, counted where the brake stopped the load.
    """

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    held: int = 0
    gone: int = 0
    removed: int = 0
    archived: int = 0
    rejected: int = 0
    healed: int = 0
    summaries: int = 0
    highest: datetime | None = None
    warnings: list[dict[str, Any]] = field(default_factory=list)
    differences: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Order:
    """What a load is to do.

    `staged` is called when all is read and the writing begins; `commit` last, inside the transaction: it moves the
    bookmark under the lease. `warnings` are what was known before anything was read; the outcome's begin with them.
    """

    change: Change
    business_date: date
    is_full: bool
    is_dry_run: bool = False
    brake_percent: float | None = None
    warnings: tuple[dict[str, Any], ...] = ()
    staged: Callable[[], None] = lambda: None
    commit: Callable[[Outcome], None] = lambda outcome: None

    @property
    def run_id(self) -> UUID:
        """The run that loads.

        Raises ValueError for a change that names none: every rejected row says which run met it.
        """
        if self.change.run_id is None:
            raise ValueError("A load needs a run.")
        return self.change.run_id


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
    outcome.highest = _highest_cursor_value(cursor, plan)
    offered = 0 if order.is_full else rejects.offer_again(cursor, plan)
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
    if order.is_full and order.brake_percent is not None:
        _brake(cursor, plan, outcome, order.brake_percent)
    if order.is_dry_run:
        outcome.removed = difference.gone
        outcome.differences = changes.describe(cursor, plan, limit=200)
        return
    if derivations(plan.model):
        one_at_a_time(cursor)
    changes.write(cursor, plan, order.change)
    if order.is_full:
        gone = changes.mark_gone(cursor, plan, order.change)
        outcome.removed, outcome.archived = gone.removed, gone.archived
    changes.keep_bases(cursor, plan)
    outcome.summaries = _refresh_due(cursor, plan, order)
    order.commit(outcome)
    crashpoint("written", plan.stream.name)


def _highest_cursor_value(cursor: Cursor, plan: Plan) -> datetime | None:
    """The highest cursor value read, in the source's own clock."""
    if not plan.stream.cursor:
        return None
    cursor.execute(sql.SQL("SELECT max({}) FROM {}").format(sql.Identifier(CURSOR_COLUMN), plan.stage))
    return cursor.fetchone()[0]


def _brake(cursor: Cursor, plan: Plan, outcome: Outcome, percent: float) -> None:
    """Stop before writing where the source gave nothing, or so little that too much would be marked removed."""
    read, gone = outcome.read, outcome.gone
    if read and not gone:
        return
    cursor.execute(sql.SQL("SELECT count(*) FROM {} t WHERE {}").format(plan.table, plan.unmarked))
    held: int = cursor.fetchone()[0]
    if not held or (read and gone * 100 <= held * percent):
        return
    what = f"would mark {gone:,} of {held:,} records removed, more than {percent:g} %" if read else "read nothing"
    raise BrakeReached(
        f"{plan.stream.title}: the full compare {what}. Nothing was written. Look at the source, then let the run go on"
        f" with a reason if this is right.",
        Outcome(read=read, gone=gone, held=held),
    )


def _refresh_due(cursor: Cursor, plan: Plan, order: Order) -> int:
    """Refresh what is derived from this stream's model, for the accounts that changed or that the calendar moves."""
    derived = derivations(plan.model)
    if not derived:
        return 0
    cursor.execute("DROP TABLE IF EXISTS pg_temp.due_account")
    cursor.execute("CREATE TEMPORARY TABLE due_account (account_id text PRIMARY KEY)")
    cursor.execute(
        sql.SQL("""
            INSERT INTO due_account
            SELECT account FROM {change} WHERE account IS NOT NULL
            UNION SELECT old_account FROM {change} WHERE old_account IS NOT NULL
        """).format(change=plan.change)
    )
    due, moved = cursor.rowcount, 0
    for derivation in derived:
        cursor.execute(
            sql.SQL("INSERT INTO due_account {} ON CONFLICT DO NOTHING").format(sql.SQL(derivation.due)),
            [order.business_date],
        )
        due += cursor.rowcount
        if due:
            cursor.execute("ANALYZE due_account")
            moved += derivation.refresh(cursor, "due_account", order.business_date)
    cursor.execute("DROP TABLE due_account")
    return moved
