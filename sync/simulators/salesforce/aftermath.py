"""What a written record changes elsewhere: a contact's direct relation to its account, an account's last activity."""

import sqlite3
from typing import Any

from sync.simulators.salesforce import store, values
from sync.simulators.salesforce.effects import Changes, Record

WATCHED = frozenset({"Contact", "Task", "Event"})


def settle(
    connection: sqlite3.Connection,
    user_id: str,
    object_name: str,
    record_id: str,
    before: Record | None,
    changes: Changes,
) -> None:
    """Carry the changes of a record on to those that follow it."""
    if object_name == "Contact" and "AccountId" in changes:
        _relate(connection, user_id, record_id, (before or {}).get("AccountId"), changes["AccountId"])
    elif object_name in ("Task", "Event"):
        _last_activity(connection, {**(before or {}), **changes}, closed=object_name == "Event")


def _relate(connection: sqlite3.Connection, user_id: str, contact: str, old: Any, new: Any) -> None:
    """Keep exactly one direct relation of a contact: to the account that it names."""
    if old == new:
        return
    at = values.moment_text(store.now(connection))
    if old is not None:
        connection.execute(
            'UPDATE "AccountContactRelation" SET "IsDirect" = 0, "SystemModstamp" = ?'
            ' WHERE "ContactId" = ? AND "AccountId" = ? AND "IsDirect" = 1',
            (at, contact, old),
        )
    if new is None:
        return
    known = connection.execute(
        'UPDATE "AccountContactRelation" SET "IsDirect" = 1, "SystemModstamp" = ?'
        ' WHERE "ContactId" = ? AND "AccountId" = ? AND "IsDeleted" = 0',
        (at, contact, new),
    )
    if not known.rowcount:
        connection.execute(
            'INSERT INTO "AccountContactRelation" ("Id", "AccountId", "ContactId", "IsDirect", "IsActive",'
            ' "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp")'
            " VALUES (?, ?, ?, 1, 1, ?, ?, ?, ?, ?)",
            (store.new_id(connection, "AccountContactRelation"), new, contact, at, user_id, at, user_id, at),
        )


def _last_activity(connection: sqlite3.Connection, activity: Record, *, closed: bool) -> None:
    """The day of the last thing done moves an account's or contact's stamp, but not its LastModifiedDate."""
    day = activity.get("ActivityDate")
    if day is None or not (closed or activity.get("IsClosed")):
        return
    at = values.moment_text(store.now(connection))
    for table, record_id in (("Account", activity.get("AccountId")), ("Contact", activity.get("WhoId"))):
        if record_id is not None:
            connection.execute(
                f'UPDATE "{table}" SET "LastActivityDate" = ?, "SystemModstamp" = ?'  # noqa: S608 - names of ours
                ' WHERE Id = ? AND ("LastActivityDate" IS NULL OR "LastActivityDate" < ?)',
                (day, at, record_id, day),
            )
