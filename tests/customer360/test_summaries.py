"""Every figure of the account summary equals what plain Python makes of the same life of an account, on every day."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customer360 import summaries
from customer360.models import AccountSummary, FinancialTransaction, ServiceAgreement
from customer360.summaries import Calendar
from tests.factories import TODAY, make_account, make_agreement, make_premise, make_transaction

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
FIGURES = (
    "balance", "payoff_balance", "past_due", "past_due_1_30", "past_due_31_60", "past_due_61_90", "past_due_over_90",
    "past_due_since", "last_payment_amount", "last_payment_date", "revenue_fytd", "revenue_12m", "revenue_prior_12m",
    "active_services", "premises",
)  # fmt: skip
BUCKETS = FIGURES[3:7]
OPEN = ("active", "pending stop", "stopped", "reactivated")


def refresh(accounts: Iterable[str], today: date) -> int:
    """Bring the summaries of these accounts up to date; how many rows were written."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE due_account (account_id text PRIMARY KEY)")
        cursor.executemany("INSERT INTO due_account VALUES (%s)", [(account,) for account in accounts])
        moved = summaries.refresh(cursor, "due_account", today)
        cursor.execute("DROP TABLE due_account")
    return moved


# The same figures in plain Python, from their definitions. Money is in cents.


@dataclass(frozen=True)
class Transaction:
    """One transaction in a life. `step` is when CC&B first shows it."""

    number: int
    type: str
    current: int
    payoff: int
    accounting: date | None
    arrears: date | None
    received: date | None
    is_frozen: bool = True
    is_outside_arrears: bool = False
    is_archived: bool = False
    is_removed: bool = False
    step: int = 0


@dataclass(frozen=True)
class Agreement:
    """One service agreement; `premise` is the number of its premise, None without one."""

    status: str
    premise: int | None
    is_removed: bool = False


@dataclass(frozen=True)
class Life:
    """All that ever happens on one account."""

    transactions: tuple[Transaction, ...]
    agreements: tuple[Agreement, ...] = ()


def by_hand(life: Life, seen: Sequence[Transaction], today: date, fiscal_month: int) -> dict[str, Any]:
    """The figures of an account of which these transactions are known, on a day."""
    counted = [t for t in seen if t.is_frozen and not t.is_removed]
    figures: dict[str, Any] = {
        "balance": sum(t.current for t in counted),
        "payoff_balance": sum(t.payoff for t in counted),
        **_ageing(counted, today),
        **_last_payment(counted),
        **_revenue(counted, today, fiscal_month),
    }
    open_ones = [a for a in life.agreements if not a.is_removed and a.status in OPEN]
    figures["active_services"] = len(open_ones)
    figures["premises"] = len({a.premise for a in open_ones if a.premise is not None})
    return figures


def _ageing(counted: Sequence[Transaction], today: date) -> dict[str, Any]:
    """Let every credit that has come relieve the oldest debt that has come, then sort what is left by its age."""
    come = [t for t in counted if not t.is_outside_arrears and t.arrears is not None and t.arrears <= today]
    credit = sum(-t.current for t in come if t.current < 0)
    buckets = {"past_due_1_30": 0, "past_due_31_60": 0, "past_due_61_90": 0, "past_due_over_90": 0}
    since = None
    for debt in sorted((t for t in come if t.current > 0), key=lambda t: (t.arrears, t.number)):
        relieved = min(credit, debt.current)
        credit -= relieved
        left, days = debt.current - relieved, (today - debt.arrears).days
        if left and days >= 1:
            since = since or debt.arrears
            name = "1_30" if days <= 30 else "31_60" if days <= 60 else "61_90" if days <= 90 else "over_90"
            buckets[f"past_due_{name}"] += left
    return {"past_due": sum(buckets.values()), "past_due_since": since, **buckets}


def _last_payment(counted: Sequence[Transaction]) -> dict[str, Any]:
    days: dict[date, int] = {}
    for t in counted:
        if t.type in ("PS", "PX") and t.received is not None:
            days[t.received] = days.get(t.received, 0) - t.current
    paid = {day: amount for day, amount in days.items() if amount > 0}
    latest = max(paid, default=None)
    return {"last_payment_date": latest, "last_payment_amount": paid.get(latest) if latest else None}


