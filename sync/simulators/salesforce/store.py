"""The SQLite file behind the org: a table for each object, the org's clock, its counters, its ledger of writes.

Several threads and processes use one file, each by a connection of its own. A connection commits by itself; what must
stand or fall together goes through `transaction`.
"""

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sync.simulators.salesforce import ids, schema, values
from sync.simulators.salesforce.schema.model import Field, SObject
from sync.simulators.salesforce.tables import ORG_TABLES, column_declaration, indexes
from sync.simulators.salesforce.wire_tables import WIRE_TABLES

# A writer may hold the file for as long as a large fill's commit takes.
BUSY_SECONDS = 60
INTEGRATION_USERNAME = "customer360@utility.example"
_CLOCK = "clock"
_FILL_CHUNK = 5000
_CACHE_KILOBYTES = 16 * 1024


class UnusableFile(Exception):
    """The file is no org's file. The message says what to do."""


def create(path: Path | str) -> sqlite3.Connection:
    """A connection to a file that is an org from now on: its tables, its organization, a profile, two users.

    An org that is there already stays as it is.
    """
    from sync.simulators.salesforce.birth import populate

    connection = connect(path)
    with transaction(connection):
        populate(connection)
    return connection


def connect(path: Path | str) -> sqlite3.Connection:
    """A connection that may write, to a file that has a table for every object and a column for every field.

    Raises UnusableFile for a file that is no database.
    """
    try:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(f"PRAGMA cache_size=-{_CACHE_KILOBYTES}")
        made_for = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise UnusableFile(f"{path} cannot be used as the simulator's file ({error}); name another one.") from error
    if made_for != _layout_number():
        _lay_out(connection)
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """What is done inside stands or falls together; inside another one it joins that."""
    if connection.in_transaction:
        yield connection
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@cache
def _layout_number() -> int:
    """A number that changes with the schema."""
    described = repr((list(schema.objects().values()), ORG_TABLES, WIRE_TABLES))
    return zlib.crc32(described.encode()) >> 1  # SQLite keeps it as a signed 32-bit integer


def _lay_out(connection: sqlite3.Connection) -> None:
    """Create the tables and columns that are missing: an org takes new fields at any time, and keeps those it has."""
    with transaction(connection):
        for statement in (*ORG_TABLES, *WIRE_TABLES):
            connection.execute(statement)
        for made in schema.objects().values():
            held = {row[1] for row in connection.execute(f'PRAGMA table_info("{made.name}")')}
            if not held:
                columns = ", ".join(map(column_declaration, made.stored_fields))
                connection.execute(f'CREATE TABLE "{made.name}" ({columns}) WITHOUT ROWID')
            for field in made.stored_fields:
                if held and field.name not in held:
                    connection.execute(f'ALTER TABLE "{made.name}" ADD COLUMN {column_declaration(field)}')
            for statement in indexes(made):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {_layout_number()}")


