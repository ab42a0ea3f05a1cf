"""What getUpdated and getDeleted tell of a span of time."""

import sqlite3
from datetime import datetime, timedelta

from sync.simulators.salesforce import schema, store
from sync.simulators.salesforce.values import moment_text

DELETIONS_KEPT = timedelta(days=15)
_KEPT_FROM = "deletions_kept_from"


def updated(connection: sqlite3.Connection, object_name: str, start: datetime, end: datetime) -> list[str]:
    """The ids of records, not deleted, whose stamp lies in a span; `end` belongs to it."""
    made = schema.objects()[object_name]
    stamp = "SystemModstamp" if made.has("SystemModstamp") else "CreatedDate"
    alive = ' AND "IsDeleted" = 0' if made.has("IsDeleted") else ""
    found = connection.execute(
        f'SELECT Id FROM "{made.name}" WHERE "{stamp}" >= ? AND "{stamp}" <= ?{alive}'  # noqa: S608 - schema
        " AND Id NOT IN (SELECT id FROM org_late WHERE object = ? AND visible_at > ?) ORDER BY Id",
        (moment_text(start), moment_text(end), made.name, moment_text(store.now(connection))),
    )
    return [record_id for (record_id,) in found]


def deleted(connection: sqlite3.Connection, object_name: str, start: datetime, end: datetime) -> list[tuple[str, str]]:
    """The records put into the recycle bin in a span, each with its moment as kept; those removed for good are gone."""
    found = connection.execute(
        "SELECT id, at FROM org_deletion WHERE object = ? AND at >= ? AND at <= ? AND purged_at IS NULL"
        " ORDER BY at, sequence",
        (object_name, moment_text(max(start, earliest_deletion(connection))), moment_text(end)),
    )
    return list(found)


def earliest_deletion(connection: sqlite3.Connection) -> datetime:
    """From when on deletions are known: fifteen days ago, or later where the log was cut (`forget_deletions`)."""
    kept = store.now(connection) - DELETIONS_KEPT
    told = store.setting(connection, _KEPT_FROM)
    return max(kept, datetime.fromisoformat(told)) if told else kept


def forget_deletions(connection: sqlite3.Connection, before: datetime) -> None:
    """Cut the log of deletions, as Salesforce does once it has grown too long."""
    store.set_setting(connection, _KEPT_FROM, before.isoformat())