def _revenue(counted: Sequence[Transaction], today: date, fiscal_month: int) -> dict[str, int]:
    def months(day: date) -> int:
        return day.year * 12 + day.month

    def fiscal_year(day: date) -> int:
        return day.year + (day.month >= fiscal_month)

    billed = [t for t in counted if t.type in ("BS", "BX") and t.accounting is not None]
    return {
        "revenue_fytd": sum(
            t.payoff for t in billed if fiscal_year(t.accounting) == fiscal_year(today) and t.accounting <= today
        ),
        "revenue_12m": sum(t.payoff for t in billed if 1 <= months(today) - months(t.accounting) <= 12),
        "revenue_prior_12m": sum(t.payoff for t in billed if 13 <= months(today) - months(t.accounting) <= 24),
    }


# Lives

# The days at which something turns, seen from the business date, beside any day of the three years around it.
_TURNS = [
    0,
    1,
    -1,
    -29,
    -30,
    -31,
    -32,
    -59,
    -60,
    -61,
    -62,
    -89,
    -90,
    -91,
    -92,
    -23,
    -24,
    7,
    8,
    30,
    37,
    -327,
    -328,
    -693,
]
_days = st.sampled_from(_TURNS) | st.integers(-800, 150)
_cents = st.sampled_from([1, 100, 2500, 9999]) | st.integers(1, 500_000)


@st.composite
def _transactions(draw: st.DrawFn, number: int, steps: int) -> list[Transaction]:
    """A bill, payment or adjustment, sometimes followed by what cancels it."""
    kind = draw(st.sampled_from(["BS", "BS", "PS", "PS", "AD"]))
    day = TODAY + timedelta(days=draw(_days))
    sign = {"BS": 1, "PS": -1}.get(kind) or draw(st.sampled_from([1, -1]))
    current = sign * draw(_cents)
    # Budget billing and deposits: what is asked now is not what would settle.
    payoff = draw(st.sampled_from([current, current, current, 0, current * 2, -current]))
    arrears = draw(st.sampled_from([day, day + timedelta(days=21), day + timedelta(days=draw(_days)), None]))
    made = Transaction(
        number, kind, current, payoff,
        accounting=draw(st.sampled_from([day, day, day, None])),
        arrears=arrears,
        received=draw(st.sampled_from([day, day, None])) if kind == "PS" else None,
        is_frozen=draw(st.sampled_from([True] * 7 + [False])),
        is_outside_arrears=draw(st.sampled_from([False] * 7 + [True])),
        is_archived=draw(st.sampled_from([False] * 7 + [True])),
        is_removed=draw(st.sampled_from([False] * 9 + [True])),
        step=draw(st.integers(0, steps)),
    )  # fmt: skip
    if draw(st.sampled_from([False, False, True])):
        later = day + timedelta(days=draw(st.integers(0, 40)))
        undone = Transaction(
            number + 1, {"BS": "BX", "PS": "PX", "AD": "AX"}[kind], -current, -payoff,
            accounting=later, arrears=draw(st.sampled_from([arrears, later])), received=made.received,
            step=draw(st.integers(made.step, steps)),
        )  # fmt: skip
        return [made, undone]
    return [made]


@st.composite
def _lives(draw: st.DrawFn, steps: int) -> Life:
    made: list[Transaction] = []
    for _ in range(draw(st.integers(0, 8))):
        made += draw(_transactions(len(made), steps))
    statuses = [str(status) for status in ServiceAgreement.Status] + ["45"]
    agreements = draw(
        st.lists(
            st.builds(
                Agreement,
                st.sampled_from(statuses + ["active"] * 4),
                st.sampled_from([0, 0, 1, 2, None]),
                st.sampled_from([False, False, False, True]),
            ),
            max_size=4,
        )
    )
    return Life(tuple(made), tuple(agreements))


_steps = st.lists(st.sampled_from([1, 1, 1, 7, 29, 30, 31, 61, 91, 365]) | st.integers(1, 400), max_size=5)


@st.composite
def _stories(draw: st.DrawFn) -> tuple[list[int], list[Life], int]:
    """Days that pass between looks, the lives of some accounts, and the month in which the fiscal year begins."""
    steps = draw(_steps)
    return steps, draw(st.lists(_lives(len(steps)), min_size=1, max_size=4)), draw(st.integers(1, 12))


