"""Leases: one run at a time moves a stream, a run whose lease was taken writes nothing, a dead one delays nobody."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from customer360 import sources
from sync import bookmarks
from sync.models import Bookmark, SyncRun
from tests.sync.support import Ccb, contents, run_one

STREAM = "ccb.customers"
CLOCK = datetime(2026, 11, 24)


@pytest.fixture
def elsewhere(mirror: None) -> Iterator[BaseDatabaseWrapper]:
    """Another session of the application on the same database."""
    other = connection.copy()
    other.ensure_connection()
    yield other
    other.close()


def _see_sessions() -> None:
    """Look at the sessions anew: PostgreSQL shows them to a transaction as they were when it first looked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")


def _take(session: BaseDatabaseWrapper, *, expires: timedelta = timedelta(minutes=5)) -> None:
    """Let another session hold the stream."""
    with session.cursor() as cursor:
        cursor.execute("SELECT pid || ' ' || backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()")
        (who,) = cursor.fetchone()
    Bookmark.objects.update_or_create(
        stream=STREAM, defaults={"token": 7, "lease_expires_at": timezone.now() + expires, "lease_session": who}
    )
    _see_sessions()


@pytest.mark.usefixtures("mirror")
def test_a_second_run_is_told_that_one_is_going_on(ccb: Ccb, elsewhere: BaseDatabaseWrapper) -> None:
    _take(elsewhere)
    before, (state,) = contents(), sources.states(["ccb"])
    run, _ = run_one(STREAM)
    assert run.state == SyncRun.State.REFUSED
    assert "is being synchronised by another run" in run.message
    assert contents() == before
    assert Bookmark.objects.get(stream=STREAM).token == 7
    assert sources.states(["ccb"]) == [state], "a refusal is no trouble: the run that is going on will serve"


@pytest.mark.usefixtures("mirror")
def test_the_same_session_does_not_start_a_stream_twice(ccb: Ccb) -> None:
    inner = []

    def again(stream: Any, rows: int) -> None:
        inner.append(run_one(STREAM)[0])

    outer, _ = run_one(STREAM, on_progress=again)
    assert outer.state == SyncRun.State.DONE
    assert [run.state for run in inner] == [SyncRun.State.REFUSED]


@pytest.mark.usefixtures("mirror")
def test_a_lease_is_free_when_its_session_is_gone(ccb: Ccb, elsewhere: BaseDatabaseWrapper) -> None:
    _take(elsewhere, expires=timedelta(hours=2))
    assert run_one(STREAM)[0].state == SyncRun.State.REFUSED
    elsewhere.close()
    _see_sessions()
    assert run_one(STREAM)[0].state == SyncRun.State.DONE


@pytest.mark.usefixtures("mirror")
def test_a_lease_is_free_when_it_has_run_out(ccb: Ccb, elsewhere: BaseDatabaseWrapper) -> None:
    _take(elsewhere, expires=timedelta(hours=-1))
    assert run_one(STREAM)[0].state == SyncRun.State.DONE
    assert Bookmark.objects.get(stream=STREAM).token == 8


@pytest.mark.usefixtures("mirror")
def test_a_run_gives_its_lease_back_however_it_ends(ccb: Ccb) -> None:
    run_one(STREAM)
    ccb.control.arm("error", match="FROM CI_PER p", code=942)
    run_one(STREAM)
    bookmark = Bookmark.objects.get(stream=STREAM)
    assert (bookmark.lease_expires_at, bookmark.lease_session) == (None, "")


def _renamed(ccb: Ccb) -> None:
    (name, *_) = ccb.control.rows("CI_PER_NAME", PRIM_NAME_SW="Y", PER_ID=ccb.ids("SELECT PER_ID FROM CI_ACCT_PER")[0])
    key = {"PER_ID": name["PER_ID"], "SEQ_NUM": name["SEQ_NUM"]}
    ccb.control.update("CI_PER_NAME", key, ENTITY_NAME="Renamed,Since")


@pytest.mark.usefixtures("mirror")
def test_a_run_that_was_paused_past_its_lease_stops_reading(ccb: Ccb) -> None:
    _renamed(ccb)
    before = contents()

    def taken_over(stream: Any, rows: int) -> None:
        Bookmark.objects.filter(stream=STREAM).update(token=99)

    run, _ = run_one(STREAM, on_progress=taken_over)
    assert run.state == SyncRun.State.FAILED
    assert "was taken over by another run. Nothing was written by this one." in run.message
    assert contents() == before


@pytest.mark.usefixtures("mirror")
def test_a_run_that_lost_its_lease_while_writing_writes_nothing(ccb: Ccb, monkeypatch: pytest.MonkeyPatch) -> None:
    from sync.load import changes

    _renamed(ccb)
    before, kept = contents(), Bookmark.objects.get(stream=STREAM).last_success_at
    write = changes.write

    def then_taken_over(*args: Any) -> None:
        write(*args)
        Bookmark.objects.filter(stream=STREAM).update(token=99)

    monkeypatch.setattr(changes, "write", then_taken_over)
    run, _ = run_one(STREAM)
    assert (run.state, run.changed) == (SyncRun.State.FAILED, 0)
    assert "was taken over" in run.message
    assert contents() == before
    assert Bookmark.objects.get(stream=STREAM).last_success_at == kept


# Where a stream got to


@pytest.mark.django_db
def test_the_next_read_begins_an_overlap_before_the_bookmark() -> None:
    assert bookmarks.since("ccb.financial-transactions", timedelta(days=2), CLOCK) is None, "nothing was read yet"
    Bookmark.objects.create(stream="ccb.financial-transactions", value="2026-11-23T22:15:00")
    since = bookmarks.since("ccb.financial-transactions", timedelta(days=2), CLOCK)
    assert since == datetime(2026, 11, 21, 22, 15)


@pytest.mark.django_db
def test_a_bookmark_in_the_sources_future_asks_for_everything() -> None:
    Bookmark.objects.create(stream="ccb.financial-transactions", value="2999-01-01T00:00:00")
    assert bookmarks.since("ccb.financial-transactions", timedelta(days=2), CLOCK) is None


def test_a_row_dated_in_the_future_does_not_move_the_bookmark_past_the_sources_clock() -> None:
    assert bookmarks.reached(datetime(9999, 12, 31), CLOCK) == CLOCK
    assert bookmarks.reached(datetime(2026, 11, 1), CLOCK) == datetime(2026, 11, 1)
    assert bookmarks.reached(None, CLOCK) is None


@pytest.mark.usefixtures("mirror")
def test_a_run_that_waits_for_a_slow_answer_keeps_its_lease_while_ccb_may_take_it(ccb: Ccb) -> None:
    seen: list[timedelta] = []

    def look(stream: Any, rows: int) -> None:
        seen.append(Bookmark.objects.get(stream=STREAM).lease_expires_at - timezone.now())

    run_one(STREAM, on_progress=look)
    assert min(seen) > timedelta(seconds=django_settings.CCB["query_timeout_seconds"])
    with bookmarks.lease("ccb.premises", timedelta(hours=3)):
        left = Bookmark.objects.get(stream="ccb.premises").lease_expires_at - timezone.now()
    assert left > timedelta(hours=3), "before the first rows too"
