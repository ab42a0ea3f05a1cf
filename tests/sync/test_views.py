"""The sync's pages: who has them, what they tell, and what a person may start there."""

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from sync.models import Bookmark, SyncRun
from sync.streams import STREAMS
from sync.systems import connected
from tests.factories import make_user
from tests.sync.runs import CUSTOMERS, make_rejection, make_run, make_stopped_run

pytestmark = pytest.mark.django_db

SignIn = Callable[..., Client]
State = SyncRun.State


@pytest.fixture
def told(db: None) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """`told()`: the arguments of what workers were told to run so far, read from the broker after the commit."""
    with current_app.connection_for_read() as broker:
        queue = broker.SimpleQueue("celery")
        queue.clear()

        def read() -> list[dict[str, Any]]:
            while connection.run_on_commit:
                _, callback, _ = connection.run_on_commit.pop(0)
                callback()
            found = []
            while True:
                try:
                    message = queue.get_nowait()
                except queue.Empty:
                    return found
                message.ack()
                assert message.headers["task"] == "sync.tasks.run_stream"
                found.append(message.payload[1])

        yield read
        queue.clear()
        queue.close()


def addresses() -> list[str]:
    """Every page of the sync."""
    return [
        reverse("sync"),
        reverse("sync-rejected"),
        reverse("sync-run", args=[make_run().pk]),
        reverse("sync-run-stream", args=[CUSTOMERS]),
    ]


@pytest.mark.parametrize("role", ["rep", "executive", "auditor", None])
def test_there_is_no_sync_for_whoever_has_no_right(client_as: SignIn, role: str | None, told: Callable) -> None:
    client = client_as(role)
    for address in addresses():
        assert client.get(address).status_code == client.post(address, {"reason": "x"}).status_code == 404
    assert reverse("sync") not in client.get(reverse("home")).content.decode()
    assert told() == []


@pytest.mark.parametrize("role", ["manager", "administrator"])
def test_stewards_and_operators_find_every_page(client_as: SignIn, role: str) -> None:
    client = client_as(role, is_staff=role == "administrator")
    for address in addresses():
        assert client.get(address).status_code == 200
    assert f'href="{reverse("sync")}"' in client.get(reverse("home")).content.decode()


def test_a_stream_or_a_run_that_is_not_there_is_not_found(client_as: SignIn) -> None:
    client = client_as("administrator")
    for address in (reverse("sync-run", args=[uuid.uuid4()]), reverse("sync-run-stream", args=["ccb.nothing"])):
        assert client.get(address).status_code == client.post(address).status_code == 404


