"""Bulk API 2.0 of the simulated Salesforce: states, bodies, result files, pages."""

import csv
import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.csv
import pytest

from sync.simulators.salesforce import store
from sync.simulators.salesforce.bulk import jobs
from sync.simulators.salesforce.bulk.numbers import as_java
from sync.simulators.salesforce.server import Simulator
from tests.sync.simulators.salesforce.wire import VERSION, Wire, org_with

UPSERT = {"operation": "upsert", "externalIdFieldName": "CCB_Account_ID__c"}
CREATED = {
    "operation", "object", "id", "createdById", "createdDate", "systemModstamp", "state", "externalIdFieldName",
    "concurrencyMode", "contentType", "apiVersion", "contentUrl", "lineEnding", "columnDelimiter",
}  # fmt: skip


def rows(text: str, **options: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), **options))


def test_a_new_job_is_open_with_its_defaults_filled_in(wire: Wire) -> None:
    told = wire.call("POST", "jobs/ingest", json={"object": "account", **UPSERT})
    job = told.json()
    assert (told.status_code, set(job)) == (200, CREATED)
    assert (job["state"], job["object"], job["apiVersion"]) == ("Open", "Account", 60.0)
    assert (job["contentType"], job["lineEnding"], job["columnDelimiter"]) == ("CSV", "LF", "COMMA")
    assert job["contentUrl"] == f"services/data/{VERSION}/jobs/ingest/{job['id']}/batches"
    assert (job["id"][:3], len(job["id"])) == ("750", 18)
    told = wire.get(f"jobs/ingest/{job['id']}").json()
    assert (told["jobType"], told["numberRecordsProcessed"], told["numberRecordsFailed"]) == ("V2Ingest", 0, 0)
    assert wire.get(f"jobs/ingest/{job['id']}/successfulResults").json()[0]["errorCode"] == "INVALIDJOBSTATE"


def test_good_and_bad_rows_are_told_apart_in_the_result_files(wire: Wire) -> None:
    job = wire.ingest('CCB_Account_ID__c,Name,AnnualRevenue\nB1,One,912260031\nB2,,1\nB3,"Th,ree",\n', **UPSERT)
    told = wire.ended(job)
    assert told["state"] == "JobComplete"
    assert (told["numberRecordsProcessed"], told["numberRecordsFailed"]) == (3, 1)
    good = wire.get(f"jobs/ingest/{job}/successfulResults/")
    assert good.headers["Content-Type"].startswith("text/csv")
    header, *lines = good.text.splitlines()
    assert header == '"sf__Id","sf__Created",CCB_Account_ID__c,Name,AnnualRevenue'
    assert sorted(line[22:] for line in lines) == ['true","B1","One","9.12260031E8"', 'true","B3","Th,ree",""']
    assert wire.results(job, "failedResults") == (
        '"sf__Id","sf__Error",CCB_Account_ID__c,Name,AnnualRevenue\n'
        '"","REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --","B2","","1.0"\n'
    )
    assert wire.results(job, "unprocessedrecords") == "CCB_Account_ID__c,Name,AnnualRevenue\n"


def test_results_do_not_follow_the_order_of_the_upload(wire: Wire) -> None:
    keys = [f"O{number:03d}" for number in range(20)]
    job = wire.ingest("CCB_Account_ID__c,Name\n" + "".join(f"{key},n\n" for key in keys), **UPSERT)
    wire.ended(job)
    told = [row[2] for row in rows(wire.results(job, "successfulResults"))[1:]]
    assert told != keys
    assert sorted(told) == keys


def test_a_key_that_stands_twice_is_refused_however_its_column_is_spelled(wire: Wire) -> None:
    job = wire.ingest("ccb_account_id__C,Name\nTwice,first\ntwice,second\n", **UPSERT)
    assert wire.ended(job)["numberRecordsFailed"] == 1
    (_, refused) = rows(wire.results(job, "failedResults"))
    assert refused[1:3] == ["DUPLICATE_VALUE:Duplicate external id specified: twice:CCB_Account_ID__c --", "twice"]


def test_an_empty_cell_leaves_a_field_and_a_null_mark_clears_it(wire: Wire) -> None:
    wire.ended(wire.ingest("CCB_Account_ID__c,Name,Site,Phone\nE1,Name,Dock,555\n", **UPSERT))
    wire.ended(wire.ingest("Id,CCB_Account_ID__c,Name,Site,Phone\n,E1,,#N/A,\n", **UPSERT))
    read = wire.get("sobjects/Account/CCB_Account_ID__c/E1").json()
    assert (read["Name"], read["Site"], read["Phone"]) == ("Name", None, "555")


