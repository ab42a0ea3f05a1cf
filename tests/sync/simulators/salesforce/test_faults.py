"""Faults of the simulated Salesforce: each strikes where it is armed, so often, and leaves what it says."""

import csv
import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings

from sync.simulators.salesforce import faults, store
from sync.simulators.salesforce.bulk.ingest import RETRIED
from sync.simulators.salesforce.control import Control
from sync.simulators.salesforce.server import Simulator
from tests.sync.simulators.salesforce.wire import Wire

SOQL = "SELECT Id, Name FROM Account WHERE Name LIKE 'Account %' ORDER BY Name"
NAMES = [f"Account {number:04d}" for number in range(4500)]


@pytest.fixture
def control(simulator: Simulator) -> Iterator[Control]:
    with Control(simulator.path) as control:
        yield control


def count(wire: Wire, name: str) -> int:
    return int(wire.query(f"SELECT COUNT() FROM Account WHERE Name = '{name}'")["totalSize"])


def create(wire: Wire, name: str) -> requests.Response:
    return wire.call("POST", "sobjects/Account", json={"Name": name})


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize(("fault", "written"), [("drop-before-commit", 0), ("commit-then-drop-reply", 1)])
def test_a_dropped_connection_leaves_the_write_undone_or_done(wire: Wire, fault: str, written: int) -> None:
    wire.arm(fault, method="POST", path="/sobjects/Account")
    with pytest.raises(requests.exceptions.ConnectionError):
        create(wire, fault)
    assert count(wire, fault) == written
    assert create(wire, fault).status_code == 201
    assert count(wire, fault) == written + 1


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("too-many-requests", 429, "TOO_MANY_REQUESTS"),
        ("request-limit", 403, "REQUEST_LIMIT_EXCEEDED"),
        ("unavailable", 503, "SERVER_UNAVAILABLE"),
    ],
)
def test_a_refused_request_does_nothing_and_the_next_one_passes(wire: Wire, fault: str, status: int, code: str) -> None:
    wire.arm(fault, object="account", count=2)
    for _ in range(2):
        refused = create(wire, fault)
        assert (refused.status_code, refused.json()[0]["errorCode"]) == (status, code)
        assert refused.headers.get("Retry-After") == ("1" if status == 429 else None)
    assert count(wire, fault) == 0
    assert create(wire, fault).status_code == 201


