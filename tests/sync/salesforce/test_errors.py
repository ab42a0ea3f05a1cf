"""One table says what each of Salesforce's error codes calls for; values are turned into Arrow in one form."""

from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pytest
import requests
from simple_salesforce.exceptions import SalesforceExpiredSession, SalesforceGeneralError, SalesforceMalformedRequest

from sync.load.stage import _with_lines
from sync.systems.salesforce.bulk import _why
from sync.systems.salesforce.errors import Reaction, Refusal, explain, reaction_to, understood
from sync.systems.salesforce.soql import Position, Query, literal, quoted
from sync.systems.salesforce.values import Unreadable, from_records, typed


@pytest.mark.parametrize(
    ("code", "message", "status", "reaction"),
    [
        ("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access", 400, Reaction.RETRY),
        ("SERVER_UNAVAILABLE", "", 503, Reaction.RETRY),
        ("SOMETHING_NEW", "", 500, Reaction.RETRY),
        ("SOMETHING_NEW", "", 429, Reaction.RETRY),
        ("INVALID_SESSION_ID", "Session expired or invalid", 401, Reaction.SIGN_IN),
        ("SOMETHING_NEW", "", 401, Reaction.SIGN_IN),
        ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", 403, Reaction.WAIT),
        ("REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded.", 403, Reaction.RETRY),
        ("TXN_SECURITY_METADATA", "", 403, Reaction.PERSON),
        ("INSUFFICIENT_ACCESS", "", 403, Reaction.PERSON),
        ("SOMETHING_NEW", "", 403, Reaction.PERSON),
        ("STRING_TOO_LONG", "", 400, Reaction.NEVER),
        ("SOMETHING_NEW", "", 400, Reaction.NEVER),
    ],
)
def test_every_code_has_a_reaction(code: str, message: str, status: int, reaction: Reaction) -> None:
    refused = Refusal(code, message, status)
    assert refused.reaction is reaction
    assert refused.advice.endswith((".", "!"))
    assert str(explain(refused, "Cases")).startswith(f"Cases could not be read ({code}")


def test_rows_of_collections_and_bulk_jobs_are_told_apart_by_the_same_table() -> None:
    assert reaction_to("UNABLE_TO_LOCK_ROW") is reaction_to("ALL_OR_NONE_OPERATION_ROLLED_BACK") is Reaction.RETRY
    assert reaction_to("DUPLICATES_DETECTED") is Reaction.NEVER


@pytest.mark.parametrize(
    ("error", "code", "reaction"),
    [
        (SalesforceMalformedRequest("", 400, "query", [{"errorCode": "NO_FIELD"}]), "NO_FIELD", Reaction.NEVER),
        (SalesforceExpiredSession("", 401, "query", "<html>"), "NO_JSON", Reaction.SIGN_IN),
        (SalesforceGeneralError("", 502, "query", "<html>"), "NO_JSON", Reaction.RETRY),
        (SalesforceGeneralError("", 400, "token", {"error": "invalid_grant"}), "invalid_grant", Reaction.NEVER),
        (requests.exceptions.ConnectTimeout(), "NETWORK", Reaction.RETRY),
        (requests.exceptions.ChunkedEncodingError(), "NETWORK", Reaction.RETRY),
        (requests.exceptions.JSONDecodeError("x", "", 0), "NO_JSON", Reaction.RETRY),
        (requests.exceptions.SSLError("CERTIFICATE_VERIFY_FAILED"), "CERTIFICATE", Reaction.PERSON),
    ],
)  # fmt: skip
def test_what_the_libraries_raise_is_understood(error: Exception, code: str, reaction: Reaction) -> None:
    refused = understood(error)
    assert (refused.code, refused.reaction) == (code, reaction)


def test_a_mistake_of_ours_is_no_refusal() -> None:
    with pytest.raises(ZeroDivisionError):
        understood(ZeroDivisionError())


def test_a_network_error_does_not_tell_the_address_of_the_call() -> None:
    error = requests.exceptions.ConnectionError("https://x.example/query?q=SELECT Name FROM Contact")
    assert "SELECT" not in understood(error).message


