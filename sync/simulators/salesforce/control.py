"""The control interface: what people of the org do while others read and write it through its API."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from sync.simulators.salesforce import (
    access,
    birth,
    faults,
    ledger,
    org_rules,
    records,
    replication,
    schema,
    soql,
    store,
    values,
)
from sync.simulators.salesforce.records import Operation, RowResult


class Control:
    """Edits one org's file as its administrator. Every method commits before it returns; a running server shows it.

    What the org's own rules refuse raises ValueError, with Salesforce's codes and texts; nothing is changed then.
    """

    def __init__(self, path: Path | str) -> None:
        self.connection = store.create(path)
        self.user_id = birth.administrator_id(self.connection)

    def __enter__(self) -> "Control":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    # Records

    def insert(self, object_name: str, **fields: Any) -> str:
        """Create a record; returns its id."""
        return self._one("insert", object_name, fields)

    def update(self, object_name: str, record_id: str, **fields: Any) -> None:
        """Change fields of a record."""
        self._one("update", object_name, {"Id": record_id, **fields})

    def delete(self, object_name: str, record_id: str) -> None:
        """Put a record into the recycle bin."""
        self._one("delete", object_name, {"Id": record_id})

    def undelete(self, object_name: str, record_id: str) -> None:
        """Take a record out of the recycle bin."""
        self._one("undelete", object_name, {"Id": record_id})

    def hard_delete(self, object_name: str, record_id: str) -> None:
        """Remove a record for good: no recycle bin, no trace for getDeleted."""
        self._one("hardDelete", object_name, {"Id": record_id})

    def empty_bin(self, object_name: str, *record_ids: str) -> None:
        """Remove records for good that are in the recycle bin."""
        _good(records.empty_bin(self.connection, self.user_id, object_name, record_ids))

    def merge(self, object_name: str, master: str, *losers: str) -> None:
        """Merge up to two records into a third."""
        _good([records.merge(self.connection, self.user_id, object_name, master, losers)])

    def archive(self, object_name: str, *record_ids: str) -> None:
        """Archive activities, as Salesforce does with those closed for a year: `query` no longer finds them.

        Raises ValueError for an object whose records are never archived.
        """
        if not schema.objects()[object_name].has("IsArchived"):
            raise ValueError(f"Salesforce archives no {object_name}; nothing was changed.")
        with store.transaction(self.connection):
            self.connection.executemany(
                f'UPDATE "{object_name}" SET "IsArchived" = 1 WHERE Id = ?',  # noqa: S608 - a name of the schema
                [(record_id,) for record_id in record_ids],
            )

    def late(self, object_name: str, record_id: str, seconds: float) -> None:
        """Let a record be seen by nobody until so many seconds have passed; it keeps the stamp that it has.

        So a record looks whose transaction takes long to commit.
        """
        visible_at = values.moment_text(store.now(self.connection) + timedelta(seconds=seconds))
        self.connection.execute(
            "INSERT OR REPLACE INTO org_late (object, id, visible_at) VALUES (?, ?, ?)",
            (object_name, record_id, visible_at),
        )

    def get(self, object_name: str, record_id: str) -> dict[str, Any] | None:
        """A record with every field, as kept, deleted or not; None if there is none."""
        return store.fetch(self.connection, object_name, record_id)

    def query(self, text: str, *, include_deleted: bool = False) -> list[dict[str, Any]]:
        """What the administrator's query finds, as REST shows it."""
        return list(soql.run(self.connection, self.user_id, text, include_deleted=include_deleted).rows)

    # Who sees what

    def hide(self, object_name: str, field_name: str, username: str | None = None) -> None:
        """Take a field away from a user, or from everybody: it is in no describe and in no query."""
        self._secure("org_hidden_field", object_name, field_name, username)

    def show(self, object_name: str, field_name: str, username: str | None = None) -> None:
        """Give a hidden field back."""
        self._release("org_hidden_field", object_name, field_name, username)

    def lock(self, object_name: str, field_name: str, username: str | None = None) -> None:
        """Let a user, or everybody, only read a field."""
        self._secure("org_locked_field", object_name, field_name, username)

    def unlock(self, object_name: str, field_name: str, username: str | None = None) -> None:
        """Let a locked field be written again."""
        self._release("org_locked_field", object_name, field_name, username)

    # Rules

    def validation_rule(
        self, object_name: str, name: str, condition: str, message: str, field: str | None = None
    ) -> None:
        """Refuse records that meet a condition (written as after SOQL's WHERE), at a field or at the whole record.

        Raises OrgError for a condition that cannot be read.
        """
        detail = {"condition": condition, "message": message, "field": field}
        with store.transaction(self.connection):
            org_rules.add(self.connection, org_rules.VALIDATION, object_name, name, detail)
            org_rules.OrgRules(self.connection, schema.objects()[object_name])

    def duplicate_rule(
        self, object_name: str, name: str, fields: Iterable[str], action: org_rules.Action = "block"
    ) -> None:
        """Refuse records that have the same values in these fields as another; `alert` lets a caller save anyway.

        Raises KeyError for a field that the object does not have.
        """
        made = schema.objects()[object_name]
        named = [made.field(field).name for field in fields]
        with store.transaction(self.connection):
            org_rules.add(self.connection, org_rules.DUPLICATE, object_name, name, {"fields": named, "action": action})
            self.connection.execute(
                f'CREATE INDEX IF NOT EXISTS "{object_name}_{named[0]}" ON "{object_name}" ("{named[0]}")'
            )

    def drop_rule(self, object_name: str, name: str) -> None:
        """Take the rules of that name back."""
        for kind in (org_rules.VALIDATION, org_rules.DUPLICATE):
            org_rules.remove(self.connection, kind, object_name, name)

    # Faults

    def arm(self, fault: str, **options: Any) -> int:
        """Arm a fault of `faults`: which requests it strikes, how often, its own options. Returns its number."""
        with store.transaction(self.connection):
            return faults.arm(self.connection, fault, **options)

    def disarm(self) -> None:
        """Take back every fault."""
        with store.transaction(self.connection):
            faults.disarm(self.connection)

    # Time and what is known of it

    @property
    def now(self) -> datetime:
        """The org's time."""
        return store.now(self.connection)

    def set_clock(self, moment: datetime | None, *, running: bool = False) -> None:
        """Let the org's clock stand at a moment, or run on from it; None: it tells the actual time again."""
        store.set_clock(self.connection, moment, running=running)

    def shift_clock(self, seconds: float) -> datetime:
        """Move the org's clock on, standing or running as it does; returns its time."""
        return store.shift_clock(self.connection, seconds)

    def forget_deletions(self, before: datetime) -> None:
        """Cut the log of deletions that getDeleted reads."""
        replication.forget_deletions(self.connection, before)

    def ledger(self, object_name: str | None = None, *, after: int = 0) -> list[dict[str, Any]]:
        """The accepted writes after a sequence number, of one object or of all, oldest first: each a `ledger.Entry`."""
        return [asdict(entry) for entry in ledger.read(self.connection, after=after, object_name=object_name)]

    def _one(self, operation: Operation, object_name: str, row: Mapping[str, Any]) -> str:
        return _good(records.apply(self.connection, self.user_id, operation, object_name, [row]))[0]

    def _user(self, username: str | None) -> str:
        if username is None:
            return access.EVERYBODY
        found = store.user_id(self.connection, username)
        if found is None:
            raise ValueError(f"The org has no user {username}; nothing was changed.")
        return found

    def _secure(self, table: str, object_name: str, field_name: str, username: str | None) -> None:
        field = schema.objects()[object_name].field(field_name)
        self.connection.execute(
            f"INSERT OR IGNORE INTO {table} (user, object, field) VALUES (?, ?, ?)",  # noqa: S608 - a name of ours
            (self._user(username), object_name, field.name),
        )

    def _release(self, table: str, object_name: str, field_name: str, username: str | None) -> None:
        field = schema.objects()[object_name].field(field_name)
        self.connection.execute(
            f"DELETE FROM {table} WHERE user = ? AND object = ? AND field = ?",  # noqa: S608 - a name of ours
            (self._user(username), object_name, field.name),
        )


def _good(results: list[RowResult]) -> list[str]:
    """The ids of rows that were all accepted. Raises ValueError otherwise."""
    refused = [f"{error.code}: {error.message}" for result in results for error in result.errors]
    if refused:
        raise ValueError("; ".join(refused))
    return [result.id or "" for result in results]
