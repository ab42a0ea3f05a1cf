"""The accounts whose figures a load moves: those that changed, those that waited, and those the calendar moves."""

from collections.abc import Iterator
from dataclasses import dataclass

from psycopg import sql

from customer360.changes import changes_from
from customer360.derived import derivations
from customer360.models import Account
from sync.load.cursor import Cursor
from sync.load.outcome import Order
from sync.load.plan import Plan
from sync.models import DueAccount

MANY, FEW_TIMES = 200, 20
"""From so many due accounts on, if they are one of twenty or more, their tables are read whole."""
_ACCOUNTS = sql.Identifier(Account._meta.db_table)
_WAITING = sql.Identifier(DueAccount._meta.db_table)


_NOTHING = sql.SQL("SELECT NULL WHERE false")


@dataclass(frozen=True)
class Touched:
    """What a load wrote: its changes, unless there are none to name, and records marked gone, by the tables of keys."""

    plan: Plan
    marked: tuple[sql.Identifier, ...] = ()
    has_changes: bool = True

    @property
    def accounts(self) -> sql.Composable:
        """The query of the accounts that name themselves in those records, before and after."""
        if self.plan.account_column is None:
            return _NOTHING
        parts: list[sql.Composable] = []
        if self.has_changes:
            parts += [
                sql.SQL("SELECT {0} FROM {1} WHERE {0} IS NOT NULL").format(sql.Identifier(name), self.plan.change)
                for name in ("account", "old_account")
            ]
        parts += [
            sql.SQL("SELECT t.{0} FROM {1} WHERE t.{0} IS NOT NULL").format(self.plan.account_column, rows)
            for rows in self._of_marked
        ]
        return sql.SQL(" UNION ").join(parts) if parts else _NOTHING

    @property
    def records(self) -> sql.Composable:
        """The query of the records' own keys in the mirror, once they are written."""
        number = sql.Identifier(str(self.plan.model._meta.pk.column))
        parts: list[sql.Composable] = [sql.SQL("SELECT t.{} FROM {}").format(number, rows) for rows in self._of_marked]
        if self.has_changes:
            rows = sql.SQL("{} c JOIN {} s ON s.ctid = c.row JOIN {} t ON {}").format(
                self.plan.change, self.plan.stage, self.plan.table, self.plan.same_key("t", "s")
            )
            parts.append(sql.SQL("SELECT t.{} FROM {}").format(number, rows))
        return sql.SQL(" UNION ").join(parts) if parts else _NOTHING

    @property
    def _of_marked(self) -> Iterator[sql.Composable]:
        for keys in self.marked:
            yield sql.SQL("{} m JOIN {} t ON {}").format(keys, self.plan.table, self.plan.same_key("t", "m"))


def leave_for_later(cursor: Cursor, plan: Plan) -> None:
    """Keep the accounts that a range changed. Each is refreshed once, at the end, however many ranges change it."""
    if derivations(plan.model):
        cursor.execute(
            sql.SQL("INSERT INTO {waiting} (stream, account_id) SELECT {stream}, account FROM ({changed}) c").format(
                waiting=_WAITING, stream=sql.Literal(plan.stream.name), changed=Touched(plan).accounts
            )
        )


def refresh(cursor: Cursor, plan: Plan, touched: Touched, order: Order) -> int:
    """Refresh what is derived from the stream's model, for the accounts that the load touched; how many rows moved.

    The stream's accounts that wait since a range changed them are refreshed too, whichever run that was.
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
        """).format(waiting=_WAITING, stream=sql.Literal(plan.stream.name), changed=touched.accounts)
    )
    due, moved = cursor.rowcount, 0
    if any(plan.model in derivation.through for derivation in derived):
        cursor.execute("DROP TABLE IF EXISTS pg_temp.changed_record")
        cursor.execute(sql.SQL("CREATE TEMPORARY TABLE changed_record (id) AS {}").format(touched.records))
    _read_whole_tables_if_many(cursor, due)
    for derivation in derived:
        cursor.execute(
            sql.SQL("INSERT INTO due_account {} ON CONFLICT DO NOTHING").format(sql.SQL(derivation.due)),
            [order.business_date],
        )
        due += cursor.rowcount
        if through := derivation.through.get(plan.model):
            cursor.execute(sql.SQL("INSERT INTO due_account {} ON CONFLICT DO NOTHING").format(sql.SQL(through)))
            due += cursor.rowcount
        if due:
            cursor.execute("ANALYZE due_account")
            with changes_from(order.change.origin, order.change.run_id):
                moved += derivation.refresh(cursor, "due_account", order.business_date)
    cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")
    cursor.execute("DROP TABLE due_account")
    cursor.execute("DROP TABLE IF EXISTS pg_temp.changed_record")
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
