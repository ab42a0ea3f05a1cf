"""Oracle's wire forms of numbers, dates and texts."""

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.simulators.ccb.errors import OracleError
from sync.simulators.ccb.sql import types
from sync.simulators.ccb.values import decode_date, decode_number, encode_date, encode_number, encode_text, encoder


@pytest.mark.parametrize(
    ("value", "raw"),
    [
        # Oracle's own DUMP() of these values.
        (0, [128]),
        (1, [193, 2]),
        (10, [193, 11]),
        (100, [194, 2]),
        (-1, [62, 100, 102]),
        (123, [194, 2, 24]),
        (-123, [61, 100, 78, 102]),
        (0.01, [192, 2]),
        (123.45, [194, 2, 24, 46]),
        (-0.5, [63, 51, 102]),
        (4912.35, [194, 50, 13, 36]),
    ],
)
def test_a_number_has_oracles_bytes(value: float, raw: list[int]) -> None:
    assert encode_number(value) == bytes([len(raw), *raw])


@given(st.decimals(min_value=-(10**13), max_value=10**13, places=2))
def test_every_amount_survives_the_journey_as_a_float(amount: Decimal) -> None:
    assert decode_number(encode_number(float(amount))[1:]) == amount


@given(st.integers(min_value=-(10**38), max_value=10**38))
def test_every_whole_number_of_38_digits_survives_the_journey(number: int) -> None:
    assert decode_number(encode_number(number)[1:]) == number


@given(st.datetimes())
def test_every_second_survives_the_journey(moment: datetime) -> None:
    stored = moment.replace(microsecond=0).isoformat(" ")
    assert decode_date(encode_date(stored)[1:]) == stored


@pytest.mark.parametrize("size", [1, 252, 253, 32767, 32768, 100_000])
def test_a_text_of_any_length_has_its_length_in_front(size: int) -> None:
    encoded = encode_text("x" * size)
    assert encoded[0] == (size if size <= 252 else 254)
    assert encoded.count(b"x") == size


def test_an_empty_text_is_null() -> None:
    assert encode_text("") == encoder(types.char(3))[None] == b"\0"


def test_text_in_a_number_column_is_an_invalid_number() -> None:
    with pytest.raises(OracleError, match="ORA-01722"):
        encoder(types.NUMBER)["12 apples"]


def test_an_encoder_forgets_rather_than_grow_without_end() -> None:
    known = encoder(types.NUMBER)
    for number in range(20_000):
        assert known[number] == encode_number(number)
    assert len(known) < 10_000
    assert known[None] == b"\0"
