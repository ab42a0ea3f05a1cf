"""Oracle's functions that SQLite has not, written in Python and registered on a connection."""

import functools
import re
import sqlite3
from calendar import monthrange
from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_DOWN, Decimal, InvalidOperation
from typing import Any

from sync.simulators.ccb.errors import OracleError

DATE_FORMAT = "%Y-%m-%d %H:%M:%S"
_MASK_ELEMENTS = {
    "YYYY": lambda d: f"{d.year:04}",
    "YY": lambda d: f"{d.year % 100:02}",
    "RR": lambda d: f"{d.year % 100:02}",
    "MM": lambda d: f"{d.month:02}",
    "MON": lambda d: d.strftime("%b").upper(),
    "MONTH": lambda d: f"{d.strftime('%B').upper():<9}",
    "DDD": lambda d: f"{d.timetuple().tm_yday:03}",
    "DD": lambda d: f"{d.day:02}",
    "DY": lambda d: d.strftime("%a").upper(),
    "DAY": lambda d: f"{d.strftime('%A').upper():<9}",
    "HH24": lambda d: f"{d.hour:02}",
    "HH12": lambda d: f"{(d.hour - 1) % 12 + 1:02}",
    "HH": lambda d: f"{(d.hour - 1) % 12 + 1:02}",
    "MI": lambda d: f"{d.minute:02}",
    "SS": lambda d: f"{d.second:02}",
    "AM": lambda d: "AM" if d.hour < 12 else "PM",
    "PM": lambda d: "AM" if d.hour < 12 else "PM",
    "Q": lambda d: str((d.month + 2) // 3),
}
_MASK = re.compile("|".join(sorted(_MASK_ELEMENTS, key=len, reverse=True)) + r'|"[^"]*"|[-/.,;: ]', re.IGNORECASE)


_PARSED_ELEMENTS = {
    "YYYY": "%Y",
    "YY": "%y",
    "RR": "%y",
    "MM": "%m",
    "MON": "%b",
    "DD": "%d",
    "HH24": "%H",
    "MI": "%M",
    "SS": "%S",
}


def _number_text(value: float | int | None) -> str | None:
    if value is None or isinstance(value, int):
        return None if value is None else str(value)
    number = Decimal(f"{value:.15g}").normalize()
    plain = f"{number:f}"
    return plain.replace("0.", ".", 1) if plain.startswith(("0.", "-0.")) else plain


def _to_number(value: Any) -> float | int | None:
    if value is None or isinstance(value, int | float):
        return value
    try:
        number = Decimal(value.strip())
    except InvalidOperation as error:
        raise OracleError(1722) from error
    return int(number) if number == number.to_integral_value() else float(number)


@functools.lru_cache(maxsize=64)
def _mask_parts(mask: str) -> tuple[str, ...]:
    """The elements and separators of a format mask; ORA-01821 for anything else in it."""
    parts: list[str] = []
    position = 0
    while position < len(mask):
        found = _MASK.match(mask, position)
        if found is None:
            raise OracleError(1821)
        parts.append(found[0] if found[0].startswith('"') else found[0].upper())
        position = found.end()
    return tuple(parts)


def _date_text(date: str | None, mask: str) -> str | None:
    parts = _mask_parts(mask)
    if date is None:
        return None
    parsed = datetime.strptime(date, DATE_FORMAT)
    return "".join(_MASK_ELEMENTS[part](parsed) if part in _MASK_ELEMENTS else part.strip('"') for part in parts)


def _to_date(value: str | None, mask: str) -> str | None:
    parts = _mask_parts(mask)
    if any(part in _MASK_ELEMENTS and part not in _PARSED_ELEMENTS for part in parts):
        raise OracleError(1821)
    if value is None:
        return None
    pattern = "".join(_PARSED_ELEMENTS.get(part, part.strip('"')) for part in parts)
    try:
        # strftime's %Y drops leading zeros on some systems; isoformat never does.
        return datetime.strptime(value.strip(), pattern).isoformat(" ", "seconds")
    except ValueError as error:
        raise OracleError(1861) from error


def _add_months(date: str | None, months: float | None) -> str | None:
    """Oracle keeps the last day of a month the last day: 28 February plus one month is 31 March."""
    if date is None or months is None:
        return None
    parsed = datetime.strptime(date, DATE_FORMAT)
    year, month = divmod(parsed.year * 12 + parsed.month - 1 + int(months), 12)
    last = monthrange(year, month + 1)[1]
    was_last = parsed.day == monthrange(parsed.year, parsed.month)[1]
    day = last if was_last else min(parsed.day, last)
    return parsed.replace(year=year, month=month + 1, day=day).isoformat(" ", "seconds")


def _substr(value: str | None, start: float | None, length: float | None = None) -> str | None:
    if value is None or start is None:
        return None
    first = int(start)
    begin = first - 1 if first > 0 else 0 if first == 0 else len(value) + first
    if begin < 0 or (length is not None and length < 1):
        return None
    return value[begin:] if length is None else value[begin : begin + int(length)]


def _instr(value: str | None, sought: str | None, position: int, occurrence: int) -> int | None:
    if value is None or sought is None:
        return None
    if position < 1 or occurrence < 1:
        raise OracleError(3001, "INSTR from a position before 1")
    found = int(position) - 2
    for _ in range(int(occurrence)):
        found = value.find(sought, found + 1)
        if found < 0:
            return 0
    return found + 1


def _padded(value: str | None, width: float | None, fill: str | None, *, left: bool) -> str | None:
    if value is None or width is None or fill is None or width < 1:
        return None
    size = int(width)
    filling = (fill * size)[: max(size - len(value), 0)]
    return (filling + value if left else value + filling)[:size]


def _divide(dividend: float | None, divisor: float | None) -> float | None:
    if dividend is None or divisor is None:
        return None
    if divisor == 0:
        raise OracleError(1476)
    return dividend / divisor


def _mod(dividend: float | None, divisor: float | None) -> float | int | None:
    """Oracle's MOD takes the sign of the dividend, and MOD(n, 0) is n."""
    if dividend is None or divisor is None or divisor == 0:
        return dividend if divisor == 0 else None
    remainder = Decimal(repr(dividend)) % Decimal(repr(divisor))
    return int(remainder) if remainder == remainder.to_integral_value() else float(remainder)


def _trunc(value: float | None, decimals: int) -> float | int | None:
    if value is None or isinstance(value, int):
        return value
    cut = Decimal(f"{value:.15g}").quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_DOWN)
    return float(cut) if decimals else int(cut)


