"""Inserts and updates of one call, row by row."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sync.simulators.salesforce import aftermath, effects, ids, store, values
from sync.simulators.salesforce.errors import RowRefused, SeveralMatch, refuse
from sync.simulators.salesforce.ledger import Ledger
from sync.simulators.salesforce.org_rules import OrgRules
from sync.simulators.salesforce.references import duplicate_external_id, matches
from sync.simulators.salesforce.rules import Checker, Values
from sync.simulators.salesforce.schema.model import Field, SObject


class Writer:
    """Writes rows of one object as one user. Every method writes one row, or raises RowRefused and writes nothing."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        user_id: str,
        made: SObject,
        *,
        duplicate_allow_save: bool = False,
        request_id: str | None = None,
    ) -> None:
        self.connection = connection
        self.user_id = user_id
        self.made = made
        self.at = values.moment_text(store.now(connection))
        self.ledger = Ledger(connection, self.at, user_id, made.name, request_id)
        self.checker = Checker(connection, user_id, made)
        self.rules = OrgRules(connection, made)
        self.allow_save = duplicate_allow_save
        self._unique = tuple(field for field in made.stored_fields if field.unique)
        self._names = [field.name for field in made.stored_fields]
        columns = ", ".join(f'"{name}"' for name in self._names)
        self._fetch = f'SELECT {columns} FROM "{made.name}" WHERE Id = ?'  # noqa: S608 - names of the schema
        self._owned = made.has("OwnerId")

    def insert(self, row: Mapping[str, Any], external_id: str | None = None) -> str:
        """Create a record; returns its id."""
        given = self.checker.for_insert(row)
        if self._owned and given.get("OwnerId") is None:
            given["OwnerId"] = self.user_id
        effects.complete(self.connection, self.made.name, None, given, self.at)
        self._check_unique(given, None)
        self._check_duplicates(given, None)
        record_id = store.new_id(self.connection, self.made.name)
        with self._validated(record_id):
            self._insert({"Id": record_id, **given, **self._stamps(created=True)})
        self._settle(record_id, None, given)
        self.ledger.append("insert", record_id, given, external_id)
        return record_id

    def update(self, record_id: str, row: Mapping[str, Any], external_id: str | None = None) -> None:
        """Change the fields that the row gives; the stamps move even where the values are the same."""
        before = self.require(record_id)
        given = self.checker.for_update(row)
        effects.complete(self.connection, self.made.name, before, given, self.at)
        self._check_unique(given, record_id)
        if self.rules.duplicate:
            self._check_duplicates({**before, **given}, record_id)
        with self._validated(record_id):
            self._update(record_id, {**given, **self._stamps(created=False)})
        self._settle(record_id, before, given)
        self.ledger.append("update", record_id, given, external_id)

    def upsert(self, key: Field, row: Mapping[str, Any], *, single: bool) -> tuple[str, bool]:
        """Update the record that the key finds, or create one; returns its id and whether it is new.

        Raises SeveralMatch for a `single` row whose key finds several records.
        """
        value = next((given for name, given in row.items() if name.lower() == key.name.lower()), None)
        if key.type == "id":
            if value:
                self.update(self.record_id(value), row)
                return self.record_id(value), False
            return self.insert({name: given for name, given in row.items() if name.lower() != "id"}), True
        if value is None or value == "":
            raise refuse("MISSING_ARGUMENT", f"{key.name} not specified")
        text = str(value).strip()
        rest = {name: given for name, given in row.items() if name.lower() not in ("id", key.name.lower())}
        found = matches(self.connection, self.made, key.name, text)
        if not found:
            return self.insert({**rest, key.name: value}, text), True
        if len(found) > 1:
            if single:
                raise SeveralMatch(self.made.name, found)
            raise duplicate_external_id(key.name, found)
        self.update(found[0], rest, text)
        return found[0], False

    def record_id(self, given: Any) -> str:
        """The id of a row as eighteen characters. Raises RowRefused."""
        if given is None or given == "":
            raise refuse("MISSING_ARGUMENT", "Id not specified in an update call")
        found = ids.normal(given)
        if found is None or not found.startswith(self.made.key_prefix):
            raise refuse("MALFORMED_ID", f"{self.made.label} ID: id value of incorrect type: {given}", "Id")
        return found

    def require(self, record_id: str) -> dict[str, Any]:
        """A record as it is kept. Raises RowRefused for one that is not there, or is deleted."""
        row = self.connection.execute(self._fetch, (record_id,)).fetchone()
        if row is None:
            raise refuse("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        record = dict(zip(self._names, row, strict=True))
        if record.get("IsDeleted"):
            raise refuse("ENTITY_IS_DELETED", "entity is deleted")
        return record

    def _stamps(self, *, created: bool) -> Values:
        told: Values = {}
        usual = {"LastModifiedDate": self.at, "LastModifiedById": self.user_id, "SystemModstamp": self.at}
        told |= {name: value for name, value in usual.items() if self.made.has(name)}
        if created and self.made.has("CreatedDate"):
            told |= {"CreatedDate": self.at, "CreatedById": self.user_id}
        return told

    def _check_unique(self, given: Values, record_id: str | None) -> None:
        for field in self._unique:
            value = given.get(field.name)
            if value is None:
                continue
            for other in matches(self.connection, self.made, field.name, value):
                if other != record_id:
                    message = f"duplicate value found: {field.name} duplicates value on record with id: {other}"
                    raise refuse("DUPLICATE_VALUE", message)

    def _check_duplicates(self, record: Mapping[str, Any], record_id: str | None) -> None:
        if self.rules.duplicates(record, record_id, allow_save=self.allow_save):
            raise refuse("DUPLICATES_DETECTED", "Use one of these records?")

    @contextmanager
    def _validated(self, record_id: str) -> Iterator[None]:
        """Take back what is written inside if a validation rule refuses the record that it leaves."""
        if not self.rules.validation:
            yield
            return
        self.connection.execute("SAVEPOINT org_row")
        yield
        broken = self.rules.broken(record_id)
        if broken:
            self.connection.execute("ROLLBACK TO org_row")
        self.connection.execute("RELEASE org_row")
        if broken:
            raise RowRefused(*broken)

    def _insert(self, record: Values) -> None:
        columns = ", ".join(f'"{name}"' for name in record)
        self.connection.execute(
            f'INSERT INTO "{self.made.name}" ({columns})'  # noqa: S608 - names of the schema
            f" VALUES ({', '.join('?' * len(record))})",
            tuple(record.values()),
        )

    def _update(self, record_id: str, changes: Values) -> None:
        columns = ", ".join(f'"{name}" = ?' for name in changes)
        self.connection.execute(
            f'UPDATE "{self.made.name}" SET {columns} WHERE Id = ?',  # noqa: S608 - names of the schema
            (*changes.values(), record_id),
        )

    def _settle(self, record_id: str, before: dict[str, Any] | None, given: Values) -> None:
        if self.made.name in aftermath.WATCHED:
            aftermath.settle(self.connection, self.user_id, self.made.name, record_id, before, given)
