"""A process killed in the middle of a sync loses nothing and doubles nothing, wherever it dies."""

import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from sync.crashpoints import PLACES
from sync.models import Bookmark, RejectedRow, SyncRun
from sync.streams import by_name
from tests.sync.processes import killed, sync, until
from tests.sync.support import CCB_STREAMS, TODAY, Ccb, contents, differences, run_all, run_one

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

REJECTED = ("stream", "record_key", "field", "reason", "closed_at")
NAMES = [stream.name for stream in CCB_STREAMS]


def _rejected() -> set[tuple[Any, ...]]:
    return set(RejectedRow.objects.values_list(*REJECTED))


def _twice_in_history() -> list[tuple[str, Any]]:
    """Records that history says were made twice, or never."""
    found = []
    for stream in CCB_STREAMS:
        if hasattr(stream.model, "history"):
            made = list(
                stream.model.history.filter(history_type="+").values_list(stream.model._meta.pk.attname, flat=True)
            )
            held = set(stream.model._default_manager.values_list("pk", flat=True))
            assert len(made) == len(held)
            found += [(stream.name, key) for key in made if key not in held]
    return found


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, Any]:
    """What a run that nothing disturbed leaves, once a test has made it."""
    return {}


@pytest.fixture
def expected(small_ccb: Ccb, undisturbed: dict[str, Any], request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    """The mirror and the rejected rows that this CC&B must lead to."""
    if not undisturbed:
        with transaction.atomic():
            assert {run.state for run in run_all().values()} == {SyncRun.State.DONE}
            undisturbed |= {"mirror": contents(), "rejected": _rejected()}
            transaction.set_rollback(True)
    yield undisturbed


def _killed_and_run_again(ccb: Ccb, expected: dict[str, Any], place: str, stream: str) -> None:
    """Kill a first load at a place, run again, and compare with what an undisturbed run leaves."""
    killed(ccb, crash_at=f"{place}:{stream}")
    dead = SyncRun.objects.get(stream=stream)
    committed = place == "committed"
    assert dead.state == (SyncRun.State.DONE if committed else SyncRun.State.RUNNING)
    assert by_name(stream).model._default_manager.exists() == committed
    assert Bookmark.objects.get(stream=stream).last_success_at is None or committed
    assert Bookmark.objects.get(stream=stream).lease_session, "the lease was not given back"

    runs = run_all()
    assert {run.state for run in runs.values()} == {SyncRun.State.DONE}, "the lease of a dead process is free at once"
    assert differences(expected["mirror"], contents()) == []
    assert _rejected() == expected["rejected"]
    assert _twice_in_history() == []
    dead.refresh_from_db()
    assert dead.state == (SyncRun.State.DONE if committed else SyncRun.State.ABANDONED)
    if not committed:
        assert "The process that ran it is gone." in dead.message
    assert {run.new for run in run_all().values()} == {0}


@pytest.mark.parametrize("place", PLACES)
def test_a_killed_sync_is_made_good_by_the_next(small_ccb: Ccb, expected: dict[str, Any], place: str) -> None:
    stream = {"staged": NAMES[-1], "checked": NAMES[2], "written": NAMES[-1], "committed": NAMES[1]}[place]
    _killed_and_run_again(small_ccb, expected, place, stream)


@pytest.mark.slow
@pytest.mark.parametrize("stream", NAMES)
@pytest.mark.parametrize("place", PLACES)
def test_a_sync_killed_anywhere_is_made_good_by_the_next(
    small_ccb: Ccb, expected: dict[str, Any], place: str, stream: str
) -> None:
    _killed_and_run_again(small_ccb, expected, place, stream)


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("stream", [NAMES[0], NAMES[-1]])
def test_a_change_is_written_once_though_its_run_waskilled(small_ccb: Ccb, place: str, stream: str) -> None:
    run_all()
    small_ccb.control.day(2)
    killed(small_ccb, stream, crash_at=f"{place}:{stream}")
    run_all(business_date=TODAY)
    for each in CCB_STREAMS:
        if hasattr(each.model, "history"):
            for held in each.model._default_manager.all():
                lines = list(held.history.order_by("history_id"))
                assert [line.history_type for line in lines] == ["+", "~"][: len(lines)]
    assert {(run.new, run.changed, run.removed) for run in run_all(full=True).values()} == {(0, 0, 0)}


def test_a_worker_killed_from_outside_while_ccb_answers_slowly(small_ccb: Ccb, expected: dict[str, Any]) -> None:
    small_ccb.control.arm("slow", match="FROM CI_ACCT a", seconds=30)
    process = sync(small_ccb)
    _wait_until_running(process, "ccb.accounts")
    process.kill()
    process.communicate(timeout=30)
    small_ccb.control.disarm()
    assert {run.state for run in run_all().values()} == {SyncRun.State.DONE}
    assert differences(expected["mirror"], contents()) == []
    assert (
        SyncRun.objects.filter(state=SyncRun.State.ABANDONED).values_list("stream", flat=True).get() == "ccb.accounts"
    )


def test_two_processes_at_once_load_once(small_ccb: Ccb, expected: dict[str, Any]) -> None:
    small_ccb.control.arm("slow", match="FROM CI_ACCT a", seconds=3)
    process = sync(small_ccb, "ccb.customers", "ccb.accounts")
    _wait_until_running(process, "ccb.accounts")
    refused, _ = run_one("ccb.accounts")
    assert refused.state == SyncRun.State.REFUSED
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    run_all()
    assert differences(expected["mirror"], contents()) == []
    assert _twice_in_history() == []


def _wait_until_running(process: subprocess.Popen[str], stream: str) -> None:
    """Wait until the process has begun a stream."""
    until(lambda: SyncRun.objects.filter(stream=stream, state=SyncRun.State.RUNNING).exists(), process)


def test_a_database_connection_cut_in_mid_run_fails_the_run_and_the_next_one_heals_it(
    small_ccb: Ccb, expected: dict[str, Any]
) -> None:
    other = connection.copy()

    def cut(stream: Any, rows: int) -> None:
        if stream.name == NAMES[-1]:
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])

    runs = run_all(on_progress=cut)
    other.close()
    assert {name for name, run in runs.items() if run.state != SyncRun.State.DONE} == {NAMES[-1]}
    assert runs[NAMES[-1]].state == SyncRun.State.FAILED
    assert run_all()[NAMES[-1]].state == SyncRun.State.DONE
    assert differences(expected["mirror"], contents()) == []


def test_the_command_says_what_failed_and_exits_with_1(small_ccb: Ccb) -> None:
    small_ccb.control.arm("error", match="FROM CI_PREM m", code=942)
    process = sync(small_ccb, "ccb.customers", "ccb.premises")
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Not done: ccb.premises. The other streams are." in said
    assert "A table is missing or not granted" in " ".join(said.split())
    assert "Traceback" not in said
