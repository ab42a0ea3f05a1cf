"""Numbers in the Bulk API's files: as Java writes a double, `9.12260031E8`."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sync.simulators.salesforce.schema.model import NUMBER_TYPES

_PLAIN_FROM, _PLAIN_BELOW = 1e-3, 1e7


def as_java(value: float) -> str:
    """A number as Java's Double.toString gives it: plain from 0.001 to 10,000,000, with an exponent beyond."""
    number = float(value)
    if number == 0 or _PLAIN_FROM <= abs(number) < _PLAIN_BELOW:
        return repr(number)
    digits, _, exponent = f"{number:e}".partition("e")
    # The shortest digits that mean this number, then its power of ten.
    shortest = repr(number).partition("e")[0].replace(".", "").replace("-", "").strip("0") or "0"
    sign = "-" if digits.startswith("-") else ""
    return f"{sign}{shortest[0]}.{shortest[1:] or '0'}E{int(exponent)}"


def places(types: Iterable[str]) -> list[int]:
    """Which columns hold numbers that are written so."""
    return [place for place, kind in enumerate(types) if kind in NUMBER_TYPES - {"int"}]


def written(rows: Iterable[Sequence[Any]], columns: Sequence[int]) -> Iterator[Sequence[Any]]:
    """The rows with the numbers in these columns as Java writes them; what is no number stays."""
    for row in rows:
        cells = list(row)
        for place in columns:
            if cells[place] not in (None, ""):
                try:
                    cells[place] = as_java(float(cells[place]))
                except ValueError:
                    # A row that was refused for it, told as it came.
                    continue
        yield cells
