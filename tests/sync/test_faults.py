"""What goes wrong on the way from CC&B: a sentence in the run, a mirror as it was, and the other streams go on."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from customer360 import sources
from customer360.models import Customer
from sync import alerts
from sync.alerts import words
from sync.models import Bookmark, SyncRun
from tests.sync.support import CCB_STREAMS, Ccb, contents, run_all, run_one

pytestmark = pytest.mark.usefixtures("mirror")

TRANSACTIONS = "ccb.financial-transactions"
CUSTOMERS = "ccb.customers"


@pytest.fixture
def moved(ccb: Ccb) -> Ccb:
    """A CC&B in which the first stream and the last have something new."""
    ccb.control.update("CI_PER_NAME", {"PER_ID": a_person(), "PRIM_NAME_SW": "Y"}, ENTITY_NAME="Renamed,Since")
    ccb.control.day(1)
    return ccb


def a_person() -> str:
    """One customer of the mirror."""
    return Customer.objects.filter(main_accounts__isnull=False).order_by("pk").values_list("pk", flat=True)[0]


def books() -> list[tuple[Any, ...]]:
    """Where every stream got to, as its cards show it."""
    return list(Bookmark.objects.values_list("stream", "value", "last_success_at", "last_full_at", "last_run"))


def test_a_lost_point_in_time_is_healed_by_reading_again(moved: Ccb) -> None:
    moved.control.arm("error", match="FROM CI_FT", code=1555, rows=2500)
    run, outcome = run_one(TRANSACTIONS, full=True)
    assert run.state == SyncRun.State.DONE
    assert run.read == moved.value("SELECT COUNT(*) FROM CI_FT"), (
        "what was read before it was lost does not count twice"
    )
    assert outcome.new > 0


def test_a_point_in_time_that_is_lost_every_time_fails_the_run_and_says_so(moved: Ccb) -> None:
    before, kept = contents(), books()
    moved.control.arm("error", match="FROM CI_FT", code=1555, rows=2500, count=None)
    run, _ = run_one(TRANSACTIONS, full=True)
    assert run.state == SyncRun.State.FAILED
    assert run.message.startswith("Financial transactions could not be read (ORA-01555")
    assert (contents(), books()) == (before, kept)


def test_a_connection_that_drops_fails_its_stream_alone_and_writes_nothing_of_it(moved: Ccb) -> None:
    before = contents()
    moved.control.arm("drop", match="FROM CI_PREM m", rows=20)
    runs = run_all()
    assert {name for name, run in runs.items() if run.state != SyncRun.State.DONE} == {"ccb.premises"}
    failed = runs["ccb.premises"]
    assert failed.state == SyncRun.State.FAILED
    assert "Premises could not be read" in failed.message
    assert "The mirror is as it was after the last good run." in failed.message
    table = "customer360_premise"
    assert contents()[table] == before[table]
    assert runs[TRANSACTIONS].new > 0, "the streams after it were read over a new connection"


def test_a_drop_in_the_last_batch_writes_nothing(moved: Ccb) -> None:
    before, kept = contents(), books()
    rows = moved.value("SELECT COUNT(*) FROM CI_FT") - 1
    moved.control.arm("drop", match="LEFT JOIN CI_PAY_SEG", rows=rows)
    run, _ = run_one(TRANSACTIONS, full=True)
    assert run.state == SyncRun.State.FAILED
    assert (contents(), books()) == (before, kept)
    again, _ = run_one(TRANSACTIONS, full=True)
    assert (again.state, again.new > 0) == (SyncRun.State.DONE, True)


@pytest.mark.parametrize(
    ("fault", "options", "told"),
    [
        ("refuse", {}, "The listener does not know the service. Correct the service in admin"),
        ("error", {"code": 28000, "match": "CISREAD"}, "has locked the reading account"),
        ("hide-table", {"name": "CI_PER_PHONE"}, "CISADM.CI_PER_PHONE is missing or not granted"),
        ("hide-column", {"name": "CI_PER.EMAILID"}, "CC&B has no column CISADM.CI_PER.EMAILID"),
        ("error", {"code": 942, "match": "FROM CI_PER p"}, "A table is missing or not granted"),
    ],
    ids=["refused", "locked", "table", "column", "not granted"],
)
def test_a_refusal_is_one_clear_sentence(moved: Ccb, fault: str, options: dict[str, Any], told: str) -> None:
    before, kept = contents(), books()
    moved.control.arm(fault, **({"count": None} | options))
    run, _ = run_one(CUSTOMERS)
    assert run.state == SyncRun.State.FAILED
    assert told in run.message
    assert "\n" not in run.message
    assert (contents(), books()) == (before, kept)
    moved.control.disarm()
    again, _ = run_one(CUSTOMERS)
    assert (again.state, again.changed > 0) == (SyncRun.State.DONE, True)


def test_a_wrong_password_is_named_and_never_repeated(moved: Ccb, settings: Any) -> None:
    before = contents()
    settings.CCB = settings.CCB | {"password": "not-the-password"}
    runs = run_all()
    assert {run.state for run in runs.values()} == {SyncRun.State.FAILED}
    assert {run.message for run in runs.values()} != {""}
    for run in runs.values():
        assert "Correct the user in admin under CC&B connection, or CCB_PASSWORD" in run.message
        assert "not-the-password" not in run.message
    assert contents() == before


def test_nobody_listening_is_said_in_one_sentence(mirror: None, settings: Any) -> None:
    settings.CCB = settings.CCB | {"dsn": "127.0.0.1:1/CCB"}
    run, _ = run_one(CUSTOMERS)
    assert run.state == SyncRun.State.FAILED
    assert "Check that CC&B is running and that host and port in admin under CC&B connection are right" in run.message


def test_a_fault_of_our_own_fails_its_stream_alone(moved: Ccb) -> None:
    def broken(stream: Any, rows: int) -> None:
        if stream.name == CUSTOMERS:
            raise ZeroDivisionError

    before = contents()
    runs = run_all(on_progress=broken)
    assert {name for name, run in runs.items() if run.state != SyncRun.State.DONE} == {CUSTOMERS}
    assert runs[CUSTOMERS].state == SyncRun.State.FAILED
    assert runs[CUSTOMERS].message.startswith("ZeroDivisionError. Nothing was written; the log has the details")
    assert contents()["customer360_customer"] == before["customer360_customer"]
    again, _ = run_one(CUSTOMERS)
    assert again.changed > 0


# What is told of it


def test_an_alert_about_a_real_failure_names_the_driver_code_and_no_value(moved: Ccb) -> None:
    alerts.watch()
    moved.control.arm("error", match="FROM CI_PER p", code=942)
    run, _ = run_one(CUSTOMERS)
    (event,) = alerts.watch()
    text = words.sentence(event)
    assert "Customers: the run that ended" in text and "failed (ORA-00942)" in text
    assert "The mirror is as it was after the last good run." in text and "Open the run" in text
    assert event.run == run.pk


# How fresh the cards say CC&B is


def test_the_age_of_the_data_does_not_move_with_a_failed_run(moved: Ccb) -> None:
    (before,) = sources.states(["ccb"])
    assert (before.freshness, before.problem) == (sources.Freshness.FRESH, "")
    moved.control.arm("error", match="FROM CI_FT", code=942)
    run_one(TRANSACTIONS)
    (after,) = sources.states(["ccb"])
    assert after.last_success == before.last_success
    assert after.freshness == sources.Freshness.FAILED
    assert after.problem == (
        "The latest load of Financial transactions failed or was stopped, so you see what was loaded before it."
    )
    run_all()
    (healed,) = sources.states(["ccb"])
    assert healed.last_success > before.last_success
    assert healed.freshness == sources.Freshness.FRESH


def test_a_dry_run_does_not_make_the_data_look_younger(moved: Ccb) -> None:
    (before,) = sources.states(["ccb"])
    run_all(dry_run=True)
    assert sources.states(["ccb"]) == [before]


def test_a_run_that_is_going_on_hides_no_trouble(moved: Ccb) -> None:
    moved.control.arm("error", match="FROM CI_FT", code=942)
    run_one(TRANSACTIONS)
    SyncRun.objects.create(stream=TRANSACTIONS, mode=SyncRun.Mode.NEW, business_date="2026-11-24")
    (state,) = sources.states(["ccb"])
    assert state.problem


def test_data_is_as_old_as_its_oldest_stream(mirror: None) -> None:
    oldest = Bookmark.objects.order_by("last_success_at").values_list("last_success_at", flat=True)[0]
    (state,) = sources.states(["ccb"])
    assert state.last_success == oldest
    Bookmark.objects.filter(stream=CCB_STREAMS[3].name).update(last_success_at=None)
    (state,) = sources.states(["ccb"])
    assert (state.freshness, state.last_success) == (sources.Freshness.NEVER, None)


def test_many_failed_streams_are_counted_rather_than_named(mirror: None) -> None:
    for stream in CCB_STREAMS[:5]:
        SyncRun.objects.create(
            stream=stream.name, mode=SyncRun.Mode.FULL, state=SyncRun.State.FAILED, business_date="2026-11-24"
        )
    (state,) = sources.states(["ccb"])
    assert f"The latest load of {', '.join(s.title for s in CCB_STREAMS[:3])} and 2 more failed" in state.problem


@pytest.mark.parametrize(
    ("hours", "freshness", "problem"),
    [
        (25, sources.Freshness.FRESH, ""),
        (27, sources.Freshness.LATE, "The nightly load is overdue."),
        (51, sources.Freshness.STALE, "More than one nightly load is overdue."),
    ],
)
def test_data_grows_late_and_then_stale(mirror: None, hours: int, freshness: sources.Freshness, problem: str) -> None:
    Bookmark.objects.update(last_success_at=timezone.now() - timedelta(hours=hours))
    (state,) = sources.states(["ccb"])
    assert (state.freshness, state.problem) == (freshness, problem)
