"""REST's query cursors: a query's rows as they were when it was asked, given out page by page.

A cursor reads from a snapshot of the file by a connection of its own. Pages that were given out are kept, so that a
client whose answer got lost may ask for one again. As in Salesforce a user has ten cursors at most: an eleventh ends
the oldest; and one that nobody asks for fifteen minutes ends too.
"""

import json
import sqlite3
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from sync.simulators.salesforce import ids, soql, store
from sync.simulators.salesforce.errors import OrgError

PAGE_ROWS = 2000
_CURSORS_A_USER = 10
_IDLE_SECONDS = 15 * 60
_PREFIX = "01g"


@dataclass
class Page:
    """One page: its records as a JSON array, how many they are, how many there are before it and in all."""

    body: bytes
    rows: int
    offset: int
    total: int
    cursor: str = ""

    @property
    def next_offset(self) -> int | None:
        """Where the next page begins, None on the last one."""
        end = self.offset + self.rows
        return end if end < self.total else None


@dataclass
class _Cursor:
    number: str
    user_id: str
    object: str
    total: int
    page_rows: int
    connection: sqlite3.Connection
    rows: Iterator[dict[str, Any]]
    pages: dict[int, tuple[bytes, int]] = field(default_factory=dict)
    read: int = 0
    used: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def page(self, offset: int) -> Page:
        """The page that begins with that record. Raises OrgError INVALID_QUERY_LOCATOR where none begins."""
        with self.lock:
            self.used = time.monotonic()
            while self.read <= offset and self.read < self.total:
                body, rows = _take(self.rows, self.page_rows)
                self.pages[self.read] = zlib.compress(body, 1), rows
                self.read += rows
            if self.read >= self.total:
                # Nothing is left to read: the file need not keep this moment any longer.
                self.connection.close()
            if offset not in self.pages:
                raise invalid_locator()
            packed, rows = self.pages[offset]
        return Page(zlib.decompress(packed), rows, offset, self.total, self.number)

    def close(self) -> None:
        with self.lock:
            self.connection.close()


class Cursors:
    """The open cursors of one server."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._open: dict[str, _Cursor] = {}

    def first(self, user_id: str, query: str, *, include_deleted: bool, version: str, page_rows: int) -> Page:
        """The first page of a query, with a cursor if more follow; of a query that only counts one without records.

        Raises OrgError for a query that cannot be answered.
        """
        connection = store.connect(self._path)
        try:
            # Every page shows the org as of now, whatever is written until the last one is read.
            connection.execute("BEGIN")
            result = soql.run(connection, user_id, query, include_deleted=include_deleted, version=version)
            total = result.total
            if result.is_count:
                connection.close()
                return Page(b"[]", total, 0, total)
            cursor = _Cursor("", user_id, result.object, total, page_rows, connection, iter(result.rows))
            if total <= page_rows:
                body, rows = _take(cursor.rows, page_rows)
                connection.close()
                return Page(body, rows, 0, total)
            cursor.number = self._number()
            page = cursor.page(0)
        except BaseException:
            connection.close()
            raise
        self._keep(cursor)
        return page

    def page(self, user_id: str, number: str, offset: int) -> Page:
        """A page of an open cursor of this user. Raises OrgError INVALID_QUERY_LOCATOR."""
        with self._lock:
            cursor = self._open.get(number)
        if cursor is None or cursor.user_id != user_id:
            raise invalid_locator()
        try:
            return cursor.page(offset)
        except sqlite3.ProgrammingError as error:
            # Ended by another request in this moment.
            raise invalid_locator() from error

    def object_of(self, number: str) -> str:
        """The object that a cursor reads, '' if it has ended."""
        with self._lock:
            return self._open[number].object if number in self._open else ""

    def end(self, number: str) -> None:
        """End a cursor; nothing if it has ended."""
        with self._lock:
            cursor = self._open.pop(number, None)
        if cursor is not None:
            cursor.close()

    def end_idle(self) -> None:
        """End the cursors that nobody has asked for long."""
        since = time.monotonic() - _IDLE_SECONDS
        with self._lock:
            idle = [each.number for each in self._open.values() if each.used < since]
        for number in idle:
            self.end(number)

    def close(self) -> None:
        """End all cursors."""
        for number in list(self._open):
            self.end(number)

    def _keep(self, cursor: _Cursor) -> None:
        with self._lock:
            self._open[cursor.number] = cursor
            mine = [each.number for each in self._open.values() if each.user_id == cursor.user_id]
        for number in mine[:-_CURSORS_A_USER]:
            self.end(number)

    def _number(self) -> str:
        connection = store.connect(self._path)
        try:
            return ids.make(_PREFIX, store.take_numbers(connection, _PREFIX))
        finally:
            connection.close()


def _take(rows: Iterator[dict[str, Any]], count: int) -> tuple[bytes, int]:
    """The next records as a JSON array, and how many they are."""
    taken = list(islice(rows, count))
    return json.dumps(taken, ensure_ascii=False, separators=(",", ":")).encode(), len(taken)


def invalid_locator() -> OrgError:
    """The refusal of a locator that has expired, or never was."""
    return OrgError("INVALID_QUERY_LOCATOR", "invalid query locator")
