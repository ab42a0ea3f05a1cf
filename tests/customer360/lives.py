"""Lives of accounts, drawn for the property test of their figures: what happens on them, and when CC&B shows it."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import strategies as st

from customer360.models import ServiceAgreement
from tests.factories import TODAY


@dataclass(frozen=True)
class Transaction:
    """One transaction in a life. Amounts are in cents; `bill` is the number of the bill that shows it.

    `ledger` is what the ledger holds of it as revenue, None where nobody asked it or it has no line.
    `step` is when CC&B first shows it. From step `matched_at` on it is in the match event of number `event`.
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
    ledger: int | None = None
    step: int = 0
    event: int | None = None
    matched_at: int = 0


@dataclass(frozen=True)
class Standing:
    """How a match event stands from one step to the next."""

    status: str
    is_disputed: bool = False
    is_removed: bool = False


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
    is_open_item: bool = False
    events: tuple[tuple[Standing, ...], ...] = ()
    """Of each match event its standing at each step."""


@dataclass(frozen=True)
class FiscalYears:
    """The month in which the fiscal year begins, and years of a calendar that holds before it: first and last day."""

    month: int
    years: tuple[tuple[date, date], ...] = ()


# Lives

# How far from a look the days lie at which something turns, beside any day of the three years around it.
_TURNS = (
    *(0, 0, 0, 1, -1, -29, -30, -31, -32, -59, -60, -61, -62, -89, -90, -91, -92),
    *(-23, -24, 7, 8, 30, 37, -327, -328, -693),
)
_distances = st.sampled_from(_TURNS) | st.integers(-800, 150)


def _day(looks: list[date]) -> st.SearchStrategy[date]:
    """A day, often one that turns something just when somebody looks, or one at either end of a month."""
    near = st.builds(lambda look, distance: look + timedelta(days=distance), st.sampled_from(looks), _distances)
    months, ends = st.sampled_from((0, 0, 10, 11, 12, 13, 24, 25)), st.sampled_from((0, -1))
    return near | near | st.builds(_end_of_month, st.sampled_from(looks), months, ends)