@pytest.fixture
def accounts(db: None) -> list[ServiceAgreement]:
    """Four accounts, each with the closed agreement that its money is on; three premises."""
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
            created_at=NOON,
            is_frozen=t.is_frozen,
            accounting_date=t.accounting,
            arrears_date=t.arrears,
            is_outside_arrears=t.is_outside_arrears,
            is_correction=False,
            received_date=t.received,
            archived_at=NOON if t.is_archived else None,
            removed_at=NOON if t.is_removed else None,
        )
        for t in transactions
    )


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


def _check_story(accounts: Sequence[ServiceAgreement], story: tuple[list[int], list[Life], int]) -> None:
    """Let the days pass, refresh only what is due, and compare every account with plain Python after each look."""
    steps, lives, fiscal_month = story
    told = list(zip(accounts, lives, strict=False))
    with override_settings(FISCAL_YEAR_START_MONTH=fiscal_month), transaction.atomic():
        premises = [make_premise().pk for _ in range(3)]
        for agreement, life in told:
            _write_agreements(agreement, life.agreements, premises)
        today = TODAY
        for step, days in enumerate([0, *steps]):
            today += timedelta(days=days)
            due = {a.account_id for a, life in told if step == 0 or any(t.step == step for t in life.transactions)}
            for agreement, life in told:
                _write(agreement, (t for t in life.transactions if t.step == step))
            due |= set(AccountSummary.objects.filter(next_change_on__lte=today).values_list("account_id", flat=True))
            refresh(due, today)
            for agreement, life in told:
                seen = [t for t in life.transactions if t.step <= step]
                figures = by_hand(life, seen, today, fiscal_month)
                assert _in_cents(agreement.account_id) == figures, (today, due)
                for quiet_day in _days_until_due(agreement.account_id, today):
                    assert by_hand(life, seen, quiet_day, fiscal_month) == figures, quiet_day
            assert not AccountSummary.objects.filter(next_change_on__lte=today).exists(), "due once, not for ever"
            assert refresh(due, today) == 0, "a figure that did not move is not written"
        transaction.set_rollback(True)


_DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"