@pytest.mark.parametrize(("name", "character"), [("PIPE", "|"), ("TAB", "\t"), ("CARET", "^"), ("SEMICOLON", ";")])
def test_delimiters_and_line_endings_are_those_of_the_job(wire: Wire, name: str, character: str) -> None:
    data = f"CCB_Account_ID__c{character}Name\r\nD{name}{character}Of\r\n"
    job = wire.ingest(data, columnDelimiter=name, lineEnding="CRLF", **UPSERT)
    assert wire.ended(job)["state"] == "JobComplete"
    header, line = wire.results(job, "successfulResults").split("\r\n")[:2]
    assert header == character.join(('"sf__Id"', '"sf__Created"', "CCB_Account_ID__c", "Name"))
    assert rows(line, delimiter=character)[0][2:] == [f"D{name}", "Of"]


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        (
            "Name\r\nX\r\n",
            {},
            "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF",
        ),
        ("Name\nX\n", {"lineEnding": "CRLF"}, "ClientInputError : LineEnding is invalid on user data. "),
        ("Name,Nothing__c\nX,1\n", {}, "InvalidBatch : Field name not found : Nothing__c"),
        ("Name,Nowhere.CCB_Person_ID__c\nX,1\n", {}, "InvalidBatch : Field name not found : Nowhere.CCB_Person_ID__c"),
        ("Name,Site\nX\n", {}, "InvalidBatch : A row has 1 fields, the header 2: X"),
        ("Name\nX\n", UPSERT, "InvalidBatch : Field name not found : CCB_Account_ID__c"),
        ("", {}, "InvalidBatch : The data has no header"),
    ],
)
def test_an_upload_that_cannot_be_read_fails_the_job_and_leaves_all_rows(
    wire: Wire, data: str, options: dict[str, str], message: str
) -> None:
    job = wire.ingest(data, **options)
    told = wire.ended(job)
    assert told["state"] == "Failed"
    assert told["errorMessage"].startswith(message)
    assert told["numberRecordsProcessed"] == 0
    left = rows(wire.results(job, "unprocessedrecords"))
    assert len(left) == max(1, len(rows(data)))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"object": "Nothing", "operation": "insert"}, "InvalidJob : Unable to find object: Nothing"),
        ({"object": "Account", "operation": "sort"}, "InvalidJob : Unsupported operation: sort"),
        ({"object": "Account", "operation": "upsert"}, "InvalidJob : External ID was blank for Account."),
        (
            {"object": "Account", "operation": "upsert", "externalIdFieldName": "Industry"},
            "InvalidJob : Field name provided, Industry does not match an External ID",
        ),
        ({"object": "Account", "operation": "insert", "lineEnding": "CR"}, "InvalidJob : lineEnding has no value CR"),
        ({"object": "Account", "operation": "insert", "contentType": "XML"}, "InvalidJob : Unsupported content type"),
    ],
)
def test_a_job_that_cannot_be_is_refused(wire: Wire, body: dict[str, str], message: str) -> None:
    told = wire.call("POST", "jobs/ingest", json=body)
    assert (told.status_code, told.json()[0]["errorCode"]) == (400, "INVALIDJOB")
    assert told.json()[0]["message"].startswith(message)


def test_an_open_job_takes_one_upload_and_may_be_aborted(wire: Wire) -> None:
    job = wire.ingest("Name\nNever\n", close=False)
    twice = wire.call("PUT", f"jobs/ingest/{job}/batches", data=b"Name\nNever\n")
    assert (twice.status_code, twice.json()[0]["errorCode"]) == (400, "INVALIDBATCH")
    assert wire.call("DELETE", f"jobs/ingest/{job}").json()[0]["errorCode"] == "INVALIDJOBSTATE"
    aborted = wire.close(job, "Aborted")
    assert (aborted.status_code, aborted.json()["state"]) == (200, "Aborted")
    assert wire.results(job, "unprocessedrecords") == 'Name\n"Never"\n'
    assert wire.close(job).json()[0]["errorCode"] == "INVALIDJOBSTATE"
    assert wire.call("PUT", f"jobs/ingest/{job}/batches", data=b"x").json()[0]["errorCode"] == "INVALIDJOBSTATE"
    assert wire.call("DELETE", f"jobs/ingest/{job}").status_code == 204
    assert wire.get(f"jobs/ingest/{job}").status_code == 404
    assert wire.query("SELECT COUNT() FROM Account WHERE Name = 'Never'")["totalSize"] == 0


def test_a_complete_job_can_no_longer_be_aborted_and_is_listed(wire: Wire) -> None:
    job = wire.ingest("Name\nDone\n")
    wire.ended(job)
    assert wire.close(job, "Aborted").json() == [
        {"message": "Aborting already Completed Job not allowed", "errorCode": "INVALIDJOBSTATE"}
    ]
    assert job in {each["id"] for each in wire.get("jobs/ingest").json()["records"]}
    assert job not in {each["id"] for each in wire.get("jobs/query").json()["records"]}
    assert wire.get(f"jobs/query/{job}").status_code == 404


