"""What each bill of the due accounts charges and what is left of it, made of the account's transactions.

- A bill charges the current amounts of the bill segments, adjustments and cancellations of both that it shows.
- What is left of the debts that a bill shows (`customer360.summaries.debt`) is open on it, or in dispute.
- What it charges less what it credits outside arrears, or without an arrears date, does not age: no credit is known to
  relieve it, unless a balanced match event settled it.
"""

from datetime import date
from typing import Any

from psycopg import sql

from customer360.models import Bill, FinancialTransaction
from customer360.summaries.debt import debt
from customer360.summaries.sql import listed, table

_REFRESH = """
    WITH {debt}, charged AS (
        SELECT account_id, bill_id, sum(current_amount) AS amount
        FROM counted
        WHERE type IN {charges} AND bill_id IS NOT NULL
        GROUP BY account_id, bill_id
    ), unpaid AS (
        SELECT account_id, bill_id, sum(remaining) AS open_amount
        FROM debt
        WHERE bill_id IS NOT NULL
        GROUP BY account_id, bill_id
    ), in_dispute AS (
        SELECT account_id, bill_id, sum(remaining) AS disputed_amount
        FROM matched
        WHERE is_disputed AND bill_id IS NOT NULL
        GROUP BY account_id, bill_id
    ), outside AS (
        SELECT account_id, bill_id, GREATEST(sum(current_amount), 0) AS not_ageing_amount
        FROM counted
        WHERE type IN {charges} AND bill_id IS NOT NULL AND arrears_date IS NULL AND NOT is_settled
        GROUP BY account_id, bill_id
    ), fresh AS (
        SELECT b.bill_id, COALESCE(c.amount, 0) AS amount, COALESCE(u.open_amount, 0) AS open_amount,
               COALESCE(p.disputed_amount, 0) AS disputed_amount,
               COALESCE(o.not_ageing_amount, 0) AS not_ageing_amount
        FROM {bills} b
        JOIN {accounts} d ON d.account_id = b.account_id
        LEFT JOIN charged c ON c.account_id = b.account_id AND c.bill_id = b.bill_id
        LEFT JOIN unpaid u ON u.account_id = b.account_id AND u.bill_id = b.bill_id
        LEFT JOIN in_dispute p ON p.account_id = b.account_id AND p.bill_id = b.bill_id
        LEFT JOIN outside o ON o.account_id = b.account_id AND o.bill_id = b.bill_id
    )
    UPDATE {bills} b SET amount = n.amount, open_amount = n.open_amount, disputed_amount = n.disputed_amount,
        not_ageing_amount = n.not_ageing_amount
    FROM fresh n
    WHERE b.bill_id = n.bill_id
      AND (b.amount, b.open_amount, b.disputed_amount, b.not_ageing_amount)
          IS DISTINCT FROM (n.amount, n.open_amount, n.disputed_amount, n.not_ageing_amount)
"""


def refresh_bills(cursor: Any, accounts: str, business_date: date) -> int:
    """Bring the amounts of the bills of the accounts in a temporary table up to date; return how many bills moved.

    A transaction that names another account's bill, as when its agreement moved, counts on none.
    """
    cursor.execute(
        sql.SQL(_REFRESH).format(
            accounts=sql.Identifier(accounts),
            bills=table(Bill),
            charges=listed(FinancialTransaction.CHARGE_TYPES),
            debt=debt(accounts, sql.Literal(business_date)),
        )
    )
    moved: int = cursor.rowcount
    return moved
