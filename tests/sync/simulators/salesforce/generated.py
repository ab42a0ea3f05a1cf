"""What the tests of a generated org share: a CC&B to make it from, and how to read it."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from sync.simulators.ccb import store as ccb_store
from sync.simulators.ccb.generator import fill as fill_ccb
from sync.simulators.salesforce import store
from sync.simulators.salesforce.generator import fill

NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
CCB_ACCOUNTS = 240


def filled_ccb(path: Path) -> Path:
    """A CC&B simulator's file with customers and a month of money."""
    connection = ccb_store.connect(path)
    fill_ccb(connection, accounts=CCB_ACCOUNTS, months=1, today=NOW.date())
    connection.close()
    return path


def filled(ccb: Path, path: Path, **wishes: int) -> sqlite3.Connection:
    """An org whose clock stands at `NOW`."""
    connection = store.create(path)
    store.set_clock(connection, NOW)
    fill(connection, ccb, now=NOW, **wishes)
    return connection


def rows(connection: sqlite3.Connection, query: str, *values: object) -> list[dict[str, object]]:
    cursor = connection.execute(query, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def number(connection: sqlite3.Connection, query: str, *values: object) -> int:
    return int(connection.execute(query, values).fetchone()[0])


def binned(connection: sqlite3.Connection, object_name: str) -> set[str]:
    """The records of an object that the recycle bin lists."""
    query = "SELECT id FROM org_deletion WHERE object = ? AND purged_at IS NULL"
    return {row[0] for row in connection.execute(query, (object_name,))}