def test_too_many_long_calls_are_told_apart_by_the_text(wire: Wire) -> None:
    wire.arm("request-limit", concurrent=1, path="/limits")
    told = wire.get("limits").json()[0]
    assert told == {"message": "ConcurrentPerOrgLongTxn Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}


def test_every_session_may_be_ended(tmp_path: Path) -> None:
    with Simulator(tmp_path / "org.sqlite3") as simulator:
        wires = [Wire(simulator).sign_in() for _ in range(2)]
        ended = wires[0].session.delete(f"{simulator.url}/simulator/sessions")
        assert ended.json() == {"ended": 2}
        assert [wire.get("limits").status_code for wire in wires] == [401, 401]


def test_an_unauthorized_request_ends_the_session(simulator: Simulator) -> None:
    wire = Wire(simulator).sign_in()
    wire.arm("unauthorized", path="/limits")
    assert wire.query("SELECT Id FROM User")["done"] is True
    for _ in range(2):
        refused = wire.get("limits")
        assert (refused.status_code, refused.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")
    assert wire.sign_in().get("limits").status_code == 200


@pytest.mark.parametrize(("options", "status"), [({}, 502), ({"status": 401}, 401)])
def test_a_page_of_html_comes_from_a_proxy(wire: Wire, options: dict[str, int], status: int) -> None:
    wire.arm("not-json", path="/limits", **options)
    told = wire.get("limits")
    assert (told.status_code, told.headers["Content-Type"]) == (status, "text/html;charset=UTF-8")
    with pytest.raises(ValueError, match="Expecting value"):
        told.json()


def test_a_sign_in_may_fail_too(wire: Wire) -> None:
    wire.arm("unavailable", path="/oauth2/token")
    assert wire.token().status_code == 503
    assert wire.token().status_code == 200


def test_a_slow_answer_waits(wire: Wire) -> None:
    wire.arm("slow", seconds=0.3, path="/limits")
    began = time.monotonic()
    assert wire.get("limits").status_code == 200
    assert time.monotonic() - began >= 0.3


def test_a_fault_strikes_after_so_many_matching_requests(wire: Wire) -> None:
    wire.arm("unavailable", path="/limits", after=2)
    wire.get("sobjects")
    assert [wire.get("limits").status_code for _ in range(4)] == [200, 200, 503, 200]


def test_a_locked_row_fails_alone(wire: Wire) -> None:
    wire.arm("lock-row", object="Account")
    refused = create(wire, "Locked")
    told = refused.json()[0]
    assert (refused.status_code, told["errorCode"], told["fields"]) == (400, "UNABLE_TO_LOCK_ROW", [])
    assert told["message"].startswith("unable to obtain exclusive access to this record or 1 records: ")

    wire.arm("lock-row", row=2)
    given = [{"attributes": {"type": "Account"}, "Name": "Locked"} for _ in range(3)]
    told = wire.call("POST", "composite/sobjects", json={"records": given}).json()
    assert [each["success"] for each in told] == [True, False, True]
    assert told[1]["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"
    assert count(wire, "Locked") == 2

    wire.arm("lock-row", row=3)
    told = wire.call("POST", "composite/sobjects", json={"records": given, "allOrNone": True}).json()
    assert [each["errors"][0]["statusCode"] for each in told] == [
        *["ALL_OR_NONE_OPERATION_ROLLED_BACK"] * 2,
        "UNABLE_TO_LOCK_ROW",
    ]
    assert count(wire, "Locked") == 2


def test_a_fault_that_struck_in_a_call_that_was_undone_is_used_up(wire: Wire) -> None:
    wire.arm("lock-row", object="Contact", path="/composite", method="POST")
    path = "/services/data/v60.0/sobjects/"
    parts = [
        {"referenceId": kind, "method": "POST", "url": path + kind, "body": {name: "Undone once"}}
        for kind, name in (("Account", "Name"), ("Contact", "LastName"))
    ]
    body = {"allOrNone": True, "compositeRequest": parts}
    first = wire.call("POST", "composite", json=body).json()["compositeResponse"]
    assert [each["body"][0]["errorCode"] for each in first] == ["PROCESSING_HALTED", "UNABLE_TO_LOCK_ROW"]
    second = wire.call("POST", "composite", json=body).json()["compositeResponse"]
    assert [each["httpStatusCode"] for each in second] == [201, 201]
    assert count(wire, "Undone once") == 1


def test_locked_rows_of_a_bulk_batch_are_in_the_failed_results(wire: Wire) -> None:
    wire.arm("lock-row", path="/jobs/ingest", object="Account", row=2, rows=2)
    job = wire.ingest("Name\n" + "Batch\n" * 5)
    told = wire.ended(job)
    assert (told["state"], told["numberRecordsProcessed"], told["numberRecordsFailed"]) == ("JobComplete", 5, 2)
    failed = rows(wire.results(job, "failedResults"))[1:]
    assert {row[1] for row in failed} == {
        "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 1 records: :--"
    }
    assert count(wire, "Batch") == 3


def test_a_bulk_batch_succeeds_in_part(wire: Wire) -> None:
    wire.arm("bulk-partial", every=3, code="FIELD_CUSTOM_VALIDATION_EXCEPTION")
    told = wire.ended(job := wire.ingest("Name\n" + "Part\n" * 10))
    assert (told["numberRecordsProcessed"], told["numberRecordsFailed"]) == (10, 3)
    assert rows(wire.results(job, "failedResults"))[1][1].startswith("FIELD_CUSTOM_VALIDATION_EXCEPTION:")


def test_a_failed_bulk_job_leaves_rows_unprocessed(wire: Wire) -> None:
    wire.arm("bulk-unprocessed", rows=4)
    told = wire.ended(job := wire.ingest("Name\n" + "".join(f"Left {number}\n" for number in range(10))))
    assert (told["state"], told["numberRecordsProcessed"], told["numberRecordsFailed"]) == ("Failed", 4, 0)
    assert told["errorMessage"] == RETRIED
    good = rows(wire.results(job, "successfulResults"))[1:]
    left = rows(wire.results(job, "unprocessedrecords"))[1:]
    assert sorted(row[2] for row in good) + [row[0] for row in left] == [f"Left {number}" for number in range(10)]


def test_results_of_a_batch_may_not_be_recorded(wire: Wire) -> None:
    wire.arm("bulk-unrecorded")
    told = wire.ended(job := wire.ingest('Name\nUnrecorded\n""\n'))
    assert (told["numberRecordsProcessed"], told["numberRecordsFailed"]) == (2, 1)
    assert [len(rows(wire.results(job, file))) for file in ("successfulResults", "failedResults")] == [1, 1]
    assert count(wire, "Unrecorded") == 1


@pytest.fixture
def read_job(wire: Wire) -> str:
    job = wire.call("POST", "jobs/query", json={"operation": "query", "query": SOQL}).json()["id"]
    wire.ended(job, "query")
    return str(job)


def test_a_truncated_csv_looks_whole_or_breaks_the_connection(wire: Wire, read_job: str) -> None:
    path = f"jobs/query/{read_job}/results"
    whole = wire.get(path)
    wire.arm("truncated-csv", path="/results")
    half = wire.get(path)
    assert half.status_code == 200
    assert half.headers["Sforce-NumberOfRecords"] == whole.headers["Sforce-NumberOfRecords"] == "4500"
    assert half.content == whole.content[: len(whole.content) // 2]
    wire.arm("truncated-csv", path="/results", close=1)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        wire.get(path)
    assert wire.get(path).content == whole.content


def rest_pages(wire: Wire) -> list[list[str]]:
    page, pages = wire.query(SOQL), []
    while True:
        pages.append([record["Name"] for record in page["records"]])
        if page["done"]:
            return pages
        page = wire.get(page["nextRecordsUrl"]).json()


def bulk_pages(wire: Wire, job: str) -> list[list[str]]:
    locator, pages = "", []
    while locator != "null":
        page = wire.get(f"jobs/query/{job}/results", params={"maxRecords": 2000, "locator": locator})
        pages.append([row[1] for row in rows(page.text)[1:]])
        locator = page.headers["Sforce-Locator"]
    return pages


@pytest.mark.parametrize("kind", ["rest", "bulk"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_page_comes_twice_or_turned_round(wire: Wire, read_job: str, kind: str, place: int) -> None:
    def read() -> list[list[str]]:
        return rest_pages(wire) if kind == "rest" else bulk_pages(wire, read_job)

    pages = read()
    assert [name for page in pages for name in page] == NAMES
    path = "/query" if kind == "rest" else "/jobs/query"
    wire.arm("duplicate-page", path=path, after=place, object="Account")
    assert read() == pages[: place + 1] + pages[place:]
    wire.arm("reordered-page", path=path, after=place)
    turned = read()
    assert turned[place] == pages[place][::-1]
    assert turned[:place] + turned[place + 1 :] == pages[:place] + pages[place + 1 :]


def test_a_locator_expires(wire: Wire, read_job: str) -> None:
    page = wire.query(SOQL)
    wire.arm("expired-locator", object="Account")
    for _ in range(2):
        told = wire.get(page["nextRecordsUrl"])
        assert (told.status_code, told.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")
    wire.arm("expired-locator", path="/jobs/query", after=1)
    with pytest.raises(KeyError, match="sforce-locator"):
        bulk_pages(wire, read_job)
    assert len(bulk_pages(wire, read_job)) == 3


def test_a_late_row_is_seen_afterwards_with_its_early_stamp(wire: Wire, control: Control) -> None:
    wire.arm("late-visible", object="Account", seconds=60)
    record = create(wire, "Late").json()["id"]
    written = control.now
    soql = "SELECT SystemModstamp FROM Account WHERE Name = 'Late'"
    assert wire.query(soql)["records"] == []
    assert wire.get(f"sobjects/Account/{record}").status_code == 404
    control.shift_clock(61)
    (seen,) = wire.query(soql)["records"]
    assert seen["SystemModstamp"] <= written.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    control.set_clock(None)


def test_a_hidden_field_is_gone_until_the_fault_is_taken_back(wire: Wire) -> None:
    def fields() -> set[str]:
        return {field["name"] for field in wire.get("sobjects/Account/describe").json()["fields"]}

    wire.arm("hide-field", field="account.phone")
    assert "Phone" not in fields()
    told = wire.get("query", params={"q": "SELECT Phone FROM Account"})
    assert told.json()[0]["errorCode"] == "INVALID_FIELD"
    wire.session.delete(f"{wire.simulator.url}/simulator/faults")
    assert "Phone" in fields()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": "nothing"}, "There is no fault 'nothing'"),
        ({"name": "slow"}, "needs the option 'seconds'"),
        ({"name": "slow", "seconds": "soon"}, "takes a number, not 'soon'"),
        ({"name": "slow", "seconds": -1}, "cannot be -1"),
        ({"name": "lock-row", "row": 0}, "cannot be 0"),
        ({"name": "unavailable", "seconds": 1}, "has no option 'seconds'; it has none"),
        ({"name": "unavailable", "count": 0}, "strikes once at least"),
        ({"name": "hide-field", "field": "Account.Nothing"}, "The org has no field Account.Nothing"),
    ],
)
def test_a_fault_that_cannot_be_is_refused(wire: Wire, given: dict[str, Any], message: str) -> None:
    told = wire.session.post(f"{wire.simulator.url}/simulator/faults", json=given)
    assert (told.status_code, told.json()[0]["errorCode"]) == (400, "INVALID_INPUT")
    assert message in told.json()[0]["message"]


def test_faults_are_listed_and_taken_back_one_by_one(wire: Wire) -> None:
    url = f"{wire.simulator.url}/simulator/faults"
    wire.arm("slow", seconds=1, path="/never", count=None)
    wire.arm("unavailable", path="/limits")
    slow, unavailable = wire.session.get(url).json()
    assert (slow["name"], slow["seconds"], slow["count"]) == ("slow", 1.0, None)
    assert wire.session.delete(f"{url}/{unavailable['id']}").json() == {"disarmed": 1}
    assert wire.get("limits").status_code == 200
    assert [each["name"] for each in wire.session.get(url).json()] == ["slow"]


def test_a_fault_armed_in_the_file_strikes_the_running_server(wire: Wire, simulator: Simulator) -> None:
    connection = store.connect(simulator.path)
    faults.arm(connection, "unavailable", path="/limits")
    connection.close()
    assert [wire.get("limits").status_code for _ in range(2)] == [503, 200]


def test_an_allowance_that_is_used_up_refuses_every_call(wire: Wire, simulator: Simulator) -> None:
    address = f"{simulator.url}/simulator/settings"
    used = int(wire.get("limits").headers["Sforce-Limit-Info"].removeprefix("api-usage=").split("/")[0])
    wire.session.patch(address, json={"daily_api_requests": used + 1})
    assert wire.get("limits").headers["Sforce-Limit-Info"] == f"api-usage={used + 1}/{used + 1}"
    refused = wire.get("limits")
    assert (refused.status_code, refused.json()) == (
        403,
        [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}],
    )
    wire.session.patch(address, json={"daily_api_requests": 100_000})
    assert wire.get("limits").status_code == 200
    for given in ({"nothing": 1}, {"pace": "slow"}, {"pace": -1}):
        assert wire.session.patch(address, json=given).json()[0]["errorCode"] == "INVALID_INPUT"


def test_every_fault_stands_in_the_document_as_in_the_code() -> None:
    document = (settings.BASE_DIR / "docs" / "salesforce-simulator.md").read_text()
    told = [line for line in str(faults.__doc__).splitlines() if line.startswith("| ")]
    assert {line.split("|")[1].strip() for line in told} == {"fault", *faults.OPTIONS}
    assert [line for line in told if line not in document] == []
