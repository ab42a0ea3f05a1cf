"""The org's allowance of API calls: counted as they come, told with every answer, refused when it is used up."""

import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from sync.simulators.salesforce import store
from sync.simulators.salesforce.errors import OrgError

SETTING = "daily_api_requests"
DEFAULT_DAILY = 100_000
HEADER = "Sforce-Limit-Info"
_HOUR = "%Y-%m-%dT%H"


class Usage:
    """Calls of the last 24 hours. They gather in memory and go to the file by `flush`, not one write for each call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending = 0

    def count(self, connection: sqlite3.Connection) -> tuple[int, int]:
        """Count one call; returns (calls in the last 24 hours, calls allowed).

        Raises OrgError REQUEST_LIMIT_EXCEEDED when the allowance is used up; a refused call is not counted.
        """
        used, allowed = self.state(connection)
        if used >= allowed:
            raise exceeded()
        with self._lock:
            self._pending += 1
        return used + 1, allowed

    def state(self, connection: sqlite3.Connection) -> tuple[int, int]:
        """(calls in the last 24 hours, calls allowed)."""
        since = (_now() - timedelta(hours=24)).strftime(_HOUR)
        stored = connection.execute("SELECT SUM(calls) FROM simulator_usage WHERE hour > ?", (since,)).fetchone()[0]
        return (stored or 0) + self._pending, allowed_calls(connection)

    @property
    def pending(self) -> int:
        """Calls that are not in the file yet."""
        return self._pending

    def flush(self, connection: sqlite3.Connection) -> None:
        """Write what has gathered; the caller commits."""
        with self._lock:
            pending, self._pending = self._pending, 0
        if pending:
            connection.execute(
                "INSERT INTO simulator_usage VALUES (?, ?) ON CONFLICT (hour) DO UPDATE SET calls = calls + ?",
                (_now().strftime(_HOUR), pending, pending),
            )


def allowed_calls(connection: sqlite3.Connection) -> int:
    """How many calls the org may have in 24 hours."""
    return int(store.setting(connection, SETTING) or DEFAULT_DAILY)


def exceeded(*, concurrent: bool = False) -> OrgError:
    """The refusal of a call beyond the allowance, or of one beside too many long ones: the text alone tells which."""
    limit = "ConcurrentPerOrgLongTxn" if concurrent else "TotalRequests"
    return OrgError("REQUEST_LIMIT_EXCEEDED", f"{limit} Limit exceeded.", status=403)


def body(usage: tuple[int, int], bulk: dict[str, int]) -> dict[str, Any]:
    """What GET /limits answers. `bulk`: how many query jobs and ingest batches ran in the last 24 hours."""
    used, allowed = usage
    fixed = {
        "ActiveScratchOrgs": (3, 0),
        "ConcurrentAsyncGetReportInstances": (200, 0),
        "DailyApiRequests": (allowed, used),
        "DailyAsyncApexExecutions": (250_000, 0),
        "DailyBulkApiBatches": (15_000, bulk["batches"]),
        "DailyBulkV2QueryFileStorageMB": (976_562, 0),
        "DailyBulkV2QueryJobs": (10_000, bulk["queries"]),
        "DailyWorkflowEmails": (1_000, 0),
        "DataStorageMB": (10_240, 0),
        "FileStorageMB": (10_240, 0),
        "HourlyPublishedPlatformEvents": (250_000, 0),
        "MassEmail": (5_000, 0),
        "SingleEmail": (5_000, 0),
    }
    return {name: {"Max": most, "Remaining": max(0, most - gone)} for name, (most, gone) in fixed.items()}


def _now() -> datetime:
    return datetime.now(UTC)
