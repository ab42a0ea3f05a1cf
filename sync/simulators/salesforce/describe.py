"""What describe calls answer."""

import sqlite3
from typing import Any


def describe_global(connection: sqlite3.Connection, user_id: str, *, version: str = "60.0") -> dict[str, Any]:
    """The objects of the org, as `GET sobjects` answers."""
    raise NotImplementedError


def describe(
    connection: sqlite3.Connection, user_id: str, object_name: str, *, version: str = "60.0"
) -> dict[str, Any]:
    """One object with the fields that this user may see, as `GET sobjects/X/describe` answers.

    Raises OrgError NOT_FOUND for an object that the org does not have.
    """
    raise NotImplementedError