def test_update_delete_and_hard_delete(wire: Wire) -> None:
    wire.ended(job := wire.ingest("Name\nOld\nOlder\n"))
    ids = [row[0] for row in rows(wire.results(job, "successfulResults"))[1:]]
    wire.ended(wire.ingest("Id,Name\n" + "".join(f"{each},New\n" for each in ids), operation="update"))
    assert wire.query("SELECT COUNT() FROM Account WHERE Name = 'New'")["totalSize"] == 2
    wire.ended(wire.ingest(f"Id\n{ids[0]}\n", operation="delete"))
    wire.ended(wire.ingest(f"Id\n{ids[1]}\n", operation="hardDelete"))
    soql = "SELECT Id FROM Account WHERE Name = 'New'"
    found = wire.get("queryAll", params={"q": soql}).json()["records"]
    assert [each["Id"] for each in found] == [ids[0]]


def test_a_parent_is_named_by_its_external_id_in_a_column(wire: Wire) -> None:
    wire.ended(wire.ingest("CCB_Account_ID__c,Name\nP1,Parent\n", **UPSERT))
    wire.ended(job := wire.ingest("Name,Parent.CCB_Account_ID__c\nChild,P1\nOrphan,P0\n"))
    assert (
        wire.query("SELECT Parent.Name FROM Account WHERE Name = 'Child'")["records"][0]["Parent"]["Name"] == "Parent"
    )
    (failed,) = rows(wire.results(job, "failedResults"))[1:]
    assert failed[1].startswith("INVALID_FIELD:Foreign key external ID: P0 not found for field CCB_Account_ID__c")


@pytest.fixture
def read_job(wire: Wire) -> Iterator[str]:
    """A complete query job over 4,500 accounts in the order of their names."""
    soql = "SELECT Id, Name, IsDeleted, Phone, CreatedDate FROM Account WHERE Name LIKE 'Account %' ORDER BY Name"
    job = wire.call("POST", "jobs/query", json={"operation": "query", "query": soql}).json()
    assert (job["state"], job["object"], job["operation"]) == ("UploadComplete", "Account", "query")
    told = wire.ended(job["id"], "query")
    assert (told["state"], told["numberRecordsProcessed"], told["jobType"]) == ("JobComplete", 4500, "V2Query")
    yield job["id"]
    assert wire.call("DELETE", f"jobs/query/{job['id']}").status_code == 204


@pytest.mark.parametrize("size", [None, 700, 1000, 4499, 4500, 50_000])
def test_rows_are_read_page_by_page_until_the_locator_is_null(wire: Wire, read_job: str, size: int | None) -> None:
    locator, names = "", []
    while locator != "null":
        given = {"maxRecords": size, "locator": locator or None}
        page = wire.get(f"jobs/query/{read_job}/results", params=given)
        header, *lines = rows(page.text)
        assert header == ["Id", "Name", "IsDeleted", "Phone", "CreatedDate"]
        assert page.headers["Sforce-NumberOfRecords"] == str(len(lines))
        assert len(lines) <= (size or 4500)
        names += [line[1] for line in lines]
        locator = page.headers["Sforce-Locator"]
    assert names == [f"Account {number:04d}" for number in range(4500)]


def test_values_are_written_as_the_bulk_api_writes_them(wire: Wire, read_job: str) -> None:
    text = wire.get(f"jobs/query/{read_job}/results", params={"maxRecords": 1}).text
    header, line = text.splitlines()
    assert header == '"Id","Name","IsDeleted","Phone","CreatedDate"'
    assert line.startswith('"001')
    assert '","Account 0000","false","","20' in line
    assert line.endswith('.000Z"')
    for locator in ("x", "OTk5OTk"):
        told = wire.get(f"jobs/query/{read_job}/results", params={"locator": locator})
        assert told.json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"


def test_numbers_are_written_as_java_writes_doubles() -> None:
    given = (0, 100, 0.001, 12.5, -9_999_999.5, 912_260_031, 1e7, -2.5e9, 1e-4, 123_456_789_012.25)
    assert [as_java(each) for each in given] == [
        "0.0", "100.0", "0.001", "12.5", "-9999999.5", "9.12260031E8", "1.0E7", "-2.5E9", "1.0E-4",
        "1.2345678901225E11",
    ]  # fmt: skip
    assert [float(as_java(each)) for each in given] == list(given)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT COUNT() FROM Account", "FUNCTIONALITY_NOT_ENABLED"),
        ("SELECT COUNT(Id) FROM Account", "FUNCTIONALITY_NOT_ENABLED"),
        ("SELECT Id, BillingAddress FROM Account", "FUNCTIONALITY_NOT_ENABLED"),
        ("SELECT Nothing__c FROM Account", "INVALID_FIELD"),
        ("SELECT Id FROM Nothing", "INVALID_TYPE"),
        ("", "MALFORMED_QUERY"),
    ],
)
def test_a_query_that_bulk_does_not_take_is_refused(wire: Wire, query: str, code: str) -> None:
    told = wire.call("POST", "jobs/query", json={"operation": "query", "query": query})
    assert (told.status_code, told.json()[0]["errorCode"]) == (400, code)


