"""Field-level security: what a user of the org may not see, and what he may only read. The administrator sees all."""

import sqlite3

from sync.simulators.salesforce import birth

EVERYBODY = ""


def hidden_fields(connection: sqlite3.Connection, user_id: str, object_name: str) -> frozenset[str]:
    """The fields of an object that are not there for this user: not in describe, not in a query, not in a write."""
    return _fields(connection, "org_hidden_field", user_id, object_name)


def locked_fields(connection: sqlite3.Connection, user_id: str, object_name: str) -> frozenset[str]:
    """The fields of an object that this user reads and may not write."""
    return _fields(connection, "org_locked_field", user_id, object_name)


def _fields(connection: sqlite3.Connection, table: str, user_id: str, object_name: str) -> frozenset[str]:
    if user_id == birth.administrator_id(connection):
        return frozenset()
    found = connection.execute(
        f"SELECT field FROM {table} WHERE object = ? AND user IN (?, ?)",  # noqa: S608 - a name of ours
        (object_name, user_id, EVERYBODY),
    )
    return frozenset(name for (name,) in found)
