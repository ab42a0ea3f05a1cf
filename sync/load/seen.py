"""The keys that the ranges of a run have seen, and what is decided once all are: what is gone, and how figures move."""

from django.db import connection, transaction
from psycopg import sql

from customer360.derived import derivations, one_at_a_time
from sync.load import brake, departures, due, rejects, stage
from sync.load.cursor import Cursor
from sync.load.outcome import BrakeReached, Order, Outcome
from sync.load.plan import Plan

SEEN = "sync_seenkey"
"""The table of keys by run and range, with the fingerprint of a row that was rejected. The migration says why so."""

_SEEN = sql.Identifier(SEEN)


def keep(cursor: Cursor, plan: Plan, order: Order, *, some_bad: bool) -> int:
    """Record the keys that a range has seen, in the transaction that writes its records; return how many."""
    (key,) = plan.key
    taken = "SELECT {run}, {range}, s.{key}, NULL FROM {stage} s"
    rejected = " UNION ALL SELECT {run}, {range}, b.{key}, b.fingerprint FROM {bad} b" if some_bad else ""
    cursor.execute(
        sql.SQL(f"INSERT INTO {{seen}} {taken}{rejected}").format(
            seen=_SEEN, run=sql.Literal(order.run_id), range=sql.Literal(order.range_id), key=key.identifier,
            stage=plan.stage, bad=plan.bad,
        )
    )  # fmt: skip
    return cursor.rowcount


def finish(plan: Plan, order: Order, outcome: Outcome) -> None:
    """End a full compare whose ranges are all loaded; `outcome` holds their sums and takes in what is decided here.

    Raises BrakeReached where more would be marked removed than the brake allows. Nothing is marked then; the figures of
    the accounts that the ranges changed are refreshed all the same.
    """
    stopped: BrakeReached | None = None
    with connection.cursor() as cursor, transaction.atomic():
        stage.give_room(cursor)
        if derivations(plan.model):
            one_at_a_time(cursor)
        outcome.gone = _find_gone(cursor, plan, order)
        touched = due.Touched(plan, has_changes=False)
        try:
            brake.check(cursor, plan, outcome, order, fine=brake.NOTHING_MARKED)
        except BrakeReached as reached:
            stopped = reached
        else:
            gone = departures.mark_gone(cursor, plan, order.change)
            outcome.removed, outcome.archived = gone.removed, gone.archived
            rejects.close_unseen(cursor, plan, seen=_SEEN, run_id=order.run_id)
            touched = due.Touched(plan, (plan.gone,), has_changes=False)
        outcome.summaries = due.refresh(cursor, plan, touched, order)
        if not stopped:
            order.commit(outcome)
        cursor.execute(sql.SQL("DROP TABLE {gone}").format(gone=plan.gone))
    if stopped:
        raise stopped


def _find_gone(cursor: Cursor, plan: Plan, order: Order) -> int:
    """Keep the records that no range has seen, not even as a bad row. Return how many."""
    (key,) = plan.key
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{gone}").format(gone=plan.gone))
    cursor.execute(
        sql.SQL("""
            CREATE TEMPORARY TABLE {gone} AS
            SELECT t.{key} FROM {table} t
            WHERE {unmarked} AND NOT EXISTS (SELECT FROM {seen} k WHERE k.run_id = {run} AND k.key = t.{key})
        """).format(
            gone=plan.gone, key=key.identifier, table=plan.table, unmarked=plan.unmarked, seen=_SEEN,
            run=sql.Literal(order.run_id),
        )
    )  # fmt: skip
    return cursor.rowcount
