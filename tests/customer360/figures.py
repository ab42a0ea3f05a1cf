"""Figures brought up to date as a load does it: the bills, then the account that they belong to."""

from collections.abc import Iterable
from datetime import date

from django.db import connection

from customer360 import summaries
from customer360.models import AccountSummary, FiscalCalendar, FiscalYear, ServiceAgreement
from tests.customer360.lives import FiscalYears
from tests.factories import TODAY


def refresh(accounts: Iterable[str], today: date) -> int:
    """Bring the bills and summaries of these accounts up to date; how many rows were written."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE due_account (account_id text PRIMARY KEY)")
        cursor.executemany("INSERT INTO due_account VALUES (%s)", [(account,) for account in accounts])
        moved = summaries.refresh_bills(cursor, "due_account", today)
        moved += summaries.refresh(cursor, "due_account", today)
        cursor.execute("DROP TABLE due_account")
    return moved


def summary_of(agreement: ServiceAgreement, today: date = TODAY) -> AccountSummary:
    """The figures of the agreement's account, brought up to date."""
    refresh([agreement.account_id], today)
    return AccountSummary.objects.get(account=agreement.account_id)


def set_fiscal_years(fiscal: FiscalYears) -> None:
    """Let figures follow these fiscal years."""
    calendar = "T1" if fiscal.years else ""
    FiscalCalendar.objects.update_or_create(pk=1, defaults={"calendar": calendar, "start_month": fiscal.month})
    for number, (begins, ends) in enumerate(fiscal.years):
        FiscalYear.objects.create(
            fiscal_year_id=f"T1 {number}", calendar=calendar, year=str(number), begins=begins, ends=ends
        )