def setting(connection: sqlite3.Connection, name: str) -> str | None:
    """One setting of the org, None if it is not set."""
    row = connection.execute("SELECT value FROM org_setting WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None


def set_setting(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Store one setting."""
    connection.execute("INSERT OR REPLACE INTO org_setting (name, value) VALUES (?, ?)", (name, value))


def now(connection: sqlite3.Connection) -> datetime:
    """The org's time: UTC, whole seconds."""
    told = setting(connection, _CLOCK)
    actual = datetime.now(UTC)
    if told:
        clock = json.loads(told)
        if clock["stands_at"]:
            return datetime.fromisoformat(clock["stands_at"])
        actual += timedelta(seconds=clock["ahead"])
    return actual.replace(microsecond=0)


def set_clock(connection: sqlite3.Connection, moment: datetime | None, *, running: bool = False) -> None:
    """Let the org's clock stand at a moment, or run on from it; None: it tells the actual time again."""
    if moment is None:
        connection.execute("DELETE FROM org_setting WHERE name = ?", (_CLOCK,))
        return
    whole = moment.astimezone(UTC).replace(microsecond=0)
    ahead = (whole - datetime.now(UTC)).total_seconds() if running else 0
    set_setting(connection, _CLOCK, json.dumps({"stands_at": None if running else whole.isoformat(), "ahead": ahead}))


def clock_stands(connection: sqlite3.Connection) -> bool:
    """Whether the org's clock stands at a moment."""
    told = setting(connection, _CLOCK)
    return bool(told and json.loads(told)["stands_at"])


def shift_clock(connection: sqlite3.Connection, seconds: float) -> datetime:
    """Move the org's clock on, standing or running as it does; returns its time."""
    told = setting(connection, _CLOCK)
    running = told is None or not json.loads(told)["stands_at"]
    moment = now(connection) + timedelta(seconds=seconds)
    set_clock(connection, moment, running=running)
    return moment


def take_numbers(connection: sqlite3.Connection, name: str, count: int = 1) -> int:
    """The first of so many numbers of a counter of the org, given to nobody else."""
    row = connection.execute(
        "INSERT INTO org_counter (name, next) VALUES (?, 1 + ?) ON CONFLICT (name) DO UPDATE SET next = next + ?"
        " RETURNING next",
        (name, count, count),
    ).fetchone()
    return int(row[0]) - count


def new_id(connection: sqlite3.Connection, object_name: str) -> str:
    """The id of a new record: eighteen characters, above every earlier one of its object."""
    prefix = schema.objects()[object_name].key_prefix
    return ids.make(prefix, take_numbers(connection, prefix))


def new_ids(connection: sqlite3.Connection, object_name: str, count: int) -> list[str]:
    """As many ids of new records."""
    prefix = schema.objects()[object_name].key_prefix
    first = take_numbers(connection, prefix, count)
    return [ids.make(prefix, number) for number in range(first, first + count)]


def organization_id(connection: sqlite3.Connection) -> str:
    """The id of the org itself."""
    return str(connection.execute("SELECT Id FROM Organization").fetchone()[0])


def user_id(connection: sqlite3.Connection, username: str) -> str | None:
    """The id of the user of that name, None if the org has none."""
    row = connection.execute('SELECT Id FROM "User" WHERE Username = ?', (username,)).fetchone()
    return row[0] if row else None


def fetch(connection: sqlite3.Connection, object_name: str, record_id: str) -> dict[str, Any] | None:
    """A record as it is kept, deleted or not, with a key for each column; None if there is none."""
    made = schema.objects()[object_name]
    names = [field.name for field in made.stored_fields]
    row = connection.execute(f"{_select(made, names)} WHERE Id = ?", (record_id,)).fetchone()
    return dict(zip(names, row, strict=True)) if row else None


def _select(made: SObject, names: list[str]) -> str:
    columns = ", ".join(f'"{name}"' for name in names)
    return f'SELECT {columns} FROM "{made.name}"'  # noqa: S608 - names of the schema


def insert_rows(connection: sqlite3.Connection, object_name: str, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """The fast door for made-up data: rows are written as given, under no rule and into no ledger; returns their ids.

    Values may be text, numbers, booleans, `date` or `datetime`. What is left out gets what Salesforce would put there:
    the id, the owner and author (the org's administrator), the stamps (LastModifiedDate and SystemModstamp follow
    CreatedDate, SystemModstamp follows LastModifiedDate), a person's full name, defaults, the number of a case.

    Raises KeyError for an unknown object or field, `values.Unreadable` for a value that its field cannot hold,
    sqlite3.IntegrityError for a key that exists.
    """
    from sync.simulators.salesforce.filling import Filler

    filler = Filler(connection, schema.objects()[object_name])
    written: list[str] = []
    with transaction(connection):
        chunk: list[tuple[values.Stored, ...]] = []
        for row in rows:
            chunk.append(filler.row(row))
            if len(chunk) == _FILL_CHUNK:
                written += _write(connection, filler, chunk)
                chunk = []
        written += _write(connection, filler, chunk)
        filler.close()
    return written


def _write(connection: sqlite3.Connection, filler: Any, chunk: list[tuple[values.Stored, ...]]) -> list[str]:
    connection.executemany(filler.statement, chunk)
    return [str(row[filler.id_at]) for row in chunk]


__all__ = [
    "Field",
    "UnusableFile",
    "connect",
    "create",
    "insert_rows",
    "new_id",
    "new_ids",
    "now",
    "set_clock",
    "transaction",
]
