"""Celery workers share a stream's ranges; killed at any place, and with Redis wiped, they lose and double nothing."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import pytest
from celery import current_app
from django.db import transaction

from sync import tasks
from sync.crashpoints import RANGE_PLACES
from sync.models import Bookmark, RejectedRow, SyncRange, SyncRun
from sync.services import run_streams
from tests.sync.processes import killed, until, worker
from tests.sync.support import CCB_STREAMS, TODAY, Ccb, contents, differences, run_all

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

TRANSACTIONS = "ccb.financial-transactions"
SPLIT = [stream.name for stream in CCB_STREAMS if stream.split]
IN_A_RANGE = ("staged", "checked", "written")
REJECTED = ("stream", "record_key", "field", "reason", "closed_at")
State = SyncRun.State
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def expected(shared_ccb: Ccb, settings: Any) -> dict[str, Any]:
    """What this CC&B must lead to, read in one piece. All but the split streams are loaded; ranges are small."""
    with transaction.atomic():
        assert {run.state for run in run_all().values()} == {State.DONE}
        told = {"mirror": contents(), "rejected": _rejected()}
        transaction.set_rollback(True)
    settings.SYNC_RANGE_ROWS = 100
    masters = [stream for stream in CCB_STREAMS if stream.name not in SPLIT]
    assert {run.state for run, _ in run_streams(masters, business_date=TODAY)} == {State.DONE}
    return told


@pytest.fixture
def start(shared_ccb: Ccb) -> Iterator[Start]:
    """`start(crash_at="…")`: a worker on an empty queue, gone after the test."""
    _wipe()
    started: list[subprocess.Popen[str]] = []

    def begin(crash_at: str = "") -> subprocess.Popen[str]:
        started.append(worker(shared_ccb, crash_at))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.communicate(timeout=30)
    _wipe()


def _wipe() -> None:
    """Empty Redis, whatever it holds."""
    with current_app.connection_for_write() as broker:
        broker.default_channel.client.flushall()


def _rejected() -> set[tuple[Any, ...]]:
    return set(RejectedRow.objects.values_list(*REJECTED))


def _run() -> SyncRun:
    return SyncRun.objects.filter(stream=TRANSACTIONS).latest("started_at")


def _is_done() -> bool:
    return SyncRun.objects.filter(stream=TRANSACTIONS, state=State.DONE).exists()


def _assert_nothing_lost_or_doubled(expected: dict[str, Any], settings: Any) -> None:
    """Every record and every history row is there once, and a further full compare finds no difference."""
    settings.SYNC_RANGE_ROWS = 500_000
    runs = run_all()
    assert {run.state for run in runs.values()} == {State.DONE}
    held = contents()
    assert differences(expected["mirror"], held) == []
    assert held == expected["mirror"], "nothing is there twice"
    assert _rejected() == expected["rejected"]
    again = run_all(full=True)
    assert {(run.state, run.new, run.changed, run.gone) for run in again.values()} == {(State.DONE, 0, 0, 0)}


def test_two_workers_share_a_streams_ranges_and_one_is_killed(
    shared_ccb: Ccb, expected: dict[str, Any], start: Start, settings: Any
) -> None:
    shared_ccb.control.arm("slow", match="f.FT_ID >= :lower", seconds=0.1, count=None)
    doomed, other = start(f"checked:{TRANSACTIONS}:3"), start()
    until(lambda: len(current_app.control.ping(timeout=0.5)) == 2, doomed, other)
    tasks.run_stream.delay(TRANSACTIONS, full=True)
    until(lambda: doomed.poll() is not None, other)
    assert doomed.returncode == -signal.SIGKILL
    assert not _is_done(), "it was killed in mid run"
    until(_is_done, other)
    shared_ccb.control.disarm()
    parts = list(_run().ranges.all())
    assert len(parts) >= 10
    assert any(a.started_at < b.started_at < a.finished_at for a, b in combinations(parts, 2)), "read side by side"
    assert sorted(part.attempts for part in parts)[-2:] == [1, 2], "only the killed one's range was begun again"
    _assert_nothing_lost_or_doubled(expected, settings)


def test_redis_is_wiped_in_mid_run_and_the_sweep_has_it_finished(
    shared_ccb: Ccb, expected: dict[str, Any], start: Start, settings: Any
) -> None:
    doomed = start(f"range-committed:{TRANSACTIONS}:3")
    tasks.run_stream.delay(TRANSACTIONS, full=True)
    until(lambda: doomed.poll() is not None)
    done = set(SyncRange.objects.filter(state=SyncRange.State.DONE).values_list("pk", "finished_at"))
    assert len(done) == 3
    _wipe()
    other = start()
    until(lambda: current_app.control.ping(timeout=0.5), other)
    _wipe()
    assert not _is_done() and _run().state == State.RUNNING
    tasks.sweep.delay()
    until(_is_done, other)
    finished = set(SyncRange.objects.values_list("pk", "finished_at"))
    assert done < finished, "what was done is not read again"
    _assert_nothing_lost_or_doubled(expected, settings)


def test_a_scheduled_message_that_redis_lost_is_made_good(shared_ccb: Ccb, start: Start) -> None:
    """A run in one piece: its worker is killed, its message is gone, the sweep begins the same work again."""
    doomed = start("written:ccb.customers")
    tasks.run_stream.delay("ccb.customers", requested_by="max")
    until(lambda: doomed.poll() is not None)
    _wipe()
    other = start()
    tasks.sweep.delay()
    until(lambda: SyncRun.objects.filter(stream="ccb.customers", state=State.DONE).exists(), other)
    dead, again = SyncRun.objects.filter(stream="ccb.customers").order_by("started_at")
    assert (dead.state, again.attempt, again.requested_by) == (State.ABANDONED, 2, "max")
    assert again.new == Bookmark.objects.get(stream="ccb.customers").last_run.read - again.rejected > 0


@pytest.mark.slow
@pytest.mark.parametrize("stream", SPLIT)
@pytest.mark.parametrize("place", [*RANGE_PLACES, *IN_A_RANGE])
def test_a_run_in_ranges_killed_anywhere_is_finished_by_the_sweep(
    shared_ccb: Ccb,
    expected: dict[str, Any],
    stream: str,
    place: str,
    settings: Any,
    capsys: pytest.CaptureFixture[str],
) -> None:
    current_app.conf.task_always_eager = True
    once = place in ("planned", "ending", "ended")
    killed(shared_ccb, stream, crash_at=f"{place}:{stream}" + ("" if once else ":2"))
    began = time.monotonic()
    tasks.sweep()
    took = time.monotonic() - began
    current_app.conf.task_always_eager = False
    run = SyncRun.objects.get(stream=stream)
    assert run.state == State.DONE
    with capsys.disabled():
        print(f"\nkilled at {place} of {stream}: done {took:.1f} s after the sweep, {run.ranges.count()} ranges")
    _assert_nothing_lost_or_doubled(expected, settings)
