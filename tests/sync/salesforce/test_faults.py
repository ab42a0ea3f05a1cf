"""Every fault that Salesforce or the network knows, at the first, a middle and the last page: lost 0, doubled 0."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from customer360.models import SalesforceAccount
from sync.models import Bookmark, RejectedRow, SyncRun
from sync.services import run_streams
from sync.stream import System
from sync.streams import inbound
from sync.systems.salesforce import client
from tests.sync.salesforce.conftest import MANY, PAGE_ROWS
from tests.sync.salesforce.support import BY_BULK, BY_REST, Org
from tests.sync.support import TODAY, run_one, written, written_since

pytestmark = pytest.mark.django_db

DONE, FAILED = SyncRun.State.DONE, SyncRun.State.FAILED
ACCOUNTS = "salesforce.accounts"
PAGES = -(-MANY // PAGE_ROWS)

BOTH: list[tuple[str, dict[str, Any]]] = [
    ("drop-before-commit", {}),
    ("commit-then-drop-reply", {}),
    ("unauthorized", {}),
    ("too-many-requests", {"seconds": 1}),
    ("unavailable", {}),
    ("not-json", {"status": 502}),
    ("not-json", {"status": 401}),
    ("slow", {"seconds": 1.5}),
    ("duplicate-page", {}),
    ("reordered-page", {}),
    ("expired-locator", {}),
]
BULK_ONLY: list[tuple[str, dict[str, Any]]] = [("truncated-csv", {}), ("truncated-csv", {"close": 1})]
WAYS = {"REST": (BY_REST, "/query", BOTH), "Bulk": (BY_BULK, "/results", [*BOTH, *BULK_ONLY])}
POSITIONS = {"first": 0, "middle": 1, "last": PAGES - 1}


def _cases() -> Iterator[Any]:
    """Every fault, way and position. The middle page is always tried, the rest in make verify."""
    for way, (_, _, known) in WAYS.items():
        for name, options in known:
            for position in POSITIONS:
                # Only a page that another one named can be lost by REST.
                after = POSITIONS[position] - ((way, name) == ("REST", "expired-locator"))
                if after < 0:
                    continue
                told = "-".join([name, *map(str, options.values()), way, position])
                marks = () if position == "middle" else (pytest.mark.slow,)
                yield pytest.param(way, name, options, after, id=told, marks=marks)


@pytest.fixture
def by_way(settings: Any) -> Any:
    """`by_way(way)`: from now on one of the two APIs is used, and no answer is waited for long."""

    def choose(way: str) -> str:
        bulk_rows, path, _ = WAYS[way]
        settings.SALESFORCE = settings.SALESFORCE | {"bulk_rows": bulk_rows, "timeout_seconds": 1}
        return path

    return choose


def assert_all_there() -> None:
    """The mirror holds every account once, as it is, and a further run writes nothing."""
    assert sorted(SalesforceAccount.objects.values_list("name", "phone")) == [
        (f"Account {number:04d}", f"555-{number:04d}") for number in range(MANY)
    ]
    assert SalesforceAccount.history.count() == MANY
    assert not RejectedRow.objects.exists()
    before = written()
    run, _ = run_one(ACCOUNTS, full=True)
    assert (run.state, run.read, run.unchanged) == (DONE, MANY, MANY)
    assert written_since(before, but=("sync_syncrun", "sync_bookmark")) == {}


@pytest.mark.parametrize(("way", "name", "options", "after"), [*_cases()])
def test_a_fault_is_healed_within_the_run(
    big_org: Org, by_way: Any, way: str, name: str, options: dict[str, Any], after: int
) -> None:
    big_org.arm(name, method="GET", path=by_way(way), object="Account", after=after, **options)
    run, outcome = run_one(ACCOUNTS)
    assert (run.state, outcome.new) == (DONE, MANY), run.message
    assert not big_org.is_armed, "it struck"
    assert_all_there()


@pytest.mark.parametrize("name", ["drop-before-commit", "commit-then-drop-reply", "unavailable", "unauthorized"])
@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_a_fault_around_a_bulk_query_is_healed_too(big_org: Org, by_way: Any, name: str, method: str) -> None:
    by_way("Bulk")
    big_org.arm(name, method=method, path="/jobs/query")
    assert run_one(ACCOUNTS)[0].state == DONE
    assert not big_org.is_armed
    assert_all_there()


@pytest.mark.parametrize("way", WAYS)
def test_it_is_waited_for_as_long_as_salesforce_asks(
    big_org: Org, by_way: Any, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(client, "MOST_SECONDS", 5.0)
    big_org.arm("too-many-requests", method="GET", path=by_way(way), object="Account", after=1, seconds=2)
    began = time.monotonic()
    assert run_one(ACCOUNTS)[0].state == DONE
    assert time.monotonic() - began >= 2
    assert_all_there()


@pytest.mark.parametrize("name", ["drop-before-commit", "unavailable", "not-json", "too-many-requests"])
def test_a_fault_at_the_sign_in_is_healed_too(big_org: Org, by_way: Any, name: str) -> None:
    by_way("Bulk")
    big_org.arm(name, path="/oauth2/token")
    assert run_one(ACCOUNTS)[0].state == DONE
    assert_all_there()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("after", POSITIONS.values(), ids=POSITIONS)
def test_the_org_s_limit_ends_the_run_and_the_next_one_does_its_work(
    big_org: Org, by_way: Any, way: str, after: int
) -> None:
    big_org.arm("request-limit", method="GET", path=by_way(way), object="Account", after=after)
    run, _ = run_one(ACCOUNTS)
    assert (run.state, SalesforceAccount.objects.count()) == (FAILED, 0)
    assert "REQUEST_LIMIT_EXCEEDED" in run.message and "used up its API calls of 24 hours" in run.message
    assert run_one(ACCOUNTS)[0].state == DONE
    assert_all_there()


@pytest.mark.parametrize("way", WAYS)
def test_what_lasts_ends_the_run_in_a_plain_sentence(big_org: Org, by_way: Any, way: str) -> None:
    big_org.arm("unavailable", method="GET", path=by_way(way), object="Account", after=1, count=None)
    run, _ = run_one(ACCOUNTS)
    assert run.state == FAILED
    assert run.message == (
        "Salesforce accounts could not be read (SERVER_UNAVAILABLE: The server is temporarily unavailable. Try again"
        " later). The mirror is as it was after the last good run. Salesforce was asked several times; the next run"
        " tries again."
    )
    assert not SalesforceAccount.objects.exists()


def test_pages_that_lead_in_a_circle_end_the_run(big_org: Org, by_way: Any) -> None:
    for way in WAYS:
        big_org.arm("duplicate-page", method="GET", path=by_way(way), object="Account", count=None)
        run, _ = run_one(ACCOUNTS)
        assert run.state == FAILED and "in a circle" in run.message


def test_a_locator_that_is_lost_again_and_again_ends_the_run(big_org: Org, by_way: Any) -> None:
    for way in WAYS:
        big_org.arm("expired-locator", method="GET", path=by_way(way), object="Account", after=1, count=None)
        run, _ = run_one(ACCOUNTS)
        assert run.state == FAILED and not SalesforceAccount.objects.exists()


# The budget


def test_the_budget_ends_a_run_before_the_org_s_calls_are_gone(big_org: Org, by_way: Any, settings: Any) -> None:
    from sync.simulators.salesforce import limits, store

    by_way("REST")
    store.set_setting(big_org.control.connection, limits.SETTING, "40")
    settings.SALESFORCE = settings.SALESFORCE | {"api_share_percent": 10.0}
    first, _ = run_one(ACCOUNTS)
    # Describe and three pages are the four calls that it may make.
    assert (first.state, first.api_calls) == (DONE, PAGES + 1)
    second, _ = run_one(ACCOUNTS)
    assert second.state == FAILED
    assert second.message.startswith(
        "Salesforce was not read further: the portal has made 5 API calls in 24 hours, its share of 10 % of the 40"
    )
    assert SalesforceAccount.objects.count() == MANY
    SyncRun.objects.update(api_calls=0)
    assert run_one(ACCOUNTS)[0].state == DONE


def test_a_spent_budget_is_kept_by_every_stream_of_the_run_and_what_was_read_before_stays(
    big_org: Org, by_way: Any, settings: Any
) -> None:
    from sync.simulators.salesforce import limits, store

    by_way("REST")
    streams = inbound(System.SALESFORCE)
    store.set_setting(big_org.control.connection, limits.SETTING, "40")
    settings.SALESFORCE = settings.SALESFORCE | {"api_share_percent": 10.0}
    runs = {run.stream: run for run, _ in run_streams(streams, business_date=TODAY)}
    # Describe and a page of users, describe and a page of accounts: then not one call more.
    assert [(run.state, run.api_calls) for run in runs.values()] == [(DONE, 2), (FAILED, 2)] + [(FAILED, 0)] * 10
    assert {run.message[:38] for run in runs.values()} == {"", "Salesforce was not read further: the p"}
    assert Bookmark.objects.filter(last_success_at=None).count() == len(streams) - 1
    assert not SalesforceAccount.objects.exists()
    SyncRun.objects.update(api_calls=0)
    settings.SALESFORCE = settings.SALESFORCE | {"api_share_percent": 100.0}
    assert run_one(ACCOUNTS)[0].state == DONE
    assert_all_there()


def test_a_run_tells_how_many_calls_it_cost(big_org: Org, by_way: Any) -> None:
    by_way("REST")
    run, _ = run_one(ACCOUNTS)
    assert run.api_calls == 1 + PAGES
    again, _ = run_one(ACCOUNTS)
    # Describe, the log of deletions, and the first page, which says that there is none to follow.
    assert again.api_calls == 3
