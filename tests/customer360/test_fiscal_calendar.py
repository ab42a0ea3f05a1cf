"""The fiscal year that revenue to date is counted in: by CC&B's calendar or by month, edited in admin."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from customer360.derived import derivations
from customer360.models import AccountSummary, FinancialTransaction, FiscalCalendar, FiscalYear
from customer360.summaries import fiscal_year
from tests.customer360.figures import refresh, set_fiscal_years, summary_of
from tests.customer360.lives import FiscalYears
from tests.factories import TODAY, make_account, make_agreement, make_transaction

pytestmark = pytest.mark.django_db

CHANGE = "admin:customer360_fiscalcalendar_change"


def fiscal_year_of(day: date) -> tuple[date, date]:
    """The first day of the fiscal year of a day, and of the next."""
    with connection.cursor() as cursor:
        return fiscal_year(cursor, day)


def due(today: date) -> set[str]:
    """The accounts whose summary is due on a day though none of their records changed."""
    (summary,) = (each for each in derivations(FinancialTransaction) if each.name == "account summary")
    with connection.cursor() as cursor:
        cursor.execute(summary.due, [today])
        return {account for (account,) in cursor.fetchall()}


@pytest.mark.parametrize(
    ("today", "month", "start"),
    [
        (date(2026, 11, 24), 1, date(2026, 1, 1)),
        (date(2026, 11, 24), 11, date(2026, 11, 1)),
        (date(2026, 11, 24), 12, date(2025, 12, 1)),
        (date(2028, 2, 29), 7, date(2027, 7, 1)),
    ],
)
def test_the_fiscal_year_begins_in_the_month_that_the_utility_sets(today: date, month: int, start: date) -> None:
    set_fiscal_years(FiscalYears(month))
    assert fiscal_year_of(today) == (start, start.replace(year=start.year + 1))


def test_a_calendar_of_ccb_holds_as_far_as_it_reaches_and_the_month_beyond() -> None:
    years = ((date(2025, 6, 29), date(2026, 6, 27)), (date(2026, 6, 28), date(2027, 7, 3)))
    set_fiscal_years(FiscalYears(10, years))
    assert fiscal_year_of(date(2026, 6, 27)) == (date(2025, 6, 29), date(2026, 6, 28))
    assert fiscal_year_of(date(2026, 6, 28)) == (date(2026, 6, 28), date(2027, 7, 4))
    assert fiscal_year_of(date(2027, 7, 4)) == (date(2026, 10, 1), date(2027, 10, 1))
    assert fiscal_year_of(date(2025, 6, 1)) == (date(2024, 10, 1), date(2025, 6, 29)), "the calendar takes over"
    FiscalYear.objects.update(removed_at="2026-11-01T00:00Z")
    assert fiscal_year_of(date(2026, 6, 28)) == (date(2025, 10, 1), date(2026, 10, 1))


def test_another_calendars_years_do_not_count() -> None:
    set_fiscal_years(FiscalYears(1, ((date(2026, 7, 1), date(2027, 6, 30)),)))
    FiscalCalendar.objects.update(calendar="T2")
    assert fiscal_year_of(TODAY)[0] == date(2026, 1, 1)


def test_a_new_first_day_makes_every_summary_due_once() -> None:
    agreements = [make_agreement(make_account()) for _ in range(3)]
    for agreement in agreements:
        make_transaction(agreement, "10.00", date(2026, 8, 3), arrears_date=None)
        assert summary_of(agreement).revenue_fytd == 10
    assert due(TODAY) == set()
    set_fiscal_years(FiscalYears(9))
    assert due(TODAY) == {agreement.account_id for agreement in agreements}
    refresh(due(TODAY), TODAY)
    assert due(TODAY) == set()
    assert set(AccountSummary.objects.values_list("revenue_fytd", "fiscal_year_start")) == {(0, date(2026, 9, 1))}


def test_the_next_fiscal_year_makes_a_summary_due_on_its_first_day() -> None:
    agreement = make_agreement(make_account())
    make_transaction(agreement, "10.00", TODAY, arrears_date=None)
    next_year = TODAY + timedelta(days=3)
    set_fiscal_years(
        FiscalYears(1, ((date(2026, 1, 4), next_year - timedelta(days=1)), (next_year, date(2027, 12, 1))))
    )
    assert summary_of(agreement).next_change_on == next_year
    assert due(next_year - timedelta(days=1)) == set() and due(next_year) == {agreement.account_id}
    assert summary_of(agreement, next_year).revenue_fytd == 0


def test_there_is_one_calendar_made_on_migrate() -> None:
    assert FiscalCalendar.objects.get().history.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        FiscalCalendar.objects.create(pk=2)


def test_an_administrator_edits_it_and_history_tells(client_as) -> None:
    FiscalYear.objects.create(fiscal_year_id="01 2027", calendar="01", year="2027")
    client = client_as("administrator", is_staff=True)
    assert client.get(reverse("admin:customer360_fiscalcalendar_changelist")).url == reverse(CHANGE, args=[1])
    saved = client.post(reverse(CHANGE, args=[1]), {"calendar": "01", "start_month": "7"}, follow=True)
    assert "follows with the next run" in saved.content.decode()
    assert (FiscalCalendar.objects.get().calendar, FiscalCalendar.objects.get().start_month) == ("01", 7)
    history = client.get(reverse("admin:customer360_fiscalcalendar_history", args=[1])).content.decode()
    assert "January" in history and "July" in history
    for action in ("add", "delete"):
        args = [1] if action == "delete" else []
        assert client.get(reverse(f"admin:customer360_fiscalcalendar_{action}", args=args)).status_code == 403


def test_a_calendar_that_ccb_does_not_have_is_refused(client_as) -> None:
    client = client_as("administrator", is_staff=True)
    for there, told in (("", "no calendar of CC&amp;B was read yet"), ("01", "CC&amp;B has 01")):
        if there:
            FiscalYear.objects.create(fiscal_year_id="01 2027", calendar=there, year="2027")
        answer = client.post(reverse(CHANGE, args=[1]), {"calendar": "09", "start_month": "7"})
        assert told in answer.content.decode()
    assert FiscalCalendar.objects.get().calendar == ""


def test_nobody_without_the_permission_sees_it(client_as) -> None:
    client = client_as("rep", is_staff=True)
    for address in (reverse(CHANGE, args=[1]), reverse("admin:customer360_fiscalcalendar_changelist")):
        assert client.get(address).status_code == 403