def _end_of_month(look: date, months: int, days: int) -> date:
    """The first day of the month so many months before a look, and so many days on."""
    number = look.year * 12 + look.month - 1 - months
    return date(number // 12, number % 12 + 1, 1) + timedelta(days=days)


# The fourth is a bill that CC&B does not show.
_bill_numbers = st.sampled_from([None, 0, 0, 1, 1, 2, 3])
_cents = st.sampled_from([1, 100, 2500, 9999]) | st.integers(1, 500_000)


@st.composite
def _transactions(draw: st.DrawFn, number: int, looks: list[date]) -> list[Transaction]:
    """A bill, payment or adjustment, sometimes followed by what cancels it."""
    kind = draw(st.sampled_from(["BS", "BS", "PS", "PS", "AD"]))
    day, last = draw(_day(looks)), len(looks) - 1
    sign = {"BS": 1, "PS": -1}.get(kind) or draw(st.sampled_from([1, -1]))
    current = sign * draw(_cents)
    # Budget billing and deposits: what is asked now is not what would settle.
    payoff = draw(st.sampled_from([current, current, current, 0, current * 2, -current]))
    arrears = draw(st.sampled_from([day, day + timedelta(days=21), draw(_day(looks)), None]))
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
        ledger=draw(st.sampled_from([None, None, 0, payoff * 9 // 10])),
        step=draw(st.integers(0, last)),
    )  # fmt: skip
    if draw(st.sampled_from([False, False, True])):
        later = day + timedelta(days=draw(st.integers(0, 40)))
        undone = Transaction(
            number + 1, {"BS": "BX", "PS": "PX", "AD": "AX"}[kind], -current, -payoff,
            accounting=later, arrears=draw(st.sampled_from([arrears, later])), received=made.received,
            bill=draw(_bill_numbers), step=draw(st.integers(made.step, last)),
        )  # fmt: skip
        return [made, undone]
    return [made]


@st.composite
def _bills(draw: st.DrawFn, looks: list[date]) -> tuple[Bill, ...]:
    """Some bills, of which two may be of one day, and one may have no day at all."""
    made = []
    for number in range(draw(st.integers(0, 3))):
        day = draw(st.sampled_from([TODAY, TODAY - timedelta(days=30), None]) | _day(looks))
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


def _chapter(kind: str, day: date, amount: int, number: int, step: int) -> list[Transaction]:
    """What an account of a real utility goes through, as the transactions that CC&B makes of it, one after another."""

    def at(days: int) -> date:
        return day + timedelta(days=days)

    def post(type_: str, current: int, on: date, ages: date | None, payoff: int | None = None, bill: int | None = 0):
        received = on if type_ in ("PS", "PX") else None
        payoff = current if payoff is None else payoff
        return Transaction(0, type_, current, payoff, on, ages, received, bill, step=step)

    part = amount * 2 // 3 or 1
    told = {
        # What is asked for is level; what would settle follows the use, and a settlement evens the two out.
        "budget billing": [
            post("BS", amount, day, at(21), part), post("PS", -amount, at(20), at(20), -amount),
            post("AD", part - amount, at(30), at(51), 0),
        ],
        "cancel and rebill": [
            post("BS", amount, day, at(21)), post("BX", -amount, at(9), at(21)), post("BS", part, at(9), at(21)),
        ],
        "write-off": [
            post("BS", amount, day, at(21)), post("AD", -amount, at(120), at(120), bill=None),
            post("AD", amount, at(120), at(120), bill=None), post("AD", -amount, at(120), at(120), bill=None),
        ],
        "transfer": [
            post("BS", amount, day, at(21)), post("AD", -amount, at(23), at(44), bill=1),
            post("AD", amount, at(23), at(44), bill=1),
        ],
        "deposit": [post("AD", amount, day, at(21), 0), post("PS", -amount, at(7), at(7))],
        "returned check": [
            post("BS", amount, day, at(21)), post("PS", -amount, at(12), at(12)), post("PX", amount, at(17), at(17)),
            post("AD", 2500, at(17), None, bill=None),
        ],
        "negative payment": [post("PS", -amount, day, day), post("PS", part, at(3), at(3))],
        "moved payment": [
            post("BS", amount, day, at(21)), post("PS", -amount, at(12), at(12)), post("PX", amount, at(12), at(12)),
        ],
    }[kind]  # fmt: skip
    return [replace(each, number=number + place) for place, each in enumerate(told)]


@st.composite
def _chapters(draw: st.DrawFn, number: int, looks: list[date]) -> list[Transaction]:
    kind = draw(
        st.sampled_from(
            ["budget billing", "cancel and rebill", "write-off", "transfer", "deposit", "returned check",
             "negative payment", "moved payment"]
        )
    )  # fmt: skip
    return _chapter(kind, draw(_day(looks)), draw(_cents), number, draw(st.integers(0, len(looks) - 1)))


_EVENTS = 2
_standings = st.sampled_from(
    [Standing("open")] * 4
    + [Standing("open", is_disputed=True)] * 3
    + [Standing("balanced")] * 3
    + [
        Standing("canceled"),
        Standing("open", is_removed=True),
        Standing("balanced", is_removed=True),
        Standing("balanced", is_disputed=True),
    ]
)


@st.composite
def _matched(draw: st.DrawFn, made: list[Transaction], steps: int) -> list[Transaction]:
    """The transactions, some of them in match events, at once or later. The last number is an event CC&B lost."""
    numbers = st.sampled_from([None, 0, 0, 0, 0, 1, 1, _EVENTS])
    return [replace(each, event=draw(numbers), matched_at=draw(st.integers(each.step, steps))) for each in made]


@st.composite
def _lives(draw: st.DrawFn, looks: list[date]) -> Life:
    made: list[Transaction] = []
    steps = len(looks) - 1
    for _ in range(draw(st.integers(0, 6))):
        made += draw(_transactions(len(made), looks) | _chapters(len(made), looks))
    is_open_item = draw(st.booleans())
    events: list[tuple[Standing, ...]] = []
    if is_open_item or draw(st.booleans()):
        made = draw(_matched(made, steps))
        for _ in range(_EVENTS):
            first = draw(_standings)
            later = [draw(st.just(first) | _standings) for _ in range(steps)]
            events.append((first, *later))
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
    return Life(tuple(made), tuple(agreements), draw(_bills(looks)), is_open_item, tuple(events))


_steps = st.lists(st.sampled_from([1, 1, 1, 7, 29, 30, 31, 61, 91, 365]) | st.integers(1, 400), max_size=5)


@st.composite
def _fiscal_years(draw: st.DrawFn) -> FiscalYears:
    """A month, and in half of the cases a calendar of 52 weeks a year that reaches some years around the date."""
    years: list[tuple[date, date]] = []
    if draw(st.booleans()):
        begins = TODAY - timedelta(days=draw(st.integers(-200, 700)))
        for _ in range(draw(st.integers(1, 4))):
            ends = begins + timedelta(days=363)
            years.append((begins, ends))
            begins = ends + timedelta(days=1)
    return FiscalYears(draw(st.integers(1, 12)), tuple(years))


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[int], list[Life], FiscalYears]:
    """Days that pass between looks, the lives of some accounts, and the fiscal years of their utility."""
    steps = draw(_steps)
    looks = [TODAY + timedelta(days=sum(steps[:n])) for n in range(len(steps) + 1)]
    return steps, draw(st.lists(_lives(looks), min_size=1, max_size=4)), draw(_fiscal_years())
