"""Lives of accounts for the property test of their figures, and those figures in plain Python from the definitions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from customer360.models import ServiceAgreement
from tests.factories import TODAY

FIGURES = (
    "balance", "payoff_balance", "past_due", "past_due_1_30", "past_due_31_60", "past_due_61_90", "past_due_over_90",
    "past_due_since", "last_payment_amount", "last_payment_date", "last_bill_amount", "last_bill_date", "amount_due",
    "due_date", "revenue_fytd", "revenue_12m", "revenue_prior_12m",
    "active_services", "premises",
)  # fmt: skip
BUCKETS = FIGURES[3:7]
OPEN = ("active", "pending stop", "stopped", "reactivated")


@dataclass(frozen=True)
class Transaction:
    """One transaction in a life. Amounts are in cents; `bill` is the number of the bill that shows it.

    `step` is when CC&B first shows it.
    """

    number: int
    type: str
    current: int
    payoff: int
    accounting: date | None
    arrears: date | None
    received: date | None
    bill: int | None = None
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
class Bill:
    """One bill; `asked` is in cents, `completed` the day it was completed."""

    number: int
    status: str
    day: date | None
    due: date | None
    asked: int | None
    completed: date | None
    is_removed: bool = False


@dataclass(frozen=True)
class Life:
    """All that ever happens on one account."""

    transactions: tuple[Transaction, ...]
    agreements: tuple[Agreement, ...] = ()
    bills: tuple[Bill, ...] = ()


def by_hand(life: Life, seen: Sequence[Transaction], today: date, fiscal_month: int) -> dict[str, Any]:
    """The figures, money in cents, of an account of which these transactions are known, on a day."""
    counted = [t for t in seen if t.is_frozen and not t.is_removed]
    figures: dict[str, Any] = {
        "balance": sum(t.current for t in counted),
        "payoff_balance": sum(t.payoff for t in counted),
        **_ageing(counted, today),
        **_last_payment(counted),
        **_latest_bill(life, bills_by_hand(life, seen, today)),
        **_revenue(counted, today, fiscal_month),
    }
    open_ones = [a for a in life.agreements if not a.is_removed and a.status in OPEN]
    figures["active_services"] = len(open_ones)
    figures["premises"] = len({a.premise for a in open_ones if a.premise is not None})
    return figures


def bills_by_hand(life: Life, seen: Sequence[Transaction], today: date) -> dict[int, tuple[int, int]]:
    """What each bill of an account charges and what is open on it on a day, in cents."""
    counted = [t for t in seen if t.is_frozen and not t.is_removed]
    ageing = [t for t in counted if not t.is_outside_arrears and t.arrears is not None]
    credit = sum(-t.current for t in ageing if t.current < 0 and t.arrears <= today)
    left = dict.fromkeys((bill.number for bill in life.bills), 0)
    for debt in sorted((t for t in ageing if t.current > 0), key=lambda t: (t.arrears, t.number)):
        relieved = min(credit, debt.current)
        credit -= relieved
        if debt.bill in left:
            left[debt.bill] += debt.current - relieved
    return {
        number: (sum(t.current for t in counted if t.bill == number and t.type not in ("PS", "PX")), still_open)
        for number, still_open in left.items()
    }


def _latest_bill(life: Life, amounts: dict[int, tuple[int, int]]) -> dict[str, Any]:
    complete = [bill for bill in life.bills if bill.status == "complete" and not bill.is_removed]
    if not complete:
        return {"last_bill_amount": None, "last_bill_date": None, "amount_due": 0, "due_date": None}
    latest = max(complete, key=lambda bill: (bill.day or date.min, bill.completed or date.min, bill.number))
    return {
        "last_bill_amount": amounts[latest.number][0],
        "last_bill_date": latest.day,
        "amount_due": latest.asked or 0,
        "due_date": latest.due,
    }


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
# The fourth is a bill that CC&B does not show.
_bill_numbers = st.sampled_from([None, 0, 0, 1, 1, 2, 3])
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
        bill=draw(_bill_numbers),
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
            bill=draw(_bill_numbers), step=draw(st.integers(made.step, steps)),
        )  # fmt: skip
        return [made, undone]
    return [made]


@st.composite
def _bills(draw: st.DrawFn) -> tuple[Bill, ...]:
    """Some bills, of which two may be of one day, and one may have no day at all."""
    made = []
    for number in range(draw(st.integers(0, 3))):
        day = draw(
            st.sampled_from([TODAY, TODAY - timedelta(days=30), None]) | _days.map(lambda n: TODAY + timedelta(n))
        )
        made.append(
            Bill(
                number,
                draw(st.sampled_from(["complete", "complete", "complete", "pending", "R"])),
                day,
                due=draw(st.sampled_from([day and day + timedelta(days=21), None])),
                asked=draw(st.sampled_from([None, 0, -1500]) | _cents),
                completed=draw(st.sampled_from([day, TODAY, None])),
                is_removed=draw(st.sampled_from([False] * 7 + [True])),
            )
        )
    return tuple(made)


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
    return Life(tuple(made), tuple(agreements), draw(_bills()))


_steps = st.lists(st.sampled_from([1, 1, 1, 7, 29, 30, 31, 61, 91, 365]) | st.integers(1, 400), max_size=5)


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[int], list[Life], int]:
    """Days that pass between looks, the lives of some accounts, and the month in which the fiscal year begins."""
    steps = draw(_steps)
    return steps, draw(st.lists(_lives(len(steps)), min_size=1, max_size=4)), draw(st.integers(1, 12))
