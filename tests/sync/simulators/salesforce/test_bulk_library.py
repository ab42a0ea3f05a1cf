"""The Bulk API as simple-salesforce drives it."""

from simple_salesforce import Salesforce

from tests.sync.simulators.salesforce.test_bulk import rows
from tests.sync.simulators.salesforce.wire import Wire


def test_simple_salesforce_upserts_and_reads_in_bulk(wire: Wire) -> None:
    token = wire.headers["Authorization"].removeprefix("Bearer ")
    library = Salesforce(instance_url=wire.simulator.url, session_id=token, session=wire.session, version="60.0")
    given = [{"CCB_Account_ID__c": f"S{number}", "Name": "From the library"} for number in range(30)]
    given[7]["Name"] = ""
    (told,) = library.bulk2.Account.upsert(records=given, external_id_field="CCB_Account_ID__c", wait=0.02)
    assert (told["numberRecordsProcessed"], told["numberRecordsFailed"]) == (30, 1)
    (failed,) = rows(library.bulk2.Account.get_failed_records(told["job_id"]))[1:]
    assert failed[1].startswith("REQUIRED_FIELD_MISSING")
    assert "S7" in failed
    soql = "SELECT Id, CCB_Account_ID__c FROM Account WHERE Name = 'From the library'"
    client = library.bulk2.Account._client
    job = client.create_job("query", query=soql)["id"]
    wire.ended(job, "query")
    pages, locator = [], ""
    while page := client.get_query_results(job, locator, 20):
        pages.append(rows(page["records"])[1:])
        if not (locator := page["locator"]):
            break
    assert [len(page) for page in pages] == [20, 9]
