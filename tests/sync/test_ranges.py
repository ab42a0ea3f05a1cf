"""A full compare in ranges leads to the same as one in one piece, whoever reads which range, and however often."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from customer360.models import AccountSummary, FinancialTransaction, Payment
from sync import bookmarks, ranges, split
from sync.models import Bookmark, DueAccount, RejectedRow, SyncRange, SyncRun
from sync.streams import STREAMS
from tests.sync.support import Ccb, contents, differences, run_all, run_one

pytestmark = pytest.mark.django_db

PAYMENTS, TRANSACTIONS = "ccb.payments", "ccb.financial-transactions"
SPLIT = [stream.name for stream in STREAMS if stream.split]
COUNTED = (
    "mode", "state", "read", "new", "changed", "unchanged", "gone", "removed", "archived", "rejected", "healed",
)  # fmt: skip
REJECTED = ("stream", "record_key", "field", "reason", "detail", "fingerprint", "closure")
State = SyncRun.State


@pytest.fixture
def in_ranges(settings: Any) -> Callable[[int], None]:
    """`in_ranges(rows)`: from now on ranges of so many rows."""

    def cut(rows: int) -> None:
        settings.SYNC_RANGE_ROWS = rows

    return cut


def _told(runs: dict[str, SyncRun]) -> dict[str, Any]:
    """What the runs say of themselves."""
    return {
        name: [getattr(run, each) for each in COUNTED] + [sorted(run.warnings, key=repr)] for name, run in runs.items()
    }


def _state() -> dict[str, Any]:
    return {
        "mirror": contents(),
        "rejected": {
            (closed is None, *rest) for closed, *rest in RejectedRow.objects.values_list("closed_at", *REJECTED)
        },
        "bookmarks": list(Bookmark.objects.order_by("stream").values_list("stream", "value")),
    }


def _make_trouble(ccb: Ccb) -> None:
    """Three days pass; money is archived, deleted, edited though frozen, and made unfit; what was unfit is healed."""
    ccb.control.day(3)
    frozen = ccb.ids("SELECT FT_ID FROM CI_FT WHERE FREEZE_SW = 'Y' ORDER BY FT_ID")
    for key in frozen[::400]:
        ccb.control.delete("CI_FT", {"FT_ID": key})
    for key in frozen[7::300]:
        ccb.control.update("CI_FT", {"FT_ID": key}, CUR_AMT=4711.11)
    for key in frozen[9::900]:
        ccb.control.update("CI_FT", {"FT_ID": key}, FT_TYPE_FLG="ZZ")
    for key in ccb.ids("SELECT PAY_ID FROM CI_PAY ORDER BY PAY_ID")[::150]:
        ccb.control.delete("CI_PAY", {"PAY_ID": key})


def _live(ccb: Ccb) -> list[dict[str, Any]]:
    """What the mirror and the runs say after a first load, after trouble, and once the trouble is over."""
    told = [{"runs": _told(run_all()), **_state()}]
    _make_trouble(ccb)
    told.append({"runs": _told(run_all(full=True)), **_state()})
    for key in ccb.ids("SELECT FT_ID FROM CI_FT WHERE FT_TYPE_FLG = 'ZZ'"):
        ccb.control.update("CI_FT", {"FT_ID": key}, FT_TYPE_FLG="BS")
    for key in ccb.ids("SELECT FT_ID FROM CI_FT WHERE CUR_AMT = 4711.11")[:3]:
        ccb.control.delete("CI_FT", {"FT_ID": key})
    told.append({"runs": _told(run_all(full=True)), **_state()})
    return told


def test_ranges_lead_to_the_same_mirror_history_counts_and_rejected_rows(
    ccb: Ccb, in_ranges: Callable[[int], None]
) -> None:
    untouched = sqlite3.connect(":memory:")
    ccb.control.connection.backup(untouched)
    with transaction.atomic():
        whole = _live(ccb)
        assert not SyncRange.objects.exists()
        transaction.set_rollback(True)
    untouched.backup(ccb.control.connection)
    in_ranges(250)
    for at_once, in_parts in zip(whole, _live(ccb), strict=True):
        assert differences(at_once["mirror"], in_parts["mirror"]) == []
        assert at_once == in_parts
    assert {name: whole[1]["runs"][name][5] > 0 for name in SPLIT} == dict.fromkeys(SPLIT, True), "something changed"
    money = whole[1]["runs"][TRANSACTIONS]
    assert money[COUNTED.index("archived")] and money[COUNTED.index("rejected")] and money[-1]
    assert whole[2]["runs"][TRANSACTIONS][COUNTED.index("healed")] > 0
    assert {run.stream for run in SyncRun.objects.exclude(ranges=None)} == set(SPLIT)
    assert not DueAccount.objects.exists() and _seen() == 0


def _seen() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sync_seenkey")
        return cursor.fetchone()[0]


@pytest.mark.usefixtures("mirror")
def test_a_second_full_compare_in_ranges_changes_nothing(ccb: Ccb, in_ranges: Callable[[int], None]) -> None:
    before = contents()
    in_ranges(50)
    run, _ = run_one(PAYMENTS, full=True)
    assert run.ranges.count() >= 10
    assert (run.state, run.new, run.changed, run.removed, run.summaries) == (State.DONE, 0, 0, 0, 0)
    assert contents() == before


@pytest.mark.usefixtures("mirror")
def test_what_is_new_since_the_bookmark_is_read_in_one_piece(ccb: Ccb, in_ranges: Callable[[int], None]) -> None:
    in_ranges(50)
    run, _ = run_one(PAYMENTS)
    assert (run.mode, run.ranges.count()) == (SyncRun.Mode.NEW, 0)


@pytest.mark.usefixtures("mirror")
def test_the_brake_looks_at_all_ranges_together(ccb: Ccb, in_ranges: Callable[[int], None]) -> None:
    """Ten payments are too many of one range and few of all; a hundred are too many of all."""
    in_ranges(100)
    keys = ccb.ids("SELECT PAY_ID FROM CI_PAY ORDER BY PAY_ID")
    for key in keys[:10]:
        ccb.control.delete("CI_PAY", {"PAY_ID": key})
    run, _ = run_one(PAYMENTS, full=True)
    assert (run.state, run.removed) == (State.DONE, 10)
    for key in keys[10:110]:
        ccb.control.delete("CI_PAY", {"PAY_ID": key})
    ccb.control.update("CI_PAY", {"PAY_ID": keys[-1]}, PAY_AMT=1.23)
    success = Bookmark.objects.get(stream=PAYMENTS).last_success_at
    run, _ = run_one(PAYMENTS, full=True)
    assert (run.state, run.gone, run.held, run.read) == (State.STOPPED, 100, len(keys) - 10, len(keys) - 110)
    assert "What was read is in the mirror; no record was marked." in run.message
    assert Payment.objects.exclude(removed_at=None).count() == 10
    assert float(Payment.objects.get(pk=keys[-1]).amount) == 1.23
    assert Bookmark.objects.get(stream=PAYMENTS).last_success_at == success
    run, _ = run_one(PAYMENTS, full=True, accepted_brake="They were deleted on purpose.")
    assert (run.state, run.removed) == (State.DONE, 100)


@pytest.mark.usefixtures("mirror")
def test_figures_of_accounts_move_though_the_brake_holds(ccb: Ccb, in_ranges: Callable[[int], None]) -> None:
    in_ranges(1000)
    keys = ccb.ids("SELECT FT_ID FROM CI_FT WHERE FREEZE_SW = 'Y' ORDER BY FT_ID")
    changed = FinancialTransaction.objects.get(pk=keys[0])
    before = AccountSummary.objects.get(account=changed.account_id).balance
    ccb.control.update("CI_FT", {"FT_ID": keys[0]}, CUR_AMT=float(changed.current_amount) + 1000)
    for key in keys[1:300]:
        ccb.control.delete("CI_FT", {"FT_ID": key})
    run, _ = run_one(TRANSACTIONS, full=True)
    assert run.state == State.STOPPED
    assert AccountSummary.objects.get(account=changed.account_id).balance == before + 1000


# A range that fails


@pytest.mark.usefixtures("mirror")
def test_a_range_that_failed_is_read_again_and_the_others_are_not(ccb: Ccb, in_ranges: Callable[[int], None]) -> None:
    before = contents()
    in_ranges(100)
    ccb.control.arm("drop", match="p.PAY_ID >= :lower", rows=10)
    run, _ = run_one(PAYMENTS, full=True)
    assert run.state == State.RUNNING
    assert "Range 2 failed" in run.message and "1 ranges are done and are kept" in run.message
    first = SyncRange.objects.get(run=run, position=1)
    again, _ = run_one(PAYMENTS)
    assert (again.pk, again.state, again.message) == (run.pk, State.DONE, "")
    assert SyncRange.objects.get(run=run, position=1).finished_at == first.finished_at
    assert SyncRange.objects.get(run=run, position=2).attempts == 2
    assert contents() == before


@pytest.mark.usefixtures("mirror")
def test_a_range_that_fails_each_time_fails_its_run(ccb: Ccb, in_ranges: Callable[[int], None]) -> None:
    in_ranges(100)
    ccb.control.arm("error", match="p.PAY_ID >= :lower", code=942, count=None)
    states = [run_one(PAYMENTS, full=True)[0].state for _ in range(ranges.ATTEMPTS)]
    assert states == [State.RUNNING] * (ranges.ATTEMPTS - 1) + [State.FAILED]
    run = SyncRun.objects.filter(stream=PAYMENTS).latest("started_at")
    assert "Range 2 failed 5 times" in run.message and "Grant SELECT" in run.message
    assert _seen() == 0
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


@pytest.fixture
def planned(ccb: Ccb, mirror: None, in_ranges: Callable[[int], None]) -> SyncRun:
    """A full compare of payments of which the first range failed, and nobody works on."""
    in_ranges(100)
    ccb.control.arm("error", match="p.PAY_ID < :upper OR", code=942)
    return run_one(PAYMENTS, full=True)[0]


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
    assert _seen() == 0


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
