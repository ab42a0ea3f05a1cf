"""How a value of theirs becomes a value of ours: the extraction half in their SQL, the load half in PostgreSQL's.

A transform has no state and touches no row: it writes two SQL expressions, which run over all rows at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

import pyarrow as pa
from psycopg import sql


@dataclass(frozen=True)
class Transform:
    """Takes a value as it is. `arrow` is the type the value travels in, which the staging column takes too."""

    arrow: ClassVar[pa.DataType] = pa.string()
    meaning: ClassVar[str] = "taken as it is"
    always_gives_a_value: ClassVar[bool] = False

    def extract(self, theirs: str) -> str:
        """Their SQL for the value, cleaned of their conventions."""
        return theirs

    def load(self, staged: sql.Composable, time_zone: str) -> sql.Composable:
        """Our SQL that turns the staged value into the model field's type."""
        return staged

    def describe(self) -> str:
        """The rule in words, for the mapping documentation."""
        return self.meaning


@dataclass(frozen=True)
class Text(Transform):
    """Text without CC&B's blank padding; only blanks is no value (Oracle takes an empty text for NULL)."""

    meaning: ClassVar[str] = "blanks around it removed; only blanks is no value"

    def extract(self, theirs: str) -> str:
        """Trimmed, which makes NULL of blanks in Oracle."""
        return f"TRIM({theirs})"


@dataclass(frozen=True)
class Words(Text):
    """A code turned into a word of ours. An unknown code rejects the row, or is kept as it is and reported."""

    words: Mapping[str, str] = field(default_factory=dict)
    keep_unknown: bool = False

    def load(self, staged: sql.Composable, time_zone: str) -> sql.Composable:
        """A CASE over the known codes; an unknown one stays what it is."""
        cases = sql.SQL(" ").join(
            sql.SQL("WHEN {} THEN {}").format(sql.Literal(code), sql.Literal(word)) for code, word in self.words.items()
        )
        return sql.SQL("CASE {staged} {cases} ELSE {staged} END").format(staged=staged, cases=cases)

    def describe(self) -> str:
        """The codes and their words."""
        listed = ", ".join(code if code == word else f"{code} {word}" for code, word in self.words.items())
        return f"{listed}; another code {'is kept and reported' if self.keep_unknown else 'rejects the row'}"

    def __hash__(self) -> int:
        return hash((tuple(self.words.items()), self.keep_unknown))


@dataclass(frozen=True)
class YesNo(Text):
    """CC&B's switches: Y is true, everything else false."""

    meaning: ClassVar[str] = "true for Y"
    always_gives_a_value: ClassVar[bool] = True

    def load(self, staged: sql.Composable, time_zone: str) -> sql.Composable:
        """A comparison that is never NULL."""
        return sql.SQL("COALESCE({} = 'Y', false)").format(staged)


@dataclass(frozen=True)
class Flag(Transform):
    """A truth value that travels as the word for it, as Salesforce's do."""

    meaning: ClassVar[str] = "true or false"
    always_gives_a_value: ClassVar[bool] = True

    def load(self, staged: sql.Composable, time_zone: str) -> sql.Composable:
        """A comparison that is never NULL."""
        return sql.SQL("COALESCE({} = 'true', false)").format(staged)


@dataclass(frozen=True)
class Reference(Transform):
    """The key that the other system gave to a record which has a number of its own here.

    The load looks the number up by the model's unique field `by`, over all rows at once. Where the record is not in
    the mirror, a reference that is `required`, by the model or for this stream alone, rejects the row, which is offered
    again with each run; another is left empty.
    """

    by: str = ""
    required: bool = False

    def load(self, staged: sql.Composable, time_zone: str) -> sql.Composable:
        """The number that took the place of their key in the stage."""
        return sql.SQL("{}::bigint").format(staged)

    def describe(self) -> str:
        """The rule in words."""
        return f"the record whose {self.by} it is; {'without it the row is rejected' if self.required else 'or none'}"


@dataclass(frozen=True)
class Money(Transform):
    """An exact decimal amount."""

    arrow: ClassVar[pa.DataType] = pa.decimal128(38, 2)
    meaning: ClassVar[str] = "exact amount, two decimals"


