"""What the load needs to know of a stream, joined once with the model's fields: names, types, limits of columns."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import pyarrow as pa
from django.db import models
from psycopg import sql

from sync.stream import CURSOR_COLUMN, GONE_COLUMN, Absence, Owner, Stream
from sync.transforms import Day, Reference, Transform, Words

UNREADABLE = "unreadable"
"""The staging column that names the fields of a row in which a character was found that PostgreSQL cannot store."""

KEY_LENGTH = 100
"""The longest key, as text, that rejected rows and field bases hold."""

_STAGED_TYPES = (
    (pa.types.is_decimal, "numeric"),
    (pa.types.is_integer, "bigint"),
    (pa.types.is_timestamp, "timestamp"),
)


def staged_type(arrow: pa.DataType) -> str:
    """The type of the staging column that takes an Arrow type: text takes whatever is no number and no time."""
    return next((name for matches, name in _STAGED_TYPES if matches(arrow)), "text")


def comma(parts: Iterable[sql.Composable]) -> sql.Composed:
    """The parts, separated by commas."""
    return sql.SQL(", ").join(parts)


@dataclass(frozen=True)
class Parent:
    """The table that a reference points to, the column that the staged values are looked for in, and its own key."""

    table: sql.Identifier
    key: sql.Identifier
    number: sql.Identifier


@dataclass(frozen=True)
class Column:
    """One column on its way from the staging table into the mirror."""

    name: str
    field: models.Field
    transform: Transform
    owner: Owner

    @property
    def identifier(self) -> sql.Identifier:
        """The column's name in the staging table and in the mirror alike."""
        return sql.Identifier(self.name)

    @property
    def staged(self) -> sql.Composable:
        """The column as staged."""
        return sql.SQL("s.{}").format(self.identifier)

    @property
    def is_shared(self) -> bool:
        """Whether the value is merged rather than taken."""
        return self.owner == Owner.SHARED

    @property
    def is_required(self) -> bool:
        """Whether a record is refused without it."""
        return not self.field.null or (self.reference is not None and self.reference.required)

    @property
    def reference(self) -> Reference | None:
        """How the key of theirs that stands for a record is looked up, where it is."""
        return self.transform if isinstance(self.transform, Reference) else None

    @property
    def max_length(self) -> int | None:
        """The longest text the field holds, in characters."""
        return getattr(self._target, "max_length", None)

    @property
    def parent(self) -> "Parent | None":
        """The mirrored table that a reference points to; None for one that may lead nowhere and is taken as it is."""
        if not isinstance(self.field, models.ForeignKey) or not getattr(self.field, "db_constraint", True):
            return None
        table = self.field.related_model._meta.db_table
        names = (table, str(self._target.column), str(self.field.target_field.column))
        return Parent(*map(sql.Identifier, names))

    @property
    def known_codes(self) -> tuple[str, ...] | None:
        """The codes a row may hold, where a code that is not among them rejects the row or is reported."""
        return tuple(self.transform.words) if isinstance(self.transform, Words) else None

    @property
    def _target(self) -> models.Field:
        """The field whose values the staged ones are: that of the other record, where it is a reference."""
        if not isinstance(self.field, models.ForeignKey):
            return self.field
        if self.reference:
            found: models.Field = getattr(self.field.related_model, self.reference.by).field
            return found
        return self.field.target_field

    def loaded(self, time_zone: str) -> sql.Composable:
        """The staged value as the mirror's type."""
        return self.transform.load(self.staged, time_zone)

    def checked(self, time_zone: str) -> sql.Composable:
        """The same while the rows are checked, when a reference is still the key of theirs."""
        return self.staged if self.reference else self.loaded(time_zone)


