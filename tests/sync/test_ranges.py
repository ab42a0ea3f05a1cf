"""A full compare in ranges leads to the same as one in one piece: mirror, history, counts, rejected rows, bookmarks."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from customer360.models import AccountSummary, FinancialTransaction, Payment
from sync import ranges, split
from sync.models import Bookmark, DueAccount, RejectedRow, SyncRange, SyncRun
from tests.sync.support import CCB_STREAMS, Ccb, contents, differences, run_all, run_one, seen_keys

pytestmark = pytest.mark.django_db

PAYMENTS, TRANSACTIONS = "ccb.payments", "ccb.financial-transactions"
SPLIT = [stream.name for stream in CCB_STREAMS if stream.split]
COUNTED = (
    "mode", "state", "read", "new", "changed", "unchanged", "gone", "removed", "archived", "rejected", "healed",
)  # fmt: skip
REJECTED = ("stream", "record_key", "field", "reason", "detail", "fingerprint", "closure")
State = SyncRun.State


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
    for key in frozen[::90]:
        ccb.control.delete("CI_FT", {"FT_ID": key})
    for key in frozen[7::60]:
        ccb.control.update("CI_FT", {"FT_ID": key}, CUR_AMT=4711.11)
    for key in frozen[9::200]:
        ccb.control.update("CI_FT", {"FT_ID": key}, FT_TYPE_FLG="ZZ")
    for key in ccb.ids("SELECT PAY_ID FROM CI_PAY ORDER BY PAY_ID")[::60]:
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
    shared_ccb: Ccb, in_ranges: Callable[[int], None]
) -> None:
    untouched = sqlite3.connect(":memory:")
    shared_ccb.control.connection.backup(untouched)
    with transaction.atomic():
        whole = _live(shared_ccb)
        assert not SyncRange.objects.exists()
        transaction.set_rollback(True)
    untouched.backup(shared_ccb.control.connection)
    in_ranges(80)
    for at_once, in_parts in zip(whole, _live(shared_ccb), strict=True):
        assert differences(at_once["mirror"], in_parts["mirror"]) == []
        assert at_once == in_parts
    assert {name: whole[1]["runs"][name][5] > 0 for name in SPLIT} == dict.fromkeys(SPLIT, True), "something changed"
    money = whole[1]["runs"][TRANSACTIONS]
    assert money[COUNTED.index("archived")] and money[COUNTED.index("rejected")] and money[-1]
    assert whole[2]["runs"][TRANSACTIONS][COUNTED.index("healed")] > 0
    assert {run.stream for run in SyncRun.objects.exclude(ranges=None)} == set(SPLIT)
    assert not DueAccount.objects.exists() and seen_keys() == 0


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


# What a person sees


def test_the_page_of_a_run_shows_how_far_its_ranges_are(planned: SyncRun, client_as: Any) -> None:
    SyncRange.objects.update(not_before=None)
    split.help_with(planned.pk)
    assert ranges.take(planned.pk, timedelta(0)) is not None
    all_of_it = planned.ranges.count()
    client = client_as("administrator", is_staff=True)
    html = client.get(reverse("sync-run", args=[planned.pk])).content.decode()
    assert f"1 of {all_of_it}" in html and f'max="{all_of_it}"' in html
    assert html.count("Being read") == 1 and "its process is gone" not in html
    SyncRange.objects.filter(state=SyncRange.State.RUNNING).update(lease_session="")
    html = client.get(reverse("sync-run", args=[planned.pk])).content.decode()
    assert "its process is gone" in html
    whole, _ = run_one("ccb.customers")
    assert "Ranges" not in client.get(reverse("sync-run", args=[whole.pk])).content.decode()
