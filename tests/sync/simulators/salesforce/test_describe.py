"""Describe: what a user is told of the org."""

from collections.abc import Iterator
from typing import Any

import pytest

from sync.simulators.salesforce import schema, store
from sync.simulators.salesforce.describe import describe, describe_global
from sync.simulators.salesforce.errors import OrgError
from sync.simulators.salesforce.schema import derived
from sync.stream import Direction, FieldMap, Stream, System
from sync.streams import STREAMS
from tests.sync.simulators.salesforce.org import Org

# What simple-salesforce, jsforce, the Salesforce CLI, Airbyte and tap-salesforce read of a field.
FIELD_KEYS = {
    "name", "label", "type", "soapType", "length", "byteLength", "precision", "scale", "digits", "nillable",
    "createable", "updateable", "custom", "calculated", "compoundFieldName", "defaultedOnCreate", "externalId",
    "filterable", "idLookup", "nameField", "picklistValues", "referenceTo", "relationshipName", "restrictedPicklist",
    "sortable", "unique", "autoNumber", "deprecatedAndHidden", "permissionable", "polymorphicForeignKey",
}  # fmt: skip


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Org]:
    with Org(tmp_path_factory.mktemp("org") / "org.sqlite3") as org:
        yield org


def fields(org: Org, object_name: str) -> dict[str, dict[str, Any]]:
    return {field["name"]: field for field in describe(org.connection, org.user, object_name)["fields"]}


def test_every_object_is_listed_with_where_to_find_it(org: Org) -> None:
    told = describe_global(org.connection, org.user, version="61.0")
    listed = {made["name"]: made for made in told["sobjects"]}
    assert set(listed) == set(schema.objects())
    assert listed["Account"]["keyPrefix"] == "001"
    assert listed["Customer__c"]["custom"] is True
    assert listed["Account"]["urls"]["describe"] == "/services/data/v61.0/sobjects/Account/describe"


def test_prefixes_tell_objects_apart() -> None:
    assert len(schema.by_prefix()) == len(schema.objects())


def test_fields_have_every_key_that_clients_read(org: Org) -> None:
    for object_name in schema.objects():
        for field in describe(org.connection, org.user, object_name)["fields"]:
            assert set(field) >= FIELD_KEYS


def test_fields_are_told_as_they_are(org: Org) -> None:
    account = fields(org, "Account")
    key = account["CCB_Account_ID__c"]
    assert (key["type"], key["externalId"], key["unique"], key["idLookup"], key["custom"]) == ("string", *[True] * 4)
    assert account["Customer__c"]["referenceTo"] == ["Customer__c"]
    assert account["Customer__c"]["relationshipName"] == "Customer__r"
    level = account["Hierarchy_Level__c"]
    assert level["restrictedPicklist"] is True
    assert [value["value"] for value in level["picklistValues"]] == ["C1", "C2", "C3"]
    assert account["BillingCity"]["compoundFieldName"] == "BillingAddress"
    assert account["BillingAddress"]["type"] == "address"
    assert account["SystemModstamp"]["updateable"] is False
    assert fields(org, "Customer__c")["Name"]["length"] == 80
    assert fields(org, "Task")["WhatId"]["polymorphicForeignKey"] is True
    assert fields(org, "Case")["CaseNumber"]["autoNumber"] is True


def test_every_described_field_can_be_selected(org: Org) -> None:
    for object_name in schema.objects():
        names = ", ".join(fields(org, object_name))
        org.records(f"SELECT {names} FROM {object_name} LIMIT 1")


def test_children_are_told_by_the_names_of_their_relations(org: Org) -> None:
    children = describe(org.connection, org.user, "Account")["childRelationships"]
    told = {(child["childSObject"], child["field"]): child["relationshipName"] for child in children}
    assert told["Contact", "AccountId"] == "Contacts"
    assert told["Account", "ParentId"] == "ChildAccounts"
    assert told["Task", "WhatId"] == "Tasks"


def test_an_object_that_is_not_there_is_not_described(org: Org) -> None:
    with pytest.raises(OrgError) as caught:
        describe(org.connection, org.user, "Nothing__c")
    assert (caught.value.status, caught.value.code) == (404, "NOT_FOUND")


def test_a_hidden_field_is_gone_for_its_user_only(org: Org) -> None:
    org.hide("Account", "Industry", store.INTEGRATION_USERNAME)
    assert "Industry" not in fields(org, "Account")
    for query in (
        "SELECT Industry FROM Account",
        "SELECT Id FROM Account WHERE Industry = 'Utilities'",
        "SELECT Id FROM Account ORDER BY Industry",
        "SELECT Account.Industry FROM Contact",
    ):
        error = org.query_error(query)
        assert error.code == "INVALID_FIELD"
        assert "No such column 'Industry' on entity 'Account'" in error.message
    assert org.refusal("insert", "Account", {"Name": "a", "Industry": "x"}).code == "INVALID_FIELD_FOR_INSERT_UPDATE"
    assert org.query("SELECT Industry FROM Account") == []
    org.show("Account", "Industry", store.INTEGRATION_USERNAME)
    assert org.found("SELECT Industry FROM Account") == []


def test_a_hidden_lookup_hides_the_way_to_its_parent(org: Org) -> None:
    org.hide("Account", "Customer__c")
    assert (
        "Didn't understand relationship 'Customer__r'"
        in org.query_error("SELECT Customer__r.Name FROM Account").message
    )
    told = describe(org.connection, org.user, "Customer__c")["childRelationships"]
    assert "Account" not in {child["childSObject"] for child in told}
    org.show("Account", "Customer__c")


def test_a_locked_field_is_told_as_read_only(org: Org) -> None:
    org.lock("Account", "Industry")
    assert fields(org, "Account")["Industry"]["updateable"] is False
    org.unlock("Account", "Industry")
    assert fields(org, "Account")["Industry"]["updateable"] is True


def test_streams_of_salesforce_bring_their_custom_fields_and_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    model = next(stream for stream in STREAMS if stream.name == "ccb.accounts").model
    stream = Stream(
        name="salesforce.thing",
        system=System.SALESFORCE,
        direction=Direction.IN,
        model=model,
        title="Things",
        source="Thing__c t",
        key=("account_id",),
        fields=(FieldMap("Thing_ID__c", "account_id"), FieldMap("Since__c", "setup_date"), FieldMap("Name", "name")),
        cadence="hourly",
    )
    monkeypatch.setattr(derived, "STREAMS", (stream,))
    derived.custom_fields.cache_clear()
    derived.custom_objects.cache_clear()
    try:
        key, since = derived.custom_fields()["Thing__c"]
        assert (key.name, key.type, key.external_id, key.unique) == ("Thing_ID__c", "string", True, True)
        assert (since.name, since.type, since.label) == ("Since__c", "date", "Since")
        assert "Thing__c" in {made.name for made in derived.custom_objects()}
    finally:
        derived.custom_fields.cache_clear()
        derived.custom_objects.cache_clear()
