"""What the org refuses, word for word."""

from collections.abc import Iterator
from typing import Any

import pytest

from sync.simulators.salesforce import ids, store
from sync.simulators.salesforce.errors import OrgError
from tests.sync.simulators.salesforce.org import Org

NOBODY = ids.make("001", 3_000_000)


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Org]:
    with Org(tmp_path_factory.mktemp("org") / "org.sqlite3") as org:
        yield org


@pytest.mark.parametrize(
    ("object_name", "row", "code", "message", "fields"),
    [
        ("Account", {}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Name]", ("Name",)),
        ("Account", {"Name": "  "}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Name]", ("Name",)),
        (
            "Customer__c",
            {"Name": "n" * 81},
            "STRING_TOO_LONG",
            f"Customer Name: data value too large: {'n' * 81} (max length=80)",
            ("Name",),
        ),
        (
            "Account",
            {"Name": "a", "Hierarchy_Level__c": "C4"},
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            "Hierarchy Level: bad value for restricted picklist field: C4",
            ("Hierarchy_Level__c",),
        ),
        (
            "Contact",
            {"LastName": "a", "Email": "ann at home"},
            "INVALID_EMAIL_ADDRESS",
            "Email: invalid email address: ann at home",
            ("Email",),
        ),
        (
            "Account",
            {"Name": "a", "AnnualRevenue": "much"},
            "INVALID_TYPE_ON_FIELD_IN_RECORD",
            "Annual Revenue: value not of required type: much",
            ("AnnualRevenue",),
        ),
        (
            "Account",
            {"Name": "a", "NumberOfEmployees": 10**8},
            "NUMBER_OUTSIDE_VALID_RANGE",
            "Employees: value outside of valid range on numeric field: 100000000",
            ("NumberOfEmployees",),
        ),
        (
            "Account",
            {"Name": "a", "Colour": 1},
            "INVALID_FIELD",
            "No such column 'Colour' on sobject of type Account",
            (),
        ),
        ("Account", {"Name": "a", "ParentId": NOBODY}, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ()),
        (
            "Account",
            {"Name": "a", "ParentId": "Mill"},
            "MALFORMED_ID",
            "Parent Account ID: id value of incorrect type: Mill",
            ("ParentId",),
        ),
        (
            "Account",
            {"Name": "a", "Id": NOBODY},
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            "cannot specify Id in an insert call",
            ("Id",),
        ),
        (
            "Account",
            {"Name": "a", "CreatedDate": "2026-01-01T00:00:00Z", "IsDeleted": False},
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            "Unable to create/update fields: CreatedDate, IsDeleted. Please check the security settings of this field"
            " and verify that it is read/write for your profile or permission set.",
            ("CreatedDate", "IsDeleted"),
        ),
        (
            "Event",
            {"Subject": "visit"},
            "REQUIRED_FIELD_MISSING",
            "Required fields are missing: [DurationInMinutes, ActivityDateTime]",
            ("DurationInMinutes", "ActivityDateTime"),
        ),
    ],
)
def test_an_insert_is_refused(
    org: Org, object_name: str, row: dict[str, Any], code: str, message: str, fields: tuple[str, ...]
) -> None:
    error = org.refusal("insert", object_name, row)
    assert (error.code, error.message, error.fields) == (code, message, fields)


def test_a_refusal_reads_as_rest_and_as_bulk_tell_it(org: Org) -> None:
    error = org.refusal("insert", "Account", {})
    assert error.as_bulk() == "REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --"
    assert error.as_rest() == {
        "statusCode": "REQUIRED_FIELD_MISSING",
        "message": "Required fields are missing: [Name]",
        "fields": ["Name"],
    }


def test_a_name_of_80_characters_and_any_value_of_an_open_picklist_are_taken(org: Org) -> None:
    org.made("Customer__c", Name="n" * 80)
    org.made("Account", Name="a", Industry="Beekeeping")


def test_text_is_trimmed_and_a_restricted_value_spelled_as_the_org_spells_it(org: Org) -> None:
    account = org.made("Account", Name="  Mill ", Hierarchy_Level__c="c1")
    assert org.found(f"SELECT Name, Hierarchy_Level__c FROM Account WHERE Id = '{account}'") == [("Mill", "C1")]


def test_a_unique_value_stands_on_one_record(org: Org) -> None:
    first = org.made("Account", Name="a", CCB_Account_ID__c="77a")
    error = org.refusal("insert", "Account", {"Name": "b", "CCB_Account_ID__c": "77A"})
    message = f"duplicate value found: CCB_Account_ID__c duplicates value on record with id: {first}"
    assert (error.code, error.message) == ("DUPLICATE_VALUE", message)
    assert org.apply("update", "Account", {"Id": first, "CCB_Account_ID__c": "77a"})[0].success


