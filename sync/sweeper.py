"""What the sync owes and nobody does, found in PostgreSQL alone: what a broker or a worker lost.

Every minute it is looked for work whose process died, ranges that nobody reads, failed runs whose rest is over, and
schedules that came round without a run. A broker that was wiped costs that delay and nothing else.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max, QuerySet
from django.utils import timezone

from sync import bookmarks, ranges, timetable
from sync.brakes import FULL_OUTCOMES
from sync.models import SyncRun
from sync.services import ATTEMPTS
from sync.streams import STREAMS
from sync.systems import closed_now
from sync.timetable import Timing

PERIOD = timedelta(minutes=1)
"""How often it is looked. What it starts is thrown away if no worker takes it within that time, and is found again."""
GRACE = timedelta(minutes=15)
"""How long a schedule may have come round without a run: workers may be busy, and the streams before it come first."""
REST = timedelta(minutes=5)
"""How long a run rests after its first failure; after the nth, n times n as long."""
HELPERS = 16
"""How many workers are told of one run at most; each goes on with the next range by itself."""

State = SyncRun.State
_PLACES = {stream.name: place for place, stream in enumerate(STREAMS)}
_SYSTEMS = {stream.name: stream.system for stream in STREAMS}


@dataclass(frozen=True)
class Start:
    """Streams to run one after the other, in load order, and on whose behalf."""

    streams: tuple[str, ...]
    full: bool
    attempt: int = 1
    requested_by: str = ""
    accepted_brake: str = ""
    accepted_removals: int | None = None
    keys: bool = False

    @property
    def order(self) -> dict[str, Any]:
        """How to run them, as `run_streams` takes it."""
        return {name: value for name, value in asdict(self).items() if name != "streams"}


@dataclass(frozen=True)
class Help:
    """A run with ranges that nobody reads, or whose end nobody brings about, and how many workers it could use."""

    run: UUID
    workers: int


@dataclass(frozen=True)
class Owed:
    """All that is to be started now."""

    starts: tuple[Start, ...]
    helps: tuple[Help, ...]


def owed(now: datetime | None = None) -> Owed:
    """What is to be started; nothing is written."""
    now, held = now or timezone.now(), bookmarks.held()
    latest = _latest()
    helps = tuple(_helps(held))
    died = [_again(run) for run in _dead(held)]
    # A compare that failed is owed even where a run of the new went well after it; one of keys is met by a full one.
    compares = _latest(mode__in=SyncRun.COMPARES), _latest(mode=SyncRun.Mode.FULL)
    unmet = latest | {name: run for found in compares for name, run in found.items() if _may_be_retried(run)}
    failed = [
        _again(run)
        for name, run in unmet.items()
        if _may_be_retried(run) and latest[name].state != State.RUNNING and name not in held and _has_rested(run, now)
    ]
    spoken_for = {name for start in (*died, *failed) for name in start.streams}
    accepted = [start for start in _accepted(held) if spoken_for.isdisjoint(start.streams)]
    spoken_for |= {name for start in accepted for name in start.streams}
    missed = _missed(now, held, latest, spoken_for)
    starts = (*_together(died + failed + accepted), *_together(missed))
    return Owed(tuple(start for start in starts if start.requested_by or _may_begin(start)), helps)


def _may_begin(start: Start) -> bool:
    """Whether the hours in which the system may be read let scheduled work begin."""
    return not closed_now(_SYSTEMS[start.streams[0]])


def _told() -> QuerySet[SyncRun]:
    """Runs that read: dry runs tell nothing, a refused one gave way, and one of chosen rejected rows read nothing."""
    runs = SyncRun.objects.filter(is_dry_run=False, stream__in=_PLACES)
    return runs.exclude(state=State.REFUSED).exclude(mode=SyncRun.Mode.ROWS)


def _latest(**which: Any) -> dict[str, SyncRun]:
    """The latest run of each stream of the mapping, of those that are asked for."""
    told = _told().filter(**which)
    return {run.stream: run for run in told.order_by("stream", "-started_at").distinct("stream")}


def _accepted(held: set[str]) -> Iterator[Start]:
    """What a person let go on and no run took up: the message was lost, or another run held the stream."""
    outcomes = _told().filter(mode__in=SyncRun.COMPARES, state__in=FULL_OUTCOMES)
    for run in outcomes.order_by("stream", "-started_at").distinct("stream"):
        if run.state != State.STOPPED or not run.accepted_by or run.stream in held:
            continue
        if (
            not _told()
            .filter(stream=run.stream, started_at__gt=run.started_at, accepted_brake=run.accepted_brake)
            .exists()
        ):
            yield Start((run.stream,), True, 1, run.accepted_by, run.accepted_brake, run.gone)


def _helps(held: set[str]) -> Iterator[Help]:
    for run in SyncRun.objects.filter(state=State.RUNNING, stream__in=_PLACES).exclude(ranges=None).distinct():
        waiting = ranges.free(run.pk)
        if waiting:
            yield Help(run.pk, min(waiting, HELPERS))
        elif run.stream not in held and (not ranges.left(run.pk) or ranges.given_up(run.pk)):
            yield Help(run.pk, 1)


def _dead(held: set[str]) -> Iterable[SyncRun]:
    """Runs in one piece whose process is gone."""
    return _told().filter(state=State.RUNNING, ranges=None).exclude(stream__in=held)


def _may_be_retried(run: SyncRun) -> bool:
    return run.state == State.FAILED and run.attempt < ATTEMPTS


def _has_rested(run: SyncRun, now: datetime) -> bool:
    return run.finished_at is None or run.finished_at + REST * run.attempt * run.attempt <= now


def _again(run: SyncRun) -> Start:
    """The same work once more."""
    return Start(
        (run.stream,), run.mode == SyncRun.Mode.FULL, run.attempt + 1, run.requested_by, run.accepted_brake,
        run.accepted_removals, run.mode == SyncRun.Mode.KEYS,
    )  # fmt: skip


def _missed(now: datetime, held: set[str], latest: dict[str, SyncRun], spoken_for: set[str]) -> list[Start]:
    """Streams whose schedule came round and that no run followed.

    While any stream of a system runs, or has only just ended, its next ones are on their way and are not missed.
    """
    busy = {_SYSTEMS[name] for name in held | spoken_for if name in _SYSTEMS}
    busy |= {_SYSTEMS[name] for name, run in latest.items() if run.finished_at and run.finished_at > now - PERIOD}
    begun = {mode: _last_begun(mode) for mode in _MEETS}
    missed: dict[str, SyncRun.Mode] = {}
    for timing in timetable.timings():
        for name in timing.streams if timing.next_at else ():
            if _SYSTEMS[name] not in busy and _is_overdue(timing, begun[timing.mode].get(name), now):
                # Of several schedules the one that reads most comes first, and meets the others where it reads all.
                missed[name] = max(missed.get(name, timing.mode), timing.mode, key=list(_MEETS).index)
    return [Start((name,), mode == SyncRun.Mode.FULL, keys=mode == SyncRun.Mode.KEYS) for name, mode in missed.items()]


_MEETS = {
    SyncRun.Mode.KEYS: SyncRun.COMPARES,
    SyncRun.Mode.NEW: (SyncRun.Mode.NEW, SyncRun.Mode.FULL),
    SyncRun.Mode.FULL: (SyncRun.Mode.FULL,),
}
"""The modes of runs that do what a schedule of a mode asks for; what reads least, first."""


def _last_begun(mode: SyncRun.Mode) -> dict[str, datetime]:
    """When each stream last ran so that a schedule of the mode is met."""
    told = _told().filter(mode__in=_MEETS[mode]).order_by()
    return dict(told.values("stream").annotate(at=Max("started_at")).values_list("stream", "at"))


def _is_overdue(timing: Timing, begun: datetime | None, now: datetime) -> bool:
    """Whether the schedule came round after the stream last ran, and longer ago than the grace.

    A stream that never ran is overdue where its schedule says that it was started.
    """
    due = timing.due_after(begun) if begun else timing.last_at
    return due is not None and due + GRACE <= now


def _together(starts: Iterable[Start]) -> Iterator[Start]:
    """Streams of one system that are started alike, as one: parents before children."""
    alike: dict[Start, list[str]] = defaultdict(list)
    for start in starts:
        for name in start.streams:
            alike[replace(start, streams=(str(_SYSTEMS[name]),))].append(name)
    for kind, names in alike.items():
        yield replace(kind, streams=tuple(sorted(names, key=_PLACES.__getitem__)))
