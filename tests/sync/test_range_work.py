"""Who may read which range, and what happens to one that fails, is taken over, or loses what it saw."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery import current_app
from django.core.management import CommandError, call_command
from django.db import connection

from customer360.models import AccountSummary, Payment
from sync import bookmarks, ranges, split, tasks
from sync.load import Outcome, changes
from sync.models import Bookmark, DueAccount, SyncRange, SyncRun
from tests.sync.support import Ccb, contents, run_one, seen_keys

pytestmark = pytest.mark.django_db

PAYMENTS, TRANSACTIONS = "ccb.payments", "ccb.financial-transactions"
State = SyncRun.State


# A range that fails


@pytest.mark.usefixtures("mirror")
def test_a_range_that_failed_is_read_again_and_the_others_are_not(ccb: Ccb, in_ranges: Callable[[int], None]) -> None:
    before = contents()
    in_ranges(100)
    ccb.control.arm("drop", match="PAY_ID >= :lower", rows=10)
    run, _ = run_one(PAYMENTS, full=True)
    assert run.state == State.RUNNING
    assert "Range 2 failed" in run.message and " ranges are done and are kept" in run.message
    first = SyncRange.objects.get(run=run, position=1)
    again, _ = run_one(PAYMENTS)
    assert (again.pk, again.state, again.message) == (run.pk, State.DONE, "")
    assert SyncRange.objects.get(run=run, position=1).finished_at == first.finished_at
    assert SyncRange.objects.get(run=run, position=2).attempts == 2
    assert contents() == before


@pytest.mark.usefixtures("mirror")
def test_a_range_that_fails_each_time_fails_its_run(ccb: Ccb, in_ranges: Callable[[int], None]) -> None:
    in_ranges(100)
    ccb.control.arm("error", match="PAY_ID >= :lower", code=942, count=None)
    states = [run_one(PAYMENTS, full=True)[0].state for _ in range(ranges.ATTEMPTS)]
    assert states == [State.RUNNING] * (ranges.ATTEMPTS - 1) + [State.FAILED]
    run = SyncRun.objects.filter(stream=PAYMENTS).latest("started_at")
    assert "Range 2 failed 5 times" in run.message and "Grant SELECT" in run.message
    assert seen_keys() == 0
    ccb.control.disarm()
    assert run_one(PAYMENTS)[0].mode == SyncRun.Mode.NEW, "the stream is free again"


@pytest.mark.usefixtures("mirror")
def test_a_range_rests_after_it_failed(ccb: Ccb, in_ranges: Callable[[int], None]) -> None:
    in_ranges(100)
    ccb.control.arm("error", match="p.PAY_ID < :upper OR", code=942)
    run, _ = run_one(PAYMENTS, full=True)
    taken = ranges.take(run.pk, timedelta(0))
    assert taken is not None and taken.position == 2
    SyncRange.objects.update(not_before=None)
    taken = ranges.take(run.pk, timedelta(0))
    assert taken is not None and taken.position == 1


# Who may do what


def test_another_run_is_refused_while_somebody_reads_a_range(planned: SyncRun) -> None:
    assert ranges.take(planned.pk, timedelta(0)) is not None
    run, _ = run_one(PAYMENTS)
    assert run.state == State.REFUSED
    assert "is being synchronised by another run" in run.message
    assert PAYMENTS in bookmarks.held()


def test_a_dry_run_beside_an_unfinished_one_leaves_it_alone(planned: SyncRun) -> None:
    run, _ = run_one(PAYMENTS, dry_run=True, full=True)
    assert (run.state, run.is_dry_run, run.ranges.count()) == (State.DONE, True, 0)
    planned.refresh_from_db()
    assert planned.state == State.RUNNING


def test_a_range_that_was_taken_over_is_not_committed_twice(planned: SyncRun) -> None:
    slow = ranges.take(planned.pk, timedelta(0))
    assert slow is not None
    SyncRange.objects.update(lease_expires_at=None)
    assert split.work_through(planned.pk).state == State.DONE
    with pytest.raises(bookmarks.LeaseLost, match="taken over by another process"):
        slow.extend()


def test_what_a_process_writes_after_its_range_was_taken_over_is_rolled_back(
    planned: SyncRun, ccb: Ccb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was paused past its lease, say: another process has the range, and will write it."""
    first = ccb.ids("SELECT PAY_ID FROM CI_PAY ORDER BY PAY_ID")[0]
    ccb.control.update("CI_PAY", {"PAY_ID": first}, PAY_AMT=1.23)
    before, write = contents(), changes.write

    def then_taken_over(*args: Any) -> None:
        write(*args)
        SyncRange.objects.filter(run=planned, state=SyncRange.State.RUNNING).update(token=99)

    SyncRange.objects.update(not_before=None)
    with monkeypatch.context() as patched:
        patched.setattr(changes, "write", then_taken_over)
        split.help_with(planned.pk)
    assert contents() == before
    assert not planned.ranges.filter(state=SyncRange.State.DONE).exists() and seen_keys() == 0
    SyncRange.objects.update(lease_expires_at=None)
    assert split.work_through(planned.pk).changed == 1


