"""Date literals that mean a span of days: TODAY, LAST_MONTH, LAST_N_DAYS:7. Days are counted in UTC."""

from collections.abc import Callable
from datetime import date, timedelta

Span = tuple[date, date]

_DAY = timedelta(days=1)


def _month(day: date, months: int) -> date:
    """The first of the month so many months after the day's."""
    counted = day.year * 12 + day.month - 1 + months
    return date(counted // 12, counted % 12 + 1, 1)


def _months(first: int, length: int) -> Callable[[date, int], Span]:
    return lambda today, _count: (_month(today, first), _month(today, first + length))


def _weeks(first: int) -> Callable[[date, int], Span]:
    def span(today: date, _count: int) -> Span:
        sunday = today - timedelta(days=(today.weekday() + 1) % 7) + timedelta(weeks=first)
        return sunday, sunday + timedelta(weeks=1)

    return span


def _quarters(first: int) -> Callable[[date, int], Span]:
    def span(today: date, _count: int) -> Span:
        start = _month(today, -((today.month - 1) % 3) + 3 * first)
        return start, _month(start, 3)

    return span


def _years(first: int) -> Callable[[date, int], Span]:
    return lambda today, _count: (date(today.year + first, 1, 1), date(today.year + first + 1, 1, 1))


def _days(start: int, end: int) -> Callable[[date, int], Span]:
    return lambda today, _count: (today + start * _DAY, today + end * _DAY)


_SPANS: dict[str, Callable[[date, int], Span]] = {
    "yesterday": _days(-1, 0),
    "today": _days(0, 1),
    "tomorrow": _days(1, 2),
    "last_week": _weeks(-1),
    "this_week": _weeks(0),
    "next_week": _weeks(1),
    "last_month": _months(-1, 1),
    "this_month": _months(0, 1),
    "next_month": _months(1, 1),
    "last_90_days": _days(-90, 1),
    "next_90_days": _days(1, 91),
    "last_quarter": _quarters(-1),
    "this_quarter": _quarters(0),
    "next_quarter": _quarters(1),
    "last_year": _years(-1),
    "this_year": _years(0),
    "next_year": _years(1),
    # Those with a number reach to the end of today, or begin with tomorrow.
    "last_n_days": lambda today, count: (today - count * _DAY, today + _DAY),
    "next_n_days": lambda today, count: (today + _DAY, today + (count + 1) * _DAY),
    "n_days_ago": lambda today, count: (today - count * _DAY, today - (count - 1) * _DAY),
    "last_n_months": lambda today, count: (_month(today, -count), _month(today, 0)),
    "next_n_months": lambda today, count: (_month(today, 1), _month(today, count + 1)),
}
# Every name, and whether a number belongs to it.
RANGES = {name: "_n_" in name or name.startswith("n_") for name in _SPANS}


def span(name: str, count: int, today: date) -> Span:
    """The first day of a span and the first after it."""
    return _SPANS[name](today, count)
