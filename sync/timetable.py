"""When streams run next, by the schedules that an administrator keeps in admin (django-celery-beat's rows)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from sync.models import SyncRun
from sync.schedules import RUN_STREAM as _ONE
from sync.schedules import RUN_SYSTEM as _SYSTEM
from sync.stream import Direction, Stream
from sync.streams import STREAMS
from sync.systems import connected


@dataclass(frozen=True)
class Timing:
    """One schedule: the streams it runs, when in words, and when next; None while it is paused or over."""

    key: int
    name: str
    words: str
    streams: tuple[str, ...]
    mode: SyncRun.Mode
    is_enabled: bool
    next_at: datetime | None
    last_at: datetime | None
    schedule: Any = field(default=None, repr=False, compare=False)

    def due_after(self, moment: datetime) -> datetime | None:
        """When the schedule first came, or comes, round after a moment; None where it never does."""
        if self.schedule is None:
            return None
        due: datetime = timezone.now() + self.schedule.remaining_estimate(moment)
        return due if due > moment else None


def timings() -> list[Timing]:
    """Every schedule that runs streams, by name. One whose arguments name no stream there is runs none."""
    scheduled = PeriodicTask.objects.filter(task__in=(_ONE, _SYSTEM)).order_by("name")
    there = connected(STREAMS)
    return [_timing(task, there) for task in scheduled.select_related("interval", "crontab", "solar", "clocked")]


def next_run(stream: str, known: Iterable[Timing]) -> Timing | None:
    """The schedule that runs a stream next; None if no schedule in force does."""
    coming = [timing for timing in known if stream in timing.streams and timing.next_at]
    return min(coming, key=lambda timing: timing.next_at or datetime.max, default=None)


def _timing(task: PeriodicTask, there: tuple[Stream, ...]) -> Timing:
    arguments = _arguments(task)
    return Timing(
        key=task.pk,
        name=task.name,
        words=getattr(task.scheduler, "human_readable", str(task.scheduler)),
        streams=_streams(task.task, arguments, there),
        mode=_mode(arguments),
        is_enabled=task.enabled,
        next_at=_next_at(task),
        last_at=task.last_run_at,
        schedule=task.schedule,
    )


def _mode(arguments: dict[str, Any]) -> SyncRun.Mode:
    """What the schedule reads."""
    if arguments.get("full"):
        return SyncRun.Mode.FULL
    return SyncRun.Mode.KEYS if arguments.get("keys") else SyncRun.Mode.NEW


def _arguments(task: PeriodicTask) -> dict[str, Any]:
    """The task's arguments by name; none where they cannot be read."""
    try:
        positional, named = json.loads(task.args or "[]"), json.loads(task.kwargs or "{}")
    except ValueError:
        return {}
    if not isinstance(positional, list) or not isinstance(named, dict):
        return {}
    names = ("name" if task.task == _ONE else "system", "full", "keys")
    return dict(zip(names, positional, strict=False)) | named


def _streams(task: str, arguments: dict[str, Any], there: tuple[Stream, ...]) -> tuple[str, ...]:
    """The streams that a schedule runs, of those of connected systems."""
    if task == _ONE:
        return tuple(stream.name for stream in there if stream.name == arguments.get("name"))
    return tuple(
        stream.name for stream in there if stream.system == arguments.get("system") and stream.direction == Direction.IN
    )


def _next_at(task: PeriodicTask) -> datetime | None:
    """When the scheduler will start the task next, as it works that out itself; what is overdue starts now."""
    now = timezone.now()
    is_over = (task.one_off and task.total_run_count) or (task.expires and task.expires <= now)
    if not task.enabled or is_over:
        return None
    if task.clocked:
        return task.clocked.clocked_time
    begins = max(now, task.start_time or now)
    # A time of day comes round again from now on; an interval counts from the last run.
    since = (task.last_run_at or begins) if task.interval else begins
    at = max(begins, now + task.schedule.remaining_estimate(since)) + timedelta(milliseconds=500)
    return None if task.expires and at >= task.expires else at.replace(microsecond=0)