class TestOverview:
    def test_a_stream_tells_its_last_success_and_its_latest_run(self, client_as: SignIn) -> None:
        good = make_run(hours_ago=7.5, seconds=83, read=12_345, new=3, changed=40, removed=2, rejected=1)
        Bookmark.objects.create(stream=CUSTOMERS, last_run=good, last_success_at=good.finished_at)
        failed = make_run(hours_ago=0.5, state=State.FAILED)
        make_run(hours_ago=0.1, state=State.REFUSED)
        make_run(hours_ago=0.05, state=State.DONE, is_dry_run=True)
        make_rejection()
        html = client_as("administrator").get(reverse("sync")).content.decode()
        row = html[html.index("Customers <span") : html.index("Accounts <span")]
        for shown in ("7 h 2", "1 min 23 s", "12,345", ">45<", "Failed", "3 new, 40 changed, 2 removed", "failed"):
            assert shown in row, shown
        assert reverse("sync-run", args=[failed.pk]) in row and f"{reverse('sync-rejected')}?stream={CUSTOMERS}" in row
        assert "Latest 3 runs" not in row and "Latest 4 runs: 1 done, 1 not started, 1 failed" not in row

    def test_the_strip_holds_the_latest_30_runs_and_no_dry_run(self, client_as: SignIn) -> None:
        for hours in range(34):
            make_run(hours_ago=hours + 1, state=State.FAILED if hours in (2, 33) else State.DONE)
        make_run(hours_ago=0.5, is_dry_run=True)
        html = client_as("administrator").get(reverse("sync")).content.decode()
        assert "Latest 30 runs: 29 done, 1 failed" in html
        assert html.count('<rect class="run-done"') == 29 and html.count('<rect class="run-bad"') == 1

    def test_the_number_of_queries_does_not_grow_with_the_runs(
        self, client_as: SignIn, django_assert_max_num_queries: Any
    ) -> None:
        client = client_as("administrator")
        for stream in STREAMS:
            for hours in range(3):
                make_run(stream.name, hours_ago=hours)
        with django_assert_max_num_queries(14):
            client.get(reverse("sync"))

    def test_the_next_run_comes_from_the_schedules_and_a_paused_stream_says_so(self, client_as: SignIn) -> None:
        client = client_as("administrator", is_staff=True)
        lines = {line.stream.name: line for line, _ in client.get(reverse("sync")).context["lines"]}
        nightly = PeriodicTask.objects.get(name="CC&B nightly")
        assert lines[CUSTOMERS].next.key == nightly.pk and timezone.localtime(lines[CUSTOMERS].next.next_at).hour == 2
        PeriodicTask.objects.update(enabled=False)
        html = client.get(reverse("sync")).content.decode()
        assert (
            html.count("Paused")
            == len(connected(STREAMS)) + PeriodicTask.objects.filter(task__startswith="sync.tasks.run_").count()
        )
        assert reverse("admin:django_celery_beat_periodictask_change", args=[nightly.pk]) in html

    def test_changed_amounts_of_known_transactions_are_counted_and_lead_to_their_run(self, client_as: SignIn) -> None:
        told = {"field": "current_amount", "rows": 7, "keys": [], "detail": "Frozen before, and changed in amount due."}
        code = {"field": "received_date", "rows": 5, "keys": [], "detail": "Another thing."}
        make_run(stream="ccb.financial-transactions", warnings=[told | {"rows": 2}])
        latest = make_run(stream="ccb.financial-transactions", warnings=[told, code])
        make_run(stream="ccb.bills", warnings=[told])
        html = client_as("administrator").get(reverse("sync")).content.decode()
        assert "9 frozen values changed" in html and html.count("frozen value") == 1
        assert reverse("sync-run", args=[latest.pk]) in html
        page = client_as("administrator").get(reverse("sync-run", args=[latest.pk])).content.decode()
        assert "Frozen before, and changed in amount due." in page

    def test_a_run_whose_process_is_gone_is_not_said_to_run(self, client_as: SignIn) -> None:
        make_run(state=State.RUNNING)
        Bookmark.objects.create(
            stream=CUSTOMERS, lease_session="1 gone", lease_expires_at=timezone.now() + timedelta(hours=1)
        )
        (line,) = (
            line
            for line, _ in client_as("manager").get(reverse("sync")).context["lines"]
            if line.stream.name == CUSTOMERS
        )
        assert line.running is None and not line.is_held

    def test_a_steward_sees_no_button_that_is_not_theirs(self, client_as: SignIn) -> None:
        html = client_as("manager").get(reverse("sync")).content.decode()
        assert "Run now" not in html and "/admin/" not in html
        assert (
            "Run in full"
            not in client_as("manager").get(reverse("sync-run-stream", args=["ccb.bills"])).content.decode()
        )


class TestStarting:
    def test_an_operator_starts_a_stream_now_or_in_full(self, client_as: SignIn, told: Callable) -> None:
        client = client_as("administrator", username="ada")
        address = reverse("sync-run-stream", args=["ccb.bills"])
        assert client.post(address).url == reverse("sync")
        client.post(address, {"full": "1"})
        wanted = {"name": "ccb.bills", "requested_by": "ada", "accepted_brake": "", "accepted_removals": None}
        assert told() == [wanted | {"full": False}, wanted | {"full": True}]
        assert "Bills: a worker was told to run it in full." in client.get(reverse("sync")).content.decode()

    def test_a_steward_offers_rejected_rows_again_but_starts_nothing_in_full(
        self, client_as: SignIn, told: Callable
    ) -> None:
        client = client_as("manager", username="max")
        address = reverse("sync-run-stream", args=[CUSTOMERS])
        assert client.post(address, {"back": "sync-rejected"}).url == reverse("sync-rejected")
        assert client.post(address, {"full": "1"}).status_code == 404
        assert [(order["requested_by"], order["full"]) for order in told()] == [("max", False)]

    def test_the_way_back_leads_to_no_other_site(self, client_as: SignIn, told: Callable) -> None:
        client = client_as("manager")
        address = reverse("sync-run-stream", args=[CUSTOMERS])
        assert client.post(address, {"back": "https://elsewhere.example"}).url == reverse("sync")

    def test_looking_starts_nothing(self, client_as: SignIn, told: Callable) -> None:
        client = client_as("administrator")
        assert "Run in full" in client.get(reverse("sync-run-stream", args=["ccb.bills"])).content.decode()
        assert told() == []

    def test_a_form_from_elsewhere_is_refused(self, told: Callable) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(make_user(role="administrator"), backend="django.contrib.auth.backends.ModelBackend")
        for address in (
            reverse("sync-run-stream", args=[CUSTOMERS]),
            reverse("sync-run", args=[make_stopped_run().pk]),
        ):
            assert client.post(address, {"reason": "x"}).status_code == 403
        assert told() == []


