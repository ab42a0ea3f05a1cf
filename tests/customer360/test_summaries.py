"""Every figure of an account and its bills equals what plain Python makes of the same life, on every day."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from customer360.models import Account, AccountSummary, Bill, FinancialTransaction, MatchEvent, ServiceAgreement
from customer360.summaries import Calendar
from tests.customer360 import by_hand, lives
from tests.customer360.by_hand import BUCKETS, FIGURES
from tests.customer360.figures import refresh, set_fiscal_years, summary_of
from tests.customer360.lives import Agreement, FiscalYears, Life, Transaction, stories
from tests.factories import TODAY, make_account, make_agreement, make_premise, make_transaction

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def accounts(db: None) -> list[ServiceAgreement]:
    """Of each of four accounts the closed agreement that its money is on."""
    return [make_agreement(make_account(), premise_id=None, status="closed") for _ in range(4)]


def _write(agreement: ServiceAgreement, transactions: Iterable[Transaction]) -> None:
    FinancialTransaction.objects.bulk_create(
        FinancialTransaction(
            # The identifier orders debts of one day as the number does.
            ft_id=f"{agreement.pk[-4:]}{t.number:08d}",
            account_id=agreement.account_id,
            service_agreement=agreement,
            type=t.type,
            current_amount=Decimal(t.current) / 100,
            payoff_amount=Decimal(t.payoff) / 100,
            ledger_revenue=None if t.ledger is None else Decimal(t.ledger) / 100,
            created_at=NOON,
            is_frozen=t.is_frozen,
            accounting_date=t.accounting,
            arrears_date=t.arrears,
            is_outside_arrears=t.is_outside_arrears,
            is_correction=False,
            received_date=t.received,
            match_event_id=_event_id(agreement, t) if t.matched_at <= t.step else None,
            bill_id=None if t.bill is None else _bill_id(agreement, t.bill),
            archived_at=NOON if t.is_archived else None,
            removed_at=NOON if t.is_removed else None,
        )
        for t in transactions
    )


def _bill_id(agreement: ServiceAgreement, number: int) -> str:
    return f"{agreement.pk[-4:]}{number:08d}"


def _event_id(agreement: ServiceAgreement, t: Transaction) -> str | None:
    return None if t.event is None else f"{agreement.pk[-4:]}{t.event:08d}"


def _match(agreement: ServiceAgreement, life: Life, step: int) -> bool:
    """Bring match events and what they hold to a step, as CC&B does without a word; whether anything moved."""
    moved = False
    for number, standings in enumerate(life.events):
        now = standings[step]
        if step and now == standings[step - 1]:
            continue
        moved = True
        MatchEvent.objects.update_or_create(
            match_event_id=f"{agreement.pk[-4:]}{number:08d}",
            defaults={
                "account_id": agreement.account_id,
                "status": now.status,
                "is_disputed": now.is_disputed,
                "removed_at": NOON if now.is_removed else None,
            },
        )
    for t in life.transactions:
        if t.event is not None and t.matched_at == step > t.step:
            key = f"{agreement.pk[-4:]}{t.number:08d}"
            FinancialTransaction.objects.filter(pk=key).update(match_event_id=_event_id(agreement, t))
            moved = True
    return moved


def _write_bills(agreement: ServiceAgreement, made: Iterable[lives.Bill]) -> None:
    Bill.objects.bulk_create(
        Bill(
            bill_id=_bill_id(agreement, bill.number),
            account_id=agreement.account_id,
            status=bill.status,
            bill_date=bill.day,
            due_date=bill.due,
            completed_at=bill.completed and datetime(*bill.completed.timetuple()[:3], 12, tzinfo=UTC),
            amount_due=None if bill.asked is None else Decimal(bill.asked) / 100,
            removed_at=NOON if bill.is_removed else None,
        )
        for bill in made
    )


def _bills_in_cents(agreement: ServiceAgreement) -> dict[int, tuple[int, ...]]:
    """Amount, open, disputed and not ageing amount of the stored bills by their number, in cents."""
    amounts = ("amount", "open_amount", "disputed_amount", "not_ageing_amount")
    stored = Bill.objects.filter(account=agreement.account_id).values_list("bill_id", *amounts)
    return {int(key[4:]): tuple(int(value * 100) for value in values) for key, *values in stored}


def _write_agreements(agreement: ServiceAgreement, made: Iterable[Agreement], premises: Sequence[str]) -> None:
    ServiceAgreement.objects.bulk_create(
        ServiceAgreement(
            service_agreement_id=f"1{agreement.pk[-6:]}{number:03d}",
            account_id=agreement.account_id,
            premise_id=None if each.premise is None else premises[each.premise],
            status=each.status,
            removed_at=NOON if each.is_removed else None,
        )
        for number, each in enumerate(made)
    )


def _in_cents(account: str) -> dict[str, Any]:
    """The stored figures of an account, money in cents."""
    stored = AccountSummary.objects.filter(account=account).values(*FIGURES).get()
    return {name: int(value * 100) if isinstance(value, Decimal) else value for name, value in stored.items()}


def _days_until_due(account: str, today: date) -> Iterator[date]:
    """The days on which the calendar is said to move nothing, as far as the oldest bucket is away."""
    due = AccountSummary.objects.values_list("next_change_on", flat=True).get(account=account)
    day = today + timedelta(days=1)
    while day <= today + timedelta(days=92) and (due is None or day < due):
        yield day
        day += timedelta(days=1)


def _check_story(accounts: Sequence[ServiceAgreement], story: tuple[list[int], list[Life], FiscalYears]) -> None:
    """Let the days pass, refresh only what is due, and compare every account with plain Python after each look."""
    steps, each_life, fiscal = story
    told = list(zip(accounts, each_life, strict=False))
    with transaction.atomic():
        set_fiscal_years(fiscal)
        premises = [make_premise().pk for _ in range(3)]
        for agreement, life in told:
            Account.objects.filter(pk=agreement.account_id).update(is_open_item=life.is_open_item)
            _write_agreements(agreement, life.agreements, premises)
            _write_bills(agreement, life.bills)
        today = TODAY
        for step, days in enumerate([0, *steps]):
            today += timedelta(days=days)
            due = {a.account_id for a, life in told if step == 0 or any(t.step == step for t in life.transactions)}
            for agreement, life in told:
                _write(agreement, (t for t in life.transactions if t.step == step))
                if _match(agreement, life, step):
                    due.add(agreement.account_id)
            due |= set(AccountSummary.objects.filter(next_change_on__lte=today).values_list("account_id", flat=True))
            refresh(due, today)
            for agreement, life in told:
                known = by_hand.Account(life, step, today, fiscal)
                figures, bills = known.figures(), known.bills
                assert _in_cents(agreement.account_id) == figures, (today, due)
                assert _bills_in_cents(agreement) == bills, (today, due)
                for quiet_day in _days_until_due(agreement.account_id, today):
                    later = replace(known, today=quiet_day)
                    assert later.figures() == figures, quiet_day
                    assert later.bills == bills, quiet_day
            assert not AccountSummary.objects.filter(next_change_on__lte=today).exists(), "due once, not for ever"
            assert refresh(due, today) == 0, "a figure that did not move is not written"
        transaction.set_rollback(True)


_DEEP = settings.get_current_profile_name() == "deep"


@settings(
    max_examples=2500 if _DEEP else 80,
    derandomize=not _DEEP,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(story=stories())
def test_every_figure_equals_plain_python_on_every_day(
    accounts: list[ServiceAgreement], story: tuple[list[int], list[Life], FiscalYears]
) -> None:
    """`make verify` runs the deep profile: many more lives, other ones each time."""
    _check_story(accounts, story)


# The definitions one by one, as a rep would check them


@pytest.fixture
def agreement(db: None) -> ServiceAgreement:
    """An active agreement on an account of its own."""
    return make_agreement(make_account())


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-1, None), (0, None), (1, "past_due_1_30"), (30, "past_due_1_30"), (31, "past_due_31_60"),
        (60, "past_due_31_60"), (61, "past_due_61_90"), (90, "past_due_61_90"), (91, "past_due_over_90"),
    ],
)  # fmt: skip
def test_debt_is_past_due_from_the_day_after_its_arrears_date(
    agreement: ServiceAgreement, days: int, bucket: str | None
) -> None:
    since = TODAY - timedelta(days=days)
    make_transaction(agreement, "80.00", arrears_date=since)
    summary = summary_of(agreement)
    buckets = {name: getattr(summary, name) for name in BUCKETS}
    assert {name for name, amount in buckets.items() if amount} == ({bucket} if bucket else set())
    assert summary.past_due == (80 if bucket else 0)
    assert summary.past_due_since == (since if bucket else None)
    assert summary.balance == 80


def test_a_credit_relieves_the_oldest_debt_first(agreement: ServiceAgreement) -> None:
    for days, amount in ((100, "50.00"), (45, "30.00"), (5, "20.00")):
        make_transaction(agreement, amount, arrears_date=TODAY - timedelta(days=days))
    make_transaction(agreement, "-60.00", arrears_date=TODAY)
    summary = summary_of(agreement)
    assert (summary.past_due_over_90, summary.past_due_31_60, summary.past_due_1_30) == (0, 20, 20)
    assert (summary.past_due, summary.past_due_since) == (40, TODAY - timedelta(days=45))


def test_a_credit_that_has_not_come_yet_relieves_nothing(agreement: ServiceAgreement) -> None:
    make_transaction(agreement, "50.00", arrears_date=TODAY - timedelta(days=10))
    make_transaction(agreement, "-50.00", arrears_date=TODAY + timedelta(days=1))
    assert summary_of(agreement).past_due == 50
    assert summary_of(agreement, TODAY + timedelta(days=1)).past_due == 0


@pytest.mark.parametrize(
    "values", [{"is_outside_arrears": True}, {"arrears_date": None}], ids=["outside arrears", "no arrears date"]
)
def test_what_does_not_age_is_owed_but_never_past_due(agreement: ServiceAgreement, values: dict[str, Any]) -> None:
    make_transaction(agreement, "50.00", **({"arrears_date": TODAY - timedelta(days=40)} | values))
    summary = summary_of(agreement)
    assert (summary.balance, summary.past_due) == (50, 0)


def test_only_frozen_transactions_count_and_archived_ones_still_do(agreement: ServiceAgreement) -> None:
    make_transaction(agreement, "1.00")
    make_transaction(agreement, "2.00", is_frozen=False)
    make_transaction(agreement, "4.00", archived_at=NOON)
    make_transaction(agreement, "8.00", removed_at=NOON)
    assert summary_of(agreement).balance == 5


def test_budget_billing_asks_for_less_than_would_settle(agreement: ServiceAgreement) -> None:
    make_transaction(agreement, "100.00", payoff_amount="163.42")
    summary = summary_of(agreement)
    assert (summary.balance, summary.payoff_balance) == (100, Decimal("163.42"))


def test_a_cancelled_payment_is_not_the_last_one(agreement: ServiceAgreement) -> None:
    make_transaction(agreement, "-40.00", TODAY - timedelta(days=30))
    make_transaction(agreement, "-25.00", TODAY - timedelta(days=2))
    make_transaction(agreement, "-35.00", TODAY - timedelta(days=2))
    summary = summary_of(agreement)
    assert (summary.last_payment_amount, summary.last_payment_date) == (60, TODAY - timedelta(days=2))
    make_transaction(agreement, "60.00", type="PX", received_date=TODAY - timedelta(days=2), bill_id=None)
    summary = summary_of(agreement)
    assert (summary.last_payment_amount, summary.last_payment_date) == (40, TODAY - timedelta(days=30))


def test_revenue_is_what_was_billed_in_closed_months(agreement: ServiceAgreement) -> None:
    for on, amount in (
        (date(2026, 11, 1), "1.00"), (date(2026, 10, 31), "2.00"), (date(2025, 11, 1), "4.00"),
        (date(2025, 10, 31), "8.00"), (date(2024, 11, 1), "16.00"), (date(2024, 10, 31), "32.00"),
    ):  # fmt: skip
        make_transaction(agreement, amount, on)
    make_transaction(agreement, "64.00", date(2026, 10, 1), type="AD")
    make_transaction(agreement, "-0.50", date(2026, 10, 2), type="BX", received_date=None)
    set_fiscal_years(FiscalYears(month=1))
    summary = summary_of(agreement)
    assert (summary.revenue_12m, summary.revenue_prior_12m) == (Decimal("5.50"), 24)
    assert summary.revenue_fytd == Decimal("2.50")
    set_fiscal_years(FiscalYears(month=11))
    assert summary_of(agreement).revenue_fytd == 1


def test_what_the_ledger_holds_as_revenue_stands_for_what_was_billed(agreement: ServiceAgreement) -> None:
    october = date(2026, 10, 1)
    make_transaction(agreement, "105.00", october, ledger_revenue="100.00")
    make_transaction(agreement, "30.00", october, type="AD", ledger_revenue="4.00")
    make_transaction(agreement, "200.00", october, type="BS", ledger_revenue="0.00")
    make_transaction(agreement, "1.00", october)
    make_transaction(agreement, "-60.00", october, ledger_revenue="0.00")
    summary = summary_of(agreement)
    assert (summary.revenue_12m, summary.balance) == (105, 276)


def test_open_agreements_and_the_places_they_serve_are_counted(agreement: ServiceAgreement) -> None:
    make_agreement(agreement.account, agreement.premise, status="pending stop")
    make_agreement(agreement.account, premise_id=None, status="reactivated")
    make_agreement(agreement.account, status="stopped")
    make_agreement(agreement.account, status="closed")
    make_agreement(agreement.account, removed_at=NOON)
    summary = summary_of(agreement)
    assert (summary.active_services, summary.premises) == (4, 2)


def test_an_account_is_due_again_when_the_calendar_moves_its_next_figure(agreement: ServiceAgreement) -> None:
    make_transaction(agreement, "80.00", type="AD", arrears_date=date(2026, 11, 30), accounting_date=None)
    looks = []
    today = TODAY
    while (due := summary_of(agreement, today).next_change_on) is not None:
        looks.append(due)
        today = due
    step = [date(2026, 11, 30) + timedelta(days=days) for days in (0, 1, 31, 61, 91)]
    assert looks == step


def test_revenue_accounted_tomorrow_is_due_tomorrow(agreement: ServiceAgreement) -> None:
    tomorrow = TODAY + timedelta(days=1)
    make_transaction(agreement, "80.00", arrears_date=None, accounting_date=tomorrow)
    summary = summary_of(agreement)
    assert (summary.revenue_fytd, summary.next_change_on) == (0, tomorrow)
    assert summary_of(agreement, tomorrow).revenue_fytd == 80


def test_a_refresh_without_news_writes_nothing(agreement: ServiceAgreement) -> None:
    make_transaction(agreement, "80.00")
    assert refresh([agreement.account_id], TODAY) == 1
    assert refresh([agreement.account_id], TODAY) == 0
    assert refresh([agreement.account_id, "9999999999"], TODAY) == 0, "an account that is not there has no summary"


@pytest.mark.parametrize(
    ("today", "following"), [(date(2026, 12, 31), date(2027, 1, 1)), (date(2028, 2, 29), date(2028, 3, 1))]
)
def test_the_next_month_follows_the_year(today: date, following: date) -> None:
    assert Calendar.of(today, (today, today)).next_month_start == following