@dataclass(frozen=True)
class Plan:
    """A stream made ready for loading. `time_zone` is that of the source's clock."""

    stream: Stream
    time_zone: str
    stage: ClassVar[sql.Identifier] = sql.Identifier("stage")
    change: ClassVar[sql.Identifier] = sql.Identifier("change")
    bad: ClassVar[sql.Identifier] = sql.Identifier("bad")
    gone: ClassVar[sql.Identifier] = sql.Identifier("gone")
    departed: ClassVar[sql.Identifier] = sql.Identifier("departed")
    listed: ClassVar[sql.Identifier] = sql.Identifier("listed_key")

    @property
    def model(self) -> type[models.Model]:
        """The mirrored model."""
        return self.stream.model

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Every column that the stream fills, in the stream's order."""
        return tuple(
            Column(str(model_field.column), model_field, line.transform, line.owner)
            for line in self.stream.fields
            for model_field in (self.stream.model_field(line.ours),)
        )

    @cached_property
    def key(self) -> tuple[Column, ...]:
        """The columns that identify a record."""
        names = [self.stream.model_field(name).column for name in self.stream.key]
        return tuple(column for name in names for column in self.columns if column.name == name)

    @cached_property
    def values(self) -> tuple[Column, ...]:
        """The columns beside the key."""
        return tuple(column for column in self.columns if column not in self.key)

    @cached_property
    def constants(self) -> dict[str, sql.Composable]:
        """By column what every record of the stream holds, as its part of a table that several streams fill."""
        return {
            str(self.stream.model_field(name).column): sql.Literal(value) for name, value in self.stream.part.items()
        }

    @property
    def into(self) -> Column | None:
        """The column that names the record which took over one that was merged into it."""
        name = self.stream.deletion.into if self.stream.deletion else ""
        return next((column for column in self.columns if column.field.name == name), None)

    @property
    def shared(self) -> tuple[Column, ...]:
        """The columns that are merged."""
        return tuple(column for column in self.columns if column.is_shared)

    @property
    def fixed(self) -> tuple[Column, ...]:
        """The columns that a frozen record keeps."""
        names = {self.stream.model_field(name).column for name in self.stream.fixed}
        return tuple(column for column in self.values if column.name in names)

    @property
    def table(self) -> sql.Identifier:
        """The mirror's table."""
        return sql.Identifier(self.model._meta.db_table)

    @property
    def history_table(self) -> sql.Identifier | None:
        """The table of the model's history; None for facts, which have none."""
        manager = getattr(self.model, "history", None)
        return sql.Identifier(manager.model._meta.db_table) if manager else None

    @cached_property
    def all_columns(self) -> tuple[str, ...]:
        """Every column of the mirror's table, which a history row repeats."""
        return tuple(str(model_field.column) for model_field in self.model._meta.concrete_fields)

    @property
    def marks(self) -> tuple[str, ...]:
        """The columns that mark a record as gone; a record that is read again loses its marks."""
        return ("removed_at", "archived_at") if self.stream.absence == Absence.ARCHIVED_IF_FROZEN else ("removed_at",)

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """What a new record holds in the columns that no line fills, where the database wants a value."""
        filled = {column.name for column in self.columns} | self.constants.keys()
        return {
            str(model_field.column): model_field.get_default()
            for model_field in self.model._meta.concrete_fields
            if model_field.column not in filled
            and not model_field.null
            and not isinstance(model_field, models.AutoField)
        }

    @cached_property
    def left_empty(self) -> tuple[str, ...]:
        """The columns that a new record leaves empty; the database numbers its own keys."""
        filled = {column.name for column in self.columns} | self.constants.keys() | self.defaults.keys()
        return tuple(
            str(model_field.column)
            for model_field in self.model._meta.concrete_fields
            if model_field.column not in filled and not isinstance(model_field, models.AutoField)
        )

    @property
    def staged_columns(self) -> Iterator[tuple[str, str]]:
        """Name and type of each column of the staging table."""
        for column in self.columns:
            yield column.name, staged_type(column.transform.arrow)
        if self.stream.deletion:
            yield GONE_COLUMN, "text"
        if self.stream.cursor:
            yield CURSOR_COLUMN, "timestamp"
        yield UNREADABLE, "text"

    @property
    def arrow_schema(self) -> pa.Schema:
        """What the reader is asked to deliver."""
        fields = [(column.name, column.transform.arrow) for column in self.columns]
        if self.stream.deletion:
            fields.append((GONE_COLUMN, pa.string()))
        if self.stream.cursor:
            fields.append((CURSOR_COLUMN, pa.timestamp("s")))
        return pa.schema(fields)

    def key_list(self, alias: str) -> sql.Composed:
        """The key's columns of one alias, for GROUP BY and the like."""
        return comma(sql.SQL("{}.{}").format(sql.Identifier(alias), column.identifier) for column in self.key)

    def key_text(self, alias: str) -> sql.Composed:
        """The key of one alias as one text, its parts joined by a slash, days without a time; cut where too long."""
        parts = comma(
            sql.SQL("{}.{}::date" if isinstance(column.transform, Day) else "{}.{}").format(
                sql.Identifier(alias), column.identifier
            )
            for column in self.key
        )
        return sql.SQL("left(concat_ws('/', {}), {})").format(parts, sql.Literal(KEY_LENGTH))

    def same_key(self, left: str, right: str) -> sql.Composed:
        """That two aliases hold the same record."""
        return sql.SQL(" AND ").join(
            sql.SQL("{}.{} = {}.{}").format(
                sql.Identifier(left), column.identifier, sql.Identifier(right), column.identifier
            )
            for column in self.key
        )

    @property
    def is_of_part(self) -> sql.Composed:
        """That a record of the mirror, aliased `t`, is of the stream's part of the table."""
        # An equality says how many records to expect; by IS NOT DISTINCT FROM the planner thinks of hardly any, and
        # compares each with every staged key.
        parts: list[sql.Composable] = [
            sql.SQL("t.{} IS NULL" if value is None else "t.{} = {}").format(sql.Identifier(str(field.column)), value)
            for field, value in ((self.stream.model_field(name), value) for name, value in self.stream.part.items())
        ]
        return sql.SQL(" AND ").join(parts or [sql.SQL("true")])

    @property
    def unmarked(self) -> sql.Composed:
        """That a record of the mirror, aliased `t`, is still expected of its source, once all of it is staged."""
        expected: list[sql.Composable] = [sql.SQL("t.{} IS NULL").format(sql.Identifier(mark)) for mark in self.marks]
        # A record without their key was made here, where there is such a thing, and none of theirs.
        expected += [sql.SQL("t.{} IS NOT NULL").format(c.identifier) for c in self.key if c.field.null]
        expected.append(self.is_of_part)
        if self.stream.window:
            (column,) = (column for column in self.columns if column.field.name == self.stream.window)
            first = sql.SQL("SELECT min({}) FROM {} s").format(column.loaded(self.time_zone), self.stage)
            expected.append(sql.SQL("COALESCE(t.{} >= ({}), true)").format(column.identifier, first))
        return sql.SQL(" AND ").join(expected)

    @property
    def fills_account(self) -> bool:
        """Whether a line of the stream fills the account; where none does, a person or a match of keys linked it."""
        return any(column.name == getattr(self.model, "account_column", None) for column in self.columns)

    @property
    def account_column(self) -> sql.Identifier | None:
        """The column that holds the account whose summary a change may move."""
        name = getattr(self.model, "account_column", None)
        return sql.Identifier(name) if name else None
