"""The figures of an account and its bills in plain Python, from their definitions: cents, one day at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from tests.customer360.lives import Bill, FiscalYears, Life, Standing, Transaction

FIGURES = (
    "balance", "payoff_balance", "past_due", "past_due_1_30", "past_due_31_60", "past_due_61_90", "past_due_over_90",
    "past_due_since", "disputed", "last_payment_amount", "last_payment_date", "last_bill_amount", "last_bill_date",
    "amount_due", "due_date", "revenue_fytd", "revenue_12m", "revenue_prior_12m", "active_services", "premises",
)  # fmt: skip
BUCKETS = FIGURES[3:7]
OPEN = ("active", "pending stop", "stopped", "reactivated")
PAYMENTS = ("PS", "PX")


@dataclass(frozen=True)
class Account:
    """An account as it is known at a step: what counts of its transactions, and how each stands in its event."""

    life: Life
    step: int
    today: date
    fiscal: FiscalYears

    @cached_property
    def counted(self) -> list[Transaction]:
        """What CC&B shows by now, is frozen, and was not removed."""
        return [t for t in self.life.transactions if t.step <= self.step and t.is_frozen and not t.is_removed]

    def standing(self, t: Transaction) -> Standing | None:
        """How the event of a transaction stands, where one ties it to anything."""
        if (
            not self.life.is_open_item
            or t.event is None
            or self.step < t.matched_at
            or t.event >= len(self.life.events)
        ):
            return None
        found = self.life.events[t.event][self.step]
        return found if found.status in ("open", "balanced") and not found.is_removed else None

    def is_disputed(self, t: Transaction) -> bool:
        """Whether a transaction is in dispute."""
        found = self.standing(t)
        return found is not None and found.status == "open" and found.is_disputed

    @cached_property
    def unpaid(self) -> list[tuple[Transaction, int]]:
        """Every debt that ages and is not settled, with what is left of it."""
        ageing = [
            t for t in self.counted
            if not t.is_outside_arrears and t.arrears is not None
            and not ((found := self.standing(t)) and found.status == "balanced")
        ]  # fmt: skip
        events: dict[int, list[Transaction]] = {}
        alone = []
        for t in ageing:
            if self.standing(t) and t.event is not None:
                events.setdefault(t.event, []).append(t)
            else:
                alone.append(t)
        rest = [(t, t.current) for t in alone if t.current > 0]
        spare = self._come(alone)
        disputed: list[tuple[Transaction, int]] = []
        for items in events.values():
            left, credit = _relieve([(t, t.current) for t in items if t.current > 0], self._come(items))
            if self.is_disputed(items[0]):
                disputed += left
            else:
                rest += left
                spare += credit
        return disputed + _relieve(rest, spare)[0]

    def _come(self, items: Iterable[Transaction]) -> int:
        """The credits among transactions whose arrears date has come."""
        return sum(-t.current for t in items if t.current < 0 and t.arrears <= self.today)

    @cached_property
    def bills(self) -> dict[int, tuple[int, int, int, int]]:
        """What each bill charges, what is open on it, what of it is in dispute, and what does not age."""
        made = {bill.number: [0, 0, 0, 0] for bill in self.life.bills}
        for t in self.counted:
            if t.bill in made and t.type not in PAYMENTS:
                made[t.bill][0] += t.current
                is_settled = (found := self.standing(t)) is not None and found.status == "balanced"
                if (t.is_outside_arrears or t.arrears is None) and not is_settled:
                    made[t.bill][3] += t.current
        for t, left in self.unpaid:
            if t.bill in made:
                made[t.bill][2 if self.is_disputed(t) else 1] += left
        return {number: (*amounts, max(outside, 0)) for number, (*amounts, outside) in made.items()}

    def figures(self) -> dict[str, Any]:
        """All figures by their name."""
        open_ones = [a for a in self.life.agreements if not a.is_removed and a.status in OPEN]
        return {
            "balance": sum(t.current for t in self.counted),
            "payoff_balance": sum(t.payoff for t in self.counted),
            "disputed": sum(t.current for t in self.counted if self.is_disputed(t)),
            **self._ageing(),
            **self._last_payment(),
            **self._latest_bill(),
            **self._revenue(),
            "active_services": len(open_ones),
            "premises": len({a.premise for a in open_ones if a.premise is not None}),
        }

    def _ageing(self) -> dict[str, Any]:
        buckets = dict.fromkeys(BUCKETS, 0)
        since = None
        for debt, left in self.unpaid:
            days = (self.today - debt.arrears).days
            if left and days >= 1 and not self.is_disputed(debt):
                since = min(since or debt.arrears, debt.arrears)
                name = "1_30" if days <= 30 else "31_60" if days <= 60 else "61_90" if days <= 90 else "over_90"
                buckets[f"past_due_{name}"] += left
        return {"past_due": sum(buckets.values()), "past_due_since": since, **buckets}

    def _last_payment(self) -> dict[str, Any]:
        days: dict[date, int] = {}
        for t in self.counted:
            if t.type in PAYMENTS and t.received is not None:
                days[t.received] = days.get(t.received, 0) - t.current
        paid = {day: amount for day, amount in days.items() if amount > 0}
        latest = max(paid, default=None)
        return {"last_payment_date": latest, "last_payment_amount": paid.get(latest) if latest else None}

    def _latest_bill(self) -> dict[str, Any]:
        complete = [bill for bill in self.life.bills if bill.status == "complete" and not bill.is_removed]
        if not complete:
            return {"last_bill_amount": None, "last_bill_date": None, "amount_due": 0, "due_date": None}
        latest = max(complete, key=_recency)
        return {
            "last_bill_amount": self.bills[latest.number][0],
            "last_bill_date": latest.day,
            "amount_due": latest.asked or 0,
            "due_date": latest.due,
        }

    def _revenue(self) -> dict[str, int]:
        def months_ago(day: date) -> int:
            return (self.today.year - day.year) * 12 + self.today.month - day.month

        earned = [(t.accounting, _revenue_of(t)) for t in self.counted if t.accounting is not None]
        since = fiscal_year_start(self.fiscal, self.today)
        return {
            "revenue_fytd": sum(amount for day, amount in earned if since <= day <= self.today),
            "revenue_12m": sum(amount for day, amount in earned if 1 <= months_ago(day) <= 12),
            "revenue_prior_12m": sum(amount for day, amount in earned if 13 <= months_ago(day) <= 24),
        }


def _revenue_of(t: Transaction) -> int:
    """What of a transaction is revenue: what the ledger says, else what was billed."""
    if t.ledger is not None:
        return t.ledger
    return t.payoff if t.type in ("BS", "BX") else 0


def fiscal_year_start(fiscal: FiscalYears, today: date) -> date:
    """The first day of the fiscal year: the calendar's where it reaches, else the latest first day of the month."""
    for begins, ends in fiscal.years:
        if begins <= today <= ends:
            return begins
    day = today.replace(day=1)
    while day.month != fiscal.month:
        day = (day - timedelta(days=1)).replace(day=1)
    return day


def _recency(bill: Bill) -> tuple[date, date, int]:
    return bill.day or date.min, bill.completed or date.min, bill.number


def _relieve(debts: Sequence[tuple[Transaction, int]], credit: int) -> tuple[list[tuple[Transaction, int]], int]:
    """The debts with what a credit leaves of them, the oldest relieved first, and what is left of the credit."""
    left = []
    for debt, amount in sorted(debts, key=lambda each: (each[0].arrears, each[0].number)):
        relieved = min(credit, amount)
        credit -= relieved
        left.append((debt, amount - relieved))
    return left, credit