def test_a_job_s_message_begins_with_its_code() -> None:
    assert _why({"state": "Failed", "errorMessage": "InvalidBatch : no"}).code == "InvalidBatch"
    retried = _why({"state": "Failed", "errorMessage": "Retried more than fifteen times"})
    assert (retried.code, retried.reaction) == ("UNKNOWN_EXCEPTION", Reaction.RETRY)
    assert _why({"state": "Aborted"}).message == "Aborted"


# Values


def test_moments_of_rest_and_bulk_are_one() -> None:
    texts = pa.array(["2024-09-24T03:26:07.000+0000", "2024-09-24T03:26:07.000Z", "2024-09-24", "", None])
    moment = datetime(2024, 9, 24, 3, 26, 7)
    assert typed(texts, pa.timestamp("s")).to_pylist() == [moment, moment, datetime(2024, 9, 24), None, None]


@pytest.mark.parametrize("text", ["2024-09-24T03:26:07.000+0200", "yesterday", "2024-13-24T03:26:07.000Z"])
def test_a_moment_of_another_form_is_not_guessed_at(text: str) -> None:
    with pytest.raises(Unreadable):
        typed(pa.array([text]), pa.timestamp("s"))


def test_numbers_are_exact_in_either_spelling() -> None:
    texts = pa.array(["9.12260031E8", "12.345", "-0.005", "0", ""])
    expected = [Decimal("912260031.00"), Decimal("12.35"), Decimal("-0.01"), Decimal("0.00"), None]
    assert typed(texts, pa.decimal128(38, 2)).to_pylist() == expected
    with pytest.raises(Unreadable):
        typed(pa.array(["a lot"]), pa.decimal128(38, 2))


def test_a_number_of_a_double_s_many_digits_is_rounded_to_what_its_field_holds() -> None:
    texts = pa.array(["0.30000000000000004", "-7.0E-15", "1.7E+20", "12345678901234567.995"])
    expected = [Decimal("0.30"), Decimal("0.00"), Decimal("170000000000000000000.00"), Decimal("12345678901234568.00")]
    assert typed(texts, pa.decimal128(38, 2)).to_pylist() == expected


def test_half_a_character_costs_its_own_row_alone() -> None:
    schema = pa.schema([("name", pa.string()), ("city", pa.string())])
    records = [
        {"Name": "cut \ud83d", "City": "Port"},
        {"Name": "\U0001f3e0", "City": None},
        {"Name": None, "City": "Ellery"},
    ]
    _, lines, is_readable = _with_lines(from_records(records, ["Name", "City"], schema))
    assert not is_readable
    told = lines.to_pybytes().decode().splitlines()
    assert [line.rsplit(",", 1)[1] for line in told] == ['"name"', "", ""]
    assert told[1:] == ['"\U0001f3e0",,', ',"Ellery",']


def test_a_path_through_a_missing_parent_is_no_value() -> None:
    schema = pa.schema([("name", pa.string()), ("open", pa.string())])
    owners, opens = ({"Name": "Lopez"}, None, {"Name": ""}), (True, False, None)
    records = [{"Owner": owner, "Open": is_open} for owner, is_open in zip(owners, opens, strict=True)]
    batch = from_records(records, ["Owner.Name", "Open"], schema)
    assert batch.to_pydict() == {"name": ["Lopez", None, None], "open": ["true", "false", None]}


# SOQL


def test_a_query_is_resumed_behind_a_place() -> None:
    asked = Query("Account", ("Id", "Name"), ("A = 1",), "SystemModstamp")
    later = asked.after(Position(datetime(2026, 11, 24, 10, 0, 1), "001")).text(in_order=True)
    assert later == (
        "SELECT Id, Name FROM Account WHERE (A = 1) AND (SystemModstamp > 2026-11-24T10:00:01Z OR"
        " (SystemModstamp = 2026-11-24T10:00:01Z AND Id > '001')) ORDER BY SystemModstamp, Id"
    )
    assert asked.after(None) is asked


def test_texts_are_quoted_and_moments_are_whole_seconds() -> None:
    assert quoted("O'Brien \\ Sons") == "'O\\'Brien \\\\ Sons'"
    assert literal(datetime(2026, 11, 24, 10, 0, 1, 999_999)) == "2026-11-24T10:00:01Z"