IMPOSSIBLE = datetime(1, 1, 1, 0, 0, 1)
"""Stands for a date before the year 1, which Oracle holds and neither Arrow nor PostgreSQL's `date` reads as it does.

The first day of the year 1 itself, at midnight, is CC&B's word for no date and is taken as it is.
"""

_IMPOSSIBLE = f"TO_DATE('{IMPOSSIBLE.isoformat(' ')}', 'YYYY-MM-DD HH24:MI:SS')"


@dataclass(frozen=True)
class Quantity(Transform):
    """An exact quantity of something measured."""

    arrow: ClassVar[pa.DataType] = pa.decimal128(38, 6)
    meaning: ClassVar[str] = "exact quantity, six decimals"


@dataclass(frozen=True)
class Dated(Transform):
    """What Oracle holds as a DATE. One that is no date of our calendar must cost its own row alone, not the stream."""

    arrow: ClassVar[pa.DataType] = pa.timestamp("s")

    def extract(self, theirs: str) -> str:
        """The date; what lies before the year 1 as the moment that stands for it, which the load rejects."""
        return f"CASE WHEN {theirs} < DATE '0001-01-01' THEN {_IMPOSSIBLE} ELSE {theirs} END"


@dataclass(frozen=True)
class Day(Dated):
    """A date without time, from Oracle's DATE, which always has one."""

    meaning: ClassVar[str] = "the day, without time"

    def load(self, staged: sql.Composable, time_zone: str) -> sql.Composable:
        """The day of the timestamp."""
        return sql.SQL("{}::date").format(staged)


@dataclass(frozen=True)
class Moment(Dated):
    """A point in time, from Oracle's DATE in the time zone that CC&B's server writes."""

    meaning: ClassVar[str] = "a moment; CC&B's local time becomes UTC"

    def load(self, staged: sql.Composable, time_zone: str) -> sql.Composable:
        """The local time placed in its zone."""
        # The first and the last day of our calendar mean never. In another zone they would leave the years that Python
        # reads, and the record's page with them, so each becomes one moment that is on that day in every zone.
        return sql.SQL(
            "CASE WHEN {staged} < '0001-01-02' THEN '0001-01-01 12:00:00+00'::timestamptz"
            " WHEN {staged} >= '9999-12-31' THEN '9999-12-31 09:59:59+00'::timestamptz"
            " ELSE {staged} AT TIME ZONE {zone} END"
        ).format(staged=staged, zone=sql.Literal(time_zone))


@dataclass(frozen=True)
class CalendarDay(Transform):
    """A date, from a source that holds dates without time."""

    arrow: ClassVar[pa.DataType] = pa.timestamp("s")
    meaning: ClassVar[str] = "the day"

    def load(self, staged: sql.Composable, time_zone: str) -> sql.Composable:
        """The day of the midnight as which it travels."""
        return sql.SQL("{}::date").format(staged)


@dataclass(frozen=True)
class Instant(Transform):
    """A point in time, from a source that gives it in UTC."""

    arrow: ClassVar[pa.DataType] = pa.timestamp("s")
    meaning: ClassVar[str] = "a moment, in UTC"

    def load(self, staged: sql.Composable, time_zone: str) -> sql.Composable:
        """The moment with its zone."""
        return sql.SQL("{} AT TIME ZONE 'UTC'").format(staged)


TEXT = Text()
YES_NO = YesNo()
MONEY = Money()
QUANTITY = Quantity()
DAY = Day()
MOMENT = Moment()

# What comes from Salesforce, where an empty text is no value already.
AS_IS = Transform()
FLAG = Flag()
CALENDAR_DAY = CalendarDay()
INSTANT = Instant()


def words(keep_unknown: bool = False, /, **known: str) -> Words:
    """Codes turned into words: `words(P="person", B="business")`."""
    return Words(words=known, keep_unknown=keep_unknown)


def codes(known: Mapping[str, str], *, keep_unknown: bool = False) -> Words:
    """Codes that are no Python names turned into words: `codes({"20": "active"})`."""
    return Words(words=known, keep_unknown=keep_unknown)
