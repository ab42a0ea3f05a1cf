"""Values in Oracle's wire form: NUMBER, DATE and text, each with its length in front.

An encoder is a dictionary that learns: it holds the wire form of values it has met, so that a column of codes, dates or
round amounts costs one lookup a row.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Context, Decimal
from typing import Any

from sync.simulators.ccb.errors import OracleError
from sync.simulators.ccb.sql.types import OracleType
from sync.simulators.ccb.wire import length_prefixed

NULL = b"\0"
_CACHED_VALUES = 8192
_MAX_PAIRS = 20  # an Oracle NUMBER holds 20 pairs of digits
_EXACT = Context(prec=2 * _MAX_PAIRS)


class Encoder(dict[Any, bytes]):
    """Wire form by value; None is NULL."""

    def __init__(self, encode: Callable[[Any], bytes]) -> None:
        super().__init__({None: NULL})
        self._encode = encode

    def __missing__(self, value: Any) -> bytes:
        encoded = self._encode(value)
        if len(self) > _CACHED_VALUES:
            self.clear()
            self[None] = NULL
        self[value] = encoded
        return encoded


def encoder(kind: OracleType) -> Encoder:
    """The encoder for a column of that type."""
    if kind.kind == "NUMBER":
        return Encoder(encode_number)
    return Encoder(encode_date if kind.kind == "DATE" else encode_text)


def encode_text(value: Any) -> bytes:
    """Text in UTF-8. Oracle knows no empty string: '' is NULL."""
    raw = value.encode() if isinstance(value, str) else str(value).encode()
    return length_prefixed(raw) if raw else NULL


def encode_number(value: Any) -> bytes:
    """A number; a float gives its 15 significant digits, which is every digit an amount of CC&B has.

    Raises ORA-01722 for a value that is no number.
    """
    if isinstance(value, int):
        return length_prefixed(_number(value, 0))
    try:
        digits = Decimal(f"{value:.15g}") if isinstance(value, float) else Decimal(value)
    except (ArithmeticError, TypeError, ValueError) as error:
        raise OracleError(1722) from error
    sign, mantissa, exponent = digits.normalize(_EXACT).as_tuple()
    if not isinstance(exponent, int):
        raise OracleError(1722)
    whole = int("".join(map(str, mantissa))) * (10 if exponent % 2 else 1)
    return length_prefixed(_number(-whole if sign else whole, (exponent - exponent % 2) // 2))


def _number(mantissa: int, exponent: int) -> bytes:
    """Oracle's NUMBER for mantissa * 100**exponent: a sign and exponent byte, then base-100 digits."""
    if mantissa == 0:
        return b"\x80"
    pairs = []
    rest = abs(mantissa)
    while rest:
        rest, pair = divmod(rest, 100)
        pairs.append(pair)
    leading = exponent + len(pairs) - 1
    first = next(index for index, pair in enumerate(pairs) if pair)
    pairs = pairs[first:][::-1][:_MAX_PAIRS]
    if mantissa > 0:
        return bytes((193 + leading, *(pair + 1 for pair in pairs)))
    end = (102,) if len(pairs) < _MAX_PAIRS else ()
    return bytes((62 - leading, *(101 - pair for pair in pairs), *end))


def decode_number(raw: bytes) -> int | Decimal:
    """The number of a bind value: int where it is whole, else Decimal."""
    if raw == b"\x80":
        return 0
    positive = bool(raw[0] & 0x80)
    if positive:
        exponent, pairs = raw[0] - 193, [byte - 1 for byte in raw[1:]]
    else:
        digits = raw[1:-1] if raw[-1] == 102 else raw[1:]
        exponent, pairs = 62 - raw[0], [101 - byte for byte in digits]
    whole = 0
    for pair in pairs:
        whole = whole * 100 + pair
    value = Decimal(whole if positive else -whole).scaleb(2 * (exponent - len(pairs) + 1), _EXACT)
    return int(value) if value == value.to_integral_value() else value


def encode_date(value: str) -> bytes:
    """A DATE from the stored text `YYYY-MM-DD HH:MM:SS`: century and year plus 100, time of day plus 1.

    A minus in front makes it a year before Christ, of which century and year count down from 100.
    """
    sign, value = (-1, value[1:]) if value.startswith("-") else (1, value)
    century, year = divmod(int(value[:4]), 100)
    return bytes(
        (
            7,
            100 + sign * century,
            100 + sign * year,
            int(value[5:7]),
            int(value[8:10]),
            int(value[11:13] or 0) + 1,
            int(value[14:16] or 0) + 1,
            int(value[17:19] or 0) + 1,
        )
    )


def decode_date(raw: bytes) -> str:
    """The stored text of a DATE or of the whole seconds of a TIMESTAMP."""
    year = (raw[0] - 100) * 100 + raw[1] - 100
    return datetime(year, raw[2], raw[3], raw[4] - 1, raw[5] - 1, raw[6] - 1).isoformat(" ")
