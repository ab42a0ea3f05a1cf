"""REST calls of the simulated Salesforce: statuses, bodies and errors as Salesforce gives them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from sync.simulators.salesforce import replication, store
from sync.simulators.salesforce.control import Control
from sync.simulators.salesforce.server import Simulator
from tests.sync.simulators.salesforce.wire import VERSION, Wire

KEY = "sobjects/Account/CCB_Account_ID__c"
MISSING = {"message": "Required fields are missing: [Name]", "errorCode": "REQUIRED_FIELD_MISSING", "fields": ["Name"]}


@pytest.fixture
def control(simulator: Simulator) -> Iterator[Control]:
    with Control(simulator.path) as control:
        yield control


def account(wire: Wire, **fields: Any) -> str:
    """A new account."""
    told = wire.call("POST", "sobjects/Account", json={"Name": "New", **fields})
    assert told.status_code == 201, told.text
    return str(told.json()["id"])


def test_a_record_lives_from_create_to_delete(wire: Wire) -> None:
    created = wire.call("POST", "sobjects/Account/", json={"Name": "Harbor Mills", "BillingCity": "Salem"})
    record_id = created.json()["id"]
    assert (created.status_code, created.json()) == (201, {"id": record_id, "success": True, "errors": []})
    assert created.headers["Location"] == f"/services/data/{VERSION}/sobjects/Account/{record_id}"
    assert len(record_id) == 18

    changed = wire.call("PATCH", f"sobjects/Account/{record_id}", json={"BillingCity": None})
    assert (changed.status_code, changed.content) == (204, b"")
    read = wire.get(f"sobjects/Account/{record_id[:15]}", params={"fields": "Name,BillingCity"}).json()
    assert (read["Name"], read["BillingCity"]) == ("Harbor Mills", None)
    assert read["attributes"] == {"type": "Account", "url": f"/services/data/{VERSION}/sobjects/Account/{record_id}"}
    whole = wire.get(f"sobjects/Account/{record_id}").json()
    assert whole["CreatedDate"].endswith(".000+0000")
    assert len(whole) > 40

    assert wire.call("DELETE", f"sobjects/Account/{record_id}").status_code == 204
    gone = wire.get(f"sobjects/Account/{record_id}")
    assert (gone.status_code, gone.json()) == (
        404,
        [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}],
    )
    deleted = wire.call("PATCH", f"sobjects/Account/{record_id}", json={"Name": "x"})
    assert (deleted.status_code, deleted.json()[0]["errorCode"]) == (404, "ENTITY_IS_DELETED")


def test_what_the_rules_refuse_is_a_list_with_the_fields(wire: Wire) -> None:
    refused = wire.call("POST", "sobjects/Account", json={"BillingCity": "Salem"})
    assert (refused.status_code, refused.json()) == (400, [MISSING])
    unknown = wire.call("POST", "sobjects/Account", json={"Name": "x", "Nothing__c": 1})
    assert (unknown.status_code, unknown.json()[0]["errorCode"]) == (400, "INVALID_FIELD")


def test_an_upsert_by_external_id_creates_then_updates(wire: Wire) -> None:
    first = wire.call("PATCH", f"{KEY}/A%2FB%3F1", json={"Name": "By key"})
    record_id = first.json()["id"]
    assert (first.status_code, first.json()) == (
        201,
        {"id": record_id, "success": True, "errors": [], "created": True},
    )
    second = wire.call("PATCH", f"{KEY}/{quote('A/B?1', safe='')}", json={"Name": "By key again"})
    assert (second.status_code, second.json()) == (
        200,
        {"id": record_id, "success": True, "errors": [], "created": False},
    )
    assert wire.get(f"{KEY}/A%2FB%3F1").json()["Name"] == "By key again"
    named = wire.call("PATCH", f"{KEY}/A%2FB%3F1", json={"CCB_Account_ID__c": "A/B?1"})
    assert (named.status_code, named.json()[0]["errorCode"]) == (400, "INVALID_FIELD")
    no_key = wire.call("PATCH", "sobjects/Account/Industry/Energy", json={"Name": "x"})
    assert (no_key.status_code, no_key.json()[0]["message"]) == (
        404,
        "Provided external ID field does not exist or is not accessible: Industry",
    )
    assert wire.call("DELETE", f"{KEY}/A%2FB%3F1").status_code == 204
    assert wire.get(f"{KEY}/A%2FB%3F1").status_code == 404


def test_an_external_id_that_several_records_have_is_answered_with_all_of_them(
    wire: Wire, simulator: Simulator
) -> None:
    connection = store.connect(simulator.path)
    twins = store.insert_rows(
        connection, "Account", [{"Name": name, "CCB_Account_ID__c": "TWIN"} for name in ("One", "Two")]
    )
    connection.close()
    records = [f"/services/data/{VERSION}/sobjects/Account/{each}" for each in twins]
    for method, options in (("PATCH", {"json": {"Name": "x"}}), ("GET", {})):
        told = wire.call(method, f"{KEY}/TWIN", **options)
        assert (told.status_code, sorted(told.json())) == (300, records)


def test_a_query_is_read_page_by_page_from_one_moment(wire: Wire, control: Control) -> None:
    soql = "SELECT Id, Name FROM Account WHERE Name LIKE 'Account %' ORDER BY Name"
    page = wire.query(soql)
    assert (page["totalSize"], page["done"], len(page["records"])) == (4500, False, 2000)
    control.update("Account", page["records"][1999]["Id"], Name="Account 9999")
    names = [record["Name"] for record in page["records"]]
    while not page["done"]:
        assert page["nextRecordsUrl"].startswith(f"/services/data/{VERSION}/query/01g")
        again = wire.get(page["nextRecordsUrl"]).json()
        page = wire.get(page["nextRecordsUrl"] + "?q=SELECT+Id+FROM+User").json()
        assert page == again, "a page whose answer was lost can be read again"
        names += [record["Name"] for record in page["records"]]
    assert names == [f"Account {number:04d}" for number in range(4500)]
    control.update(
        "Account",
        wire.query("SELECT Id FROM Account WHERE Name = 'Account 9999'")["records"][0]["Id"],
        Name="Account 1999",
    )


def test_a_client_may_ask_for_smaller_pages(wire: Wire) -> None:
    options = {"params": {"q": "SELECT Id FROM Account"}, "headers": {"Sforce-Query-Options": "batchSize=250"}}
    page = wire.get("query", **options).json()
    assert len(page["records"]) == 250
    assert page["nextRecordsUrl"].endswith("-250")


def test_a_locator_that_never_was_or_was_ended_by_ten_others_is_invalid(wire: Wire) -> None:
    first = wire.query("SELECT Id FROM Account")["nextRecordsUrl"]
    for url in (first.replace("01g", "01h"), first.rpartition("-")[0] + "-17", first.rpartition("-")[0]):
        told = wire.get(url)
        assert (told.status_code, told.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")
    for _ in range(10):
        wire.query("SELECT Id FROM Account")
    assert wire.get(first).json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"


def test_counts_deleted_rows_and_refused_queries(wire: Wire) -> None:
    gone = account(wire, Name="Counted once")
    wire.call("DELETE", f"sobjects/Account/{gone}")
    soql = "SELECT COUNT() FROM Account WHERE Name = 'Counted once'"
    assert wire.query(soql) == {"totalSize": 0, "done": True, "records": []}
    assert wire.get("queryAll", params={"q": soql}).json()["totalSize"] == 1
    refused = wire.get("query", params={"q": "SELECT Id FROM XYZZY"})
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "INVALID_TYPE")
    assert wire.get("query").json()[0]["errorCode"] == "MALFORMED_QUERY"
    tooling = wire.get("tooling/query", params={"q": "SELECT Id FROM SandboxProcess"})
    assert (tooling.status_code, tooling.json()[0]["errorCode"]) == (400, "INVALID_TYPE")
    columns = wire.get("query", params={"q": "SELECT Name FROM Account", "columns": "true"}).json()
    assert [each["columnName"] for each in columns["columnMetadata"]] == ["Name"]


def test_a_duplicate_rule_that_only_warns_is_passed_by_its_header(wire: Wire, control: Control) -> None:
    control.duplicate_rule("Account", "Same site", ["Site"], "alert")
    account(wire, Name="First", Site="Dock 7")
    refused = wire.call("POST", "sobjects/Account", json={"Name": "Second", "Site": "Dock 7"})
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "DUPLICATES_DETECTED")
    allowed = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}
    saved = wire.call("POST", "sobjects/Account", json={"Name": "Second", "Site": "Dock 7"}, headers=allowed)
    assert saved.status_code == 201
    control.drop_rule("Account", "Same site")


def window(start: datetime, end: datetime) -> dict[str, str]:
    return {"start": start.isoformat(), "end": end.isoformat()}


def test_changed_and_deleted_records_of_a_window(wire: Wire, control: Control) -> None:
    record = account(wire, Name="Changed lately")
    gone = account(wire, Name="Gone lately")
    wire.call("DELETE", f"sobjects/Account/{gone}")
    now = control.now
    control.shift_clock(180)
    span = window(now - timedelta(minutes=10), now + timedelta(minutes=2))
    updated = wire.get("sobjects/Account/updated/", params=span).json()
    assert record in updated["ids"]
    assert gone not in updated["ids"]
    assert updated["latestDateCovered"].endswith(":00.000+0000")
    deleted = wire.get("sobjects/Account/deleted/", params=span).json()
    assert {each["id"] for each in deleted["deletedRecords"]} >= {gone}
    assert {each["deletedDate"][-5:] for each in deleted["deletedRecords"]} == {"+0000"}
    assert deleted["earliestDateAvailable"] < deleted["latestDateCovered"]
    control.set_clock(None)


@pytest.mark.parametrize(
    ("resource", "days", "minutes"), [("updated", 31, 10), ("deleted", 16, 10), ("deleted", 1, 0), ("updated", 1, -5)]
)
def test_a_window_out_of_range_is_refused(wire: Wire, resource: str, days: int, minutes: int) -> None:
    start = datetime.now(UTC) - timedelta(days=days)
    told = wire.get(f"sobjects/Account/{resource}", params=window(start, start + timedelta(minutes=minutes)))
    assert (told.status_code, told.json()[0]["errorCode"]) == (400, "INVALID_REPLICATION_DATE")


def test_a_cut_log_of_deletions_says_from_when_on_it_is_whole(tmp_path: Path) -> None:
    with Simulator(tmp_path / "org.sqlite3") as simulator:
        wire, now = Wire(simulator).sign_in(), datetime.now(UTC)
        connection = store.connect(simulator.path)
        replication.forget_deletions(connection, now - timedelta(days=2))
        connection.close()
        told = wire.get("sobjects/Account/deleted", params=window(now - timedelta(days=5), now)).json()
        assert told["earliestDateAvailable"][:16] == (now - timedelta(days=2)).isoformat()[:16]
        refused = wire.get("sobjects/Account/deleted", params=window(now - timedelta(days=5), now - timedelta(days=3)))
        assert refused.json()[0]["errorCode"] == "INVALID_REPLICATION_DATE"


def test_record_counts_and_resources(wire: Wire) -> None:
    told = wire.get("limits/recordCount", params={"sObjects": "Account,Contact,Nothing"}).json()["sObjects"]
    assert [each["name"] for each in told] == ["Account", "Contact"]
    assert told[0]["count"] >= 4500
    assert wire.get("").json()["sobjects"] == f"/services/data/{VERSION}/sobjects"
    assert "fields" not in wire.get("sobjects/Account").json()["objectDescribe"]


def test_a_field_hidden_from_the_user_is_gone_from_every_answer(wire: Wire, control: Control) -> None:
    record = account(wire, Phone="555-0100")
    control.hide("Account", "Phone", store.INTEGRATION_USERNAME)
    assert "Phone" not in wire.get(f"sobjects/Account/{record}").json()
    assert "Phone" not in {field["name"] for field in wire.get("sobjects/Account/describe").json()["fields"]}
    told = wire.get("query", params={"q": "SELECT Phone FROM Account"})
    assert (told.status_code, told.json()[0]["errorCode"]) == (400, "INVALID_FIELD")
    refused = wire.ended(wire.ingest("Name,Phone\nX,1\n"))
    assert (refused["state"], refused["errorMessage"]) == ("Failed", "InvalidBatch : Field name not found : Phone")
    control.show("Account", "Phone", store.INTEGRATION_USERNAME)


def test_the_ledger_lists_accepted_writes_with_their_request(wire: Wire, simulator: Simulator) -> None:
    made = wire.call("POST", "sobjects/Account", json={"Name": "Ledgered", "Site": "A"})
    entries = wire.session.get(f"{simulator.url}/simulator/ledger", params={"after": 0}).json()
    (entry,) = [each for each in entries if each["id"] == made.json()["id"]]
    assert (entry["operation"], entry["object"], entry["fields"]["Name"]) == ("insert", "Account", "Ledgered")
    assert entry["request"] == made.headers["X-SFDC-Request-Id"]
