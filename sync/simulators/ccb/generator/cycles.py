"""Bill cycles and business days.

There are 21 cycles, one for each business day of a month: cycle 14 is billed on the month's fourteenth business day,
or on the last one where the month has fewer.
"""

from datetime import date, timedelta
from functools import cache

CYCLES = 21
DUE_AFTER = timedelta(days=21)


def _nth_weekday(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _observed(day: date) -> date:
    """A holiday on a Saturday is kept on the Friday before, one on a Sunday on the Monday after."""
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


@cache
def holidays(year: int) -> frozenset[date]:
    """The days of a year on which the utility's offices are closed, weekends apart."""
    thanksgiving = _nth_weekday(year, 11, 3, 4)
    memorial_day = date(year, 5, 31) - timedelta(days=date(year, 5, 31).weekday())
    return frozenset(
        {
            _observed(date(year, 1, 1)),
            memorial_day,
            _observed(date(year, 7, 4)),
            _nth_weekday(year, 9, 0, 1),
            _nth_weekday(year, 10, 0, 2),
            thanksgiving,
            _observed(date(year, 12, 25)),
        }
    )


def is_business_day(day: date) -> bool:
    """Whether bills are made and payments booked on a day."""
    return day.weekday() < 5 and day not in holidays(day.year)


def next_business_day(day: date) -> date:
    """The first business day after a day."""
    day += timedelta(days=1)
    while not is_business_day(day):
        day += timedelta(days=1)
    return day


@cache
def business_days(year: int, month: int) -> tuple[date, ...]:
    """The business days of a month in order."""
    first = date(year, month, 1)
    days = (first + timedelta(days=offset) for offset in range(31))
    return tuple(day for day in days if day.month == month and is_business_day(day))


def bill_date(cycle: int, month: date) -> date:
    """The day on which a cycle (1 to 21) is billed in the month of a date."""
    days = business_days(month.year, month.month)
    return days[min(cycle, len(days)) - 1]


def months_back(today: date, months: int) -> list[date]:
    """First days of the last `months` months, oldest first; the month of `today` is the last."""
    number = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(number - months + 1, number + 1)]
