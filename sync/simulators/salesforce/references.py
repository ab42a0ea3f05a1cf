"""Lookups of a row: parents by id, and by an external id of theirs."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from sync.simulators.salesforce import ids, schema
from sync.simulators.salesforce.errors import RowRefused, refuse
from sync.simulators.salesforce.schema.model import Field, SObject

# Parents remembered within one call.
_REMEMBERED = 200_000


def duplicate_external_id(field_name: str, found: list[str]) -> RowRefused:
    """The refusal of an external id that several records carry."""
    message = f"{field_name}: more than one record found for external id field: [{', '.join(found)}]"
    return refuse("DUPLICATE_EXTERNAL_ID", message, field_name)


class References:
    """Finds the parents of the rows of one call, each once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._known: set[str] = set()
        self._by_key: dict[tuple[str, str, str], str] = {}

    def known(self, field: Field, value: Any) -> str:
        """The id of the record that a lookup names. Raises RowRefused if it is missing, deleted, of another object."""
        found = ids.normal(value)
        if found is None:
            raise refuse("MALFORMED_ID", f"{field.label}: id value of incorrect type: {value}", field.name)
        made = schema.by_prefix().get(found[:3])
        if made is None or made.name not in field.reference_to:
            message = f"{field.label}: id value of incorrect type: {found}"
            raise refuse("FIELD_INTEGRITY_EXCEPTION", message, field.name)
        if found not in self._known:
            self._require(made, found, owner=field.name == "OwnerId")
            self._remember(found)
        return found

    def parent(self, made: SObject, name: str, value: Any) -> tuple[Field, str | None]:
        """The lookup that a row fills by a parent's external id, and the parent's id (None: it clears the lookup).

        Nested (`Customer__r`: {"CCB_Person_ID__c": …}), dotted (`Customer__r.CCB_Person_ID__c`), or dotted with the
        parent's object before it (`Account:What.CCB_Account_ID__c`). Raises RowRefused.
        """
        relationship, _, key_name = name.partition(".")
        object_name, _, relationship = relationship.rpartition(":")
        lookup = made.by_relationship.get(relationship.lower())
        if lookup is None:
            raise refuse("INVALID_FIELD", f"No such column '{name}' on sobject of type {made.name}")
        if isinstance(value, Mapping):
            attributes = value.get("attributes")
            if isinstance(attributes, Mapping):
                object_name = str(attributes.get("type", object_name))
            keys = {key: given for key, given in value.items() if key != "attributes"}
            if len(keys) != 1:
                raise refuse("INVALID_FIELD", f"{relationship} takes exactly one external id", lookup.name)
            ((key_name, value),) = keys.items()
        parent = schema.find(object_name or lookup.reference_to[0])
        key = parent.by_name.get(key_name.lower()) if parent else None
        if parent is None or key is None or parent.name not in lookup.reference_to:
            named = object_name or relationship
            raise refuse("INVALID_FIELD", f"No such column '{key_name}' on sobject of type {named}")
        if value is None or value == "":
            return lookup, None
        if key.type == "id":
            return lookup, self.known(lookup, value)
        if not (key.external_id or key.unique):
            message = f"Field name provided, {key.name} is not an External ID or indexed field for {parent.name}"
            raise refuse("INVALID_FIELD", message, key.name)
        return lookup, self._by_external_id(parent, key, str(value))

    def _by_external_id(self, parent: SObject, key: Field, value: str) -> str:
        at = (parent.name, key.name, value if key.case_sensitive else value.lower())
        found = self._by_key.get(at)
        if found is None:
            matching = matches(self.connection, parent, key.name, value)
            if not matching:
                message = f"Foreign key external ID: {value} not found for field {key.name} in entity {parent.name}"
                raise refuse("INVALID_FIELD", message)
            if len(matching) > 1:
                raise duplicate_external_id(key.name, matching)
            found = matching[0]
            if len(self._by_key) < _REMEMBERED:
                self._by_key[at] = found
        return found

    def _require(self, made: SObject, record_id: str, *, owner: bool) -> None:
        state = '"IsDeleted"' if made.has("IsDeleted") else "0"
        active = '"IsActive"' if owner and made.name == "User" else "1"
        row = self.connection.execute(
            f'SELECT {state}, {active} FROM "{made.name}" WHERE Id = ?',  # noqa: S608 - names of the schema
            (record_id,),
        ).fetchone()
        if row is None:
            raise refuse("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        if row[0]:
            raise refuse("ENTITY_IS_DELETED", "entity is deleted")
        if not row[1]:
            message = f"operation performed with inactive user [{record_id}] as owner of {made.label.lower()}"
            raise refuse("INACTIVE_OWNER_OR_USER", message, "OwnerId")

    def _remember(self, record_id: str) -> None:
        if len(self._known) < _REMEMBERED:
            self._known.add(record_id)


def matches(connection: sqlite3.Connection, made: SObject, field_name: str, value: Any) -> list[str]:
    """The ids of the records, not deleted, whose field has this value; at most a hundred."""
    alive = ' AND "IsDeleted" = 0' if made.has("IsDeleted") else ""
    found = connection.execute(
        f'SELECT Id FROM "{made.name}" WHERE "{field_name}" = ?{alive} ORDER BY Id LIMIT 100',  # noqa: S608 - schema
        (value,),
    )
    return [record_id for (record_id,) in found]
