"""The accounts whose figures a load moves: those that changed, those that waited, and those the calendar moves."""

from datetime import date

from psycopg import sql

from customer360.derived import derivations
from sync.load.cursor import Cursor
from sync.load.plan import Plan
from sync.models import DueAccount

_WAITING = sql.Identifier(DueAccount._meta.db_table)


def changed_accounts(plan: Plan) -> sql.Composable:
    """The query of the accounts that the load's changes concern."""
    return sql.SQL(
        "SELECT account FROM {change} WHERE account IS NOT NULL"
        " UNION SELECT old_account FROM {change} WHERE old_account IS NOT NULL"
    ).format(change=plan.change)


def leave_for_later(cursor: Cursor, plan: Plan) -> None:
    """Keep the accounts that a range changed. Each is refreshed once, at the end, however many ranges change it."""
    if derivations(plan.model):
        cursor.execute(
            sql.SQL("INSERT INTO {waiting} (stream, account_id) SELECT {stream}, account FROM ({changed}) c").format(
                waiting=_WAITING, stream=sql.Literal(plan.stream.name), changed=changed_accounts(plan)
            )
        )


def refresh(cursor: Cursor, plan: Plan, changed: sql.Composable, business_date: date) -> int:
    """Refresh what is derived from the stream's model; return how many rows moved.

    `changed` is a query of accounts in which the load changed a record. The stream's accounts that wait since a range
    changed them are refreshed too, whichever run that was.
    """
    derived = derivations(plan.model)
    if not derived:
        return 0
    cursor.execute("DROP TABLE IF EXISTS pg_temp.due_account")
    cursor.execute("CREATE TEMPORARY TABLE due_account (account_id text PRIMARY KEY)")
    cursor.execute(
        sql.SQL("""
            WITH waited AS (DELETE FROM {waiting} WHERE stream = {stream} RETURNING account_id)
            INSERT INTO due_account SELECT account_id FROM waited UNION {changed}
        """).format(waiting=_WAITING, stream=sql.Literal(plan.stream.name), changed=changed)
    )
    due, moved = cursor.rowcount, 0
    for derivation in derived:
        cursor.execute(
            sql.SQL("INSERT INTO due_account {} ON CONFLICT DO NOTHING").format(sql.SQL(derivation.due)),
            [business_date],
        )
        due += cursor.rowcount
        if due:
            cursor.execute("ANALYZE due_account")
            moved += derivation.refresh(cursor, "due_account", business_date)
    cursor.execute("DROP TABLE due_account")
    return moved
