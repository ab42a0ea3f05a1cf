"""The accounts whose figures a load moves: those that changed, those that waited, and those the calendar moves."""

from datetime import date

from psycopg import sql

from customer360.derived import derivations
from customer360.models import Account
from sync.load.cursor import Cursor
from sync.load.plan import Plan
from sync.models import DueAccount

MANY, FEW_TIMES = 200, 20
"""From so many due accounts on, if they are one of twenty or more, their tables are read whole."""
_ACCOUNTS = sql.Identifier(Account._meta.db_table)
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
    _read_whole_tables_if_many(cursor, due)
    for derivation in derived:
        cursor.execute(
            sql.SQL("INSERT INTO due_account {} ON CONFLICT DO NOTHING").format(sql.SQL(derivation.due)),
            [business_date],
        )
        due += cursor.rowcount
        if due:
            cursor.execute("ANALYZE due_account")
            moved += derivation.refresh(cursor, "due_account", business_date)
    cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")
    cursor.execute("DROP TABLE due_account")
    return moved


def _read_whole_tables_if_many(cursor: Cursor, due: int) -> None:
    """Where many of all accounts are due, as after a first load, have their tables read whole instead of one by one.

    The planner cannot know: what was written in this transaction is not in its statistics.
    """
    if due < MANY:
        return
    cursor.execute(sql.SQL("SELECT count(*) <= {} FROM {}").format(sql.Literal(due * FEW_TIMES), _ACCOUNTS))
    if cursor.fetchone()[0]:
        cursor.execute("SET LOCAL enable_nestloop = off")
