"""When streams run next, by the schedules that an administrator keeps."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask

from sync.models import SyncRun
from sync.stream import System
from sync.streams import inbound
from sync.timetable import Timing, next_run, timings

pytestmark = pytest.mark.django_db

CCB = inbound(System.CCB)
Mode = SyncRun.Mode
ONE, SYSTEM = "sync.tasks.run_stream", "sync.tasks.run_system"
BILLS = "ccb.bills"


def schedule(task: str = ONE, *, positional: Any = (), named: Any = None, **values: Any) -> Timing:
    """The timing of the only schedule there is: every ten minutes unless values say otherwise."""
    PeriodicTask.objects.all().delete()
    if not {"crontab", "clocked"} & set(values):
        values["interval"], _ = IntervalSchedule.objects.get_or_create(every=10, period="minutes")
    PeriodicTask.objects.create(
        name="only", task=task, args=json.dumps(positional), kwargs=json.dumps(named or {}), **values
    )
    (timing,) = timings()
    return timing


def minutes_from_now(timing: Timing) -> float:
    """How far off the next run is."""
    assert timing.next_at is not None
    return (timing.next_at - timezone.now()).total_seconds() / 60


def test_a_new_installation_runs_every_stream_at_night() -> None:
    nightly = {timing.name: timing for timing in timings()}["CC&B nightly"]
    assert set(nightly.streams) == {stream.name for stream in CCB}
    assert nightly.next_at and (timezone.localtime(nightly.next_at).hour, nightly.next_at.minute) == (2, 0)
    assert timedelta() < nightly.next_at - timezone.now() <= timedelta(hours=25)


@pytest.mark.parametrize(
    ("task", "arguments", "streams", "mode"),
    [
        (ONE, {"named": {"name": BILLS}}, (BILLS,), Mode.NEW),
        (ONE, {"positional": [BILLS, True]}, (BILLS,), Mode.FULL),
        (ONE, {"named": {"name": "ccb.nothing"}}, (), Mode.NEW),
        (SYSTEM, {"named": {"system": "ccb", "full": True}}, tuple(stream.name for stream in CCB), Mode.FULL),
        (ONE, {"named": {"name": BILLS, "keys": True}}, (BILLS,), Mode.KEYS),
        (ONE, {"positional": [BILLS, False, True]}, (BILLS,), Mode.KEYS),
        (SYSTEM, {"named": {"system": "sap"}}, (), Mode.NEW),
        (SYSTEM, {"positional": "ccb"}, (), Mode.NEW),
        (SYSTEM, {"named": ["ccb"]}, (), Mode.NEW),
    ],
)
def test_a_schedule_runs_the_streams_that_its_arguments_name(
    task: str, arguments: dict[str, Any], streams: tuple[str, ...], mode: SyncRun.Mode
) -> None:
    timing = schedule(task, **arguments)
    assert (timing.streams, timing.mode) == (streams, mode)


def test_an_interval_counts_from_the_last_run_and_what_is_overdue_starts_now() -> None:
    now = timezone.now()
    assert minutes_from_now(schedule(last_run_at=now - timedelta(minutes=4))) == pytest.approx(6, abs=0.2)
    assert minutes_from_now(schedule(last_run_at=now - timedelta(hours=4))) == pytest.approx(0, abs=0.2)
    assert minutes_from_now(schedule()) == pytest.approx(10, abs=0.2)


def test_a_schedule_that_begins_later_runs_no_earlier() -> None:
    begins = timezone.now() + timedelta(days=3)
    hourly = CrontabSchedule.objects.create(minute="0", timezone="America/New_York")
    timing = schedule(crontab=hourly, start_time=begins)
    assert timing.next_at and begins <= timing.next_at <= begins + timedelta(hours=1)


def test_a_paused_an_expired_and_a_spent_schedule_run_nothing() -> None:
    at = timezone.now() + timedelta(hours=3)
    once = ClockedSchedule.objects.create(clocked_time=at)
    assert schedule(clocked=once, one_off=True).next_at == at
    for values in (
        {"enabled": False},
        {"expires": timezone.now() - timedelta(hours=1)},
        {"expires": timezone.now() + timedelta(minutes=5)},
        {"clocked": once, "one_off": True, "total_run_count": 1},
    ):
        assert schedule(**values).next_at is None, values


def test_the_earliest_schedule_of_a_stream_is_its_next() -> None:
    now = timezone.now()
    paused, late, early, other = (
        Timing(key, str(key), "", streams, False, True, at, None)
        for key, streams, at in (
            (1, (BILLS,), None), (2, (BILLS,), now + timedelta(hours=2)), (3, (BILLS,), now + timedelta(hours=1)),
            (4, ("ccb.notes",), now),
        )
    )  # fmt: skip
    assert next_run(BILLS, [paused, late, early, other]) is early
    assert next_run(BILLS, [paused, other]) is None
