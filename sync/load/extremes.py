"""The extremes of what was read, column by column: known at the cost of a glance at each Arrow batch."""

from collections import Counter, defaultdict
from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from sync.transforms import IMPOSSIBLE


class Extremes:
    """Of each column whether it has empty values, its longest text, its largest number and its earliest date.

    A check that no row can fail need not be made on every row; where one can, the check finds which.
    """

    def __init__(self) -> None:
        self.may_be_unreadable = False
        self._empty: Counter[str] = Counter()
        self._longest: dict[str, int] = defaultdict(int)
        self._largest: dict[str, Decimal] = defaultdict(Decimal)
        self._earliest: dict[str, datetime] = defaultdict(lambda: datetime.max)
        self._places: dict[str, int] = defaultdict(int)

    def add(self, batch: pa.RecordBatch, *, is_readable: bool) -> None:
        """Take one more batch into account; it is readable if all of it could be stored."""
        self.may_be_unreadable |= not is_readable
        for field, column in zip(batch.schema, batch.columns, strict=True):
            self._empty[field.name] += column.null_count
            if pa.types.is_string(field.type):
                longest = pc.max(pc.binary_length(column)).as_py() or 0
                self._longest[field.name] = max(self._longest[field.name], longest)
            elif pa.types.is_timestamp(field.type):
                earliest = pc.min(column).as_py()
                self._earliest[field.name] = min(self._earliest[field.name], earliest or datetime.max)
            elif pa.types.is_decimal(field.type):
                bounds = pc.min_max(column)
                ends = [abs(end) for name in ("min", "max") if (end := bounds[name].as_py()) is not None]
                self._largest[field.name] = max(self._largest[field.name], *ends, Decimal(0))
                self._places[field.name] = max(self._places[field.name], field.type.scale)

    def may_be_empty(self, column: str) -> bool:
        """Whether some row has no value."""
        return self._empty[column] > 0

    def may_be_impossible(self, column: str) -> bool:
        """Whether some date may be the one that stands for those before the year 1."""
        return self._earliest[column] <= IMPOSSIBLE

    def may_be_longer(self, column: str, characters: int) -> bool:
        """Whether some text may have more characters: it has more bytes, of which a character takes at least one."""
        return self._longest[column] > characters

    def may_be_larger(self, column: str, digits: int, places: int) -> bool:
        """Whether some number may have more digits before the point, or more places after it."""
        return self._largest[column] >= 10**digits or self._places[column] > places