def test_an_inactive_user_owns_nothing_new(org: Org) -> None:
    user = org.insert("User", LastName="Gone", Username="gone@utility.example", Alias="gone", Email="g@utility.example")
    org.update("User", user, IsActive=False)
    assert org.refusal("insert", "Account", {"Name": "a", "OwnerId": user}).code == "INACTIVE_OWNER_OR_USER"


def test_a_hierarchy_has_no_circle(org: Org) -> None:
    root = org.made("Account", Name="root")
    child = org.made("Account", Name="child", ParentId=root)
    assert org.refusal("update", "Account", {"Id": root, "ParentId": child}).code == "CIRCULAR_DEPENDENCY"


def test_a_validation_rule_refuses_what_meets_its_condition_and_leaves_the_record(org: Org) -> None:
    org.validation_rule("Campaign", "dates", "EndDate < 2026-01-01 AND IsActive = true", "Over already", "EndDate")
    campaign = org.made("Campaign", Name="letter", EndDate="2026-05-01", IsActive=True)
    error = org.refusal("update", "Campaign", {"Id": campaign, "EndDate": "2025-05-01"})
    assert (error.code, error.message, error.fields) == (
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "Over already",
        ("EndDate",),
    )
    assert org.found("SELECT EndDate FROM Campaign") == [("2026-05-01",)]
    assert org.refusal("insert", "Campaign", {"Name": "b", "EndDate": "2025-01-01", "IsActive": True}) == error
    assert len(org.found("SELECT Id FROM Campaign")) == 1
    org.drop_rule("Campaign", "dates")
    assert org.apply("update", "Campaign", {"Id": campaign, "EndDate": "2025-05-01"})[0].success


def test_a_condition_that_cannot_be_read_sets_no_rule_up(org: Org) -> None:
    with pytest.raises(OrgError):
        org.validation_rule("Account", "bad", "Colour = 'red'", "No")
    org.made("Account", Name="a")


@pytest.mark.parametrize(("action", "saved_when_allowed"), [("alert", True), ("block", False)])
def test_a_duplicate_rule_stops_a_second_record(org: Org, action: Any, saved_when_allowed: bool) -> None:
    org.duplicate_rule("Contact", "same", ["LastName", "Email"], action)
    row = {"LastName": f"Lee {action}", "Email": "lee@example.com"}
    org.made("Contact", **row)
    error = org.refusal("insert", "Contact", row)
    assert (error.code, error.message) == ("DUPLICATES_DETECTED", "Use one of these records?")
    assert org.apply("insert", "Contact", row, duplicate_allow_save=True)[0].success is saved_when_allowed
    assert org.apply("insert", "Contact", {"LastName": f"Lee {action}"})[0].success, "no e-mail, no match"
    org.drop_rule("Contact", "same")


def test_what_the_api_only_reads_is_not_written(org: Org) -> None:
    for object_name, operation in (("SetupAuditTrail", "insert"), ("User", "delete"), ("Profile", "update")):
        with pytest.raises(OrgError) as caught:
            org.apply(operation, object_name, {"Id": "x"})  # type: ignore[arg-type]
        assert caught.value.code == "INVALID_TYPE_FOR_OPERATION"


def test_a_field_that_a_user_may_not_write_refuses_his_row_and_nobody_else_s(org: Org) -> None:
    org.lock("Account", "Site", store.INTEGRATION_USERNAME)
    error = org.refusal("insert", "Account", {"Name": "a", "Site": "north"})
    assert (error.code, error.fields) == ("INVALID_FIELD_FOR_INSERT_UPDATE", ("Site",))
    org.insert("Account", Name="a", Site="north")
    org.unlock("Account", "Site", store.INTEGRATION_USERNAME)
    org.made("Account", Name="a", Site="north")


@pytest.mark.parametrize(
    "value", [["a"], {"b": 1}, {"attributes": "Account", "Name": "x"}, True, 10**400, "\ud800", "2026-99-99", ""]
)
@pytest.mark.parametrize(
    "name", ["Name", "ParentId", "Parent", "AnnualRevenue", "LastActivityDate", "Parent.Name", ".", "x" * 5000]
)
def test_a_row_of_any_shape_is_taken_or_refused(org: Org, name: str, value: Any) -> None:
    (result,) = org.apply("insert", "Account", {"Name": "shape", name: value})
    assert result.success or result.errors
