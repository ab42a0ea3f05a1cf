"""Harborview's money as the story tells it: every bill to the cent, who was billed for what, and how it was paid."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sync.simulators.ccb.generator import cycles
from sync.simulators.ccb.generator.ledger import Ledger
from sync.simulators.ccb.generator.postings import Agreement, Charge

CYCLE = 14

# Month -> what the bill came to, in cents; months before are billed like the same month a year later, 4 % lower.
_BILLS = {
    (2024, 11): 330218, (2024, 12): 338840, (2025, 1): 359007, (2025, 2): 354166, (2025, 3): 337725,
    (2025, 4): 329094, (2025, 5): 340231, (2025, 6): 370180, (2025, 7): 412045, (2025, 8): 406612,
    (2025, 9): 379957, (2025, 10): 358023, (2025, 11): 341036, (2025, 12): 356602, (2026, 1): 370248,
    (2026, 2): 365571, (2026, 3): 349809, (2026, 4): 338055, (2026, 5): 351267, (2026, 6): 390237,
    (2026, 7): 438891, (2026, 8): 421502, (2026, 9): 398044, (2026, 10): 374210, (2026, 11): 362775,
}  # fmt: skip
# Month billed -> day paid, where it is told or late; others are paid 18 days after the bill.
_PAID_ON = {
    (2025, 2): date(2025, 3, 18),
    (2026, 6): date(2026, 7, 8),
    (2026, 7): date(2026, 8, 10),
    (2026, 8): date(2026, 9, 8),
    (2026, 9): date(2026, 10, 9),
    (2026, 10): date(2026, 11, 14),
}
_PAID_IN_PART = {(2026, 10): 245750}
_BY_CHECK = {(2026, 6): "20417"}
_NOT_PAID = (2026, 11)


@dataclass(frozen=True)
class ToldService:
    """An agreement of Harborview: what November 2026 brought it, and its meter read some days before each bill."""

    sa_id: str
    type_code: str
    premise: int
    start: date
    amount: int
    quantity: int
    badge: str = ""
    serial: str = ""
    read_before: int = 1
    end: date | None = None
    expires: date | None = None


SERVICES = (
    ToldService(
        "7714430192",
        "E-LG-TOU",
        0,
        date(2014, 3, 17),
        221460,
        31460,
        "E-4471902",
        "114471902",
        expires=date(2027, 3, 31),
    ),
    ToldService("7714430277", "G-COM", 0, date(2014, 3, 17), 54835, 1204, "G-210884", "77210884", 2),
    ToldService("7714430301", "OL-2", 0, date(2014, 3, 20), 4620, 0),
    ToldService("7714518820", "E-SG", 1, date(2016, 5, 2), 61275, 6905, "E-4490117", "114490117"),
    ToldService("7714518877", "W-COM", 1, date(2016, 5, 2), 20585, 41, "W-88231", "5588231", 7),
    ToldService("7714610034", "E-SG", 2, date(2018, 9, 10), 0, 0, "E-4502250", "114502250", 1, date(2026, 6, 30)),
)
_DEPOSIT = 750000
_DEPOT_SHARE = 0.055


def post(ledger: Ledger, bill_dates: list[date], moved: Callable[[date], date]) -> None:
    """Post deposit, bills and payments.

    The ledger's agreements are those of `SERVICES` in their order and then the deposit. `bill_dates` are told ones and
    go through `moved` to the business date's.
    """
    _hold_deposit(ledger, ledger.agreements[len(SERVICES)])
    before = cycles.bill_date(CYCLE, bill_dates[0].replace(day=1) - timedelta(days=1))
    for previous, on in zip([before, *bill_dates], bill_dates, strict=False):
        month = (on.year, on.month)
        charges = _charges(ledger.agreements, previous, on, moved)
        ledger.bill(moved(on), moved(on + cycles.DUE_AFTER), charges)
        if month == _NOT_PAID:
            continue
        paid = _PAID_IN_PART.get(month, sum(charge.amount for charge in charges))
        usual = cycles.next_business_day(on + timedelta(days=17))
        ledger.pay(
            moved(_PAID_ON.get(month, usual)),
            paid,
            "CHEC" if month in _BY_CHECK else "ACH",
            check=_BY_CHECK.get(month, ""),
            shares=_in_proportion(charges, paid),
        )


def _hold_deposit(ledger: Ledger, agreement: Agreement) -> None:
    """A deposit asked for and paid at the start: nothing is asked for any more, and it is owed back."""
    ledger.adjust(agreement.start, agreement, "DEPOSIT", _DEPOSIT, payoff=0)
    ledger.bill(agreement.start, agreement.start + cycles.DUE_AFTER, [])
    paid = agreement.start + timedelta(days=7)
    ledger.pay(paid, _DEPOSIT, "CHEC", check="10311", shares={agreement.sa_id: _DEPOSIT})


def _charges(agreements: list[Agreement], previous: date, on: date, moved: Callable[[date], date]) -> list[Charge]:
    """A bill's total shared among the agreements as in November 2026; the depot had a part until it closed."""
    total = _bill_amount(on)
    charges = []
    for told, agreement in zip(SERVICES, agreements, strict=False):
        if told.end is None:
            amount, quantity, end = told.amount, told.quantity, on
        elif previous < told.end:
            end = min(on, told.end)
            amount = round(total * _DEPOT_SHARE * min((end - previous).days / 30, 1))
            quantity = round(amount / 15.4)
        else:
            continue
        charges.append(Charge(agreement, moved(previous), moved(end), amount, quantity, closing=end == told.end))
    return _scaled(charges, total)


def _bill_amount(on: date) -> int:
    """What Harborview's bill of a day came to, in cents."""
    factor, year = 1.0, on.year
    while (year, on.month) not in _BILLS:
        year += 1
        factor *= 0.96
    return round(_BILLS[year, on.month] * factor)


def _scaled(charges: list[Charge], total: int) -> list[Charge]:
    """The charges brought to a total: flat and closing ones keep their amount, the first one takes the rounding."""
    kept = [each for each in charges if not each.agreement.type.metered or each.closing]
    fixed = sum(each.amount for each in kept)
    factor = (total - fixed) / (sum(each.amount for each in charges) - fixed)
    scaled = [
        each
        if each in kept
        else replace(each, amount=round(each.amount * factor), quantity=round(each.quantity * factor, 1))
        for each in charges
    ]
    rounding = total - sum(each.amount for each in scaled)
    return [replace(scaled[0], amount=scaled[0].amount + rounding), *scaled[1:]]


def _in_proportion(charges: list[Charge], paid: int) -> dict[str, int]:
    """A payment shared among charges, never more than a charge; the first one takes the rounding."""
    owed = sum(each.amount for each in charges)
    shares = {each.agreement.sa_id: each.amount * paid // owed for each in charges}
    shares[charges[0].agreement.sa_id] += paid - sum(shares.values())
    return shares
