"""The chart of an account's bills: thirteen months beside the same months a year before, drawn as SVG by the server."""

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
class Chart:
    """The chart as its template draws it, and what it tells in words."""

    months: list[Month]
    axis: float
    description: str


def chart(visit: Visit, today: date) -> Chart | None:
    """The bills of the thirteen months up to today's; nothing where none was billed in them, or none may be seen."""
    firsts = [_month_before(today.replace(day=1), back) for back in reversed(range(MONTHS))]
    billed = selectors.billed_by_month(visit.viewer, visit.record, since=_month_before(firsts[0], 12))
    pairs = [(first, billed.get(first), billed.get(_month_before(first, 12))) for first in firsts]
    amounts = [amount for _, *pair in pairs for amount in pair if amount is not None]
    if not any(now is not None for _, now, _ in pairs):
        return None
    highest, lowest = max(Decimal(0), *amounts), min(Decimal(0), *amounts)
    scale = (BOTTOM - TOP) / float(highest - lowest or 1)
    axis = TOP + float(highest) * scale
    currency = currency_of(visit.viewer, visit.record)

    def bar(x: float, amount: Decimal, style: str) -> Bar:
        height = abs(float(amount)) * scale
        return Bar(round(x, 1), round(axis - height if amount > 0 else axis, 1), round(height, 1), style)

    months = []
    for number, (first, now, before) in enumerate(pairs):
        x = 6 + STEP * number
        bars = [bar(x, before, "fv2")] if before else []
        bars += [bar(x + BAR + GAP, now, "fv1")] if now else []
        in_words = [None if amount is None else money(amount, currency) for amount in (now, before)]
        months.append(Month(monthyear(first), monthyear(first)[0], round(x + BAR, 1), *in_words, bars))
    return Chart(months, round(axis + 0.5, 1), _description(pairs, currency))


def _description(pairs: list[tuple[date, Decimal | None, Decimal | None]], currency: str) -> str:
    """What the chart shows, for those who do not see it."""
    billed = [(now, first) for first, now, _ in pairs if now is not None]
    (highest, high), (lowest, low) = max(billed), min(billed)
    words = [f"Thirteen months to {fullmonth(pairs[-1][0])}."]
    if len(billed) > 1:
        words.append(f"Highest {fullmonth(high)}, {money(highest, currency)}; lowest {fullmonth(low)}, ")
        words[-1] += f"{money(lowest, currency)}."
    first, now, before = next(pair for pair in reversed(pairs) if pair[1] is not None)
    latest = f"{fullmonth(first)} is {money(now, currency)}"
    words.append(f"{latest}; a year before it was {money(before, currency)}." if before is not None else f"{latest}.")
    return " ".join(words)


def _month_before(first: date, months: int) -> date:
    """The first day of the month that many months before another month's first day."""
    number = first.year * 12 + first.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)
