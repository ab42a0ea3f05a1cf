"""What the sweep finds in PostgreSQL alone: lost processes, ranges nobody reads, failures, missed schedules."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from sync import services, sweeper
from sync.models import Bookmark, SyncRange, SyncRun
from sync.streams import by_name
from sync.sweeper import Help, Start, owed
from tests.factories import TODAY
from tests.sync.runs import make_run
from tests.sync.support import CCB_STREAMS

pytestmark = pytest.mark.django_db

BILLS, CUSTOMERS, PAYMENTS = "ccb.bills", "ccb.customers", "ccb.payments"
State, Mode = SyncRun.State, SyncRun.Mode
NOON = datetime(2026, 11, 24, 17, tzinfo=UTC)
"""Noon in New York, whose time zone the schedules are in."""


@pytest.fixture(autouse=True)
def _no_schedules(db: None) -> None:
    PeriodicTask.objects.all().delete()


@pytest.fixture
def schedule() -> Callable[..., PeriodicTask]:
    """`schedule(BILLS, hour="6")`: a schedule of one stream, or of all."""

    def make(stream: str = "", *, hour: str, full: bool = False, **values: Any) -> PeriodicTask:
        crontab, _ = CrontabSchedule.objects.get_or_create(
            minute="0", hour=hour, day_of_week="*", timezone="America/New_York"
        )
        arguments = {"name": stream} if stream else {"system": "ccb"}
        task = "sync.tasks.run_stream" if stream else "sync.tasks.run_system"
        return PeriodicTask.objects.create(
            name=f"{stream} {hour} {full}", task=task, crontab=crontab, kwargs=json.dumps(arguments | {"full": full}),
            **values,
        )  # fmt: skip

    return make


def _ran(stream: str, at: datetime, **values: Any) -> SyncRun:
    run = make_run(stream, **values)
    finished = None if run.state == State.RUNNING else at + timedelta(seconds=12)
    SyncRun.objects.filter(pk=run.pk).update(started_at=at, finished_at=finished)
    run.refresh_from_db()
    return run


def _held(stream: str) -> None:
    """Let this session hold a stream."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid || ' ' || backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()")
        (who,) = cursor.fetchone()
    expires = timezone.now() + timedelta(minutes=5)
    Bookmark.objects.update_or_create(
        stream=stream, defaults={"lease_session": who, "lease_expires_at": expires, "token": 1}
    )


def test_where_nothing_is_owed_nothing_is_started() -> None:
    make_run(BILLS)
    assert owed() == sweeper.Owed((), ())


# Lost processes


def test_a_run_whose_process_is_gone_is_begun_again_on_the_same_persons_behalf() -> None:
    make_run(BILLS, state=State.RUNNING, requested_by="max", accepted_brake="On purpose.")
    assert owed().starts == (Start((BILLS,), True, 2, "max", "On purpose."),)


def test_a_run_that_lives_is_left_alone() -> None:
    make_run(BILLS, state=State.RUNNING)
    _held(BILLS)
    assert owed().starts == ()


def test_streams_that_died_together_are_begun_together_parents_first() -> None:
    for stream in reversed(CCB_STREAMS):
        make_run(stream.name, state=State.RUNNING)
    assert owed().starts == (Start(tuple(stream.name for stream in CCB_STREAMS), True, 2),)


def test_what_kills_its_process_each_time_is_given_up_with_a_reason(ccb: Any) -> None:
    make_run(CUSTOMERS, state=State.RUNNING, attempt=services.ATTEMPTS)
    ((run, _),) = services.run_streams([by_name(CUSTOMERS)], business_date=TODAY, attempt=services.ATTEMPTS + 1)
    assert run.state == State.FAILED
    assert "the process was killed 3 times" in run.message and "Nothing was written." in run.message
    SyncRun.objects.update(finished_at=timezone.now() - timedelta(days=1))
    assert owed().starts == ()


# Ranges


def _in_ranges(*states: str, **values: Any) -> SyncRun:
    run = make_run(PAYMENTS, state=State.RUNNING)
    for position, state in enumerate(states, 1):
        SyncRange.objects.create(run=run, position=position, state=state, **values)
    return run


def test_workers_are_told_of_ranges_that_nobody_reads() -> None:
    run = _in_ranges("done", "running", "waiting")
    assert owed() == sweeper.Owed((), (Help(run.pk, 2),))


def test_no_more_workers_are_told_of_a_run_than_can_help() -> None:
    run = _in_ranges(*["waiting"] * 100)
    assert owed().helps == (Help(run.pk, sweeper.HELPERS),)


def test_a_run_whose_end_nobody_brings_about_is_helped() -> None:
    run = _in_ranges("done", "done")
    assert owed().helps == (Help(run.pk, 1),)
    _held(PAYMENTS)
    assert owed().helps == ()


