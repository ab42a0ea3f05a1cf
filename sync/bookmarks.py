"""Where each stream got to, and the lease that lets one run at a time move it.

A lease is a fencing token on the stream's bookmark row. It is free when it has run out, and at once when the database
session that took it is gone: a killed worker's session ends with it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from sync.models import Bookmark, SyncRange, SyncRun

LEASE = timedelta(minutes=5)
"""How long a run may go without a sign of life beyond what its source may take for one answer."""
WRITING_LEASE = timedelta(hours=2)
"""How long the writing transaction may take before another run may take over; a dead session frees it earlier."""

THIS_SESSION = "(SELECT pid || ' ' || backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())"
"""SQL: the database session of this process."""
HELD = (
    "(b.lease_expires_at >= now() AND EXISTS ("
    "SELECT FROM pg_stat_activity a WHERE a.pid || ' ' || a.backend_start = b.lease_session))"
)
"""SQL: that the lease on the row `b` is held by a living session; NULL where it never was or was given back."""

_TABLE = Bookmark._meta.db_table


class AlreadyRunning(Exception):
    """Another run holds the stream."""

    def __init__(self, stream: str) -> None:
        super().__init__(f"{stream} is being synchronised by another run. Nothing was started; its result will serve.")


class LeaseLost(Exception):
    """Another run took the stream over; what this one read must not be committed."""


@dataclass(frozen=True)
class Lease:
    """The right to move one stream's bookmark, for `length` from each sign of life.

    `question` is the fingerprint of what the run set out to ask, which the bookmark keeps.
    """

    stream: str
    token: int
    length: timedelta = LEASE
    question: str = ""

    def extend(self, by: timedelta | None = None) -> None:
        """Keep the lease for its length from now, or for as long as is said.

        Raises LeaseLost if another run has taken it.
        """
        held = Bookmark.objects.filter(stream=self.stream, token=self.token).update(
            lease_expires_at=timezone.now() + (self.length if by is None else by)
        )
        if not held:
            raise LeaseLost(f"{self.stream} was taken over by another run. Nothing was written by this one.")

    def commit(self, run: SyncRun, highest: datetime | None, deletions: datetime | None = None) -> None:
        """Move the bookmark, inside the transaction that wrote the data.

        `highest` is where the cursor got to, `deletions` how far the source's log of them was read; None leaves either
        where it was. A compare of keys alone read nothing of what is new, and moves neither.

        Raises LeaseLost if another run has taken the stream, which rolls the data back with it.
        """
        now = timezone.now()
        moved: dict[str, Any] = {"last_run": run}
        if run.mode != SyncRun.Mode.KEYS:
            moved |= {"last_success_at": now, "question": self.question}
        if run.mode == SyncRun.Mode.FULL:
            moved["last_full_at"] = now
        bookmark = Bookmark.objects.select_for_update().filter(stream=self.stream, token=self.token).first()
        if bookmark is None:
            raise LeaseLost(f"{self.stream} was taken over by another run. Nothing was written by this one.")
        if highest:
            moved["value"] = highest.isoformat()
        if deletions:
            moved["deletions_covered_to"] = deletions.isoformat()
        Bookmark.objects.filter(stream=self.stream).update(**moved)


@contextmanager
def lease(stream: str, answer_within: timedelta = timedelta(0)) -> Iterator[Lease]:
    """Hold a stream for the length of the block.

    `answer_within` is how long the source may take for one answer: while a run waits for the first rows of a large
    query, it gives no sign of life, and must not be taken for one that hangs.

    Raises AlreadyRunning if another run holds it.
    """
    Bookmark.objects.get_or_create(stream=stream)
    length = LEASE + answer_within
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {_TABLE} b
            SET token = token + 1, lease_expires_at = now() + make_interval(secs => %s), lease_session = {THIS_SESSION}
            WHERE stream = %s AND {HELD} IS NOT TRUE
            RETURNING token
            """,  # noqa: S608 - table and session are ours
            [length.total_seconds(), stream],
        )
        row = cursor.fetchone()
    if row is None:
        raise AlreadyRunning(stream)
    held = Lease(stream, row[0], length)
    try:
        yield held
    finally:
        if not connection.needs_rollback and connection.is_usable():
            Bookmark.objects.filter(stream=stream, token=held.token).update(lease_expires_at=None, lease_session="")


def held() -> set[str]:
    """The streams that living runs work on now: by their own lease, or by that of a range."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT stream FROM {_TABLE} b WHERE {HELD}
            UNION
            SELECT r.stream FROM {SyncRange._meta.db_table} b JOIN {SyncRun._meta.db_table} r ON r.id = b.run_id
            WHERE r.state = 'running' AND {HELD}
            """  # noqa: S608 - tables and conditions are ours
        )
        return {stream for (stream,) in cursor.fetchall()}


def since(stream: str, overlap: timedelta, clock: datetime, *, question: str = "") -> datetime | None:
    """The closed lower bound of the next read, in the source's clock.

    None asks for everything: where nothing was read yet, where the last run put another question (a line of the stream
    or a choice of the site changed, and rows read before would look otherwise), and where the bookmark lies in the
    source's future, which means that the source was set back, as after a restore.
    """
    value = Bookmark.objects.filter(stream=stream, question=question).values_list("value", flat=True).first()
    bookmark = datetime.fromisoformat(value) if value else None
    return bookmark - overlap if bookmark and bookmark <= clock else None


def deletions_covered_to(stream: str) -> datetime | None:
    """Up to when the source's log of deletions was read, in the source's clock; None where it never was."""
    value = Bookmark.objects.filter(stream=stream).values_list("deletions_covered_to", flat=True).first()
    return datetime.fromisoformat(value) if value else None


def reached(highest: datetime | None, clock: datetime) -> datetime | None:
    """Where a read got to: the highest value seen, but never past the source's clock when the read began.

    A row dated in the future must not make the next runs look past everything until then.
    """
    return min(highest, clock) if highest else None
