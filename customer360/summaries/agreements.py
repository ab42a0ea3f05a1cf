"""Money follows its agreement from account to account."""

from datetime import date
from typing import Any

from psycopg import sql

from customer360.models import FinancialTransaction, ServiceAgreement
from customer360.summaries.sql import table


def follow_agreements(cursor: Any, accounts: str, business_date: date) -> int:
    """Put the transactions of agreements that moved to an account in the temporary table on that account.

    CC&B's transaction names only its agreement, so nothing of the transaction changes when the agreement moves, and a
    run that reads what is new does not read it again. The accounts that lose transactions become due with those that
    gain them: of an agreement that moved twice, some may stand on an account in between. Returns 0: figures move by the
    refresh that comes after.
    """
    cursor.execute(
        sql.SQL("""
            WITH moving AS (
                SELECT f.ft_id, f.account_id AS old_account, a.account_id AS new_account
                FROM {agreements} a
                JOIN {accounts} d ON d.account_id = a.account_id
                JOIN {transactions} f ON f.service_agreement_id = a.service_agreement_id
                WHERE f.account_id <> a.account_id
            ), moved AS (
                UPDATE {transactions} f SET account_id = m.new_account FROM moving m WHERE f.ft_id = m.ft_id
            )
            INSERT INTO {accounts} SELECT DISTINCT old_account FROM moving ON CONFLICT DO NOTHING
        """).format(
            transactions=table(FinancialTransaction),
            agreements=table(ServiceAgreement),
            accounts=sql.Identifier(accounts),
        )
    )
    return 0