class TestBrake:
    def test_a_stopped_run_shows_its_figures_and_asks_for_a_reason(self, client_as: SignIn, told: Callable) -> None:
        run = make_stopped_run()
        client = client_as("manager")
        assert "It would mark 39 of 1719 records removed." in client.get(reverse("sync")).content.decode()
        address = reverse("sync-run", args=[run.pk])
        html = client.get(address).content.decode()
        for shown in ("1,719", "1,680", "39", "too many are gone", "Let it go on"):
            assert shown in html
        for reason in ("", "   "):
            assert "Write why the removals are right." in client.post(address, {"reason": reason}).content.decode()
        assert client.post(address, {"reason": "x" * 201}).status_code == 200
        run.refresh_from_db()
        assert (run.accepted_by, told()) == ("", [])

    def test_letting_it_go_on_keeps_who_and_why_and_starts_a_full_run_past_the_brake(
        self, client_as: SignIn, told: Callable
    ) -> None:
        run = make_stopped_run()
        client, address = client_as("manager", username="max"), reverse("sync-run", args=[run.pk])
        assert client.post(address, {"reason": " Merged premises "}).url == address
        run.refresh_from_db()
        assert (run.state, run.accepted_by, run.accepted_brake) == (State.STOPPED, "max", "Merged premises")
        order = {"name": CUSTOMERS, "full": True, "requested_by": "max", "accepted_brake": "Merged premises"}
        order["accepted_removals"] = 39
        assert told() == [order]
        assert "A worker has not begun yet" in client.get(address).content.decode()
        later = make_run(hours_ago=0, accepted_brake="Merged premises", requested_by="max")
        html = client.get(address).content.decode()
        assert "Merged premises" in html and reverse("sync-run", args=[later.pk]) in html
        assert "records removed. Nothing was written" not in client.get(reverse("sync")).content.decode()

    def test_it_is_let_go_on_once(self, client_as: SignIn, told: Callable) -> None:
        client, address = client_as("manager"), reverse("sync-run", args=[make_stopped_run().pk])
        for reason in ("first", "second"):
            client.post(address, {"reason": reason})
        assert [order["accepted_brake"] for order in told()] == ["first"]
        assert "waits for no decision any more" in client.get(address).content.decode()

    @pytest.mark.parametrize(
        ("later", "waits"),
        [
            ({"state": State.DONE}, False),
            ({"state": State.STOPPED}, False),
            ({"state": State.DONE, "mode": SyncRun.Mode.NEW}, True),
            ({"state": State.FAILED}, True),
            ({"state": State.DONE, "is_dry_run": True}, True),
            ({"state": State.DONE, "stream": "ccb.accounts"}, True),
        ],
    )
    def test_only_a_later_full_compare_settles_it(self, client_as: SignIn, later: dict[str, Any], waits: bool) -> None:
        run = make_stopped_run(hours_ago=5)
        make_run(**(later | {"hours_ago": 1}))
        assert client_as("manager").get(reverse("sync-run", args=[run.pk])).context["waits"] is waits

    def test_a_dry_run_that_would_stop_asks_nobody(self, client_as: SignIn) -> None:
        run = make_stopped_run(is_dry_run=True)
        html = client_as("manager").get(reverse("sync-run", args=[run.pk])).content.decode()
        assert "Let it go on" not in html and "Dry run" in html


@pytest.fixture
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that nobody answers for."""
    monkeypatch.setattr(current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(current_app.amqp, "_producer_pool", None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_broker")
class TestWithoutABroker:
    def test_a_start_says_so_and_what_to_do(self, client_as: SignIn) -> None:
        client = client_as("administrator")
        client.post(reverse("sync-run-stream", args=[CUSTOMERS]))
        html = client.get(reverse("sync")).content.decode()
        assert "Customers was not started: the broker (REDIS_URL) does not answer." in html
        assert "told to run" not in html

    def test_a_stopped_run_still_waits(self, client_as: SignIn) -> None:
        run = make_stopped_run()
        client, address = client_as("administrator"), reverse("sync-run", args=[run.pk])
        client.post(address, {"reason": "right"})
        run.refresh_from_db()
        assert (run.accepted_by, run.accepted_brake) == ("", "")
        html = client.get(address).content.decode()
        assert "does not answer" in html and "Let it go on" in html


def test_the_age_of_the_data_leads_to_the_sync_for_whoever_may_see_it(client_as: SignIn) -> None:
    for role, leads_to in (("rep", ""), ("manager", reverse("sync"))):
        assert client_as(role).get(reverse("home")).context["shell"].sources_url == leads_to
