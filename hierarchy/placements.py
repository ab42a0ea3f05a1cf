"""Where each account stands, derived from the hierarchy as Salesforce holds it.

An account of CC&B stands where the Salesforce account that is linked to it stands: under the division or enterprise
that is its parent there, in its territory; one that is itself an enterprise or a division stands under itself. Whoever
links or unlinks accounts refreshes them here; the load does so for whatever it changed.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from psycopg import sql
from simple_history.models import HistoricalRecords

from customer360.changes import current_change
from customer360.derived import Derivation, one_at_a_time, register
from customer360.models import SalesforceAccount
from hierarchy.models import Node, Placement


def _table(model: type[Model]) -> sql.Identifier:
    return sql.Identifier(model._meta.db_table)


_TABLES = {
    "salesforce": _table(SalesforceAccount),
    "nodes": _table(Node),
    "placements": _table(Placement),
    "history": _table(Placement.history.model),
}


def refresh(cursor: Any, accounts: str, business_date: date) -> int:
    """Put the accounts of the temporary table, one column `account_id`, where they stand; how many moved.

    An account that stands nowhere any more keeps its placement, emptied. Each change has the history row that
    simple-history would have written, in the name of whoever is changing data now. The date plays no part.
    """
    change = current_change()
    cursor.execute(
        sql.SQL("""
            WITH wanted AS (
                SELECT d.account_id, s.territory,
                       CASE WHEN n.level = 'C1' THEN n.id ELSE above.id END AS c1_id,
                       CASE WHEN n.level = 'C2' AND above.id IS NOT NULL THEN n.id END AS c2_id
                FROM {accounts} d
                LEFT JOIN {salesforce} s ON s.account_id = d.account_id AND s.removed_at IS NULL
                LEFT JOIN {nodes} n ON n.removed_at IS NULL
                    AND n.salesforce_id = CASE WHEN s.level IN ('C1', 'C2') THEN s.salesforce_id ELSE s.parent_id END
                LEFT JOIN {nodes} above
                    ON above.id = n.parent_id AND above.level = 'C1' AND above.removed_at IS NULL
            ), moved AS (
                UPDATE {placements} p SET c1_id = w.c1_id, c2_id = w.c2_id, territory = w.territory
                FROM wanted w
                WHERE p.account_id = w.account_id
                  AND (p.c1_id, p.c2_id, p.territory) IS DISTINCT FROM (w.c1_id, w.c2_id, w.territory)
                RETURNING p.account_id, p.c1_id, p.c2_id, p.territory
            ), placed AS (
                INSERT INTO {placements} (account_id, c1_id, c2_id, territory)
                SELECT w.account_id, w.c1_id, w.c2_id, w.territory FROM wanted w
                WHERE COALESCE(w.c1_id::text, w.territory) IS NOT NULL
                  AND NOT EXISTS (SELECT FROM {placements} p WHERE p.account_id = w.account_id)
                RETURNING account_id, c1_id, c2_id, territory
            )
            INSERT INTO {history} (
                account_id, c1_id, c2_id, territory,
                history_type, history_date, history_change_reason, history_user_id, origin, run_id
            )
            SELECT written.*, now(), NULL, {user}, {origin}, {run}
            FROM (SELECT *, '~' FROM moved UNION ALL SELECT *, '+' FROM placed) written
        """).format(
            accounts=sql.Identifier(accounts), user=sql.Literal(_user()), origin=sql.Literal(str(change.origin)),
            run=sql.Literal(str(change.run_id) if change.run_id else None), **_TABLES,
        )
    )  # fmt: skip
    moved: int = cursor.rowcount
    return moved


def _user() -> int | None:
    """Who is signed in where a person makes the change, as simple-history knows it."""
    user = getattr(getattr(HistoricalRecords.context, "request", None), "user", None)
    return user.pk if user is not None and user.is_authenticated else None


def refresh_for(accounts: Iterable[str], business_date: date) -> int:
    """Put these accounts of CC&B, by their ids, where they stand; how many moved. For whoever linked or unlinked them.

    Call it in the transaction that links them, before that transaction's first write where it can be.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        one_at_a_time(cursor)
        cursor.execute("CREATE TEMPORARY TABLE account_to_place (account_id text PRIMARY KEY) ON COMMIT DROP")
        cursor.execute("INSERT INTO account_to_place SELECT DISTINCT unnest(%s::text[])", [list(accounts)])
        moved = refresh(cursor, "account_to_place", business_date)
        cursor.execute("DROP TABLE account_to_place")
    return moved


# The accounts that stand under a node, or under a division of it, by the tree that Salesforce holds.
_UNDER_CHANGED_NODES = f"""
    WITH moved AS (
        SELECT n.salesforce_id FROM {Node._meta.db_table} n JOIN changed_record c ON c.id = n.id
        UNION
        SELECT n.salesforce_id FROM {Node._meta.db_table} n JOIN changed_record c ON c.id = n.parent_id
    )
    SELECT s.account_id FROM {SalesforceAccount._meta.db_table} s JOIN moved m ON m.salesforce_id = s.parent_id
    WHERE s.account_id IS NOT NULL
    UNION
    SELECT s.account_id FROM {SalesforceAccount._meta.db_table} s JOIN moved m ON m.salesforce_id = s.salesforce_id
    WHERE s.account_id IS NOT NULL
"""  # noqa: S608 - the tables are ours

register(
    Derivation(
        name="placement",
        reads=(SalesforceAccount, Node),
        # The calendar moves no account.
        due="SELECT NULL WHERE %s::date IS NULL",
        refresh=refresh,
        through={Node: _UNDER_CHANGED_NODES},
    )
)
