"""Money follows its agreement from account to account."""

from datetime import date
from typing import Any

from psycopg import sql

from customer360.models import FinancialTransaction, ServiceAgreement
from customer360.summaries.sql import table


def follow_agreements(cursor: Any, accounts: str, business_date: date) -> int:
    """Put the transactions of agreements that moved to an account in the temporary table on that account.

    CC&B's transaction names only its agreement, so nothing of the transaction changes when the agreement moves, and a
    run that reads what is new does not read it again. Returns 0: figures move by the refresh that comes after.
    """
    cursor.execute(
        sql.SQL("""
            UPDATE {transactions} f SET account_id = a.account_id
            FROM {agreements} a JOIN {accounts} d ON d.account_id = a.account_id
            WHERE f.service_agreement_id = a.service_agreement_id AND f.account_id <> a.account_id
        """).format(
            transactions=table(FinancialTransaction),
            agreements=table(ServiceAgreement),
            accounts=sql.Identifier(accounts),
        )
    )
    return 0
