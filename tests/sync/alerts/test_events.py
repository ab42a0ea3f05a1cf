"""What becomes an alert: each happening once, and nothing that a run did as it should."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from sync import alerts
from sync.alerts import words
from sync.alerts.events import _LOCK
from sync.models import AlertEvent, Bookmark, SyncRun
from tests.sync.alerts.channels import kinds
from tests.sync.runs import CUSTOMERS, State, make_rejection, make_run, make_stopped_run

pytestmark = pytest.mark.django_db


def fail(hours_ago: float = 1, **values: Any) -> SyncRun:
    """A failed run."""
    defaults = {"message": "Customers could not be read (ORA-01017: invalid username Whitfield). Correct it."}
    return make_run(state=State.FAILED, hours_ago=hours_ago, **(defaults | values))


def test_a_failure_is_told_once_however_often_one_looks() -> None:
    run = fail()
    (event,) = alerts.watch()
    assert (event.kind, event.run, event.figures) == ("failed", run.pk, {"codes": ["ORA-01017"]})
    assert alerts.watch() == []
    assert AlertEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("message", "codes"),
    [
        (
            "Cases could not be read (REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded). Wait.",
            "REQUEST_LIMIT_EXCEEDED",
        ),
        ("Salesforce refused the sign-in (invalid_grant: user hasn't approved). Correct X (X_FILE).", "invalid_grant"),
        ("Cases could not be read (NETWORK). Check the network.", "NETWORK"),
    ],
)
def test_a_failure_of_salesforce_is_told_by_its_code_and_names_salesforce_alone(message: str, codes: str) -> None:
    fail(stream="salesforce.cases", message=message)
    (event,) = alerts.watch()
    assert event.figures == {"codes": [codes]}
    said = words.sentence(event)
    assert said.startswith("Cases: the run that ended") and f"failed ({codes})." in said and "CC&B" not in said


def test_a_run_whose_row_is_written_again_is_no_second_event() -> None:
    run = fail()
    alerts.watch()
    run.save()
    assert SyncRun.objects.get().watched_at is None
    assert alerts.watch() == []
    assert AlertEvent.objects.count() == 1


def test_failure_upon_failure_is_told_again_only_after_a_day() -> None:
    for hours_ago in (30, 29, 20, 5, 4):
        fail(hours_ago)
    assert [event.run for event in alerts.watch()] == [
        SyncRun.objects.order_by("started_at")[0].pk, SyncRun.objects.order_by("started_at")[3].pk,
    ]  # fmt: skip
    fail(3)
    assert alerts.watch() == []


def test_a_recovery_is_told_once_and_only_after_trouble() -> None:
    make_run(hours_ago=9), fail(8), make_run(hours_ago=7), make_run(hours_ago=6)
    assert kinds(alerts.watch()) == [("failed", CUSTOMERS), ("recovered", CUSTOMERS)]
    make_run(hours_ago=5), fail(4)
    assert kinds(alerts.watch()) == [("failed", CUSTOMERS)]
    make_run(hours_ago=3)
    assert kinds(alerts.watch()) == [("recovered", CUSTOMERS)]


def test_a_run_of_the_new_does_not_settle_what_a_full_compare_was_stopped_at() -> None:
    make_stopped_run(hours_ago=5)
    make_run(hours_ago=4, mode=SyncRun.Mode.NEW)
    (event,) = alerts.watch()
    assert (event.kind, event.figures) == ("stopped", {"read": 1680, "held": 1719, "gone": 39})
    make_run(hours_ago=3)
    assert kinds(alerts.watch()) == [("recovered", CUSTOMERS)]


def test_newly_rejected_rows_are_counted_by_reason_and_old_ones_not_again() -> None:
    run = make_run(rejected=3)
    for reason in ("too long", "too long", "orphan"):
        make_rejection(first_run=run.pk, reason=reason)
    again = make_run(rejected=3, hours_ago=0.5)
    (event,) = alerts.watch()
    assert (event.kind, event.run) == ("rejected", run.pk) and again.pk != run.pk
    assert event.figures == {"rows": 3, "reasons": {"too long": 2, "orphan": 1}}


def test_what_says_nothing_of_a_source_is_no_event() -> None:
    fail(is_dry_run=True), fail(mode=SyncRun.Mode.ROWS)
    for state in (State.RUNNING, State.REFUSED, State.ABANDONED, State.SKIPPED, State.PUT_OFF):
        make_run(state=state)
    assert alerts.watch() == []


def test_a_stream_is_late_once_for_each_success_that_grew_old() -> None:
    now = timezone.now()
    Bookmark.objects.create(stream=CUSTOMERS, last_success_at=now - timedelta(hours=27))
    Bookmark.objects.create(stream="ccb.bills", last_success_at=now - timedelta(hours=25))
    Bookmark.objects.create(stream="ccb.notes")
    Bookmark.objects.create(stream="legacy.things", last_success_at=now - timedelta(days=90))
    assert kinds(alerts.watch(now)) == [("late", CUSTOMERS)]
    assert kinds(alerts.watch(now + timedelta(hours=1.5))) == [("late", "ccb.bills")]
    assert alerts.watch(now + timedelta(hours=20)) == []
    Bookmark.objects.filter(stream=CUSTOMERS).update(last_success_at=now + timedelta(hours=20))
    make_run(hours_ago=0)
    assert kinds(alerts.watch(now + timedelta(hours=21))) == [("recovered", CUSTOMERS)]
    assert kinds(alerts.watch(now + timedelta(hours=60))) == [("late", CUSTOMERS)]


def test_a_stream_that_failed_is_not_told_to_be_late_as_well() -> None:
    Bookmark.objects.create(stream=CUSTOMERS, last_success_at=timezone.now() - timedelta(hours=27))
    fail()
    assert kinds(alerts.watch()) == [("failed", CUSTOMERS)]


def test_two_watchers_find_one_event() -> None:
    """The second finds the lock taken, or the first's work done; here it comes while the first holds the lock."""
    fail()
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            assert alerts.watch() == []
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
    finally:
        other.close()
    assert len(alerts.watch()) == 1


