"""What is worth an alert, found from runs, rejected rows and bookmarks; each happening becomes one event, once."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from customer360.sources import Freshness
from sync import brakes
from sync.alerts.delivery import plan
from sync.models import AlertEvent, Bookmark, RejectedRow, SyncRun
from sync.sources import freshness_of
from sync.stream import Direction
from sync.streams import STREAMS

Kind = AlertEvent.Kind

REMIND = timedelta(days=1)
"""A stream that fails run after run is told once, and again after so long."""

_STATES = (SyncRun.State.DONE, SyncRun.State.FAILED, SyncRun.State.STOPPED)
_STANDING = (Kind.FAILED, Kind.STOPPED, Kind.LATE, Kind.RECOVERED)
"""Events that say how a stream stands; the latest of them is in force."""

_LOCK = 7_360_601
"""The advisory lock that lets one process at a time watch."""

_CODE = re.compile(
    r"\b(?:ORA|DPY|DPI)-\d+\b|(?:(?<=could not be read \()|(?<=refused the sign-in \())[A-Za-z]\w+(?=[:)])"
)


def watch(now: datetime | None = None) -> list[AlertEvent]:
    """Find what happened since the last look and plan its deliveries; the new events.

    Does nothing while another process watches: it sees the same rows.
    """
    now = now or timezone.now()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                return []
        runs = list(
            SyncRun.objects.filter(watched_at=None, is_dry_run=False, state__in=_STATES).order_by("finished_at")
        )
        standing = _standing()
        found = [*_of_runs(runs, standing), *_late(standing, now)]
        SyncRun.objects.filter(pk__in=[run.pk for run in runs]).update(watched_at=now)
        known = set(AlertEvent.objects.filter(key__in=[event.key for event in found]).values_list("key", flat=True))
        new = AlertEvent.objects.bulk_create([event for event in found if event.key not in known])
        plan(new, now)
    return new


def _standing() -> dict[str, AlertEvent]:
    """How each stream stands by the latest event that says so."""
    latest = AlertEvent.objects.filter(kind__in=_STANDING).order_by("stream", "-happened_at").distinct("stream")
    return {event.stream: event for event in latest}


def _of_runs(runs: Iterable[SyncRun], standing: dict[str, AlertEvent]) -> Iterator[AlertEvent]:
    """The events of runs that ended, oldest first. Chosen rejected rows that were offered tell nothing of a source."""
    runs = list(runs)
    rejected = _newly_rejected(run for run in runs if run.rejected)
    for run in runs:
        if run.mode == SyncRun.Mode.ROWS:
            continue
        before = standing.get(run.stream)
        event = _outcome(run, before)
        if event is not None:
            standing[run.stream] = event
            yield event
        if reasons := rejected.get(run.pk):
            yield _event(Kind.REJECTED, run, rows=sum(reasons.values()), reasons=dict(reasons))


def _outcome(run: SyncRun, before: AlertEvent | None) -> AlertEvent | None:
    """What the end of a run says of its stream, given how the stream stood; None for what is no news."""
    stood = before.kind if before else ""
    ended = run.finished_at or run.started_at
    figures: dict[str, Any]
    match run.state:
        case SyncRun.State.FAILED:
            kind, figures = Kind.FAILED, {"codes": sorted(set(_CODE.findall(run.message)))}
        case SyncRun.State.STOPPED:
            kind, figures = Kind.STOPPED, {"read": run.read, "held": run.held, "gone": run.gone}
        case _:
            # What a compare was stopped at, a run of the new does not settle.
            settles = stood in (Kind.FAILED, Kind.LATE) or (stood == Kind.STOPPED and run.mode in SyncRun.COMPARES)
            if not settles:
                return None
            waits = brakes.shown(run.stream) if run.mode not in SyncRun.COMPARES else 0
            figures = {"written": run.written, "read": run.read} | ({"stopped": waits} if waits else {})
            return _event(Kind.RECOVERED, run, **figures)
    if before is not None and stood == kind and ended - before.happened_at < REMIND:
        return None
    return _event(kind, run, **figures)


def _event(kind: AlertEvent.Kind, run: SyncRun, **figures: Any) -> AlertEvent:
    return AlertEvent(
        kind=kind, stream=run.stream, key=f"{kind}:{run.pk}", run=run.pk, figures=figures,
        happened_at=run.finished_at or run.started_at,
    )  # fmt: skip


def _newly_rejected(runs: Iterable[SyncRun]) -> dict[Any, Counter[str]]:
    """For each run the rows that it was the first to reject, counted by reason."""
    rows = RejectedRow.objects.filter(first_run__in=[run.pk for run in runs]).order_by()
    counted: dict[Any, Counter[str]] = {}
    for run, reason, number in rows.values_list("first_run", "reason").annotate(Count("id")):
        counted.setdefault(run, Counter())[reason] += number
    return counted


def _late(standing: dict[str, AlertEvent], now: datetime) -> Iterator[AlertEvent]:
    """Streams whose last success is older than it should be, told once for each success that grew so old.

    A stream that is known to have failed or to be stopped is not told again for being late, too.
    """
    inbound = {stream.name for stream in STREAMS if stream.direction == Direction.IN}
    for stream, last in Bookmark.objects.filter(stream__in=inbound).values_list("stream", "last_success_at"):
        in_trouble = stream in standing and standing[stream].kind in (Kind.FAILED, Kind.STOPPED)
        if (
            last is None
            or in_trouble
            or freshness_of(last, trouble=False, now=now) not in (Freshness.LATE, Freshness.STALE)
        ):
            continue
        yield AlertEvent(
            kind=Kind.LATE, stream=stream, key=f"{Kind.LATE}:{stream}:{last.isoformat()}",
            figures={"last_success_at": last.isoformat()}, happened_at=now,
        )  # fmt: skip
