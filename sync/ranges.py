"""The ranges of a run: who may read which, and what is left. A range's lease works as a stream's (`sync.bookmarks`)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.utils import timezone

from sync.bookmarks import HELD, LEASE, THIS_SESSION, LeaseLost
from sync.load import Outcome
from sync.load.seen import SEEN
from sync.models import SyncRange, SyncRun
from sync.stream import KeyRange

ATTEMPTS = 5
"""How often a range is begun before its run is given up."""
REST = timedelta(minutes=1)
"""How long a range rests after its first failure; after the nth, n times n as long."""
FIGURES = ("read", "new", "changed", "unchanged", "rejected", "healed")

_TABLE = SyncRange._meta.db_table


@dataclass(frozen=True)
class HeldRange:
    """The right to read one range, for `length` from each sign of life."""

    pk: int
    run_id: UUID
    position: int
    keys: KeyRange
    token: int
    length: timedelta

    def extend(self, by: timedelta | None = None) -> None:
        """Keep the range for its length from now, or for as long as is said.

        Raises LeaseLost if another process has taken it.
        """
        length = self.length if by is None else by
        if not self._rows.update(lease_expires_at=timezone.now() + length):
            raise self._lost()

    def commit(self, outcome: Outcome, clock: datetime) -> None:
        """Close the range, inside the transaction that wrote its records.

        Raises LeaseLost if another process has taken it or its run has ended, which rolls the records back with it.
        """
        run = SyncRun.objects.select_for_update(of=("self",)).filter(pk=self.run_id, state=SyncRun.State.RUNNING)
        if not run.exists() or not self._rows.update(
            state=SyncRange.State.DONE, finished_at=timezone.now(), lease_expires_at=None, lease_session="",
            clock=clock.isoformat(), highest=outcome.highest.isoformat() if outcome.highest else "",
            keys=outcome.keys, warnings=outcome.warnings, message="", not_before=None,
            **{name: getattr(outcome, name) for name in FIGURES},
        ):  # fmt: skip
            raise self._lost()

    def put_back(self, message: str) -> None:
        """Let others have the range after a rest, as it failed."""
        attempts = self._rows.values_list("attempts", flat=True).first() or 1
        self._rows.update(
            state=SyncRange.State.WAITING, lease_expires_at=None, lease_session="", message=message,
            not_before=timezone.now() + REST * attempts * attempts,
        )  # fmt: skip

    @property
    def _rows(self) -> QuerySet[SyncRange]:
        return SyncRange.objects.filter(pk=self.pk, token=self.token).exclude(state=SyncRange.State.DONE)

    def _lost(self) -> LeaseLost:
        return LeaseLost(f"Range {self.position} was taken over by another process. Nothing was written by this one.")


def plan(run: SyncRun, bounds: Iterable[str]) -> None:
    """Cut a run into the ranges that begin at the bounds, and one before the first of them."""
    edges = ["", *bounds, ""]
    SyncRange.objects.bulk_create(
        SyncRange(run=run, position=position, lower=lower, upper=upper)
        for position, (lower, upper) in enumerate(pairwise(edges), 1)
    )


def unfinished(stream: str) -> SyncRun | None:
    """The run of a stream that was cut into ranges and has not ended."""
    has_ranges = Exists(SyncRange.objects.filter(run=OuterRef("pk")))
    return SyncRun.objects.filter(has_ranges, stream=stream, state=SyncRun.State.RUNNING).first()


def take(run_id: UUID, answer_within: timedelta, *, rested: bool = True) -> HeldRange | None:
    """Take the first range that nobody reads; None where there is none.

    With `rested`, a range that failed is left alone until its rest is over. One that was begun too often is left.
    """
    length = LEASE + answer_within
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {_TABLE} SET
                token = token + 1, attempts = attempts + 1, state = 'running', started_at = now(),
                lease_expires_at = now() + make_interval(secs => %s), lease_session = {THIS_SESSION}
            WHERE id = (
                SELECT id FROM {_TABLE} b
                WHERE run_id = %s AND state <> 'done' AND attempts < %s AND {HELD} IS NOT TRUE
                  AND (not_before IS NULL OR NOT %s OR not_before <= now())
                ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED
            )
            RETURNING id, position, lower, upper, token
            """,  # noqa: S608 - table and conditions are ours
            [length.total_seconds(), run_id, ATTEMPTS, rested],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    pk, position, lower, upper, token = row
    return HeldRange(pk, run_id, position, KeyRange(lower or None, upper or None), token, length)


def being_read(run_id: UUID) -> set[int]:
    """The places of the ranges that a living process reads now."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT position FROM {_TABLE} b WHERE run_id = %s AND state = 'running' AND {HELD}",  # noqa: S608
            [run_id],
        )
        return {position for (position,) in cursor.fetchall()}


def free(run_id: UUID) -> int:
    """How many ranges could be taken now."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(*) FROM {_TABLE} b
            WHERE run_id = %s AND state <> 'done' AND attempts < %s AND {HELD} IS NOT TRUE
              AND (not_before IS NULL OR not_before <= now())
            """,  # noqa: S608 - table and conditions are ours
            [run_id, ATTEMPTS],
        )
        return int(cursor.fetchone()[0])


def given_up(run_id: UUID) -> SyncRange | None:
    """A range that was begun as often as may be, is not done, and is read by nobody."""
    reading = being_read(run_id)
    rest = SyncRange.objects.filter(run=run_id, attempts__gte=ATTEMPTS).exclude(state=SyncRange.State.DONE)
    return rest.exclude(position__in=reading).first()


def left(run_id: UUID) -> int:
    """How many ranges are not done."""
    return SyncRange.objects.filter(run=run_id).exclude(state=SyncRange.State.DONE).count()


def read_so_far(run_id: UUID) -> int:
    """The rows of the ranges that are done."""
    return SyncRange.objects.filter(run=run_id).aggregate(rows=Sum("read"))["rows"] or 0


def reopen_unseen(run_id: UUID) -> int:
    """Have those ranges read again whose seen keys are not all there, as after a crash of the database; how many.

    Without them, the end of the run would take their records for gone.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT b.id FROM {_TABLE} b
            LEFT JOIN (SELECT range_id, count(*) AS kept FROM {SEEN} WHERE run_id = %s GROUP BY range_id) k
                ON k.range_id = b.id
            WHERE b.run_id = %s AND b.state = 'done' AND b.keys <> COALESCE(k.kept, 0)
            """,  # noqa: S608 - tables are ours
            [run_id, run_id],
        )
        lost = [pk for (pk,) in cursor.fetchall()]
        if lost:
            cursor.execute(f"DELETE FROM {SEEN} WHERE range_id = ANY(%s)", [lost])  # noqa: S608
    return SyncRange.objects.filter(pk__in=lost).update(state=SyncRange.State.WAITING, attempts=0)


def forget_seen(run_id: UUID) -> None:
    """Throw away the keys that a run has seen; it has ended."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {SEEN} WHERE run_id = %s", [run_id])  # noqa: S608