@settings(
    max_examples=2500 if _DEEP else 120,
    derandomize=not _DEEP,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(story=_stories())
def test_every_figure_equals_plain_python_on_every_day(
    accounts: list[ServiceAgreement], story: tuple[list[int], list[Life], int]
) -> None:
    """`make verify` sets HYPOTHESIS_PROFILE=deep: many more lives, other ones each time."""
    _check_story(accounts, story)


# The definitions one by one, as a rep would check them


def _summary_of(agreement: ServiceAgreement, today: date = TODAY) -> AccountSummary:
    refresh([agreement.account_id], today)
    return AccountSummary.objects.get(account=agreement.account_id)


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
    summary = _summary_of(agreement)
    buckets = {name: getattr(summary, name) for name in BUCKETS}
    assert {name for name, amount in buckets.items() if amount} == ({bucket} if bucket else set())
    assert summary.past_due == (80 if bucket else 0)
    assert summary.past_due_since == (since if bucket else None)
    assert summary.balance == 80


def test_a_credit_relieves_the_oldest_debt_first(agreement: ServiceAgreement) -> None:
    for days, amount in ((100, "50.00"), (45, "30.00"), (5, "20.00")):
        make_transaction(agreement, amount, arrears_date=TODAY - timedelta(days=days))
    make_transaction(agreement, "-60.00", arrears_date=TODAY)
    summary = _summary_of(agreement)
    assert (summary.past_due_over_90, summary.past_due_31_60, summary.past_due_1_30) == (0, 20, 20)
    assert (summary.past_due, summary.past_due_since) == (40, TODAY - timedelta(days=45))


def test_a_credit_that_has_not_come_yet_relieves_nothing(agreement: ServiceAgreement) -> None:
    make_transaction(agreement, "50.00", arrears_date=TODAY - timedelta(days=10))
    make_transaction(agreement, "-50.00", arrears_date=TODAY + timedelta(days=1))
    assert _summary_of(agreement).past_due == 50
    assert _summary_of(agreement, TODAY + timedelta(days=1)).past_due == 0


@pytest.mark.parametrize(
    "values", [{"is_outside_arrears": True}, {"arrears_date": None}], ids=["outside arrears", "no arrears date"]
)
def test_what_does_not_age_is_owed_but_never_past_due(agreement: ServiceAgreement, values: dict[str, Any]) -> None:
    make_transaction(agreement, "50.00", **({"arrears_date": TODAY - timedelta(days=40)} | values))
    summary = _summary_of(agreement)
    assert (summary.balance, summary.past_due) == (50, 0)


def test_only_frozen_transactions_count_and_archived_ones_still_do(agreement: ServiceAgreement) -> None:
    make_transaction(agreement, "1.00")
    make_transaction(agreement, "2.00", is_frozen=False)
    make_transaction(agreement, "4.00", archived_at=NOON)
    make_transaction(agreement, "8.00", removed_at=NOON)
    assert _summary_of(agreement).balance == 5


def test_budget_billing_asks_for_less_than_would_settle(agreement: ServiceAgreement) -> None:
    make_transaction(agreement, "100.00", payoff_amount="163.42")
    summary = _summary_of(agreement)
    assert (summary.balance, summary.payoff_balance) == (100, Decimal("163.42"))


def test_a_cancelled_payment_is_not_the_last_one(agreement: ServiceAgreement) -> None:
    make_transaction(agreement, "-40.00", TODAY - timedelta(days=30))
    make_transaction(agreement, "-25.00", TODAY - timedelta(days=2))
    make_transaction(agreement, "-35.00", TODAY - timedelta(days=2))
    summary = _summary_of(agreement)
    assert (summary.last_payment_amount, summary.last_payment_date) == (60, TODAY - timedelta(days=2))
    make_transaction(agreement, "60.00", type="PX", received_date=TODAY - timedelta(days=2), bill_id=None)
    summary = _summary_of(agreement)
    assert (summary.last_payment_amount, summary.last_payment_date) == (40, TODAY - timedelta(days=30))


def test_revenue_is_what_was_billed_in_closed_months(agreement: ServiceAgreement) -> None:
    for on, amount in (
        (date(2026, 11, 1), "1.00"), (date(2026, 10, 31), "2.00"), (date(2025, 11, 1), "4.00"),
        (date(2025, 10, 31), "8.00"), (date(2024, 11, 1), "16.00"), (date(2024, 10, 31), "32.00"),
    ):  # fmt: skip
        make_transaction(agreement, amount, on)
    make_transaction(agreement, "64.00", date(2026, 10, 1), type="AD")
    make_transaction(agreement, "-0.50", date(2026, 10, 2), type="BX", received_date=None)
    with override_settings(FISCAL_YEAR_START_MONTH=1):
        summary = _summary_of(agreement)
    assert (summary.revenue_12m, summary.revenue_prior_12m) == (Decimal("5.50"), 24)
    assert summary.revenue_fytd == Decimal("2.50")
    with override_settings(FISCAL_YEAR_START_MONTH=11):
        assert _summary_of(agreement).revenue_fytd == 1


def test_open_agreements_and_the_places_they_serve_are_counted(agreement: ServiceAgreement) -> None:
    make_agreement(agreement.account, agreement.premise, status="pending stop")
    make_agreement(agreement.account, premise_id=None, status="reactivated")
    make_agreement(agreement.account, status="stopped")
    make_agreement(agreement.account, status="closed")
    make_agreement(agreement.account, removed_at=NOON)
    summary = _summary_of(agreement)
    assert (summary.active_services, summary.premises) == (4, 2)


def test_an_account_is_due_again_when_the_calendar_moves_its_next_figure(agreement: ServiceAgreement) -> None:
    make_transaction(agreement, "80.00", type="AD", arrears_date=date(2026, 11, 30), accounting_date=None)
    looks = []
    today = TODAY
    while (due := _summary_of(agreement, today).next_change_on) is not None:
        looks.append(due)
        today = due
    step = [date(2026, 11, 30) + timedelta(days=days) for days in (0, 1, 31, 61, 91)]
    assert looks == step


def test_a_refresh_without_news_writes_nothing(agreement: ServiceAgreement) -> None:
    make_transaction(agreement, "80.00")
    assert refresh([agreement.account_id], TODAY) == 1
    assert refresh([agreement.account_id], TODAY) == 0
    assert refresh([agreement.account_id, "9999999999"], TODAY) == 0, "an account that is not there has no summary"


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
    assert Calendar.of(today, month).fiscal_year_start == start


@pytest.mark.parametrize(
    ("today", "following"), [(date(2026, 12, 31), date(2027, 1, 1)), (date(2028, 2, 29), date(2028, 3, 1))]
)
def test_the_next_month_follows_the_year(today: date, following: date) -> None:
    assert Calendar.of(today, 1).next_month_start == following
