"""Single rejected rows, as a person settles them: offered again on their own, ignored, or taken back into the list."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

import structlog
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from customer360.changes import Change, Origin
from customer360.models import User
from sync import bookmarks
from sync.load import Order, Outcome, load
from sync.load.plan import Plan
from sync.models import RejectedRow, SyncRun
from sync.operations import NotStarted
from sync.stream import Stream
from sync.streams import STREAMS
from sync.systems import time_zone

logger = structlog.get_logger(__name__)

PATIENCE_SECONDS = 10
"""How long a person waits for another load that is writing."""


@dataclass(frozen=True)
class Offered:
    """What became of the rows of one stream: how many were taken, and those rejected again, as they stand now.

    `left` counts the rows that only their source can settle, or that were settled meanwhile.
    """

    run: SyncRun | None
    taken: int
    again: tuple[RejectedRow, ...]
    left: int


def offer(rows: Iterable[int], *, actor: User) -> list[Offered]:
    """Put the open rejected rows of these ids to the checks once more and load those that pass; what became of them.

    Each stream's rows are one run of its own: the same checks, history and figures as any load, nothing read, the
    bookmark and the age of the data as they were.

    Raises NotStarted where a stream is being loaded or left the mapping; the rows of streams before it are settled.
    """
    of_stream: dict[str, list[RejectedRow]] = defaultdict(list)
    for row in RejectedRow.objects.filter(pk__in=list(rows), closed_at=None).order_by("pk"):
        of_stream[row.stream].append(row)
    return [_offer(_stream(name), chosen, actor) for name, chosen in of_stream.items()]


def _stream(name: str) -> Stream:
    found = next((stream for stream in STREAMS if stream.name == name), None)
    if found is None:
        raise NotStarted(
            f"{name} is not in the mapping any more, so its rows cannot be offered. They stay as they are."
        )
    return found


def _offer(stream: Stream, rows: list[RejectedRow], actor: User) -> Offered:
    offered = [row for row in rows if row.reason not in RejectedRow.ONLY_AT_THE_SOURCE]
    if not offered:
        return Offered(None, 0, (), len(rows))
    plan = Plan(stream, time_zone(stream.system))
    run = SyncRun(
        stream=stream.name,
        mode=SyncRun.Mode.ROWS,
        business_date=timezone.localdate(timezone=ZoneInfo(plan.time_zone)),
        requested_by=actor.get_username(),
    )
    try:
        with bookmarks.lease(stream.name) as held:
            run.save(force_insert=True)
            _load(plan, run, held, [row.pk for row in offered])
    except bookmarks.AlreadyRunning as refusal:
        raise NotStarted(
            f"{stream.title} is being loaded now, so the rows were not offered. They stay as they are: that load puts"
            " them to the same checks. Look again when it has ended."
        ) from refusal
    return _result(run, offered, len(rows) - len(offered))


def _load(plan: Plan, run: SyncRun, held: bookmarks.Lease, rows: list[int]) -> None:
    """The load of the chosen rows, all or nothing, and the run's end.

    Raises NotStarted where another load holds what this one needs, or the database refuses; the run says so, too.
    """
    order = Order(
        change=Change(Origin(plan.stream.system), run.id),
        business_date=run.business_date,
        is_full=False,
        rows=rows,
        commit=partial(_done, run, held),
    )
    title = plan.stream.title
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE_SECONDS}s'")
            load(plan, (), order)
    except (DatabaseError, bookmarks.LeaseLost) as error:
        logger.exception("rows not offered", stream=run.stream, run=str(run.id))
        waits = isinstance(error, OperationalError | bookmarks.LeaseLost)
        why = "another load is writing" if waits else f"the database refused ({type(error).__name__})"
        run.state, run.finished_at = SyncRun.State.FAILED, timezone.now()
        run.message = f"{title}: the chosen rows were not offered, as {why}. They stay as they are; offer them later."
        run.save()
        raise NotStarted(run.message) from error


def _done(run: SyncRun, held: bookmarks.Lease, outcome: Outcome) -> None:
    """Close the run inside the transaction that writes. The bookmark stays: nothing was read."""
    held.extend(bookmarks.WRITING_LEASE)
    run.state, run.finished_at = SyncRun.State.DONE, timezone.now()
    for name in ("new", "changed", "unchanged", "rejected", "healed", "summaries", "warnings"):
        setattr(run, name, getattr(outcome, name))
    run.save()


def _result(run: SyncRun, offered: list[RejectedRow], left: int) -> Offered:
    now = RejectedRow.objects.in_bulk([row.pk for row in offered])
    taken = [row for row in now.values() if row.closure == RejectedRow.Closure.TAKEN]
    replaced = [row.record_key for row in now.values() if row.closure == RejectedRow.Closure.REPLACED]
    still = Q(pk__in=now.keys()) | Q(stream=run.stream, record_key__in=replaced, first_run=run.pk)
    again = RejectedRow.objects.filter(still, closed_at=None).order_by("pk")
    return Offered(run, len(taken), tuple(again), left)


def ignore(rows: Iterable[int], *, because: str, actor: User) -> int:
    """Close open rejected rows: not listed and not offered again while the source gives them unchanged; how many.

    Once the source gives such a row with another value, it is judged anew, and listed again if it is rejected.
    """
    return RejectedRow.objects.filter(pk__in=list(rows), closed_at=None).update(
        closed_at=timezone.now(), closure=RejectedRow.Closure.IGNORED, closed_by=actor.get_username(),
        closed_because=because,
    )  # fmt: skip


def take_back(rows: Iterable[int]) -> int:
    """Open rows again that were ignored; how many."""
    ignored = RejectedRow.objects.filter(pk__in=list(rows), closure=RejectedRow.Closure.IGNORED)
    return ignored.update(closed_at=None, closure="", closed_by="", closed_because="")
