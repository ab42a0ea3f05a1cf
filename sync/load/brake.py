"""The brake: a full compare that would mark too much removed, or that read nothing, stops and waits for a person."""

from psycopg import sql

from sync.load.cursor import Cursor
from sync.load.outcome import BrakeReached, Order, Outcome
from sync.load.plan import Plan

NOTHING_WRITTEN = "Nothing was written."
NOTHING_MARKED = "What was read is in the mirror; no record was marked."


def check(cursor: Cursor, plan: Plan, outcome: Outcome, order: Order, *, fine: str = NOTHING_WRITTEN) -> None:
    """Judge what is gone by what the mirror held before. `fine` says what the load has done so far.

    As many removals as a person accepted pass; one more is another decision. Without a percentage nothing is judged.

    Raises BrakeReached where the source gave nothing, or so little that too much would be marked removed.
    """
    read, gone, percent, accepted = outcome.read, outcome.gone, order.brake_percent, order.accepted_removals
    if percent is None or (read and not gone) or 0 < gone <= accepted:
        return
    cursor.execute(sql.SQL("SELECT count(*) FROM {} t WHERE {}").format(plan.table, plan.unmarked))
    held: int = cursor.fetchone()[0]
    if fine == NOTHING_MARKED:
        held -= outcome.new
    if not held or (read and gone * 100 <= held * percent):
        return
    what = f"would mark {gone:,} of {held:,} records removed, more than {percent:g} %" if read else "read nothing"
    if accepted:
        what += f"; {accepted:,} removals had been accepted, now {gone:,} are to be decided"
    raise BrakeReached(
        f"{plan.stream.title}: the full compare {what}. {fine} Look at the source, then let the run go on"
        f" with a reason if this is right.",
        Outcome(read=read, gone=gone, held=held),
    )