def test_query_all_reads_deleted_rows_too(wire: Wire) -> None:
    wire.ended(job := wire.ingest("Name\nSoon gone\n"))
    record = rows(wire.results(job, "successfulResults"))[1][0]
    wire.call("DELETE", f"sobjects/Account/{record}")
    soql = "SELECT Id, IsDeleted FROM Account WHERE Name = 'Soon gone'"
    told = []
    for operation in ("query", "queryAll"):
        query = wire.call("POST", "jobs/query", json={"operation": operation, "query": soql}).json()["id"]
        wire.ended(query, "query")
        told.append(rows(wire.get(f"jobs/query/{query}/results").text)[1:])
    assert told == [[], [[record, "true"]]]


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> int:
    """Batches of 1,000 rows, so that few rows make several."""
    monkeypatch.setattr(jobs, "BATCH_ROWS", 1000)
    return 1000


def test_a_paced_job_takes_its_time_and_may_be_aborted_on_the_way(tmp_path: Path, small_batches: int) -> None:
    path = org_with(tmp_path / "org.sqlite3", Account=[{"Name": f"Account {number}"} for number in range(2001)])
    with Simulator(path, pace=5) as simulator:
        wire = Wire(simulator).sign_in()
        job = wire.ingest("Name\n" + "".join(f"Row {number}\n" for number in range(1200)))
        until = time.monotonic() + 10
        while (told := wire.get(f"jobs/ingest/{job}").json())["state"] != "InProgress":
            assert time.monotonic() < until, told
        assert told["numberRecordsProcessed"] == small_batches
        assert wire.close(job, "Aborted").json()["state"] == "Aborted"
        assert len(rows(wire.results(job, "successfulResults"))) == 1 + small_batches
        left = rows(wire.results(job, "unprocessedrecords"))
        assert left == [["Name"], *([f"Row {number}"] for number in range(1000, 1200))]

        began = time.monotonic()
        body = {"operation": "query", "query": "SELECT Id FROM Account"}
        query = wire.call("POST", "jobs/query", json=body).json()["id"]
        assert wire.ended(query, "query")["numberRecordsProcessed"] == 3001
        assert 1.5 <= time.monotonic() - began < 4


def test_a_job_goes_on_with_the_next_server(tmp_path: Path, small_batches: int) -> None:
    path = tmp_path / "org.sqlite3"
    data = "CCB_Account_ID__c,Name\n" + "".join(f"R{number},Row\n" for number in range(2100))
    with Simulator(path, pace=300) as simulator:
        wire = Wire(simulator).sign_in()
        job = wire.ingest(data, **UPSERT)
        until = time.monotonic() + 10
        while wire.get(f"jobs/ingest/{job}").json()["numberRecordsProcessed"] < small_batches:
            assert time.monotonic() < until
    with Simulator(path) as simulator:
        wire = Wire(simulator).sign_in()
        told = wire.ended(job)
        assert (told["state"], told["numberRecordsProcessed"]) == ("JobComplete", 2100)
        good = rows(wire.results(job, "successfulResults"))[1:]
        assert {row[1] for row in good} == {"true"}
        assert len({row[2] for row in good}) == 2100


def test_jobs_are_forgotten_after_seven_days(tmp_path: Path) -> None:
    with Simulator(tmp_path / "org.sqlite3") as simulator:
        wire = Wire(simulator).sign_in()
        wire.ended(job := wire.ingest("Name\nX\n"))
        connection = store.connect(simulator.path)
        store.shift_clock(connection, 8 * 86_400)
        connection.close()
        until = time.monotonic() + 10
        while wire.get(f"jobs/ingest/{job}").status_code == 200:
            assert time.monotonic() < until
            time.sleep(0.05)


def test_arrow_reads_a_page_as_the_sync_does(wire: Wire, read_job: str) -> None:
    page = wire.get(f"jobs/query/{read_job}/results").content
    convert = pyarrow.csv.ConvertOptions(strings_can_be_null=True)
    table = pyarrow.csv.read_csv(io.BytesIO(page), convert_options=convert)
    assert (table.num_rows, table.column("Phone").null_count) == (4500, 4500)
