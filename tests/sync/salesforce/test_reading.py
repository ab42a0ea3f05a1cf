"""What is read of Salesforce, over HTTPS: the same by REST and by the Bulk API, all of it, and once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from sync.simulators.salesforce import ids
from sync.streams import by_name
from sync.systems.base import NotCovered, SourceError, SourceGone
from sync.systems.salesforce import bulk
from sync.systems.salesforce.client import SalesforceClient
from tests.sync.salesforce.conftest import MANY
from tests.sync.salesforce.support import ACCOUNTS, BY_BULK, BY_REST, CONTACTS, TASKS, Org, read, reading, rows_of

pytestmark = pytest.mark.django_db

LINES = "two\nlines\r\nand a third"
LONG_AGO = datetime(2026, 1, 5, 12, tzinfo=UTC)
either_way = pytest.mark.parametrize("bulk_rows", [BY_REST, BY_BULK], ids=["by REST", "by Bulk"])


@pytest.fixture
def set_bulk(settings: Any) -> Any:
    """`set_bulk(rows)`: from now on the Bulk API is used for more rows than that."""

    def change(rows: int) -> None:
        settings.SALESFORCE = settings.SALESFORCE | {"bulk_rows": rows}

    return change


def awkward(org: Org) -> None:
    """Values at the edge, in enough rows for the Bulk API."""
    (account,) = org.fill("Account", [{"Name": "Harborview"}])
    texts = [
        'He said "no", twice',
        "two\nlines\r\nand a third",
        "ünïcödé ✓ 🏠",
        " blanks around ",
        "null",
        "#N/A",
        "x,y",
    ]
    org.fill(
        "Task",
        [
            {
                "Subject": texts[number % len(texts)],
                "Description": None if number % 3 else f"{texts[number % 5]} {number}",
                "WhatId": account if number % 2 else None,
                "ActivityDate": date(2026, 11, 1) + timedelta(days=number % 40) if number % 4 else None,
                "Status": "Completed" if number % 5 == 0 else "Not Started",
                "IsArchived": number % 7 == 0,
                "IsDeleted": number % 11 == 0,
                "CreatedDate": LONG_AGO + timedelta(hours=number),
            }
            for number in range(450)
        ],
    )


def test_rest_and_bulk_give_the_same_values_in_the_same_form(org: Org, set_bulk: Any) -> None:
    awkward(org)
    set_bulk(BY_REST)
    by_rest = read(TASKS)
    set_bulk(BY_BULK)
    by_bulk = read(TASKS)
    assert len(by_rest) == 450
    assert by_bulk == by_rest
    assert {row["is_closed"] for row in by_rest} == {row["is_gone"] for row in by_rest} == {"true", "false"}
    assert by_rest[1]["written_at"] == datetime(2026, 1, 5, 13)
    assert by_rest[1]["due_on"] == datetime(2026, 11, 2)
    assert {row["subject"] for row in by_rest} >= {
        'He said "no", twice',
        "ünïcödé ✓ 🏠",
        "null",
        "two\nlines\r\nand a third",
    }


@either_way
def test_every_row_comes_once_page_by_page(big_org: Org, set_bulk: Any, bulk_rows: int) -> None:
    set_bulk(bulk_rows)
    rows = read(ACCOUNTS)
    assert [row["name"] for row in rows] == [f"Account {number:04d}" for number in range(MANY)]


def test_few_rows_cost_a_call_and_many_cost_six(big_org: Org, set_bulk: Any, monkeypatch: Any) -> None:
    set_bulk(BY_BULK)
    monkeypatch.setattr(bulk, "PAGE_ROWS", 1000)
    with reading(ACCOUNTS) as (opened, fitted):
        before = opened.calls
        rows_of(opened, fitted, since=opened.clock + timedelta(days=1))
        few = opened.calls - before
        assert len(rows_of(opened, fitted)) == MANY
        many = opened.calls - before - few
    assert few == 1
    # The first page, which says how many there are; the job; a look or two; the result; the job's deletion.
    assert 5 <= many <= 8
    assert opened.calls == before + few + many


def test_a_job_is_deleted_when_its_rows_are_here(big_org: Org, set_bulk: Any) -> None:
    set_bulk(BY_BULK)
    read(ACCOUNTS)
    assert big_org.control.connection.execute("SELECT COUNT(*) FROM simulator_job").fetchone() == (0,)


@either_way
def test_a_read_since_a_moment_takes_it_and_ends_before_the_hold_back(org: Org, set_bulk: Any, bulk_rows: int) -> None:
    set_bulk(bulk_rows)
    now = org.control.now
    since, until = now - timedelta(hours=1), now - timedelta(minutes=5)
    at = {
        "before": since - timedelta(seconds=1),
        "since": since,
        "at the end": until,
        "within": until - timedelta(seconds=1),
    }
    org.fill("Account", [{"Name": name, "SystemModstamp": moment} for name, moment in at.items()])
    org.fill("Account", [{"Name": "filling", "SystemModstamp": since}] * 300)
    org.control.set_clock(now)
    names = {row["name"] for row in read(ACCOUNTS, since.replace(tzinfo=None))}
    assert names == {"since", "within", "filling"}
    assert {row["name"] for row in read(ACCOUNTS)} == {*at, "filling"}, "a read of everything reads to the end"


@either_way
def test_deleted_merged_and_archived_rows_come_too(org: Org, set_bulk: Any, bulk_rows: int) -> None:
    set_bulk(bulk_rows)
    contacts = org.fill("Contact", [{"LastName": f"Contact {number}"} for number in range(300)])
    org.control.delete("Contact", contacts[1])
    org.control.merge("Contact", contacts[2], contacts[3])
    rows = {row["salesforce_id"]: row for row in read(CONTACTS)}
    assert len(rows) == 300
    assert [rows[contacts[number]]["is_gone"] for number in range(4)] == ["false", "true", "false", "true"]
    assert rows[contacts[3]]["merged_into_id"] == contacts[2]
    tasks = org.fill("Task", [{"Subject": f"Task {number}"} for number in range(300)])
    org.control.archive("Task", tasks[5])
    archived = {row["salesforce_id"] for row in read(TASKS) if row["is_archived"] == "true"}
    assert archived == {tasks[5]}


@either_way
def test_keys_are_those_of_living_rows_archived_ones_too(org: Org, set_bulk: Any, bulk_rows: int) -> None:
    set_bulk(bulk_rows)
    tasks = org.fill("Task", [{"Subject": f"Task {number}"} for number in range(300)])
    org.control.archive("Task", tasks[5])
    org.control.delete("Task", tasks[6])
    with reading(TASKS) as (opened, fitted):
        batches = list(opened.keys(fitted))
    assert {batch.schema for batch in batches} == {pa.schema([("salesforce_id", pa.string())])}
    found = [key for batch in batches for key in batch.column(0).to_pylist()]
    assert sorted(found) == sorted(set(tasks) - {tasks[6]})


@pytest.mark.parametrize("number", [1, 301, 399])
@either_way
def test_chosen_rows_come_by_their_keys(big_org: Org, set_bulk: Any, bulk_rows: int, number: int) -> None:
    set_bulk(bulk_rows)
    every = [row["salesforce_id"] for row in read(ACCOUNTS)]
    chosen = every[100 : 100 + number]
    assert [row["salesforce_id"] for row in read(ACCOUNTS, only=[*chosen, ids.make("001", 999_999)])] == chosen


def test_an_object_that_the_bulk_api_does_not_have_is_read_by_rest(org: Org, set_bulk: Any, monkeypatch: Any) -> None:
    from sync.systems.salesforce.errors import Refusal

    set_bulk(BY_BULK)
    org.fill("SetupAuditTrail", [{"Action": f"change {number}"} for number in range(250)])
    call = SalesforceClient.rest

    def refuse(self: SalesforceClient, path: str, method: str = "GET", **options: Any) -> Any:
        if path == "jobs/query":
            raise Refusal(bulk.NO_BULK, "Entity 'SetupAuditTrail' is not supported by the Bulk API.", 400)
        return call(self, path, method, **options)

    monkeypatch.setattr(SalesforceClient, "rest", refuse)
    assert len(read(by_name("salesforce.setup-changes"))) == 250


# The log of deletions


def test_the_log_of_deletions_gives_ids_and_how_far_it_is_whole(org: Org) -> None:
    (_, deleted) = org.fill("Account", [{"Name": "kept"}, {"Name": "deleted"}])
    org.control.delete("Account", deleted)
    org.wait(minutes=10)
    with reading(ACCOUNTS) as (opened, fitted):
        gone = opened.gone(fitted, opened.clock - timedelta(hours=1))
    assert gone is not None
    assert gone.keys.to_pylist() == [deleted]
    assert opened.clock - timedelta(minutes=1) <= gone.covered_to <= opened.clock
    with reading(ACCOUNTS) as (opened, fitted):
        before = opened.calls
        again = opened.gone(fitted, gone.covered_to)
    assert again is not None and again.covered_to == gone.covered_to
    assert opened.calls == before, "the log is not asked more often than every five minutes"


def test_what_the_log_does_not_cover_is_said(org: Org) -> None:
    with reading(ACCOUNTS) as (opened, fitted):
        with pytest.raises(NotCovered, match="15 days back"):
            opened.gone(fitted, opened.clock - timedelta(days=15))
        with pytest.raises(NotCovered, match="not read before"):
            opened.gone(fitted, None)


def test_a_log_that_was_cut_is_not_trusted(org: Org) -> None:
    from sync.simulators.salesforce import replication

    replication.forget_deletions(org.control.connection, org.control.now - timedelta(hours=2))
    with reading(ACCOUNTS) as (opened, fitted):
        with pytest.raises(NotCovered, match="taken out of it"):
            opened.gone(fitted, opened.clock - timedelta(hours=3))
        assert opened.gone(fitted, opened.clock - timedelta(hours=1)) is not None


def test_what_salesforce_deletes_never_has_no_log(org: Org) -> None:
    with reading(by_name("salesforce.users")) as (opened, fitted):
        assert opened.gone(fitted, opened.clock - timedelta(hours=1)) is None


# Which question is asked


def test_the_question_differs_by_the_lines_and_by_the_org(org: Org) -> None:
    from dataclasses import replace

    with reading(ACCOUNTS) as (opened, fitted):
        asked = opened.question(fitted)
        assert opened.question(replace(fitted, where="Name != null")) != asked
        assert opened.question(replace(fitted, fields=fitted.fields[:-1])) != asked
        assert opened.question(replace(fitted, cadence="daily")) == asked
        object.__setattr__(opened._client.session, "organization_id", "00D5e0000000002EAA")
        assert opened.question(fitted) != asked


# Bulk queries that end badly


@pytest.fixture
def bad_ends(monkeypatch: pytest.MonkeyPatch, set_bulk: Any) -> Any:
    """`bad_ends(*told)`: so end the next bulk queries, as Salesforce tells it; None lets one end as it does."""
    coming: list[dict[str, Any] | None] = []
    call = SalesforceClient.rest

    def rest(self: SalesforceClient, path: str, method: str = "GET", **options: Any) -> Any:
        told = call(self, path, method, **options)
        if path.startswith("jobs/query/") and method == "GET" and told["state"] == bulk.COMPLETE and coming:
            return coming.pop(0) or told
        return told

    monkeypatch.setattr(SalesforceClient, "rest", rest)
    set_bulk(BY_BULK)
    return coming.extend


def test_a_bulk_query_that_fails_for_a_passing_reason_is_made_again(big_org: Org, bad_ends: Any) -> None:
    failed = {"state": "Failed", "errorMessage": "UNKNOWN_EXCEPTION: Retried more than fifteen times"}
    bad_ends([failed, {"state": "InProgress"}, failed])
    assert len(read(ACCOUNTS)) == MANY
    assert big_org.control.connection.execute("SELECT COUNT(*) FROM simulator_job").fetchone() == (0,)


def test_a_bulk_query_that_fails_for_good_is_told(big_org: Org, bad_ends: Any) -> None:
    bad_ends([{"state": "Failed", "errorMessage": "INVALID_FIELD: No such column 'Phone' on entity 'Account'"}])
    with pytest.raises(SourceError, match=r"INVALID_FIELD: No such column.*Customer360 Integration"):
        read(ACCOUNTS)
    bad_ends([{"state": "Failed", "errorMessage": "Retried more than fifteen times"}] * bulk.MOST_JOBS)
    with pytest.raises(SourceError, match=r"Retried more than fifteen times"):
        read(ACCOUNTS)


def test_rows_that_are_not_all_there_are_no_result(big_org: Org, bad_ends: Any) -> None:
    bad_ends([{"state": bulk.COMPLETE, "numberRecordsProcessed": MANY + 1}])
    with pytest.raises(SourceGone, match=rf"of {MANY + 1} rows that Salesforce prepared, {MANY} came"):
        read(ACCOUNTS)


def test_a_bulk_query_that_takes_too_long_is_given_up(big_org: Org, bad_ends: Any, settings: Any) -> None:
    settings.SALESFORCE = settings.SALESFORCE | {"bulk_minutes": 0}
    with pytest.raises(SourceError, match=r"worked on the query for 0 minutes and had not done"):
        read(ACCOUNTS)
