"""A simulated Salesforce org of a test's own, reached over HTTPS as the settings say, and reads of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from sync.load.plan import Plan
from sync.models import SalesforceConnection
from sync.simulators.salesforce import faults, store
from sync.simulators.salesforce.control import Control
from sync.simulators.salesforce.server import Simulator
from sync.stream import Stream
from sync.streams import by_name
from sync.systems.salesforce import SalesforceReader, reader

ACCOUNTS = by_name("salesforce.accounts")
CONTACTS = by_name("salesforce.contacts")
TASKS = by_name("salesforce.tasks")
USERS = by_name("salesforce.users")

BY_REST, BY_BULK = 1_000_000, 200
"""Rows from which the Bulk API is used, so that one or the other is."""


@dataclass(frozen=True)
class Org:
    """A running simulated org, and what edits it as its people would."""

    simulator: Simulator
    control: Control

    def arm(self, name: str, **options: Any) -> None:
        """Arm a fault for the next requests that match."""
        faults.arm(self.control.connection, name, **options)

    @property
    def is_armed(self) -> bool:
        """Whether a fault still waits to strike."""
        return faults.any_armed(self.control.connection)

    def count(self, object_name: str) -> int:
        """How many records of an object there are, deleted ones left out."""
        statement = f'SELECT COUNT(*) FROM "{object_name}" WHERE IsDeleted = 0'
        return int(self.control.connection.execute(statement).fetchone()[0])

    def fill(self, object_name: str, rows: list[dict[str, Any]]) -> list[str]:
        """Add records by the fast door; their ids."""
        return store.insert_rows(self.control.connection, object_name, rows)

    def stamp(self, object_name: str, record_id: str, at: datetime) -> None:
        """Set a record's stamp, which no user can."""
        self.control.connection.execute(
            f'UPDATE "{object_name}" SET SystemModstamp = ? WHERE Id = ?',
            (f"{at.replace(tzinfo=None, microsecond=0).isoformat()}.000Z", record_id),
        )

    def wait(self, **span: float) -> None:
        """Let time pass in the org."""
        self.control.shift_clock(timedelta(**span).total_seconds())


def connect(simulator: Simulator, **more: Any) -> dict[str, Any]:
    """What the environment says of a simulator's org."""
    client = simulator.client
    return {
        "login_url": simulator.url,
        "sign_in": SalesforceConnection.SignIn.JWT,
        "consumer_key": client.consumer_key,
        "consumer_secret": client.secret_file.read_text(),
        "private_key_file": str(client.key_file),
        "user": client.username,
        "ca_file": simulator.ca_file,
        "timeout_seconds": 30,
    } | more


@contextmanager
def reading(stream: Stream) -> Iterator[tuple[SalesforceReader, Stream]]:
    """A reader of the org in force, and the stream fitted to it."""
    with reader() as opened:
        yield opened, opened.fitted(stream).stream


def read(stream: Stream, since: datetime | None = None, only: list[str] | None = None) -> list[dict[str, Any]]:
    """A stream's rows as they are staged, in the order of their ids."""
    with reading(stream) as (opened, fitted):
        return rows_of(opened, fitted, since, only)


def rows_of(
    opened: SalesforceReader, fitted: Stream, since: datetime | None = None, only: list[str] | None = None
) -> list[dict[str, Any]]:
    """The rows that a reader gives, as they are staged, in the order of their ids."""
    schema = Plan(fitted, "UTC").arrow_schema
    wanted = None if only is None else pa.array(only, pa.string())
    batches = list(opened.read(fitted, schema, since, None, wanted))
    assert all(batch.schema == schema for batch in batches)
    rows = [row for batch in batches for row in batch.to_pylist()]
    return sorted(rows, key=lambda row: row["salesforce_id"])