class _ListAgg:
    """LISTAGG(value, separator [, key, descending]...): values joined in the order of the keys, NULL keys last."""

    def __init__(self) -> None:
        self.rows: list[tuple[tuple[Any, ...], str]] = []
        self.separator = ""
        self.descending: tuple[bool, ...] = ()

    def step(self, value: str | None, separator: str | None, *keys: Any) -> None:
        """Take one row; NULL values are left out, as Oracle leaves them out."""
        self.separator = separator or ""
        self.descending = tuple(bool(flag) for flag in keys[1::2])
        if value is not None:
            self.rows.append((keys[0::2], value))

    def finalize(self) -> str | None:
        """The joined text; NULL when no value came."""
        for index in reversed(range(len(self.descending))):
            self.rows.sort(
                key=lambda row: (row[0][index] is None, row[0][index] if row[0][index] is not None else 0),
                reverse=self.descending[index],
            )
        return self.separator.join(value for _, value in self.rows) or None


class Functions:
    """Oracle's functions on one SQLite connection.

    SQLite reports an exception of such a function without its cause, so the last OracleError is kept in `error`.
    """

    def __init__(self, connection: sqlite3.Connection, user: str) -> None:
        self.error: OracleError | None = None
        plain: dict[str, tuple[int, Callable[..., Any]]] = {
            "ora_number_text": (1, _number_text),
            "ora_to_number": (1, _to_number),
            "ora_upper": (1, lambda value: None if value is None else value.upper()),
            "ora_lower": (1, lambda value: None if value is None else value.lower()),
            "ora_date_text": (2, _date_text),
            "ora_to_date": (2, _to_date),
            "ora_add_months": (2, _add_months),
            "ora_substr": (-1, _substr),
            "ora_instr": (4, _instr),
            "ora_lpad": (3, functools.partial(_padded, left=True)),
            "ora_rpad": (3, functools.partial(_padded, left=False)),
            "ora_char": (2, lambda value, length: None if value is None else value[:length].ljust(length)),
            "ora_divide": (2, _divide),
            "ora_mod": (2, _mod),
            "ora_trunc": (2, _trunc),
            "ora_user": (0, lambda: user),
        }
        for name, (arguments, function) in plain.items():
            connection.create_function(name, arguments, self._kept(function), deterministic=True)
        connection.create_aggregate("ora_listagg", -1, _ListAgg)  # type: ignore[arg-type]

    def _kept(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function, assigned=())
        def call(*arguments: Any) -> Any:
            try:
                return function(*arguments)
            except OracleError as error:
                self.error = error
                raise

        return call
