"""The SOQL that a stream asks Salesforce, derived from the stream's lines."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pyarrow as pa

from sync.stream import CURSOR_COLUMN, GONE_COLUMN, Stream

ID = "Id"
BELONGS_COLUMN = "belongs"
"""The column of what is read, which is not staged, that holds the field by which rows are the stream's."""
MOST_URI_CHARACTERS = 12_000
"""How long a query may be in an address, encoded: Salesforce takes 16,384 bytes with all headers."""


@dataclass(frozen=True)
class Position:
    """A place in the order in which rows are read: by stamp, and by id among equal stamps."""

    stamp: datetime
    id: str


@dataclass(frozen=True)
class Query:
    """A query of one object: what is selected, the conditions that all hold, the field that rows are ordered by."""

    object: str
    selected: tuple[str, ...]
    conditions: tuple[str, ...] = ()
    stamp: str = ""

    def where(self, *conditions: str) -> "Query":
        """The query with further conditions."""
        return replace(self, conditions=(*self.conditions, *(condition for condition in conditions if condition)))

    def after(self, position: Position | None) -> "Query":
        """The query for what comes behind a place; the whole one without a place."""
        if position is None:
            return self
        at, stamp = literal(position.stamp), self.stamp
        return self.where(f"{stamp} > {at} OR ({stamp} = {at} AND {ID} > {quoted(position.id)})")

    def text(self, *, in_order: bool) -> str:
        """The query in SOQL; `in_order` by stamp and id, by which a read is resumed."""
        told = f"SELECT {', '.join(self.selected)} FROM {self.object}"  # noqa: S608 - names of our streams
        if self.conditions:
            told += " WHERE " + " AND ".join(f"({condition})" for condition in self.conditions)
        return f"{told} ORDER BY {f'{self.stamp}, ' if self.stamp else ''}{ID}" if in_order else told


def literal(moment: datetime) -> str:
    """A moment in UTC without a zone, as SOQL writes it: in whole seconds, as Salesforce compares stamps."""
    return f"{moment.replace(microsecond=0).isoformat()}Z"


def quoted(text: str) -> str:
    """A text as a SOQL literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def expressions(stream: Stream) -> dict[str, str]:
    """What fills each column that is read, by the column's name."""
    found = {str(stream.model_field(line.ours).column): line.theirs for line in stream.fields}
    if stream.cursor:
        found[CURSOR_COLUMN] = stream.cursor.theirs
    if stream.deletion:
        found[GONE_COLUMN] = stream.deletion.flag
    if stream.belongs:
        found[BELONGS_COLUMN] = stream.belongs.theirs
    return found


def sources(stream: Stream, schema: pa.Schema) -> list[str]:
    """What fills each column of a schema, in its order."""
    known = expressions(stream)
    return [known[name] for name in schema.names]


def query(stream: Stream, since: datetime | None = None, before: datetime | None = None) -> Query:
    """The query for a stream's rows: all of them, or those stamped from `since` on and before `before`.

    Among the latter are those that are the stream's no more. The id and the stamp are always selected: a read is put in
    order and resumed by them.
    """
    stamp = stream.cursor.theirs if stream.cursor else ""
    wanted = dict.fromkeys((*expressions(stream).values(), ID, *((stamp,) if stamp else ())))
    asked = Query(stream.source, tuple(wanted), stamp=stamp).where(stream.where)
    if stamp and since is not None:
        return asked.where(f"{stamp} >= {literal(since)}", f"{stamp} < {literal(before)}" if before else "")
    return asked.where(_belonging(stream))


def keys(stream: Stream) -> Query:
    """The query for the keys of a stream's rows that are not deleted."""
    living = f"{stream.deletion.flag} = false" if stream.deletion else ""
    return Query(stream.source, (key_of(stream),)).where(stream.where, _belonging(stream), living)


def _belonging(stream: Stream) -> str:
    """The condition that a row is the stream's; none where every row is."""
    return f"{stream.belongs.theirs} = {quoted(stream.belongs.value)}" if stream.belongs else ""


def key_of(stream: Stream) -> str:
    """What fills the stream's key. Every stream of Salesforce has one key field."""
    (ours,) = stream.key
    return stream.field_map(ours).theirs


def among(stream: Stream, ids: Sequence[str]) -> str:
    """The condition that a row's key is one of these."""
    return f"{key_of(stream)} IN ({', '.join(map(quoted, ids))})"


def fingerprint(stream: Stream, organization: str) -> str:
    """A fingerprint of what a stream asks of an org, and of how its lines read the answer."""
    asked = query(stream)
    lines: Iterable[str] = (f"{line.ours}={line.theirs}:{line.transform!r}" for line in stream.fields)
    kinds = map(repr, (stream.deletion, stream.belongs, stream.part))
    told = "\n".join((organization, asked.text(in_order=False), *kinds, *lines))
    return hashlib.sha256(told.encode()).hexdigest()
