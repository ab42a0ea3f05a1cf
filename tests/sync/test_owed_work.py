"""What one run must not hide of another: failures, schedules, decisions, rejected rows, stops that wait."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from customer360.models import ServiceAgreement
from sync import alerts, operations, replay, tasks
from sync.models import Bookmark, RejectedRow, SyncRun
from sync.sources import ccb as state_of_ccb
from sync.stream import System
from sync.streams import by_name, inbound
from sync.sweeper import owed
from tests.factories import make_account, make_user
from tests.sync.runs import make_run, make_stopped_run
from tests.sync.support import Ccb, load_rows, run_one
from tests.sync.test_sweeper import NOON, _no_schedules, _ran, schedule  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db

BILLS, TRANSACTIONS, AGREEMENTS = "ccb.bills", "ccb.financial-transactions", by_name("ccb.service-agreements")
State, Mode = SyncRun.State, SyncRun.Mode


def minutes_ago(minutes: int) -> Any:
    return NOON - timedelta(minutes=minutes)


def started() -> list[tuple[tuple[str, ...], bool]]:
    return [(start.streams, start.full) for start in owed(NOON).starts]


def test_rows_that_were_offered_again_do_not_hide_a_failed_run() -> None:
    _ran(BILLS, minutes_ago(20), state=State.FAILED)
    _ran(BILLS, minutes_ago(10), mode=Mode.ROWS)
    assert [streams for streams, _ in started()] == [(BILLS,)]


def test_rows_that_were_offered_again_do_not_hide_a_missed_schedule(schedule: Callable[..., Any]) -> None:  # noqa: F811
    schedule(BILLS, hour="11", last_run_at=NOON - timedelta(days=1, hours=1))
    _ran(BILLS, NOON - timedelta(days=1))
    _ran(BILLS, minutes_ago(30), mode=Mode.ROWS)
    assert [streams for streams, _ in started()] == [(BILLS,)]


def test_an_offer_of_rows_that_failed_reads_nothing_in_the_stewards_name() -> None:
    _ran(BILLS, minutes_ago(20), state=State.FAILED, mode=Mode.ROWS, requested_by="steward")
    assert started() == []


def test_a_failed_full_compare_is_owed_though_a_run_of_the_new_went_well_after_it() -> None:
    _ran(BILLS, minutes_ago(20), state=State.FAILED, mode=Mode.FULL)
    _ran(BILLS, minutes_ago(17), mode=Mode.NEW)
    assert started() == [((BILLS,), True)]


def test_a_full_compare_given_up_does_not_hide_a_failed_run_of_the_new() -> None:
    _ran(BILLS, minutes_ago(90), state=State.FAILED, mode=Mode.FULL, attempt=3)
    _ran(BILLS, minutes_ago(17), state=State.FAILED, mode=Mode.NEW)
    assert started() == [((BILLS,), False)]


def test_what_a_person_let_go_on_is_started_though_the_message_was_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = make_stopped_run(hours_ago=2)
    monkeypatch.setattr(tasks.run_stream, "apply_async", lambda **message: None)
    operations.let_go_on(stopped.pk, reason="An archive run.", actor=make_user(role="manager", username="max"))
    (start,) = owed().starts
    assert (start.full, start.requested_by, start.accepted_brake, start.accepted_removals) == (
        True, "max", "An archive run.", stopped.gone,
    )  # fmt: skip


def test_what_a_person_let_go_on_is_started_though_another_run_held_the_stream() -> None:
    stopped = make_stopped_run(hours_ago=2)
    SyncRun.objects.filter(pk=stopped.pk).update(accepted_by="max", accepted_brake="fine")
    make_run(hours_ago=1, state=State.REFUSED, accepted_brake="fine", requested_by="max")
    make_run(hours_ago=1, mode=Mode.NEW)
    assert [(start.full, start.accepted_removals) for start in owed().starts] == [(True, stopped.gone)]


def test_an_ignored_row_whose_source_changed_cannot_be_taken_back_over_what_is_newer() -> None:
    load_rows(AGREEMENTS, [{"service_agreement_id": "1", "account_id": "0000000001", "status": "20"}])
    row, steward = RejectedRow.objects.get(), make_user(role="manager", username="max")
    replay.ignore([row.pk], because="A test account", actor=steward)
    make_account(account_id="0000000001")
    load_rows(AGREEMENTS, [{"service_agreement_id": "1", "account_id": "0000000001", "status": "70"}])
    newer = ServiceAgreement.objects.get().status
    replay.take_back([row.pk])
    replay.offer([row.pk], actor=steward)
    assert ServiceAgreement.objects.get().status == newer


def test_a_run_that_went_well_does_not_say_that_a_stopped_full_compare_is_settled() -> None:
    make_stopped_run(hours_ago=5)
    make_run(hours_ago=4, mode=Mode.NEW, state=State.FAILED, message="The listener did not answer.")
    make_run(hours_ago=3, mode=Mode.NEW)
    (recovered,) = [event for event in alerts.watch() if event.kind == "recovered"]
    assert recovered.figures["stopped"] == 39


@pytest.mark.usefixtures("mirror")
def test_a_run_in_ranges_that_the_brake_stopped_tells_what_it_rejected(
    ccb: Ccb, in_ranges: Callable[[int], None]
) -> None:
    in_ranges(1000)
    SyncRun.objects.update(watched_at="2026-01-01T00:00Z")
    keys = ccb.ids("SELECT FT_ID FROM CI_FT WHERE FREEZE_SW = 'Y' ORDER BY FT_ID")
    for key in keys[:5]:
        ccb.control.update("CI_FT", {"FT_ID": key}, FT_TYPE_FLG="ZZ")
    for key in keys[5:300]:
        ccb.control.delete("CI_FT", {"FT_ID": key})
    run, _ = run_one(TRANSACTIONS, full=True)
    assert (run.state, run.rejected) == (State.STOPPED, 5)
    assert {"stopped", "rejected"} <= {event.kind for event in alerts.watch()}


def test_an_optional_stream_that_was_only_put_off_and_fails_is_told() -> None:
    for stream in inbound(System.CCB):
        is_read = stream.name != "ccb.meters"
        if is_read:
            make_run(stream.name)
        last = {"last_success_at": timezone.now() if is_read else None}
        Bookmark.objects.update_or_create(stream=stream.name, defaults=last)
    make_run("ccb.meters", hours_ago=30, state=State.PUT_OFF)
    assert state_of_ccb().freshness != "fresh"
    make_run("ccb.meters", hours_ago=3, state=State.FAILED, message="The listener did not answer.")
    assert state_of_ccb().freshness != "fresh"