@pytest.mark.parametrize("kind", [kind for kind in AlertEvent.Kind if kind != "test"])
def test_no_alert_holds_a_value_or_a_key_of_a_customer(kind: str) -> None:
    raw = {"name": "MARKER", "person_id": "9876543210"}
    run = fail(message="Row 9876543210 of MARKER could not be read (ORA-01722: MARKER).", rejected=1)
    make_rejection(first_run=run.pk, record_key="9876543210", raw=raw, detail="MARKER")
    make_stopped_run(hours_ago=0.8), make_run(hours_ago=0.5, message="MARKER")
    Bookmark.objects.create(stream="ccb.bills", value="MARKER", last_success_at=timezone.now() - timedelta(hours=30))
    events = alerts.watch()
    event, *_ = [event for event in events if event.kind == kind]
    told = f"{words.subject([event])} {words.text([event])} {words.payload([event])}"
    assert "MARKER" not in told and "9876543210" not in told
    assert "ORA-01722" in told or kind != "failed"


def _schema() -> dict[str, Any]:
    text = (Path(settings.BASE_DIR) / "docs" / "alerts.md").read_text()
    return json.loads(text.split("```json\n")[1].split("```")[0])


def test_what_a_webhook_is_sent_is_what_the_page_about_alerts_says() -> None:
    """The schema's names and kinds, event by event, both ways."""
    run = fail(hours_ago=2, rejected=1)
    make_rejection(first_run=run.pk)
    make_run(hours_ago=1), make_stopped_run(hours_ago=0.5)
    Bookmark.objects.create(stream="ccb.bills", last_success_at=timezone.now() - timedelta(hours=30))
    test = AlertEvent.objects.create(kind="test", key="test", happened_at=timezone.now())
    told = json.loads(json.dumps(words.payload([*alerts.watch(), test])))
    schema = _schema()
    assert sorted(told) == sorted(schema["properties"]) == sorted(schema["required"])
    each = schema["properties"]["events"]["items"]
    types = {"string": str, "null": type(None), "object": dict}
    for event in told["events"]:
        assert sorted(event) == sorted(each["properties"]) == sorted(each["required"])
        for name, rule in each["properties"].items():
            kinds_of = rule.get("type", "string")
            allowed = tuple(types[kind] for kind in ([kinds_of] if isinstance(kinds_of, str) else kinds_of))
            assert isinstance(event[name], allowed), name
    assert (
        {event["kind"] for event in told["events"]} == set(each["properties"]["kind"]["enum"]) == set(AlertEvent.Kind)
    )
