"""What each bill of the due accounts charges and what is left of it, made of the account's transactions.

- Only frozen transactions count; archived ones still do, removed ones do not.
- A bill charges the current amounts of the bill segments, adjustments and cancellations of both that it shows.
- Credits inside arrears whose date has come relieve the account's oldest debt first, debt whose own date has not come
  yet included. What is left of the debts that a bill shows is open on it.
"""

from datetime import date
from typing import Any

from psycopg import sql

from customer360.models import Bill, FinancialTransaction
from customer360.summaries.sql import listed, table

_REFRESH = """
    WITH counted AS (
        SELECT f.account_id, f.ft_id, f.type, f.current_amount, f.bill_id,
               CASE WHEN NOT f.is_outside_arrears THEN f.arrears_date END AS arrears_date
        FROM {transactions} f
        JOIN {accounts} d ON d.account_id = f.account_id
        WHERE f.is_frozen AND f.removed_at IS NULL
    ), credit AS (
        SELECT account_id, -sum(current_amount) AS relief
        FROM counted
        WHERE current_amount < 0 AND arrears_date <= {today}
        GROUP BY account_id
    ), debt AS (
        SELECT c.account_id, c.bill_id, LEAST(c.current_amount, GREATEST(
                   sum(c.current_amount) OVER (PARTITION BY c.account_id ORDER BY c.arrears_date, c.ft_id)
                   - COALESCE(r.relief, 0), 0
               )) AS remaining
        FROM counted c
        LEFT JOIN credit r ON r.account_id = c.account_id
        WHERE c.current_amount > 0 AND c.arrears_date IS NOT NULL
    ), charged AS (
        SELECT account_id, bill_id, sum(current_amount) AS amount
        FROM counted
        WHERE type IN {charges} AND bill_id IS NOT NULL
        GROUP BY account_id, bill_id
    ), unpaid AS (
        SELECT account_id, bill_id, sum(remaining) AS open_amount
        FROM debt
        WHERE bill_id IS NOT NULL
        GROUP BY account_id, bill_id
    ), fresh AS (
        SELECT b.bill_id, COALESCE(c.amount, 0) AS amount, COALESCE(u.open_amount, 0) AS open_amount
        FROM {bills} b
        JOIN {accounts} d ON d.account_id = b.account_id
        LEFT JOIN charged c ON c.account_id = b.account_id AND c.bill_id = b.bill_id
        LEFT JOIN unpaid u ON u.account_id = b.account_id AND u.bill_id = b.bill_id
    )
    UPDATE {bills} b SET amount = n.amount, open_amount = n.open_amount
    FROM fresh n
    WHERE b.bill_id = n.bill_id AND (b.amount, b.open_amount) IS DISTINCT FROM (n.amount, n.open_amount)
"""


def refresh_bills(cursor: Any, accounts: str, business_date: date) -> int:
    """Bring the amounts of the bills of the accounts in a temporary table up to date; return how many bills moved.

    A transaction that names another account's bill, as when its agreement moved, counts on none.
    """
    cursor.execute(
        sql.SQL(_REFRESH).format(
            accounts=sql.Identifier(accounts),
            bills=table(Bill),
            transactions=table(FinancialTransaction),
            charges=listed(FinancialTransaction.CHARGE_TYPES),
            today=sql.Literal(business_date),
        )
    )
    moved: int = cursor.rowcount
    return moved
