"""Collects an org's rows while it is made: ids, stamps, batches, and the truth beside them."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from sync.simulators.ccb.generator.keys import seeded
from sync.simulators.salesforce import store
from sync.simulators.salesforce.generator import truth
from sync.simulators.salesforce.generator.truth import Truth
from sync.simulators.salesforce.values import moment_text

Row = dict[str, object]

# The org was opened, and the first records were loaded into it, so many days before the present.
AGE = timedelta(days=3200)
# Rows of an object that are held before they are written.
_CHUNK = 5000
# Ids that are taken from the org's counter at once; those left over stay unused, as in a real org.
_ID_BLOCK = 500
_NONE: Iterator[str] = iter(())
# Opening hours of the offices as UTC.
_OPENING_HOUR, _OPEN_SECONDS = 13, 9 * 3600


class Org:
    """The org that is being filled, as of `now` (UTC, whole seconds)."""

    def __init__(self, connection: sqlite3.Connection, seed: int, now: datetime) -> None:
        self.connection, self.seed, self.now = connection, seed, now
        self.counts: Counter[str] = Counter()
        self._rows: dict[str, list[Row]] = {}
        self._ids: dict[str, Iterator[str]] = {}
        self._truths: list[Truth] = []
        self._deletions: list[tuple[str, str, str]] = []

    def chance(self, *parts: object) -> Random:
        """A source of chance of its own for one part of the work."""
        return seeded(self.seed, "salesforce", *parts)

    def new_id(self, object_name: str) -> str:
        """The id of the next record of an object."""
        made = next(self._ids.get(object_name, _NONE), None)
        if made is None:
            self._ids[object_name] = iter(store.new_ids(self.connection, object_name, _ID_BLOCK))
            made = next(self._ids[object_name])
        return made

    def add(self, object_name: str, row: Row) -> None:
        """Collect a row; what it leaves out is filled in as Salesforce would."""
        held = self._rows.setdefault(object_name, [])
        held.append(row)
        self.counts[object_name] += 1
        if len(held) >= _CHUNK:
            self._write(object_name)

    def delete(self, object_name: str, record_id: str, at: datetime) -> None:
        """Log that a collected record went to the recycle bin at a moment."""
        self._deletions.append((object_name, record_id, moment_text(at)))

    def tell(self, truth_of_record: Truth) -> None:
        """Collect the truth about a record."""
        self._truths.append(truth_of_record)

    def flush(self) -> None:
        """Write what was collected; the caller commits."""
        for object_name in list(self._rows):
            self._write(object_name)
        truth.write(self.connection, self._truths)
        self._truths.clear()
        self.connection.executemany("INSERT INTO org_deletion (object, id, at) VALUES (?, ?, ?)", self._deletions)
        self._deletions.clear()

    def _write(self, object_name: str) -> None:
        store.insert_rows(self.connection, object_name, self._rows.pop(object_name))

    def before(self, days: float, hour: int = 14, minute: int = 0) -> datetime:
        """A time of day (UTC) some days before the present."""
        return (self.now - timedelta(days=days)).replace(hour=hour, minute=minute, second=0)

    def office_hour(self, random: Random, since: datetime, until: datetime | None = None) -> datetime:
        """A moment of a weekday's office hours between two moments, later ones a little more often."""
        until = until or self.now
        span = max((until - since).total_seconds(), 0)
        moment = until - timedelta(seconds=span * random.random() ** 1.2)
        moment -= timedelta(days=max(0, moment.weekday() - 4))
        opening = moment.replace(hour=_OPENING_HOUR, minute=0, second=0, microsecond=0)
        moment = opening + timedelta(seconds=int(_OPEN_SECONDS * random.random()))
        if since <= moment <= until:
            return moment
        # Out of bounds by the hour: anywhere between them, so that no moment gathers what others refused.
        return since + timedelta(seconds=int(span * random.random()))
