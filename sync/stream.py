"""A Stream: one external object and one model, in one direction, as data. No I/O.

Everything else derives from streams joined with the models' own fields: the extraction query, the load, the mapping
documentation, the standard tests.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from customer360.models import VisibleModel
from sync.transforms import TEXT, Transform

CURSOR_COLUMN = "cursor_value"
"""The staged column that carries the cursor's value of each row."""
GONE_COLUMN = "is_gone"
"""The staged column, a text, that is `true` where the source says that the row is deleted, or the stream's no more."""


class System(StrEnum):
    """A system on the other side of a stream."""

    CCB = "ccb"
    SALESFORCE = "salesforce"


class Direction(StrEnum):
    """Into the mirror or out of it."""

    IN = "in"
    OUT = "out"


class Owner(StrEnum):
    """Whose value of a field stands. `shared`: three-way merge over what each side last said."""

    CCB = "ccb"
    SALESFORCE = "salesforce"
    PORTAL = "portal"
    SHARED = "shared"


@dataclass(frozen=True)
class FieldMap:
    """One line of a stream: their column or expression, our field, how one becomes the other, whose value stands."""

    theirs: str
    ours: str
    transform: Transform = TEXT
    owner: Owner = Owner.CCB


@dataclass(frozen=True)
class Cursor:
    """How a stream knows what is new.

    `theirs` is an expression that only grows as rows are added or settle. Each run reads from the bookmark less
    `overlap`, bound included, so that a row committed late or tied with the last one is read again and found unchanged.
    `only` is a condition on `:since` that every such row meets, and that the source answers by its indexes.

    A source that stamps a row before it commits it shows the newest ones late, and out of order. With a `hold_back` a
    read of what is new ends so long before the source's clock, that bound excluded, and the bookmark moves to exactly
    that bound, whatever was seen. A full compare reads to the end, as a row that it does not read would be gone.
    """

    theirs: str
    overlap: timedelta
    only: str = ""
    hold_back: timedelta = timedelta(0)

    def until(self, clock: datetime) -> datetime | None:
        """The open upper bound of a read of what is new, by the source's clock; None where it has none."""
        return clock - self.hold_back if self.hold_back else None


@dataclass(frozen=True)
class Deletion:
    """How the source itself says that it deleted a row, which it still gives.

    `flag` is their expression, staged as `is_gone`: `true` for such a row. It is not loaded as a record: one that the
    mirror has is marked removed, one that it does not have is ignored. `into` is the field of ours, filled by a line
    as any other, that names the record which took it over when two were merged.
    """

    flag: str
    into: str = ""


@dataclass(frozen=True)
class Belongs:
    """Which rows of their object are the stream's, where a row may come to be and cease to be so.

    Those whose field `theirs` holds `value`. A read of all rows or keys asks for these alone. A read of what is new
    takes every row that changed, as one that left would not be found otherwise: it is staged as `is_gone`, like one
    that the source deleted.
    """

    theirs: str
    value: str


class Absence(StrEnum):
    """What a record's absence from a full compare means."""

    REMOVED = "removed"
    ARCHIVED_IF_FROZEN = "archived if frozen"


@dataclass(frozen=True)
class Split:
    """How a large stream is cut into ranges of its key, which workers read side by side.

    `key` is the column that fills the stream's one key field, `of` the table that holds it, both with the alias that
    the stream's `source` uses.
    """

    key: str
    of: str


@dataclass(frozen=True)
class KeyRange:
    """A range of a split stream's key, in the source's own spelling: `lower` belongs to it, `upper` to the next.

    Without a lower bound it begins with the first key, and holds the rows that have none.
    """

    lower: str | None
    upper: str | None


@dataclass(frozen=True)
class Variant:
    """Another way to read a stream, taken where the system's catalogue offers everything that it needs.

    `needs` names tables that must be there and hold rows (`C1_PER_CONTDET`) and columns that must be there
    (`CI_PER.EMAILID`). `source` and `where` stand in for the stream's own where they are given; each of `fields` stands
    in for the stream's line of the same field.
    """

    needs: tuple[str, ...]
    source: str = ""
    fields: tuple[FieldMap, ...] = ()
    where: str = ""


@dataclass(frozen=True)
class Stream:
    """One external object read into one model.

    `source` is the FROM clause in the system's SQL, with the aliases that the FieldMaps use. `key` names our fields
    that identify a record. Without a cursor every run is a full compare. `fixed` names the fields that a record keeps
    once the mirror has it frozen (`is_frozen`): a later change of one is taken, as the source's word stands, and told
    as a warning of the run. `split` lets a full compare be read in ranges; a master table, which is read at one point
    in time, has none. `window` names our date field by which the source is read from some day on: a
    full compare expects no record from before the first day that it read, and leaves such a one as it is.

    `part` is for a table that several external objects fill: the value that each field named has in every record of
    this stream, None for none. Only the records of its part are this stream's, and may be gone from its full compare;
    one found by its key in another part is taken over. `deletion` says how the source marks what it deleted, `belongs`
    which rows are the stream's by a value that may change.

    Which way it is read is decided at connect, by the system's catalogue: the first of `variants` whose needs are met,
    else as the stream itself says. `needs` names the tables of an optional part of the system: where one is missing,
    the stream is skipped, not failed. Any other table or column that is missing fails the stream.
    """

    name: str
    system: System
    direction: Direction
    model: type[VisibleModel]
    title: str
    source: str
    key: tuple[str, ...]
    fields: tuple[FieldMap, ...]
    cadence: str
    cursor: Cursor | None = None
    absence: Absence = Absence.REMOVED
    fixed: tuple[str, ...] = ()
    where: str = ""
    split: Split | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    window: str = ""
    part: Mapping[str, str | None] = field(default_factory=dict)
    deletion: Deletion | None = None
    belongs: Belongs | None = None

    def field_map(self, ours: str) -> FieldMap:
        """The line that fills a field; KeyError if no line does."""
        for line in self.fields:
            if line.ours == ours:
                return line
        raise KeyError(f"{self.name} has no line for {ours}")

    def model_field(self, ours: str) -> models.Field:
        """The model's field that a line fills.

        Raises FieldDoesNotExist if the model has no such column.
        """
        found = self.model._meta.get_field(ours)
        if not isinstance(found, models.Field):
            raise FieldDoesNotExist(f"{self.model.__name__}.{ours} is no column.")
        return found

    def as_variant(self, variant: Variant) -> "Stream":
        """The stream read in another way: the same fields of ours, from elsewhere."""
        lines = {line.ours: line for line in variant.fields}
        return replace(
            self,
            source=variant.source or self.source,
            where=variant.where or self.where,
            fields=tuple(lines.get(line.ours, line) for line in self.fields),
            needs=(),
            variants=(),
        )

    @property
    def readings(self) -> tuple["Stream", ...]:
        """Every way to read the stream, its own first."""
        return (self, *(self.as_variant(variant) for variant in self.variants))

    @property
    def shared(self) -> tuple[str, ...]:
        """The fields whose value is merged, by our name."""
        return tuple(line.ours for line in self.fields if line.owner == Owner.SHARED)
