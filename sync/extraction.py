"""The query that a stream asks CC&B: derived from the stream's lines, in the written subset of Oracle SQL."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sync.choices import DEFAULTS
from sync.stream import CURSOR_COLUMN, KeyRange, Stream
from sync.transforms import MOMENT

_BIND = re.compile(r"(?<![:\w']):([a-z_]+)")


def extraction(
    stream: Stream,
    *,
    language: str,
    since: datetime | None = None,
    choices: Mapping[str, str] = DEFAULTS,
    within: KeyRange | None = None,
) -> tuple[str, dict[str, Any]]:
    """The statement and its binds, in the order in which the statement names them.

    `since` is the lower bound of the cursor, in the source's own clock and included; None asks for everything.
    `choices` are what the site chose, by name; the delivered values unless given. `within` asks for one range of a
    split stream's key.
    """
    statement = _statement(stream, since, within)
    values: dict[str, Any] = {**choices, "language": language, "since": since}
    if within:
        values |= {"lower": within.lower, "upper": within.upper}
    return statement, {name: values[name] for name in binds_of(statement)}


def binds_of(statement: str) -> tuple[str, ...]:
    """The names that a statement binds, once each, in the order in which it names them."""
    return tuple(dict.fromkeys(_BIND.findall(statement)))


def question(stream: Stream, *, language: str, choices: Mapping[str, str]) -> str:
    """A fingerprint of what a stream asks for as a whole: it differs once a line of it or a choice of the site does."""
    statement, binds = extraction(stream, language=language, choices=choices)
    return hashlib.sha256(repr((statement, sorted(binds.items()))).encode()).hexdigest()


def choices_bound(stream: Stream) -> frozenset[str]:
    """The choices of the site that a stream binds, in any of the ways to read it."""
    bound = {name for reading in stream.readings for name in binds_of(_statement(reading, None))}
    return frozenset(bound - {"language", "since"})


def _statement(stream: Stream, since: datetime | None, within: KeyRange | None = None) -> str:
    """The SELECT of a stream."""
    columns = [
        f'{line.transform.extract(line.theirs)} AS "{stream.model_field(line.ours).column}"' for line in stream.fields
    ]
    conditions = [stream.where] if stream.where else []
    if stream.cursor:
        columns.append(f'{MOMENT.extract(stream.cursor.theirs)} AS "{CURSOR_COLUMN}"')
        if since is not None:
            conditions.append(f"{stream.cursor.theirs} >= :since")
            if stream.cursor.only:
                conditions.append(stream.cursor.only)
    if stream.split and within:
        conditions += _within(stream.split.key, within)
    listed = ",\n    ".join(columns)
    statement = f"SELECT\n    {listed}\nFROM {stream.source.strip()}"
    if conditions:
        statement += "\nWHERE " + " AND ".join(f"({condition})" for condition in conditions)
    return statement


def _within(key: str, within: KeyRange) -> Iterator[str]:
    """The conditions of a range. NULL compares with nothing, so the first range asks for it by name."""
    if within.lower is not None:
        yield f"{key} >= :lower"
    if within.upper is not None:
        yield f"{key} < :upper" if within.lower is not None else f"{key} < :upper OR {key} IS NULL"


def bounds(stream: Stream, *, rows: int) -> tuple[str, dict[str, Any]]:
    """The statement that gives the key of every row at which a range begins, `rows` apart, and its binds.

    It reads the key's index alone, once and in order. The first range begins before the first row.

    Raises ValueError for a stream that is not split, and for ranges of fewer than two rows.
    """
    if stream.split is None or rows < 2:
        raise ValueError(f"{stream.name} cannot be cut into ranges of {rows} rows.")
    key, table = stream.split.key, stream.split.of
    placed = f"SELECT {key} AS BOUND, ROW_NUMBER() OVER (ORDER BY {key}) AS PLACE FROM {table}"  # noqa: S608 - ours
    statement = f'SELECT k.BOUND AS "bound"\nFROM ({placed}) k\nWHERE k.PLACE > 1 AND MOD(k.PLACE, :rows_apart) = 1'
    return statement, {"rows_apart": rows}
