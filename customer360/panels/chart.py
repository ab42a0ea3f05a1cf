"""Charts of thirteen months beside the same months a year before, drawn as SVG by the server: bills, and billed use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from customer360 import selectors
from customer360.pages import Visit
from customer360.panels.figures import currency_of
from customer360.templatetags.portal import fullmonth, money, monthyear

MONTHS = 13

# The drawing's own units. The axis stands where nothing is; amounts take the room between top and bottom.
WIDTH, TOP, BOTTOM = 270, 6, 96
STEP, BAR, GAP = 20.2, 7, 0.5


@dataclass(frozen=True)
class Bar:
    """One amount as a rectangle."""

    x: float
    y: float
    height: float
    style: str


@dataclass(frozen=True)
class Month:
    """One month: its amounts in words, None where there was no bill, and its bars."""

    name: str
    letter: str
    middle: float
    this_year: str | None
    year_before: str | None
    bars: list[Bar]


@dataclass(frozen=True)
class Words:
    """What a chart is called, and how it says the value of a month; `nothing` stands for a month without one."""

    heading: str
    title: str
    nothing: str
    say: Callable[[date, Decimal], str]


@dataclass(frozen=True)
class Chart:
    """The chart as its template draws it, and what it tells in words."""

    words: Words
    months: list[Month]
    axis: float
    description: str


def chart(visit: Visit, today: date) -> Chart | None:
    """The bills of the thirteen months up to today's; nothing where none was billed in them, or none may be seen."""
    currency = currency_of(visit.viewer, visit.record)
    words = Words("Bills, 13 months", "Bill amount by month", "no bill", lambda month, amount: money(amount, currency))
    return draw(selectors.billed_by_month(visit.viewer, visit.record, since=first_month(today)), today, words)


def draw(values: Mapping[date, Decimal], today: date, words: Words) -> Chart | None:
    """The chart of values by the first day of their month; nothing where none is of the last thirteen months."""
    firsts = [_month_before(today.replace(day=1), back) for back in reversed(range(MONTHS))]
    pairs = [(first, values.get(first), values.get(_month_before(first, 12))) for first in firsts]
    amounts = [amount for _, *pair in pairs for amount in pair if amount is not None]
    if not any(now is not None for _, now, _ in pairs):
        return None
    highest, lowest = max(Decimal(0), *amounts), min(Decimal(0), *amounts)
    scale = (BOTTOM - TOP) / float(highest - lowest or 1)
    axis = TOP + float(highest) * scale

    def bar(x: float, amount: Decimal, style: str) -> Bar:
        height = abs(float(amount)) * scale
        return Bar(round(x, 1), round(axis - height if amount > 0 else axis, 1), round(height, 1), style)

    months = []
    for number, (first, now, before) in enumerate(pairs):
        x = 6 + STEP * number
        bars = [bar(x, before, "fv2")] if before else []
        bars += [bar(x + BAR + GAP, now, "fv1")] if now else []
        year_before = _month_before(first, 12)
        in_words = [
            None if amount is None else words.say(month, amount)
            for month, amount in ((first, now), (year_before, before))
        ]
        months.append(Month(monthyear(first), monthyear(first)[0], round(x + BAR, 1), *in_words, bars))
    return Chart(words, months, round(axis + 0.5, 1), _description(pairs, words))


def first_month(today: date) -> date:
    """The first day of the earliest month that a chart of today shows, the year before included."""
    return _month_before(today.replace(day=1), MONTHS + 11)


def _description(pairs: list[tuple[date, Decimal | None, Decimal | None]], words: Words) -> str:
    """What the chart shows, for those who do not see it."""
    known = [(now, first) for first, now, _ in pairs if now is not None]
    (highest, high), (lowest, low) = max(known), min(known)
    told = [f"Thirteen months to {fullmonth(pairs[-1][0])}."]
    if len(known) > 1:
        told.append(f"Highest {fullmonth(high)}, {words.say(high, highest)}; lowest {fullmonth(low)}, ")
        told[-1] += f"{words.say(low, lowest)}."
    first, now, before = next(pair for pair in reversed(pairs) if pair[1] is not None)
    latest = f"{fullmonth(first)} is {words.say(first, now or Decimal(0))}"
    year_before = _month_before(first, 12)
    told.append(
        f"{latest}; a year before it was {words.say(year_before, before)}." if before is not None else f"{latest}."
    )
    return " ".join(told)


def _month_before(first: date, months: int) -> date:
    """The first day of the month that many months before another month's first day."""
    number = first.year * 12 + first.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)
