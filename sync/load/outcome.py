"""What a load is told to do, what it did, and the brake that stops it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pyarrow as pa

from customer360.changes import Change


class BrakeReached(Exception):
    """A full compare that would remove too much, or read nothing: a person must look before anything is marked.

    `outcome` holds the figures to judge by: rows read, records gone, and records held.
    """

    def __init__(self, message: str, outcome: "Outcome") -> None:
        super().__init__(message)
        self.outcome = outcome


@dataclass
class Outcome:
    """What a load did, in records.

    `gone` are the records a full compare did not find, which become `removed` or `archived` unless the brake holds
    them; `held` those it was measured against, counted where the brake stopped the load. `keys` were recorded as seen,
    where a range was loaded; `listed` were named by a listing of all keys.
    """

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    held: int = 0
    gone: int = 0
    removed: int = 0
    archived: int = 0
    rejected: int = 0
    healed: int = 0
    summaries: int = 0
    keys: int = 0
    listed: int = 0
    highest: datetime | None = None
    warnings: list[dict[str, Any]] = field(default_factory=list)
    differences: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Order:
    """What a load is to do.

    `is_full` says that all rows were read, `is_listed` that all keys were listed: either shows what is gone. `deleted`
    are keys that the source's own log says it deleted, an array of text.
    `accepted_removals` is how many a person let go past the brake, having been shown that many; no more pass. `rows`
    are the rejected rows to offer again beside what was read, by id; None offers every open one. `range_id` names the
    range of a full compare that is loaded; what can only be judged over all of them, that is what is gone and how
    figures move, is then left to `sync.load.seen`. `warnings` are what was known before anything was read; the
    outcome's begin with them. `staged` is called when all is read and the writing begins; `commit` last, inside the
    transaction: it moves the bookmark under the lease.
    """

    change: Change
    business_date: date
    is_full: bool
    is_listed: bool = False
    deleted: pa.Array | None = None
    is_dry_run: bool = False
    brake_percent: float | None = None
    accepted_removals: int = 0
    rows: Sequence[int] | None = None
    range_id: int | None = None
    warnings: tuple[dict[str, Any], ...] = ()
    staged: Callable[[], None] = lambda: None
    commit: Callable[[Outcome], None] = lambda outcome: None

    @property
    def shows_gone(self) -> bool:
        """Whether what was read shows which records are gone from their source."""
        return self.is_full or self.is_listed

    @property
    def run_id(self) -> UUID:
        """The run that loads.

        Raises ValueError for a change that names none: every rejected row says which run met it.
        """
        if self.change.run_id is None:
            raise ValueError("A load needs a run.")
        return self.change.run_id
