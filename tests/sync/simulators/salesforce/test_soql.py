"""SOQL: what it finds, in which order and shape, and how it refuses."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from time import process_time

import pytest

from sync.simulators.salesforce import soql, store
from sync.simulators.salesforce.soql.ranges import span
from tests.sync.simulators.salesforce.org import Org

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Org]:
    """Three accounts, six tasks, and 5,000 campaigns with one stamp."""
    with Org(tmp_path_factory.mktemp("org") / "org.sqlite3") as org:
        org.set_clock(NOW)
        accounts = store.insert_rows(
            org.connection,
            "Account",
            [
                {"Name": "Alder Mill", "AnnualRevenue": 10, "BillingCity": "Alder", "CreatedDate": START},
                {"Name": "Birch 100%", "AnnualRevenue": None, "CreatedDate": START + timedelta(days=1)},
                {"Name": "birch_yard", "AnnualRevenue": 30, "CreatedDate": START + timedelta(days=2)},
            ],
        )
        org.connection.execute('UPDATE "Account" SET "ParentId" = ? WHERE Id = ?', (accounts[0], accounts[1]))
        store.insert_rows(
            org.connection,
            "Task",
            [
                {
                    "Subject": f"Task {number}",
                    "WhatId": accounts[number % 2],
                    "ActivityDate": date(2026, 11, 20 + number),
                }
                for number in range(6)
            ],
        )
        store.insert_rows(
            org.connection, "Campaign", ({"Name": f"Tied {n}", "CreatedDate": START} for n in range(5000))
        )
        yield org


def names(org: Org, where: str) -> list[str]:
    return [name for (name,) in org.found(f"SELECT Name FROM Account {where}")]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("WHERE Name = 'ALDER MILL'", ["Alder Mill"]),
        ("WHERE Name LIKE 'birch%'", ["Birch 100%", "birch_yard"]),
        (r"WHERE Name LIKE '%100\%'", ["Birch 100%"]),
        (r"WHERE Name LIKE 'birch\_%'", ["birch_yard"]),
        ("WHERE AnnualRevenue = null", ["Birch 100%"]),
        ("WHERE AnnualRevenue != 10", ["Birch 100%", "birch_yard"]),
        ("WHERE NOT AnnualRevenue > 10", ["Alder Mill", "Birch 100%"]),
        ("WHERE NOT (Name LIKE 'birch%' AND AnnualRevenue != null)", ["Alder Mill", "Birch 100%"]),
        ("WHERE AnnualRevenue IN (10, 30)", ["Alder Mill", "birch_yard"]),
        ("WHERE AnnualRevenue NOT IN (10)", ["Birch 100%", "birch_yard"]),
        ("WHERE AnnualRevenue IN (10, null)", ["Alder Mill", "Birch 100%"]),
        ("WHERE Parent.Name = 'Alder Mill'", ["Birch 100%"]),
        ("WHERE BillingCity = ''", ["Birch 100%", "birch_yard"]),
        ("WHERE (Name = 'Alder Mill' OR Name = 'birch_yard') AND AnnualRevenue >= 30", ["birch_yard"]),
        ("WHERE CreatedDate > 2026-01-01T23:00:00Z", ["Birch 100%", "birch_yard"]),
        ("WHERE CreatedDate >= 2026-01-02T00:00:00.000+00:00", ["Birch 100%", "birch_yard"]),
        ("WHERE CreatedDate <= 2026-01-01T01:00:00+0100", ["Alder Mill"]),
        ("WHERE CreatedDate < LAST_N_DAYS:30", ["Alder Mill", "Birch 100%", "birch_yard"]),
        ("WHERE Id IN (SELECT WhatId FROM Task WHERE Subject = 'task 1')", ["Birch 100%"]),
        ("WHERE Id NOT IN (SELECT WhatId FROM Task)", ["birch_yard"]),
        ("ORDER BY AnnualRevenue", ["Birch 100%", "Alder Mill", "birch_yard"]),
        ("ORDER BY AnnualRevenue DESC NULLS LAST", ["birch_yard", "Alder Mill", "Birch 100%"]),
        ("ORDER BY Parent.Name NULLS LAST, Name DESC", ["Birch 100%", "birch_yard", "Alder Mill"]),
        ("LIMIT 1 OFFSET 1", ["Birch 100%"]),
    ],
)
def test_where_and_order_by_find(org: Org, where: str, found: list[str]) -> None:
    assert names(org, where) == found


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("ActivityDate = TODAY", 1),
        ("ActivityDate < TODAY", 4),
        ("ActivityDate <= 2026-11-24", 5),
        ("ActivityDate > TODAY", 1),
        ("ActivityDate = LAST_N_DAYS:2", 3),
        ("ActivityDate IN (YESTERDAY, TOMORROW)", 2),
        ("ActivityDate != THIS_MONTH", 0),
        ("What.Type = 'Account' AND What.Name LIKE 'alder%'", 3),
        ("What.Type != 'Account'", 0),
    ],
)
def test_activities_are_found_by_day_and_by_what_they_are_about(org: Org, where: str, found: int) -> None:
    assert soql.run(org.connection, org.user, f"SELECT COUNT() FROM Task WHERE {where}").total == found


def test_spans_of_days_have_the_bounds_of_the_calendar() -> None:
    today = date(2026, 11, 24)  # a Tuesday
    assert span("this_week", 0, today) == (date(2026, 11, 22), date(2026, 11, 29))
    assert span("last_month", 0, today) == (date(2026, 10, 1), date(2026, 11, 1))
    assert span("this_quarter", 0, today) == (date(2026, 10, 1), date(2027, 1, 1))
    assert span("n_days_ago", 7, today) == (date(2026, 11, 17), date(2026, 11, 18))
    assert span("next_n_months", 2, today) == (date(2026, 12, 1), date(2027, 2, 1))


def test_records_nest_their_parents_and_name_their_place(org: Org) -> None:
    (record,) = org.records(
        "SELECT Account.Id, account.OWNER.Profile.name, Parent.Name, BillingAddress, IsDeleted, CreatedDate"
        " FROM Account WHERE Name = 'alder mill'"
    )
    assert record["attributes"] == {"type": "Account", "url": f"/services/data/v60.0/sobjects/Account/{record['Id']}"}
    assert record["Owner"]["Profile"]["Name"] == "System Administrator"
    assert record["Owner"]["attributes"]["type"] == "User"
    assert record["Parent"] is None
    assert record["BillingAddress"]["city"] == "Alder"
    assert record["IsDeleted"] is False
    assert record["CreatedDate"] == "2026-01-01T00:00:00.000+0000"


def test_a_lookup_to_several_objects_tells_name_and_type(org: Org) -> None:
    record = org.records("SELECT What.Name, What.Type, Who.Name FROM Task ORDER BY Id LIMIT 1")[0]
    assert (record["What"]["Name"], record["What"]["Type"], record["Who"]) == ("Alder Mill", "Account", None)
    assert record["What"]["attributes"]["type"] == "Name"


def test_tuples_are_flat_and_spelled_as_bulk_spells_them(org: Org) -> None:
    result = soql.run(org.connection, org.user, "select id, owner.isactive, ANNUALREVENUE, createddate FROM account")
    assert [column.name for column in result.columns] == ["Id", "Owner.IsActive", "AnnualRevenue", "CreatedDate"]
    assert [column.type for column in result.columns] == ["id", "boolean", "currency", "datetime"]
    rows = list(result.tuples)
    assert [row[1:] for row in rows[:2]] == [
        ("true", 10.0, "2026-01-01T00:00:00.000Z"),
        ("true", None, "2026-01-02T00:00:00.000Z"),
    ]
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)


def test_aggregates_have_rows_without_an_id(org: Org) -> None:
    result = soql.run(org.connection, org.user, "SELECT COUNT(Id), MAX(CreatedDate) latest FROM Account")
    assert result.total == 1
    assert list(result.rows) == [
        {"attributes": {"type": "AggregateResult"}, "expr0": 3, "latest": "2026-01-03T00:00:00.000+0000"}
    ]
    grouped = org.records("SELECT What.Name, COUNT(Id) held FROM Task GROUP BY What.Name ORDER BY What.Name")
    assert [(row["Name"], row["held"]) for row in grouped] == [("Alder Mill", 3), ("Birch 100%", 3)]


@pytest.mark.parametrize(
    ("bounds", "counted"), [("LIMIT 2", 2), ("LIMIT 9", 3), ("LIMIT 9 OFFSET 1", 2), ("LIMIT 0", 0)]
)
def test_a_count_goes_no_further_than_its_bounds(org: Org, bounds: str, counted: int) -> None:
    assert soql.run(org.connection, org.user, f"SELECT COUNT() FROM Account {bounds}").total == counted


def test_a_tie_of_5000_stamps_is_read_to_its_end_by_keyset(org: Org) -> None:
    seen: list[str] = []
    last = "000000000000000AAA"
    while page := org.found(
        "SELECT Id FROM Campaign WHERE (SystemModstamp > 2026-01-01T00:00:00Z OR (SystemModstamp ="
        f" 2026-01-01T00:00:00Z AND Id > '{last}')) ORDER BY SystemModstamp, Id LIMIT 2000"
    ):
        seen += [record_id for (record_id,) in page]
        last = seen[-1]
    assert len(seen) == len(set(seen)) == 5000


def test_fifteen_characters_of_an_id_find_the_record(org: Org) -> None:
    ((full,),) = org.found("SELECT Id FROM Account WHERE Name = 'Alder Mill'")
    assert org.found(f"SELECT Id FROM Account WHERE Id = '{full[:15]}'") == [(full,)]


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        (
            "select count() from XYZZY",
            "INVALID_TYPE",
            "\nselect count() from XYZZY\n                    ^\nERROR at Row:1:Column:21\nsObject type 'XYZZY' is not"
            " supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity"
            " name. Please reference your WSDL or the describe call for the appropriate names.",
        ),
        (
            "SELECT Id, Colour FROM Account",
            "INVALID_FIELD",
            "\nSELECT Id, Colour FROM Account\n           ^\nERROR at Row:1:Column:12\nNo such column 'Colour' on"
            " entity 'Account'. If you are attempting to use a custom field, be sure to append the '__c' after the"
            " custom field name. Please reference your WSDL or the describe call for the appropriate names.",
        ),
    ],
)
def test_errors_are_word_for_word(org: Org, query: str, code: str, message: str) -> None:
    error = org.query_error(query)
    assert (error.code, error.message) == (code, message)


@pytest.mark.parametrize(
    ("query", "code", "said"),
    [
        ("SELECT Id FORM Account", "MALFORMED_QUERY", "unexpected token: 'FORM'"),
        ("SELECT Id FROM Account WHERE", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
        ("SELECT Id FROM Account WHERE Name = 'open", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Account WHERE Name = 'a' OR Name = 'b' AND Name = 'c'", "MALFORMED_QUERY", "'AND'"),
        ("SELECT Id, id FROM Account", "MALFORMED_QUERY", "duplicate field selected: Id"),
        ("SELECT Name, COUNT(Id) FROM Account", "MALFORMED_QUERY", "Field must be grouped or aggregated: Name"),
        ("SELECT Nobody.Name FROM Account", "INVALID_FIELD", "Didn't understand relationship 'Nobody' in field path"),
        ("SELECT Id FROM Account WHERE Name = 3", "INVALID_FIELD", "must be of type string and should be enclosed"),
        (
            "SELECT Id FROM Account WHERE CreatedDate > 2026-01-01",
            "INVALID_FIELD",
            "must be of type dateTime",
        ),
        (
            "SELECT Id FROM Account WHERE CreatedDate > '2026-01-01T00:00:00Z'",
            "INVALID_FIELD",
            "should not be enclosed",
        ),
        ("SELECT Id FROM Account WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered in a query call"),
        ("SELECT Id FROM Account WHERE Id = 'nobody'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: nobody"),
        ("SELECT Id FROM Account OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000"),
        ("SELECT COUNT(Id) FROM SetupAuditTrail", "MALFORMED_QUERY", "does not support aggregate"),
    ],
)
def test_queries_are_refused_with_a_code_and_a_reason(org: Org, query: str, code: str, said: str) -> None:
    error = org.query_error(query)
    assert error.code == code
    assert said in error.message


def test_text_of_a_query_reaches_sqlite_only_as_a_bound_value(org: Org) -> None:
    assert names(org, r"WHERE Name = '\' OR 1=1 --'") == []
    assert org.query_error("""SELECT "Id" FROM Account""").code == "MALFORMED_QUERY"


@pytest.mark.slow
def test_rows_stream_at_50000_a_second(org: Org) -> None:
    store.insert_rows(org.connection, "Case", ({"Subject": f"Case {number}"} for number in range(20_000)))
    result = soql.run(org.connection, org.user, "SELECT Id, Subject, Status, Owner.Name, SystemModstamp FROM Case")
    start = process_time()
    first = next(result.tuples)
    assert process_time() - start < 0.1, "the first row waits for no other"
    assert first[1] == "Case 0"
    fastest = min(_seconds_to_read(result) for _ in range(3))
    assert 20_000 / fastest > 50_000


def _seconds_to_read(result: soql.Result) -> float:
    start = process_time()
    assert sum(1 for _ in result.tuples) == 20_000
    return process_time() - start


def test_thousands_of_values_and_of_alternatives_are_taken(org: Org) -> None:
    numbers = ", ".join(map(str, range(10_000)))
    assert names(org, f"WHERE AnnualRevenue IN ({numbers})") == ["Alder Mill", "birch_yard"]
    listed = ", ".join(f"'other {number}'" for number in range(3000))
    assert names(org, f"WHERE Name NOT IN ({listed}, 'alder mill', 'BIRCH_YARD')") == ["Birch 100%"]
    either = " OR ".join(f"AnnualRevenue = {number}" for number in range(11, 3000))
    assert names(org, f"WHERE {either}") == ["birch_yard"]


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT Id FROM Account WHERE {'(' * 2000}Name = 'a'{')' * 2000}",
        f"SELECT Id FROM Account WHERE {'NOT ' * 2000}Name = 'a'",
        f"SELECT Id FROM Account WHERE Name = '{'a' * 100_000}'",
        "SELECT Id FROM Account WHERE CreatedDate = LAST_N_DAYS:99999999999",
        f"SELECT Id FROM Account WHERE CreatedDate = LAST_N_DAYS:{'9' * 5000}",
        f"SELECT Id FROM Account LIMIT 1 OFFSET {'9' * 5000}",
        "SELECT Id FROM Account LIMIT \u0663",
        "SELECT Id FROM Account WHERE NumberOfEmployees = 1e300",
        "SELECT Id FROM Account WHERE CreatedDate > 2026-02-30T00:00:00Z",
    ],
)
def test_queries_beyond_reason_are_refused_and_nothing_breaks(org: Org, query: str) -> None:
    assert org.query_error(query).code in ("MALFORMED_QUERY", "INVALID_FIELD", "NUMBER_OUTSIDE_VALID_RANGE")
    assert org.found(f"SELECT Id FROM Account LIMIT {'9' * 5000}")
