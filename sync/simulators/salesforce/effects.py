"""What Salesforce fills in by itself when a record is written: full names, closed flags, accounts of activities."""

import sqlite3
from datetime import timedelta
from typing import Any

from sync.simulators.salesforce import store, values
from sync.simulators.salesforce.errors import refuse
from sync.simulators.salesforce.filling import full_name
from sync.simulators.salesforce.schema.service import CLOSED

Record = dict[str, Any]
Changes = dict[str, values.Stored]

MOST_LEVELS = 500
_DAY_IN_MINUTES = 24 * 60
_EVENT_TIMES = frozenset({"StartDateTime", "ActivityDateTime", "EndDateTime", "DurationInMinutes", "IsAllDayEvent"})


def complete(
    connection: sqlite3.Connection, object_name: str, before: Record | None, changes: Changes, at: str
) -> None:
    """Add to the changes of a record what follows from them; `before` is None for a new one. Raises RowRefused."""
    follow = _FOLLOW.get(object_name)
    if follow is not None:
        follow(connection, before or {}, changes, at)


def _now(before: Record, changes: Changes, name: str) -> Any:
    """The value that a field will have."""
    return changes[name] if name in changes else before.get(name)


def _person(connection: sqlite3.Connection, before: Record, changes: Changes, at: str) -> None:
    changes["Name"] = full_name(_now(before, changes, "FirstName"), _now(before, changes, "LastName"))


def _account(connection: sqlite3.Connection, before: Record, changes: Changes, at: str) -> None:
    """A hierarchy has no circles."""
    own, parent = before.get("Id"), changes.get("ParentId")
    for _ in range(MOST_LEVELS):
        if parent is None or own is None:
            return
        if parent == own:
            raise refuse("CIRCULAR_DEPENDENCY", "attempt to create a cyclic dependency in the hierarchy", "ParentId")
        row = connection.execute('SELECT "ParentId" FROM "Account" WHERE Id = ?', (parent,)).fetchone()
        parent = row[0] if row else None


def _close(object_name: str, moment_field: str, before: Record, changes: Changes, at: str) -> None:
    closed = _now(before, changes, "Status") in CLOSED[object_name]
    if closed != bool(before.get("IsClosed")) or not before:
        changes["IsClosed"] = int(closed)
        changes[moment_field] = at if closed else None


def _case(connection: sqlite3.Connection, before: Record, changes: Changes, at: str) -> None:
    _close("Case", "ClosedDate", before, changes, at)
    if not before:
        changes["CaseNumber"] = f"{store.take_numbers(connection, 'CaseNumber'):08d}"
    if changes.get("ContactId"):
        account, email = _of_contact(connection, changes["ContactId"], "AccountId", "Email")
        changes["ContactEmail"] = email
        if _now(before, changes, "AccountId") is None:
            changes["AccountId"] = account


def _task(connection: sqlite3.Connection, before: Record, changes: Changes, at: str) -> None:
    _close("Task", "CompletedDateTime", before, changes, at)
    changes["IsHighPriority"] = int(_now(before, changes, "Priority") == "High")
    _activity(connection, before, changes, at)


def _event(connection: sqlite3.Connection, before: Record, changes: Changes, at: str) -> None:
    if not before or _EVENT_TIMES & set(changes):
        _times(before, changes, at)
    _activity(connection, before, changes, at)