def test_a_range_at_rest_is_left_until_its_rest_is_over() -> None:
    run = _in_ranges("waiting", not_before=timezone.now() + timedelta(minutes=1))
    assert owed().helps == ()
    SyncRange.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    assert owed().helps == (Help(run.pk, 1),)


# Failures


@pytest.mark.parametrize(("attempt", "minutes"), [(1, 5), (2, 20)])
def test_a_failed_run_is_begun_again_after_a_rest_that_grows(attempt: int, minutes: int) -> None:
    failed = make_run(BILLS, state=State.FAILED, mode=Mode.NEW, attempt=attempt)
    assert failed.finished_at is not None
    assert owed(failed.finished_at + timedelta(minutes=minutes, seconds=-1)).starts == ()
    assert owed(failed.finished_at + timedelta(minutes=minutes)).starts == (Start((BILLS,), False, attempt + 1),)


def test_a_run_that_failed_too_often_is_left_to_a_person() -> None:
    make_run(BILLS, state=State.FAILED, attempt=services.ATTEMPTS)
    assert owed().starts == ()


@pytest.mark.parametrize("state", [State.DONE, State.STOPPED, State.SKIPPED, State.PUT_OFF])
def test_a_failure_that_a_later_run_settled_is_not_begun_again(state: str) -> None:
    make_run(BILLS, state=State.FAILED, hours_ago=3)
    make_run(BILLS, state=state, hours_ago=2)
    assert owed().starts == ()


def test_a_refused_run_settles_nothing() -> None:
    make_run(BILLS, state=State.FAILED, hours_ago=3)
    make_run(BILLS, state=State.REFUSED, hours_ago=2)
    assert [start.streams for start in owed().starts] == [(BILLS,)]


def test_a_dry_run_is_not_begun_again() -> None:
    make_run(BILLS, state=State.FAILED, is_dry_run=True)
    make_run(PAYMENTS, state=State.RUNNING, is_dry_run=True)
    assert owed().starts == ()


# Schedules without a run


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """It is noon, for the schedules too."""
    from celery.schedules import crontab

    monkeypatch.setattr(timezone, "now", lambda: NOON)
    monkeypatch.setattr(crontab, "now", lambda self: NOON)
    return NOON


@pytest.mark.parametrize(
    ("hour", "last_hours_ago", "is_missed"),
    [("6", 24, True), ("6", 5, False), ("13", 22, False), ("11", 2, True), ("12", 2, False)],
    ids=["a day ago", "since then", "not yet due", "an hour late", "within the grace"],
)
def test_a_schedule_that_came_round_without_a_run_is_made_good(
    schedule: Callable[..., Any], at_noon: datetime, hour: str, last_hours_ago: int, is_missed: bool
) -> None:
    schedule(BILLS, hour=hour)
    _ran(BILLS, NOON - timedelta(hours=last_hours_ago))
    assert owed().starts == ((Start((BILLS,), False),) if is_missed else ())


def test_a_missed_night_is_made_good_in_load_order(schedule: Callable[..., Any], at_noon: datetime) -> None:
    schedule(hour="2")
    for stream in reversed(CCB_STREAMS):
        _ran(stream.name, NOON - timedelta(hours=34))
    assert owed().starts == (Start(tuple(stream.name for stream in CCB_STREAMS), False),)


def test_a_full_compare_is_not_made_good_by_a_run_since_the_bookmark(
    schedule: Callable[..., Any], at_noon: datetime
) -> None:
    schedule(BILLS, hour="4", full=True)
    _ran(BILLS, NOON - timedelta(days=2), mode=Mode.FULL)
    _ran(BILLS, NOON - timedelta(hours=1), mode=Mode.NEW)
    assert owed().starts == (Start((BILLS,), True),)


def test_streams_whose_turn_is_still_to_come_are_not_missed(schedule: Callable[..., Any], at_noon: datetime) -> None:
    """A night's streams run one after the other: while one of them runs, the next ones are on their way."""
    schedule(hour="2")
    for stream in CCB_STREAMS:
        _ran(stream.name, NOON - timedelta(hours=34))
    _held(CUSTOMERS)
    assert owed().starts == ()
    Bookmark.objects.all().delete()
    _ran(CUSTOMERS, NOON - timedelta(seconds=30))
    assert owed().starts == ()


def test_a_paused_schedule_misses_nothing(schedule: Callable[..., Any], at_noon: datetime) -> None:
    schedule(BILLS, hour="6", enabled=False)
    _ran(BILLS, NOON - timedelta(days=2))
    assert owed().starts == ()


def test_a_first_run_that_was_lost_is_made_good(schedule: Callable[..., Any], at_noon: datetime) -> None:
    task = schedule(BILLS, hour="6")
    assert owed().starts == (), "its time has not come yet"
    PeriodicTask.objects.filter(pk=task.pk).update(last_run_at=NOON - timedelta(hours=6))
    assert owed().starts == (Start((BILLS,), False),)
