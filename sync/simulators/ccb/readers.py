"""A session's SQLite connections: one for each open query, or a single one while a READ ONLY transaction lasts."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sync.simulators.ccb.errors import OracleError, UnsupportedSQL
from sync.simulators.ccb.sql.runtime import Functions
from sync.simulators.ccb.store import BUSY_SECONDS

Row = tuple[Any, ...]


class Reader:
    """One connection that only reads, with Oracle's functions on it."""

    def __init__(self, path: Path, user: str) -> None:
        self.connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        self.connection.execute("PRAGMA query_only=ON")
        self.connection.execute("PRAGMA case_sensitive_like=ON")
        self.functions = Functions(self.connection, user)
        self.results = 0

    def failure(self, error: sqlite3.Error) -> OracleError:
        """The Oracle error behind an SQLite one."""
        raised, self.functions.error = self.functions.error, None
        if raised is None and "Expression tree is too large" in str(error):
            return UnsupportedSQL("an expression nested so deeply")
        return raised or OracleError(600, str(error))


class Result:
    """The rows of one query, read as the client asks for them."""

    def __init__(self, readers: "Readers", reader: Reader, sql: str, values: Sequence[Any]) -> None:
        self._reader = reader
        self._readers: Readers | None = readers
        self._cursor: sqlite3.Cursor | None = None
        try:
            self._cursor = reader.connection.execute(sql, values)
        except sqlite3.Error as error:
            failure = reader.failure(error)
            self.close()
            raise failure from error

    def fetch(self, count: int) -> list[Row]:
        """Up to that many rows; an empty list after the last. Raises OracleError for what fails in a row."""
        if self._cursor is None:
            return []
        try:
            rows = self._cursor.fetchmany(count)
        except sqlite3.Error as error:
            failure = self._reader.failure(error)
            self.close()
            raise failure from error
        if len(rows) < count:
            self.close()
        return rows

    def close(self) -> None:
        """Give the connection back. Safe to call twice."""
        if self._cursor is not None:
            self._cursor.close()
            self._cursor = None
        if self._readers is not None:
            self._readers.give_back(self._reader)
            self._readers = None


class Readers:
    """The connections of one session.

    SQLite's snapshot belongs to a connection and lasts while any of its statements is open. So every query has a
    connection of its own and sees the latest commit, except in a READ ONLY transaction, whose one connection keeps its
    snapshot.
    """

    def __init__(self, path: Path, user: str) -> None:
        self._path, self._user = path, user
        self._idle: list[Reader] = []
        self._all: list[Reader] = []
        self._pinned: Reader | None = None

    @property
    def in_transaction(self) -> bool:
        """True between SET TRANSACTION READ ONLY and COMMIT or ROLLBACK."""
        return self._pinned is not None

    def run(self, sql: str, values: Sequence[Any]) -> Result:
        """Start a query."""
        reader = self._pinned or self._free()
        reader.results += 1
        return Result(self, reader, sql, values)

    def give_back(self, reader: Reader) -> None:
        """A query of this reader is over."""
        reader.results -= 1
        if reader.results == 0 and reader is not self._pinned:
            self._idle.append(reader)

    def begin_read_only(self) -> None:
        """Fix the snapshot now, as SET TRANSACTION READ ONLY does; ORA-01453 inside a transaction."""
        if self._pinned is not None:
            raise OracleError(1453)
        reader = self._free()
        reader.connection.execute("BEGIN")
        # SQLite takes the snapshot with the first read, not with BEGIN.
        reader.connection.execute("SELECT COUNT(*) FROM simulator_setting").fetchone()
        self._pinned = reader

    def end(self) -> None:
        """COMMIT or ROLLBACK. Queries that are still open read on from the old snapshot."""
        if self._pinned is None:
            return
        reader, self._pinned = self._pinned, None
        reader.connection.execute("COMMIT")
        if reader.results == 0:
            self._idle.append(reader)

    def close(self) -> None:
        """Close every connection."""
        for reader in self._all:
            reader.connection.close()

    def _free(self) -> Reader:
        if self._idle:
            return self._idle.pop()
        reader = Reader(self._path, self._user)
        self._all.append(reader)
        return reader
