"""The append-only book of every write that the org accepted."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_APPEND = (
    "INSERT INTO ledger (at, user, operation, object, id, external_id, fields, request) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True)
class Entry:
    """One accepted write: what was done (insert, update, delete, hardDelete, undelete, merge), to what, by whom.

    `external_id` is the value by which an upsert found its record; `fields` the values as kept.
    """

    sequence: int
    at: str
    user: str
    operation: str
    object: str
    id: str
    external_id: str | None
    fields: Mapping[str, Any]
    request: str | None


@dataclass(frozen=True)
class Ledger:
    """Appends the writes of one call."""

    connection: sqlite3.Connection
    at: str
    user: str
    object: str
    request: str | None

    def append(
        self, operation: str, record_id: str, fields: Mapping[str, Any] | None = None, external_id: str | None = None
    ) -> None:
        """Write one line."""
        told = json.dumps(fields or {}, separators=(",", ":"), ensure_ascii=False)
        line = (self.at, self.user, operation, self.object, record_id, external_id, told, self.request)
        self.connection.execute(_APPEND, line)


def read(connection: sqlite3.Connection, *, after: int = 0, object_name: str | None = None) -> Iterator[Entry]:
    """The lines after a sequence number, oldest first."""
    condition, binds = ("", (after,)) if object_name is None else (" AND object = ?", (after, object_name))
    lines = connection.execute(
        "SELECT sequence, at, user, operation, object, id, external_id, fields, request FROM ledger"  # noqa: S608
        f" WHERE sequence > ?{condition} ORDER BY sequence",
        binds,
    )
    for sequence, at, user, operation, made, record_id, external_id, fields, request in lines:
        yield Entry(sequence, at, user, operation, made, record_id, external_id, json.loads(fields), request)
