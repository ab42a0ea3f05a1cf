"""Writes: what becomes of rows, and of what hangs on them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from sync.simulators.salesforce import store
from sync.simulators.salesforce.errors import OrgError, SeveralMatch
from tests.sync.simulators.salesforce.org import Org

FIRST = datetime(2026, 11, 24, 10, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 11, tzinfo=UTC)
LATER_TEXT = "2026-11-24T11:00:00.000Z"
KEY = "CCB_Account_ID__c"


@pytest.fixture
def org(tmp_path: Path) -> Iterator[Org]:
    with Org(tmp_path / "org.sqlite3") as org:
        org.set_clock(FIRST)
        yield org


def stamps(org: Org, object_name: str, record_id: str) -> tuple[Any, Any]:
    record = org.get(object_name, record_id)
    assert record is not None
    return record["LastModifiedDate"], record["SystemModstamp"]


def test_an_upsert_creates_once_and_then_updates(org: Org) -> None:
    (first,) = org.apply("upsert", "Account", {KEY: "0012", "Name": "Mill"}, external_id=KEY)
    org.set_clock(LATER)
    (second,) = org.apply("upsert", "Account", {KEY: "0012", "Name": "Mill Ltd"}, external_id=KEY)
    assert (first.created, second.created, second.id) == (True, False, first.id)
    assert org.found("SELECT Name FROM Account") == [("Mill Ltd",)]
    assert stamps(org, "Account", str(first.id)) == (LATER_TEXT, LATER_TEXT)
    assert [(entry["operation"], entry["external_id"]) for entry in org.ledger("Account")] == [
        ("insert", "0012"),
        ("update", "0012"),
    ]


def test_an_update_with_the_same_values_moves_the_stamp(org: Org) -> None:
    account = org.made("Account", Name="Mill")
    org.set_clock(LATER)
    org.apply("update", "Account", {"Id": account, "Name": "Mill"})
    assert stamps(org, "Account", account) == (LATER_TEXT, LATER_TEXT)


def test_null_clears_and_what_is_left_out_stays(org: Org) -> None:
    account = org.made("Account", Name="Mill", Phone="1", Site="north")
    org.apply("update", "Account", {"Id": account, "Phone": None})
    assert org.found("SELECT Phone, Site FROM Account") == [(None, "north")]


def test_each_row_is_accepted_or_refused_for_itself(org: Org) -> None:
    good, bad, after = org.apply("insert", "Account", {"Name": "a"}, {"Phone": "1"}, {"Name": "c"})
    assert (good.success, bad.success, after.success) == (True, False, True)
    assert org.found("SELECT Name FROM Account") == [("a",), ("c",)]


def test_all_or_none_takes_back_the_good_rows_too(org: Org) -> None:
    kept = org.made("Account", Name="kept")
    created = org.apply("insert", "Account", {"Name": "a"}, {"Phone": "1"}, all_or_none=True)
    updated = org.apply("update", "Account", {"Id": kept, "Name": "b"}, {"Id": kept, "Name": None}, all_or_none=True)
    assert created[0].errors[0].as_rest() == {
        "statusCode": "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "message": "Record rolled back because not all records were valid and the request was using AllOrNone header",
        "fields": [],
    }
    assert (created[0].id, updated[0].id) == (None, kept)
    assert created[1].errors[0].code == updated[1].errors[0].code == "REQUIRED_FIELD_MISSING"
    assert org.found("SELECT Name FROM Account") == [("kept",)]
    assert len(org.ledger("Account")) == 1


@pytest.mark.parametrize(
    "parent", [{"Customer__r": {"CCB_Person_ID__c": "P1"}}, {"Customer__r.CCB_Person_ID__c": "P1"}]
)
def test_a_parent_is_found_by_its_external_id(org: Org, parent: dict[str, Any]) -> None:
    customer = org.made("Customer__c", Name="Ann", CCB_Person_ID__c="P1")
    (result,) = org.apply("insert", "Account", {"Name": "Mill", **parent})
    assert result.success
    assert org.found("SELECT Customer__c, Customer__r.Name FROM Account") == [(customer, "Ann")]


def test_a_parent_created_earlier_in_the_call_is_found(org: Org) -> None:
    node = "Customer360_Node_ID__c"
    rows = ({node: "C1", "Name": "root"}, {node: "C2", "Name": "child", f"Parent.{node}": "C1"})
    assert all(result.success for result in org.apply("upsert", "Account", *rows, external_id=node))
    assert org.found("SELECT Parent.Name FROM Account WHERE Name = 'child'") == [("root",)]


def test_a_parent_that_is_not_there_refuses_the_row(org: Org) -> None:
    error = org.refusal("insert", "Account", {"Name": "Mill", "Customer__r": {"CCB_Person_ID__c": "P9"}})
    assert error.message == "Foreign key external ID: P9 not found for field CCB_Person_ID__c in entity Customer__c"


def test_a_key_that_several_records_carry_is_never_guessed(org: Org) -> None:
    ids = store.insert_rows(org.connection, "Account", [{"Name": "a", KEY: "1"}, {"Name": "b", KEY: "1"}])
    with pytest.raises(SeveralMatch) as caught:
        org.apply("upsert", "Account", {KEY: "1", "Name": "c"}, external_id=KEY, single=True)
    assert caught.value.ids == ids
    error = org.refusal("upsert", "Account", {KEY: "1", "Name": "c"}, external_id=KEY)
    assert error.code == "DUPLICATE_EXTERNAL_ID"


def test_a_key_given_twice_in_one_chunk_is_refused_the_second_time(org: Org) -> None:
    first, second = org.apply("upsert", "Account", {KEY: "1", "Name": "a"}, {KEY: "1", "Name": "b"}, external_id=KEY)
    assert first.created
    assert second.errors[0].message == "Duplicate external id specified: 1"


def test_an_upsert_by_what_is_no_key_is_refused_as_a_whole(org: Org) -> None:
    with pytest.raises(OrgError) as caught:
        org.apply("upsert", "Account", {"Site": "1"}, external_id="Site")
    assert (caught.value.status, caught.value.message) == (
        404,
        "Provided external ID field does not exist or is not accessible: Site",
    )


def test_a_deleted_account_takes_its_contacts_and_activities_along_and_brings_them_back(org: Org) -> None:
    account, other = org.made("Account", Name="Mill"), org.made("Account", Name="Other")
    child = org.made("Account", Name="Child", ParentId=account)
    contact = org.made("Contact", LastName="Ann", AccountId=account)
    org.made("Contact", LastName="Bob", AccountId=other)
    org.made("Task", Subject="call", WhatId=account, WhoId=contact)
    org.set_clock(LATER)
    org.apply("delete", "Account", {"Id": account})
    assert org.found("SELECT LastName FROM Contact") == [("Bob",)]
    assert org.found("SELECT Id FROM Task") == []
    assert org.found("SELECT IsDeleted FROM Task", include_deleted=True) == [("true",)]
    assert org.found(f"SELECT ParentId FROM Account WHERE Id = '{child}'") == [(None,)]
    assert stamps(org, "Account", child)[1] == stamps(org, "Account", account)[1] == LATER_TEXT
    org.apply("undelete", "Account", {"Id": account})
    assert org.found("SELECT LastName FROM Contact ORDER BY LastName") == [("Ann",), ("Bob",)]
    assert org.found("SELECT Subject FROM Task") == [("call",)]


def test_an_account_with_cases_is_not_deleted(org: Org) -> None:
    account = org.made("Account", Name="Mill")
    org.made("Case", Subject="bill", AccountId=account)
    error = org.refusal("delete", "Account", {"Id": account})
    assert error.code == "DELETE_FAILED"
    assert "following cases.: 00000001" in error.message


def test_a_deleted_record_is_written_no_more(org: Org) -> None:
    account = org.made("Account", Name="Mill", **{KEY: "1"})
    org.apply("delete", "Account", {"Id": account})
    assert org.refusal("update", "Account", {"Id": account, "Name": "x"}).code == "ENTITY_IS_DELETED"
    assert org.refusal("insert", "Contact", {"LastName": "x", "AccountId": account}).code == "ENTITY_IS_DELETED"
    (again,) = org.apply("upsert", "Account", {KEY: "1", "Name": "new"}, external_id=KEY)
    assert again.created, "a key in the recycle bin is free"
    assert org.refusal("undelete", "Account", {"Id": account}).code == "DUPLICATE_VALUE"


def test_a_hard_deleted_record_is_nowhere(org: Org) -> None:
    account = org.made("Account", Name="Mill")
    org.apply("hardDelete", "Account", {"Id": account})
    assert org.found("SELECT Id FROM Account", include_deleted=True) == []
    assert org.refusal("undelete", "Account", {"Id": account}).code == "INVALID_CROSS_REFERENCE_KEY"


def test_an_emptied_bin_gives_nothing_back(org: Org) -> None:
    account = org.made("Account", Name="Mill")
    org.delete("Account", account)
    org.empty_bin("Account", account)
    assert org.get("Account", account) is None


def test_a_merge_moves_the_children_and_marks_the_loser(org: Org) -> None:
    master, loser = org.made("Account", Name="Mill"), org.made("Account", Name="Mill 2")
    contact = org.made("Contact", LastName="Ann", AccountId=loser)
    task = org.made("Task", Subject="call", WhatId=loser)
    org.archive("Task", task)
    org.set_clock(LATER)
    org.merge("Account", master, loser)
    assert org.found("SELECT Id, MasterRecordId FROM Account WHERE IsDeleted = true", include_deleted=True) == [
        (loser, master)
    ]
    assert org.found("SELECT AccountId FROM Contact") == [(master,)]
    assert org.found("SELECT WhatId, AccountId FROM Task", include_deleted=True) == [(master, master)]
    assert {stamps(org, "Contact", contact)[1], stamps(org, "Task", task)[1], *stamps(org, "Account", master)} == {
        LATER_TEXT
    }


def test_merged_contacts_are_once_in_a_campaign(org: Org) -> None:
    master, loser = org.made("Contact", LastName="Ann"), org.made("Contact", LastName="Anne")
    campaign = org.made("Campaign", Name="Outage letter")
    for contact in (master, loser):
        org.made("CampaignMember", CampaignId=campaign, ContactId=contact)
    org.merge("Contact", master, loser)
    assert org.found("SELECT ContactId, Name FROM CampaignMember") == [(master, "Ann")]


def test_an_archived_activity_is_found_by_query_all_only(org: Org) -> None:
    account = org.made("Account", Name="Mill")
    task = org.made("Task", Subject="old", WhatId=account, Status="Completed")
    org.archive("Task", task)
    assert org.found("SELECT Id FROM Task") == []
    assert org.found("SELECT Id, IsArchived FROM Task", include_deleted=True) == [(task, "true")]
    assert org.found("SELECT Id FROM Task ALL ROWS") == [(task,)]
    org.apply("update", "Task", {"Id": task, "WhatId": account})
    assert org.found("SELECT Id FROM Task") == [(task,)], "a new WhatId takes it out of the archive"


def test_salesforce_fills_in_what_follows(org: Org) -> None:
    account = org.made("Account", Name="Mill")
    contact = org.made("Contact", FirstName="Ann", LastName="Lee", AccountId=account, Email="ann@example.com")
    org.made("Case", Subject="bill", ContactId=contact, Status="Closed")
    org.made("Task", Subject="call", WhoId=contact, Status="Completed", ActivityDate="2026-11-20", Priority="High")
    org.made("Event", Subject="visit", WhatId=account, StartDateTime="2026-11-20T10:00:00Z", DurationInMinutes=90)
    assert org.found("SELECT Name FROM Contact") == [("Ann Lee",)]
    assert org.found("SELECT CaseNumber, IsClosed, ClosedDate, AccountId, ContactEmail FROM Case") == [
        ("00000001", "true", "2026-11-24T10:00:00.000Z", account, "ann@example.com")
    ]
    assert org.found("SELECT AccountId, IsClosed, IsHighPriority FROM Task") == [(account, "true", "true")]
    assert org.found("SELECT EndDateTime, ActivityDate FROM Event") == [("2026-11-20T11:30:00.000Z", "2026-11-20")]
    assert org.found("SELECT LastActivityDate FROM Account") == [("2026-11-20",)]


def test_a_contact_has_one_direct_relation(org: Org) -> None:
    first, second = org.made("Account", Name="a"), org.made("Account", Name="b")
    contact = org.made("Contact", LastName="Ann", AccountId=first)
    org.apply("update", "Contact", {"Id": contact, "AccountId": second})
    assert org.found("SELECT AccountId, IsDirect FROM AccountContactRelation") == [(first, "false"), (second, "true")]
    relation = {"AccountId": second, "ContactId": contact}
    assert org.refusal("insert", "AccountContactRelation", relation).code == "DUPLICATE_VALUE"


def test_what_a_caller_takes_back_was_never_written(org: Org) -> None:
    with pytest.raises(RuntimeError), store.transaction(org.connection):
        org.made("Account", Name="Mill")
        raise RuntimeError
    assert org.found("SELECT Id FROM Account") == []
    assert org.ledger() == []


@pytest.mark.slow
def test_5000_rows_a_second_are_upserted(org: Org) -> None:
    org.made("Customer__c", Name="Ann", CCB_Person_ID__c="P1")
    rows = [
        {KEY: str(number), "Name": f"Mill {number}", "BillingCity": "Alder", "Customer__r.CCB_Person_ID__c": "P1"}
        for number in range(2500)
    ]
    fastest = 60.0
    for _ in range(3):
        start = process_time()
        assert all(result.success for result in org.apply("upsert", "Account", *rows, external_id=KEY))
        fastest = min(fastest, process_time() - start)
    assert len(rows) / fastest > 5000
