"""Rows for the fast door: what is left out is filled in as Salesforce would have."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from sync.simulators.salesforce import birth, ids, store, values
from sync.simulators.salesforce.schema.model import Field, SObject
from sync.simulators.salesforce.schema.service import CLOSED

_ID_BLOCK = 1000


def full_name(first: Any, last: Any) -> str:
    """A person's full name as Salesforce puts it together."""
    return f"{first} {last}".strip() if first else str(last or "")


class Filler:
    """Turns trusted rows of one object into tuples for `statement`; `id_at` is the place of the id in them."""

    def __init__(self, connection: sqlite3.Connection, made: SObject) -> None:
        self.connection = connection
        self.made = made
        self.names = [field.name for field in made.stored_fields]
        self.encoders = {field.name: (field, values.encoder(field.type)) for field in made.stored_fields}
        self.statement = (
            f'INSERT INTO "{made.name}" ({", ".join(map(_quoted, self.names))})'  # noqa: S608 - names of the schema
            f" VALUES ({', '.join('?' * len(self.names))})"
        )
        self.id_at = self.names.index("Id")
        self.usual = _usual(connection, made)
        self.now = values.moment_text(store.now(connection))
        self._next = self._end = 0
        self._case_number = made.has("CaseNumber")
        self._person = made.has("FirstName") and made.has("LastName") and made.name != "CampaignMember"

    def row(self, given: Mapping[str, Any]) -> tuple[values.Stored, ...]:
        """One row, complete. Raises KeyError and `values.Unreadable`."""
        row = dict(self.usual)
        for name, value in given.items():
            field, encode = self.encoders[name]
            row[field.name] = None if value is None or value == "" else encode(value)
        if not row.get("Id"):
            row["Id"] = self._new_id()
        self._stamp(row)
        self._derive(row)
        return tuple(map(row.get, self.names))

    def close(self) -> None:
        """Nothing is owed: numbers that were reserved and not used stay unused, as in a real org."""

    def _stamp(self, row: dict[str, Any]) -> None:
        created = row.get("CreatedDate") or self.now
        modified = row.get("LastModifiedDate") or created
        row["CreatedDate"], row["LastModifiedDate"] = created, modified
        row["SystemModstamp"] = row.get("SystemModstamp") or modified
        row["LastModifiedById"] = row.get("LastModifiedById") or row.get("CreatedById")

    def _derive(self, row: dict[str, Any]) -> None:
        if self._person and not row.get("Name"):
            row["Name"] = full_name(row.get("FirstName"), row.get("LastName"))
        if self.made.name in CLOSED:
            row["IsClosed"] = int(row.get("Status") in CLOSED[self.made.name])
        if self._case_number and not row.get("CaseNumber"):
            row["CaseNumber"] = f"{store.take_numbers(self.connection, 'CaseNumber'):08d}"

    def _new_id(self) -> str:
        if self._next == self._end:
            prefix = self.made.key_prefix
            self._next = store.take_numbers(self.connection, prefix, _ID_BLOCK)
            self._end = self._next + _ID_BLOCK
        self._next += 1
        return ids.make(self.made.key_prefix, self._next - 1)


def _usual(connection: sqlite3.Connection, made: SObject) -> dict[str, values.Stored]:
    """The values of a row that says nothing."""
    author = birth.administrator_id(connection)
    usual: dict[str, values.Stored] = {}
    for field in made.stored_fields:
        if field.name in ("OwnerId", "CreatedById"):
            usual[field.name] = author
        elif field.default not in (None, ""):
            usual[field.name] = values.encode(field, field.default)
    return usual


def _quoted(name: str) -> str:
    return f'"{name}"'


__all__ = ["Field", "Filler", "full_name"]
