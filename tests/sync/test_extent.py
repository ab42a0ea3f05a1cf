"""How much a run reads: up to the hold-back, what a log of deletions adds, keys alone, and what it costs in calls."""

from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from engagement.models import Interaction
from sync import brakes, services, sweeper
from sync.models import Bookmark, RejectedRow, SyncRun
from sync.selectors import waits_for_a_person
from sync.stream import Stream
from sync.streams import by_name
from sync.systems import Gone, NotCovered, SourceError
from tests.sync.salesforce_streams import CASES, TASKS, Answers
from tests.sync.support import BOOKKEEPING, TODAY, Row, run_one, written, written_since
from tests.sync.test_departures import case, key, task

pytestmark = pytest.mark.django_db

Mode = SyncRun.Mode
CLOCK = datetime(2026, 11, 24, 12)


@pytest.fixture
def salesforce(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """A Salesforce that answers what the test writes."""
    answers = Answers()
    monkeypatch.setattr("sync.sessions.open_reader", answers.opened)
    return answers


def run(stream: Stream = TASKS, **options: Any) -> SyncRun:
    """One run of a stream, as the database keeps it."""
    ((ended, _),) = services.run_streams([stream], business_date=TODAY, **options)
    return SyncRun.objects.get(pk=ended.pk)


def stamped(number: int, at: datetime, **values: Any) -> Row:
    """A task that was last changed at a time."""
    return task(number, cursor_value=at.isoformat(), **values)


def bookmark() -> Bookmark:
    """The bookmark of tasks."""
    return Bookmark.objects.get(stream=TASKS.name)


# The hold-back


def test_the_bookmark_moves_to_the_hold_back_whatever_was_seen(salesforce: Answers) -> None:
    salesforce.rows = [stamped(1, CLOCK - timedelta(days=3)), stamped(2, CLOCK - timedelta(minutes=1))]
    assert run().mode == Mode.FULL
    assert bookmark().value == "2026-11-24T11:55:00"
    salesforce.rows, salesforce.clock = [], CLOCK + timedelta(hours=1)
    assert run().mode == Mode.NEW
    assert bookmark().value == "2026-11-24T12:55:00", "nothing new is news up to then, too"
    assert salesforce.asked[-1] == ("rows", CLOCK - timedelta(minutes=20), None), "the overlap is read again"


# The log of deletions


def test_what_the_log_names_is_marked_and_the_next_run_goes_on_where_it_ended(salesforce: Answers) -> None:
    salesforce.rows = [stamped(n, CLOCK - timedelta(days=1)) for n in (1, 2)]
    run()
    assert bookmark().deletions_covered_to == "2026-11-24T11:45:00", "what was under way may still be told"
    covered = CLOCK + timedelta(minutes=50)
    salesforce.rows, salesforce.log, salesforce.clock = (
        [],
        Gone(pa.array([key(1)]), covered),
        CLOCK + timedelta(hours=1),
    )
    told = run()
    assert (told.mode, told.removed, told.read) == (Mode.NEW, 1, 0)
    assert ("log", CLOCK - timedelta(minutes=15)) in salesforce.asked
    salesforce.log = Gone(pa.array([], pa.string()), covered)
    assert run().removed == 0
    assert salesforce.asked[-2:] == [("log", covered), ("rows", CLOCK + timedelta(minutes=40), None)], "the log first"


def test_a_log_that_does_not_reach_back_has_everything_compared_and_says_so(salesforce: Answers) -> None:
    salesforce.rows = [stamped(n, CLOCK - timedelta(days=1)) for n in (1, 2)]
    run()
    salesforce.rows = salesforce.rows[:1]
    salesforce.log = NotCovered("Salesforce keeps deletions since 20 November only.")
    told = run()
    assert (told.state, told.mode, told.removed) == (SyncRun.State.STOPPED, Mode.FULL, 0), "the brake judges it"
    told = run(accepted_brake="One was deleted.")
    assert (told.state, told.mode, told.removed) == (SyncRun.State.DONE, Mode.FULL, 1)
    (warning,) = told.warnings
    assert warning["detail"] == ("Salesforce keeps deletions since 20 November only. Everything was compared instead.")


# Keys alone


@pytest.fixture
def loaded(salesforce: Answers) -> Answers:
    """A Salesforce of 100 tasks, all in the mirror."""
    salesforce.rows = [stamped(n, CLOCK - timedelta(days=1)) for n in range(100)]
    run()
    salesforce.listed = [key(n) for n in range(100)]
    salesforce.asked.clear()
    return salesforce


def test_a_listing_that_agrees_reads_no_row_and_writes_nothing(loaded: Answers) -> None:
    before, marked = written(), bookmark()
    told = run(keys=True)
    assert (told.mode, told.state, told.read, told.unchanged) == (Mode.KEYS, SyncRun.State.DONE, 100, 100)
    assert written_since(before, but=BOOKKEEPING) == {}
    assert loaded.asked == []
    now = bookmark()
    assert (now.value, now.last_success_at, now.last_full_at) == (
        marked.value, marked.last_success_at, marked.last_full_at,
    ), "nothing new was read"  # fmt: skip


def test_what_the_mirror_lacks_is_read_whole_and_what_the_source_lacks_is_marked(loaded: Answers) -> None:
    Interaction.objects.filter(salesforce_id=key(5)).update(removed_at=loaded.clock.astimezone())
    loaded.rows += [stamped(n, CLOCK) for n in (100, 101)]
    loaded.listed = [key(n) for n in range(1, 102)]
    told = run(keys=True)
    assert (told.read, told.new, told.changed, told.unchanged, told.removed) == (101, 2, 1, 98, 1)
    assert loaded.asked == [("rows", None, [key(5), key(100), key(101)])]
    gone = Interaction.objects.exclude(removed_at=None).get()
    assert gone.salesforce_id == key(0)
    assert gone.history.latest("history_id").run_id == told.pk
    assert run(keys=True).written == 0


def test_a_listing_that_would_remove_too_much_stops_and_waits_for_a_person(loaded: Answers) -> None:
    loaded.listed = [key(n) for n in range(97)]
    told = run(keys=True)
    assert (told.state, told.held, told.gone, told.removed) == (SyncRun.State.STOPPED, 100, 3, 0)
    assert waits_for_a_person(told) and brakes.shown(TASKS.name) == 3
    loaded.rows = loaded.rows[:97]
    told = run(full=True, accepted_brake="Three were deleted.")
    assert (told.state, told.removed) == (SyncRun.State.DONE, 3)
    assert brakes.shown(TASKS.name) == 0


def test_an_empty_listing_stops(loaded: Answers) -> None:
    loaded.listed = []
    told = run(keys=True)
    assert told.state == SyncRun.State.STOPPED and "read nothing" in told.message


def test_keys_alone_tell_nothing_before_the_first_load_or_where_the_source_lists_none(salesforce: Answers) -> None:
    salesforce.rows = [stamped(1, CLOCK)]
    salesforce.listed = [key(1)]
    assert run(keys=True).mode == Mode.FULL
    assert run(keys=True).mode == Mode.KEYS
    salesforce.listed = None
    assert run(keys=True).mode == Mode.FULL


def test_a_rejected_row_is_neither_offered_nor_closed_by_keys_alone(salesforce: Answers) -> None:
    salesforce.rows = [case(1, cursor_value=CLOCK.isoformat()), case(2, status=None, cursor_value=CLOCK.isoformat())]
    run(CASES)
    salesforce.listed = [key(1), key(2)]
    told = run(CASES, keys=True)
    assert (told.mode, told.rejected, told.unchanged) == (Mode.KEYS, 1, 1)
    assert RejectedRow.objects.get().closed_at is None


# What it costs


def test_each_run_tells_its_calls_and_the_first_one_those_of_signing_in(salesforce: Answers) -> None:
    salesforce.rows = [stamped(1, CLOCK)]
    runs = [ended for ended, _ in services.run_streams([TASKS, TASKS], business_date=TODAY)]
    assert [each.api_calls for each in runs] == [2, 1]


def test_a_failed_run_tells_its_calls_too(salesforce: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise SourceError("Salesforce refused.")

    monkeypatch.setattr(salesforce, "fitted", refuse)
    told = run()
    assert (told.state, told.api_calls) == (SyncRun.State.FAILED, 1)


def test_ccb_counts_no_calls(small_ccb: Any) -> None:
    assert run_one("ccb.fiscal-years")[0].api_calls is None


# What is owed


def _failed(mode: SyncRun.Mode, stream: str) -> None:
    ended = SyncRun.objects.create(
        stream=stream, mode=mode, business_date=TODAY, state=SyncRun.State.FAILED, attempt=1
    )  # fmt: skip
    SyncRun.objects.filter(pk=ended.pk).update(finished_at=ended.started_at - timedelta(hours=1))


def test_a_failed_compare_of_keys_is_begun_again_as_one() -> None:
    stream = by_name("ccb.bills").name
    _failed(Mode.KEYS, stream)
    SyncRun.objects.create(stream=stream, mode=Mode.NEW, business_date=TODAY, state=SyncRun.State.DONE)
    (start,) = (start for start in sweeper.owed().starts if stream in start.streams)
    assert (start.keys, start.full, start.attempt) == (True, False, 2)
    SyncRun.objects.create(stream=stream, mode=Mode.FULL, business_date=TODAY, state=SyncRun.State.DONE)
    assert not [start for start in sweeper.owed().starts if stream in start.streams], "a full compare settles it"