def test_a_range_of_a_run_that_was_given_up_is_not_committed(planned: SyncRun, ccb: Ccb) -> None:
    SyncRange.objects.update(not_before=None)
    held = ranges.take(planned.pk, timedelta(0))
    assert held is not None
    split.give_up(planned, "Nobody wanted it any more.")
    with pytest.raises(bookmarks.LeaseLost):
        held.commit(Outcome(), datetime(2026, 11, 24))
    planned.refresh_from_db()
    assert planned.state == State.FAILED
    assert planned.message.startswith("Nobody wanted it any more. What the other ranges brought is kept")


def test_without_a_broker_a_worker_reads_all_ranges_itself(
    ccb: Ccb, mirror: None, in_ranges: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_ranges(100)
    monkeypatch.setattr(current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(current_app.amqp, "_producer_pool", None)
    monkeypatch.setattr(current_app, "_pool", None)
    tasks.run_stream(PAYMENTS, full=True)
    run = SyncRun.objects.filter(stream=PAYMENTS).latest("started_at")
    assert run.state == State.DONE and run.ranges.count() >= 5


def test_a_reason_to_go_past_the_brake_counts_for_the_run_that_is_finished(planned: SyncRun, ccb: Ccb) -> None:
    for key in ccb.ids("SELECT PAY_ID FROM CI_PAY ORDER BY PAY_ID")[:100]:
        ccb.control.delete("CI_PAY", {"PAY_ID": key})
    run, _ = run_one(PAYMENTS, accepted_brake="They were deleted on purpose.", accepted_removals=100)
    assert (run.pk, run.state, run.removed) == (planned.pk, State.DONE, 100)


def test_the_command_tells_of_a_run_that_goes_on_later(
    ccb: Ccb, mirror: None, in_ranges: Callable[[int], None], capsys: pytest.CaptureFixture[str]
) -> None:
    in_ranges(100)
    ccb.control.arm("error", match="PAY_ID >= :lower", code=942)
    with pytest.raises(CommandError, match=r"Not done: ccb\.payments"):
        call_command("sync", PAYMENTS, full=True)
    said = " ".join(capsys.readouterr().out.split())
    assert "Payments: running" in said and "Grant SELECT" in said
    assert "ranges are done and are kept; workers go on with the rest by themselves" in said
    call_command("sync", PAYMENTS)


def test_a_helper_reads_one_range_and_the_last_one_ends_the_run(planned: SyncRun) -> None:
    left = ranges.left(planned.pk)
    SyncRange.objects.update(not_before=None)
    for done in range(1, left + 1):
        split.help_with(planned.pk)
        assert ranges.left(planned.pk) == left - done
    planned.refresh_from_db()
    assert planned.state == State.DONE
    split.help_with(planned.pk)


def test_ranges_whose_seen_keys_are_gone_are_read_again(planned: SyncRun) -> None:
    """PostgreSQL empties the table after a crash; what its ranges saw must not be taken for gone."""
    SyncRange.objects.update(not_before=None)
    split.help_with(planned.pk)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sync_seenkey")
    run = split.work_through(planned.pk)
    assert (run.state, run.gone) == (State.DONE, 0)
    assert seen_keys() == 0


def test_the_bookmark_is_no_later_than_the_first_range_read(planned: SyncRun) -> None:
    SyncRange.objects.update(not_before=None)
    split.help_with(planned.pk)
    SyncRange.objects.filter(state=SyncRange.State.DONE).update(clock="2026-11-01T00:00:00")
    split.work_through(planned.pk)
    assert Bookmark.objects.get(stream=PAYMENTS).value == "2026-11-01T00:00:00"


def test_an_account_whose_run_never_ended_is_refreshed_by_the_next(planned: SyncRun) -> None:
    summary = AccountSummary.objects.exclude(last_payment_amount=None).order_by("pk")[0]
    kept = summary.last_payment_amount
    AccountSummary.objects.filter(pk=summary.pk).update(last_payment_amount=0)
    DueAccount.objects.create(stream=TRANSACTIONS, account_id=summary.pk)
    run_one(TRANSACTIONS)
    summary.refresh_from_db()
    assert summary.last_payment_amount == kept
    assert not DueAccount.objects.exists()


def test_each_figure_of_a_run_in_ranges_is_the_sum_of_its_ranges(planned: SyncRun) -> None:
    run = split.work_through(planned.pk)
    for name in ranges.FIGURES:
        assert getattr(run, name) == sum(getattr(each, name) for each in run.ranges.all())
    assert run.read == Payment.objects.count() + run.rejected
