"""Values between the API and the file: how each type is kept, and how it is shown again.

Kept: text as text, numbers as numbers, booleans as 0 and 1, a date as `2026-11-24`, a point in time as
`2026-11-24T10:00:01.000Z`, which is also how the Bulk API writes it; REST writes `2026-11-24T10:00:01.000+0000`.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from typing import Any

from sync.simulators.salesforce.schema.model import NUMBER_TYPES, Field

Value = str | int | float | bool | None
Stored = str | int | float | None

_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE
)
# Beyond it a number of JSON no longer tells neighbours apart.
_LARGEST_WHOLE = 2**53
# Of a count, what is beyond it is as good as without end.
LARGEST_COUNT = 2**31 - 1
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


class Unreadable(ValueError):
    """A value that the type of its field cannot hold."""


def moment_text(moment: datetime) -> str:
    """A point in time as it is kept; one without a zone is UTC."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC)
    return f"{moment.replace(tzinfo=None, microsecond=0).isoformat()}.000Z"


def parse_moment(text: str) -> datetime:
    """A point in time in any spelling that the API takes: `Z`, `+00:00`, `+0000`, with or without milliseconds.

    Raises Unreadable for any other text.
    """
    found = _MOMENT.fullmatch(text.strip())
    if not found:
        raise Unreadable(text)
    year, month, day, hour, minute, second, _fraction, zone = found.groups()
    try:
        moment = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=_zone(zone))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unreadable(text) from error


def _zone(text: str | None) -> timezone:
    if text is None or text in "Zz":
        return UTC
    digits = text.replace(":", "")
    distance = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
    return timezone(-distance if digits[0] == "-" else distance)


def parse_day(text: str) -> date:
    """A calendar day, `2026-11-24`; of a point in time its day in UTC. Raises Unreadable for any other text."""
    if not _DAY.fullmatch(text.strip()):
        return parse_moment(text).date()
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Unreadable(text) from error


def count(text: str) -> int | None:
    """The number that a text of digits tells, LARGEST_COUNT at most; None for any other text."""
    if not (text.isascii() and text.isdigit()):
        return None
    digits = text.lstrip("0") or "0"
    return int(digits) if len(digits) < len(str(LARGEST_COUNT)) else LARGEST_COUNT


def rest_moment(kept: str) -> str:
    """A kept point in time as REST shows it."""
    return f"{kept[:-1]}+0000"


def _boolean(value: Any) -> int:
    if isinstance(value, bool | int):
        return int(bool(value))
    told = str(value).strip().lower()
    if told in ("true", "1"):
        return 1
    if told in ("false", "0"):
        return 0
    raise Unreadable(str(value))


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise Unreadable(str(value))
    try:
        read = float(value if isinstance(value, int | float | Decimal) else str(value).strip())
    except (ValueError, OverflowError) as error:
        raise Unreadable(str(value)) from error
    if read != read or read in (float("inf"), float("-inf")):
        raise Unreadable(str(value))
    return read


def _whole(value: Any) -> int:
    read = _number(value)
    if read != int(read) or abs(read) > _LARGEST_WHOLE:
        raise Unreadable(str(value))
    return int(read)


def _moment(value: Any) -> str:
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00.000Z"
    text = str(value)
    if len(text) == 24 and text[10] == "T" and text[-5:] == ".000Z":  # kept already; the fast way for many rows
        return text
    if _DAY.fullmatch(text):
        return f"{parse_day(text).isoformat()}T00:00:00.000Z"
    return moment_text(parse_moment(text))


def _day(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else parse_day(str(value)).isoformat()


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value if isinstance(value, str) else str(value)
    # JSON may carry half of a surrogate pair, which is no character.
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


@cache
def encoder(kind: str) -> Callable[[Any], Stored]:
    """What turns a given value of that type, never None, into the kept one; it raises Unreadable."""
    if kind == "boolean":
        return _boolean
    if kind in ("int", "long"):
        return _whole
    if kind in NUMBER_TYPES:
        return _number
    return {"datetime": _moment, "date": _day}.get(kind, _text)


def encode(field: Field, value: Any) -> Stored:
    """A value of a field as it is kept; '' is none. Raises Unreadable."""
    return None if value is None or value == "" else encoder(field.type)(value)


def show(field: Field, kept: Any) -> Value:
    """A kept value as REST's JSON shows it."""
    if kept is None:
        return None
    if field.type == "boolean":
        return bool(kept)
    shown: Value = rest_moment(kept) if field.type == "datetime" else kept
    return shown
