"""What is still owed of each debt of the due accounts: the part of the SQL that bills and summaries share.

- Only frozen transactions count; archived ones still do, removed ones do not.
- Credits inside arrears whose date has come relieve the account's oldest debt first, debt whose own date has not come
  yet included.
- Of open-item accounts, the transactions of a balanced match event are settled: neither debts nor credits any more. In
  an open one credits relieve the event's own debts first; what is left of them, and credits that are matched with
  nothing, relieve what is oldest of the rest. What is in dispute stands apart, and so do the credits matched with it.
- A canceled match event, one that CC&B no longer has, and one of another account tie nothing; nor does any event on an
  account whose class is not open-item.
"""

from typing import Any

from psycopg import sql

from customer360.models import Account, FinancialTransaction, MatchEvent
from customer360.summaries.sql import listed, table

_DEBT = """
    counted AS MATERIALIZED (
        SELECT f.account_id, f.ft_id, f.type, f.current_amount, f.payoff_amount, f.accounting_date, f.received_date,
               f.bill_id,
               COALESCE(f.ledger_revenue, CASE WHEN f.type IN {revenue} THEN f.payoff_amount END) AS revenue,
               CASE WHEN e.status = {open} THEN e.match_event_id END AS match_event_id,
               COALESCE(e.status = {open} AND e.is_disputed, false) AS is_disputed,
               e.status IS NOT DISTINCT FROM {balanced} AS is_settled,
               CASE
                   WHEN NOT f.is_outside_arrears AND e.status IS DISTINCT FROM {balanced}
                       AND f.arrears_date > '0001-01-01' THEN f.arrears_date
               END AS arrears_date
        FROM {transactions} f
        JOIN {accounts} d ON d.account_id = f.account_id
        JOIN {account_table} a ON a.account_id = f.account_id
        LEFT JOIN {match_events} e ON a.is_open_item AND e.match_event_id = f.match_event_id
            AND e.account_id = f.account_id AND e.status IN ({open}, {balanced}) AND e.removed_at IS NULL
        WHERE f.is_frozen AND f.removed_at IS NULL
    ), credit AS (
        SELECT account_id, match_event_id, is_disputed, -sum(current_amount) AS relief
        FROM counted
        WHERE current_amount < 0 AND arrears_date <= {today}
        GROUP BY account_id, match_event_id, is_disputed
    ), matched AS (
        SELECT c.account_id, c.ft_id, c.bill_id, c.arrears_date, c.match_event_id, c.is_disputed, c.current_amount,
               LEAST(c.current_amount, GREATEST(
                   sum(c.current_amount) OVER (PARTITION BY c.match_event_id ORDER BY c.arrears_date, c.ft_id)
                   - COALESCE(r.relief, 0), 0
               )) AS remaining
        FROM counted c
        LEFT JOIN credit r ON r.match_event_id = c.match_event_id
        WHERE c.match_event_id IS NOT NULL AND c.current_amount > 0 AND c.arrears_date IS NOT NULL
    ), spare AS (
        SELECT r.account_id,
               sum(GREATEST(r.relief - COALESCE(m.debt, 0), 0)) AS relief
        FROM credit r
        LEFT JOIN (
            SELECT match_event_id, sum(current_amount) AS debt FROM matched GROUP BY match_event_id
        ) m ON m.match_event_id = r.match_event_id
        WHERE NOT r.is_disputed
        GROUP BY r.account_id
    ), owed AS (
        SELECT account_id, ft_id, bill_id, arrears_date, current_amount AS remaining
        FROM counted
        WHERE match_event_id IS NULL AND current_amount > 0 AND arrears_date IS NOT NULL
        UNION ALL
        SELECT account_id, ft_id, bill_id, arrears_date, remaining
        FROM matched
        WHERE NOT is_disputed
    ), debt AS (
        SELECT o.account_id, o.bill_id, o.arrears_date, LEAST(o.remaining, GREATEST(
                   sum(o.remaining) OVER (PARTITION BY o.account_id ORDER BY o.arrears_date, o.ft_id)
                   - COALESCE(r.relief, 0), 0
               )) AS remaining
        FROM owed o
        LEFT JOIN spare r ON r.account_id = o.account_id
    )
"""


def debt(accounts: str, today: sql.Composable) -> sql.Composed:
    """Common table expressions over the accounts in a table with one column `account_id`, as of a day.

    `counted` are the transactions that count, each with the open match event it stands in, whether that is in dispute,
    whether a balanced one settled it, its arrears date while it ages, and what of it is revenue, None where it can be
    none; `matched` the debts of open match events, and what their own credits leave of them; `debt` every debt that
    ages and is not in dispute, with what is left of it.
    """
    names: dict[str, Any] = {
        "accounts": sql.Identifier(accounts),
        "account_table": table(Account),
        "transactions": table(FinancialTransaction),
        "match_events": table(MatchEvent),
        "open": sql.Literal(MatchEvent.Status.OPEN.value),
        "balanced": sql.Literal(MatchEvent.Status.BALANCED.value),
        "revenue": listed(FinancialTransaction.REVENUE_TYPES),
        "today": today,
    }
    return sql.SQL(_DEBT).format(**names)
