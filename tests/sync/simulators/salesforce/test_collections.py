"""Collections and composite requests of the simulated Salesforce: many records, many calls, one answer."""

from typing import Any

import pytest

from tests.sync.simulators.salesforce.wire import VERSION, Wire


def account(wire: Wire, name: str) -> str:
    """A new account."""
    return str(wire.call("POST", "sobjects/Account", json={"Name": name}).json()["id"])


def test_collections_answer_200_row_by_row_in_the_order_of_the_request(wire: Wire) -> None:
    def record(key: str | None, **fields: Any) -> dict[str, Any]:
        return {"attributes": {"type": "Account"}, "CCB_Account_ID__c": key, **fields}

    given = [record("C1", Name="One"), record("C2", Name=None), record("C3", Name="Three")]
    path = "composite/sobjects/Account/CCB_Account_ID__c"
    told = wire.call("PATCH", path, json={"allOrNone": False, "records": given})
    one, two, three = told.json()
    assert told.status_code == 200
    assert (one["success"], one["created"], one["errors"], sorted(one)) == (
        True,
        True,
        [],
        ["created", "errors", "id", "success"],
    )
    assert two == {
        "success": False,
        "errors": [
            {
                "statusCode": "REQUIRED_FIELD_MISSING",
                "message": "Required fields are missing: [Name]",
                "fields": ["Name"],
            }
        ],
    }
    again = wire.call("PATCH", path, json={"records": given}).json()
    assert [each.get("id") for each in again] == [one["id"], None, three["id"]]
    assert [each.get("created") for each in again] == [False, None, False]


def test_all_or_none_undoes_the_good_rows(wire: Wire) -> None:
    kept = account(wire, "Kept")
    rows = [{"attributes": {"type": "Account"}, "id": kept, "Name": "Changed"}]
    rows += [{"attributes": {"type": "Contact"}, "id": "003000000000001AAA", "LastName": "x"}]
    told = wire.call("PATCH", "composite/sobjects", json={"allOrNone": True, "records": rows}).json()
    assert told[0]["id"] == kept
    assert told[0]["errors"][0]["statusCode"] == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert wire.get(f"sobjects/Account/{kept}").json()["Name"] == "Kept"

    new = [{"attributes": {"type": "Account"}, "Name": name} for name in ("Good", None)]
    told = wire.call("POST", "composite/sobjects", json={"allOrNone": True, "records": new}).json()
    assert [sorted(each) for each in told] == [["errors", "success"]] * 2
    assert wire.query("SELECT COUNT() FROM Account WHERE Name = 'Good'")["totalSize"] == 0


def test_collections_create_update_retrieve_and_delete(wire: Wire) -> None:
    new = [
        {"attributes": {"type": "Account"}, "Name": "Collected"},
        {"attributes": {"type": "Contact"}, "LastName": "Person"},
    ]
    created = wire.call("POST", "composite/sobjects", json={"records": new})
    ids = [each["id"] for each in created.json()]
    assert (created.status_code, [each[:3] for each in ids]) == (200, ["001", "003"])
    body = {"ids": [ids[0], "001000000000000AAA"], "fields": ["Name"]}
    found, missing = wire.call("POST", "composite/sobjects/Account", json=body).json()
    assert (found["Name"], missing) == ("Collected", None)
    told = wire.call("DELETE", "composite/sobjects", params={"ids": ",".join(ids), "allOrNone": "false"})
    assert told.json() == [{"id": each, "success": True, "errors": []} for each in ids]


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ([{"attributes": {"type": "Account"}, "Name": "x"}] * 201, "EXCEEDED_ID_LIMIT"),
        ([{"Name": "x"}], "INVALID_INPUT"),
        ([{"attributes": {"type": "Nothing"}}], "INVALID_TYPE"),
        ([], "INVALID_INPUT"),
    ],
)
def test_a_collection_that_cannot_be_one_is_refused_whole(wire: Wire, records: list[Any], code: str) -> None:
    told = wire.call("POST", "composite/sobjects", json={"records": records})
    assert (told.status_code, told.json()[0]["errorCode"]) == (400, code)


def parts(*given: tuple[str, str, str, Any]) -> list[dict[str, Any]]:
    return [
        {"referenceId": name, "method": method, "url": f"/services/data/{VERSION}/{path}", "body": body}
        for name, method, path, body in given
    ]


def test_a_composite_request_uses_earlier_answers_and_tells_each_status(wire: Wire) -> None:
    told = wire.call(
        "POST",
        "composite",
        json={
            "compositeRequest": parts(
                ("made", "POST", "sobjects/Account", {"Name": "Composed"}),
                ("person", "POST", "sobjects/Contact", {"LastName": "Her", "AccountId": "@{made.id}"}),
                ("gone", "GET", "sobjects/Account/001000000000000AAA", None),
                ("bad", "POST", "sobjects/Contact", {"LastName": "Him", "AccountId": "@{gone.id}"}),
            )
        },
    )
    made, person, gone, bad = told.json()["compositeResponse"]
    assert (told.status_code, made["httpStatusCode"], made["referenceId"]) == (200, 201, "made")
    assert made["httpHeaders"] == {"Location": f"/services/data/{VERSION}/sobjects/Account/{made['body']['id']}"}
    read = wire.get(f"sobjects/Contact/{person['body']['id']}").json()
    assert read["AccountId"] == made["body"]["id"]
    assert (gone["httpStatusCode"], gone["body"][0]["errorCode"]) == (404, "NOT_FOUND")
    assert (bad["httpStatusCode"], bad["body"][0]["errorCode"]) == (400, "PROCESSING_HALTED")


def test_a_composite_request_of_all_or_none_is_undone_as_a_whole(wire: Wire) -> None:
    body = parts(
        ("good", "POST", "sobjects/Account", {"Name": "Undone"}),
        ("bad", "POST", "sobjects/Account", {}),
        ("never", "POST", "sobjects/Account", {"Name": "Undone"}),
    )
    told = wire.call("POST", "composite", json={"allOrNone": True, "compositeRequest": body})
    codes = [each["body"][0]["errorCode"] for each in told.json()["compositeResponse"]]
    assert codes == ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING", "PROCESSING_HALTED"]
    assert wire.query("SELECT COUNT() FROM Account WHERE Name = 'Undone'")["totalSize"] == 0
    inner = {"allOrNone": True, "compositeRequest": body}
    nested = {"allOrNone": True, "compositeRequest": parts(("outer", "POST", "composite", inner))}
    (refused,) = wire.call("POST", "composite", json=nested).json()["compositeResponse"]
    assert refused["body"][0]["errorCode"] == "INVALID_INPUT"
    assert wire.query("SELECT COUNT() FROM Account WHERE Name = 'Undone'")["totalSize"] == 0
    too_many = parts(*[(f"r{place}", "GET", "limits", None) for place in range(26)])
    assert wire.call("POST", "composite", json={"compositeRequest": too_many}).status_code == 400