def _times(before: Record, changes: Changes, at: str) -> None:
    """An event's start is told twice, and its end and its length follow from each other."""
    start = changes.get("StartDateTime") or changes.get("ActivityDateTime")
    end, told = changes.get("EndDateTime"), changes.get("DurationInMinutes")
    length = int(told) if told is not None else None
    if before:
        start = start or before.get("StartDateTime")
        length = before.get("DurationInMinutes") if length is None and end is None else length
    elif changes.get("IsAllDayEvent") and not start:
        start, length = values.encoder("datetime")(changes.get("ActivityDate") or at[:10]), length or _DAY_IN_MINUTES
    if start is None or (length is None and end is None):
        lacking = {"DurationInMinutes": length, "ActivityDateTime": start}
        names = [name for name, value in lacking.items() if value is None]
        raise refuse("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(names)}]", *names)
    began = values.parse_moment(str(start))
    if length is None:
        length = int((values.parse_moment(str(end)) - began).total_seconds() // 60)
    if length < 0:
        raise refuse("FIELD_INTEGRITY_EXCEPTION", "End date must be after start date", "EndDateTime")
    changes["StartDateTime"] = changes["ActivityDateTime"] = start
    changes["ActivityDate"] = str(start)[:10]
    changes["DurationInMinutes"] = length
    changes["EndDateTime"] = values.moment_text(began + timedelta(minutes=length))


def _activity(connection: sqlite3.Connection, before: Record, changes: Changes, at: str) -> None:
    """An activity belongs to the account of what it is about, else to that of whom it is with."""
    if not {"WhatId", "WhoId"} & set(changes):
        return
    what, who = _now(before, changes, "WhatId"), _now(before, changes, "WhoId")
    account = None
    if what and what.startswith("001"):
        account = what
    elif what and what.startswith("500"):
        (account,) = connection.execute('SELECT "AccountId" FROM "Case" WHERE Id = ?', (what,)).fetchone()
    if account is None and who:
        (account,) = _of_contact(connection, who, "AccountId")
    changes["AccountId"] = account
    if before.get("IsArchived") and "WhatId" in changes:
        changes["IsArchived"] = 0


def _campaign_member(connection: sqlite3.Connection, before: Record, changes: Changes, at: str) -> None:
    if not before:
        if not (changes.get("ContactId") or changes.get("AccountId")):
            raise refuse("REQUIRED_FIELD_MISSING", "Required fields are missing: [ContactId]", "ContactId")
        _only_one(
            connection,
            "CampaignMember",
            changes,
            ("CampaignId", "ContactId", "AccountId"),
            "Already a campaign member.",
        )
        if changes.get("ContactId"):
            names = ("Name", "FirstName", "LastName", "Email", "Phone")
            changes.update(zip(names, _of_contact(connection, changes["ContactId"], *names), strict=True))
    responded = _now(before, changes, "Status") == "Responded"
    changes["HasResponded"] = int(responded)
    if responded and not before.get("FirstRespondedDate"):
        changes["FirstRespondedDate"] = at[:10]


def _relation(connection: sqlite3.Connection, before: Record, changes: Changes, at: str) -> None:
    if not before:
        message = "This contact already has a relationship with this account."
        _only_one(connection, "AccountContactRelation", changes, ("AccountId", "ContactId"), message)


def _only_one(
    connection: sqlite3.Connection, table: str, changes: Changes, names: tuple[str, ...], message: str
) -> None:
    same = " AND ".join(f'"{name}" IS ?' for name in names)
    found = connection.execute(
        f'SELECT 1 FROM "{table}" WHERE {same} AND "IsDeleted" = 0',  # noqa: S608 - names of the schema
        tuple(changes.get(name) for name in names),
    )
    if found.fetchone():
        raise refuse("DUPLICATE_VALUE", message)


def _of_contact(connection: sqlite3.Connection, contact_id: Any, *names: str) -> tuple[Any, ...]:
    columns = ", ".join(f'"{name}"' for name in names)
    row: tuple[Any, ...] | None = connection.execute(
        f'SELECT {columns} FROM "Contact" WHERE Id = ?',  # noqa: S608 - names of the schema
        (contact_id,),
    ).fetchone()
    return row or (None,) * len(names)


_FOLLOW = {
    "User": _person,
    "Contact": _person,
    "Account": _account,
    "Case": _case,
    "Task": _task,
    "Event": _event,
    "CampaignMember": _campaign_member,
    "AccountContactRelation": _relation,
}
