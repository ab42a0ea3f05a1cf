"""A filled org: what it holds, that it is a whole, and that the truth about it is known."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from sync.simulators.salesforce import schema, store
from sync.simulators.salesforce.generator import Truth, fill, register, truth
from sync.simulators.salesforce.schema.service import CLOSED
from sync.simulators.salesforce.values import moment_text
from tests.sync.simulators.salesforce.generated import NOW, binned, filled, filled_ccb, number, rows

STORY = "4218665007"


@pytest.fixture(scope="module")
def ccb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled_ccb(tmp_path_factory.mktemp("ccb") / "ccb.sqlite3")


@pytest.fixture(scope="module")
def known(ccb: Path) -> register.Register:
    return register.read(ccb)


@pytest.fixture(scope="module")
def org(ccb: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    connection = filled(ccb, tmp_path_factory.mktemp("org") / "org.sqlite3")
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def told(org: sqlite3.Connection) -> dict[str, Truth]:
    return truth(org)


def contents(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """All rows but those the org is born with, whose stamps are of the moment of the test."""
    return {
        name: connection.execute(
            f'SELECT * FROM "{name}" WHERE CreatedDate < ? ORDER BY Id', (NOW.isoformat(),)
        ).fetchall()
        for name in schema.objects()
        if name not in ("Organization", "PermissionSetAssignment")
    }


def test_every_object_has_rows_in_proportion_to_the_accounts(org: sqlite3.Connection, known: register.Register) -> None:
    accounts = number(org, "SELECT COUNT(*) FROM Account WHERE NOT IsDeleted")
    assert accounts == round(len(known.accounts) * 0.75)
    assert number(org, "SELECT COUNT(*) FROM Contact") == round(accounts * 5 / 3)
    assert number(org, 'SELECT COUNT(*) FROM "Case" WHERE NOT IsDeleted') == accounts * 2
    assert accounts * 5 <= number(org, "SELECT COUNT(*) FROM Task WHERE NOT IsDeleted") <= accounts * 5 + 10
    assert accounts <= number(org, "SELECT COUNT(*) FROM Event") <= accounts + 10
    assert number(org, "SELECT COUNT(*) FROM CampaignMember") > accounts
    assert number(org, "SELECT COUNT(*) FROM SetupAuditTrail") == 160
    assert number(org, 'SELECT COUNT(*) FROM "User" WHERE NOT IsActive') >= 3


def test_sizes_may_be_asked_for_beyond_the_customers_of_ccb(ccb: Path, tmp_path: Path) -> None:
    org = filled(ccb, tmp_path / "org.sqlite3", accounts=600, tasks=900)
    assert number(org, "SELECT COUNT(*) FROM Account WHERE NOT IsDeleted") == 600
    assert 900 <= number(org, "SELECT COUNT(*) FROM Task WHERE NOT IsDeleted") <= 910
    nobody = [each for each in truth(org).values() if each.object == "Account" and each.ccb_key is None]
    assert len(nobody) > 300
    org.close()


def test_the_same_seed_writes_the_same_rows_and_another_seed_others(
    ccb: Path, org: sqlite3.Connection, tmp_path: Path
) -> None:
    again, other = store.create(tmp_path / "again.sqlite3"), store.create(tmp_path / "other.sqlite3")
    fill(again, ccb, now=NOW)
    fill(other, ccb, now=NOW, seed=1)
    assert contents(again) == contents(org)
    assert truth(again) == truth(org)
    names = "SELECT Name FROM Account ORDER BY Id"
    assert other.execute(names).fetchall() != org.execute(names).fetchall()
    again.close()
    other.close()


def test_an_org_that_holds_accounts_is_not_filled_again(ccb: Path, org: sqlite3.Connection) -> None:
    with pytest.raises(ValueError, match="holds accounts already"):
        fill(org, ccb, now=NOW)


def test_a_file_without_ccb_data_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.sqlite3"
    sqlite3.connect(empty).close()
    connection = store.create(tmp_path / "org.sqlite3")
    with pytest.raises(ValueError, match="holds no CC&B data"):
        fill(connection, empty, now=NOW)
    assert number(connection, "SELECT COUNT(*) FROM Account") == 0
    connection.close()


@pytest.mark.parametrize("name", schema.objects())
def test_every_lookup_leads_to_a_record(org: sqlite3.Connection, name: str) -> None:
    for field in schema.objects()[name].stored_fields:
        if field.type == "reference":
            parents = " UNION ALL ".join(f'SELECT Id FROM "{parent}"' for parent in field.reference_to)
            lost = (
                f'SELECT COUNT(*) FROM "{name}" WHERE "{field.name}" IS NOT NULL AND "{field.name}" NOT IN ({parents})'
            )
            assert number(org, lost) == 0, field.name


@pytest.mark.parametrize("name", schema.objects())
def test_every_value_fits_its_field(org: sqlite3.Connection, name: str) -> None:
    made = schema.objects()[name]
    for row in rows(org, f'SELECT * FROM "{name}"'):
        for field in made.stored_fields:
            value = row[field.name]
            if value is None:
                assert not field.required, field.name
            elif field.type == "picklist":
                assert value in field.values, field.name
            elif field.length and isinstance(value, str):
                assert len(value) <= field.length, field.name


@pytest.mark.parametrize("name", ["Account", "Contact", "Case", "Task", "Event", "Campaign", "CampaignMember"])
def test_stamps_follow_one_another_and_none_is_of_the_future(org: sqlite3.Connection, name: str) -> None:
    wrong = f"""SELECT COUNT(*) FROM "{name}" WHERE NOT (CreatedDate <= LastModifiedDate
        AND LastModifiedDate <= SystemModstamp AND SystemModstamp <= '2026-11-24T14:00:00.000Z')"""
    assert number(org, wrong) == 0


def test_thousands_of_records_share_one_stamp(org: sqlite3.Connection) -> None:
    for name, share in (("Account", 0.15), ("Task", 0.01)):
        count = number(org, f"SELECT COUNT(*) FROM {name}")
        ties = number(org, f"SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM {name} GROUP BY SystemModstamp)")
        assert ties > count * share, name


def test_what_was_done_more_than_a_year_ago_is_archived(org: sqlite3.Connection) -> None:
    year = "2025-11-24"
    for name in ("Task", "Event"):
        done = "IsClosed" if name == "Task" else "1"
        day = "COALESCE(ActivityDate, SUBSTR(CreatedDate, 1, 10))"
        assert number(org, f"SELECT COUNT(*) FROM {name} WHERE IsArchived") > 50
        assert number(org, f"SELECT COUNT(*) FROM {name} WHERE IsArchived AND NOT ({done} AND {day} <= '{year}')") == 0
        assert number(org, f"SELECT COUNT(*) FROM {name} WHERE NOT IsArchived AND {done} AND {day} < '{year}'") == 0


def test_case_numbers_rise_with_the_time_of_opening(org: sqlite3.Connection) -> None:
    cases = rows(org, 'SELECT CaseNumber, Status, IsClosed, ClosedDate FROM "Case" ORDER BY CreatedDate, CaseNumber')
    numbers = [each["CaseNumber"] for each in cases]
    assert numbers == sorted(set(numbers))
    assert all(
        (each["Status"] in CLOSED["Case"]) == bool(each["IsClosed"]) == bool(each["ClosedDate"]) for each in cases
    )
    next_number = store.take_numbers(org, "CaseNumber")
    assert int(str(numbers[-1])) < next_number


def test_most_records_are_there_without_our_ids(org: sqlite3.Connection) -> None:
    for name, field in (("Account", "CCB_Account_ID__c"), ("Contact", "CCB_Person_ID__c")):
        linked = number(org, f"SELECT COUNT({field}) FROM {name}")
        assert 0 < linked < number(org, f"SELECT COUNT(*) FROM {name}") * 0.06
    assert number(org, "SELECT COUNT(Customer360_Node_ID__c) FROM Account") == 0
    assert number(org, "SELECT COUNT(Customer360_ID__c) FROM Task") == 0


def test_the_truth_names_customers_and_accounts_that_ccb_holds(
    org: sqlite3.Connection, told: dict[str, Truth], known: register.Register
) -> None:
    for name in ("Account", "Contact", "Customer__c"):
        ids = {row[0] for row in org.execute(f"SELECT Id FROM {name}")}
        assert ids == {key for key, each in told.items() if each.object == name}
    for each in told.values():
        if each.ccb_kind == "account":
            assert known.accounts[each.ccb_key or ""].person_id == each.person_id
        elif each.ccb_kind == "person":
            assert each.ccb_key == each.person_id in known.customers
        else:
            assert each.ccb_key is each.person_id is None and each.how


def test_an_id_of_ours_that_is_there_is_the_true_one(org: sqlite3.Connection, told: dict[str, Truth]) -> None:
    for name, field in (("Account", "CCB_Account_ID__c"), ("Contact", "CCB_Person_ID__c")):
        for key, value in org.execute(f"SELECT Id, {field} FROM {name} WHERE {field} IS NOT NULL"):
            assert told[key].ccb_key == value
            assert "linked" in told[key].how


def test_account_numbers_are_mostly_right_and_sometimes_somebody_elses(
    ccb: Path, tmp_path: Path, known: register.Register
) -> None:
    org = filled(ccb, tmp_path / "org.sqlite3", seed=7)
    told = truth(org)
    kinds: Counter[str] = Counter()
    for key, text in org.execute("SELECT Id, AccountNumber FROM Account WHERE AccountNumber IS NOT NULL"):
        digits = "".join(each for each in text if each.isdigit()).rjust(10, "0")
        if digits == told[key].ccb_key:
            kinds["right"] += 1
        else:
            expected = "another customer's account number" if digits in known.accounts else "mistyped account number"
            assert expected in told[key].how
            kinds[expected] += 1
    assert kinds["right"] > 20
    assert kinds["mistyped account number"] and kinds["another customer's account number"]
    org.close()


def test_lookalikes_are_not_the_customers_they_look_like(
    org: sqlite3.Connection, told: dict[str, Truth], known: register.Register
) -> None:
    names = dict(org.execute("SELECT Id, Name FROM Account"))
    humans = {
        (each.name.partition(",")[2].split(" ")[0], each.name.partition(",")[0]) for each in known.customers.values()
    }
    kinds: Counter[str] = Counter(kind for each in told.values() if each.object == "Account" for kind in each.how)
    assert kinds["namesake"] and kinds["new tenant"] and kinds["prospect"] and kinds["duplicate"]
    for key, each in told.items():
        if each.object == "Account" and "namesake" in each.how:
            parts = str(names[key]).split()
            assert (parts[0], parts[-1]) in humans
            assert each.ccb_key is None


def streets(account: register.Account) -> set[str]:
    return {place.street for place in (account.billing, account.premise) if place}


def test_a_name_and_an_address_together_tell_customers_where_a_name_alone_misleads(
    ccb: Path, tmp_path: Path, known: register.Register
) -> None:
    org = filled(ccb, tmp_path / "org.sqlite3", accounts=900, tasks=0)
    told = truth(org)
    by_name: dict[str, set[str]] = {}
    for account in known.accounts.values():
        name = known.customers[account.person_id].name
        last, _, first = name.partition(",")
        by_name.setdefault(f"{first.split(' ')[0]} {last}".strip().upper(), set()).add(account.account_id)
    right, misled = 0, 0
    for key, name, street in org.execute(
        "SELECT Id, Name, BillingStreet FROM Account WHERE Hierarchy_Level__c IS NULL"
    ):
        candidates = by_name.get(name.upper(), set())
        misled += len(candidates) == 1 and told[key].ccb_key not in candidates
        there = [each for each in candidates if street and street in streets(known.accounts[each])]
        if len(there) == 1:
            assert told[key].ccb_key == there[0]
            right += 1
    assert right > 10
    assert misled > 10
    org.close()


def test_what_was_thrown_away_lately_is_in_the_bin(org: sqlite3.Connection, told: dict[str, Truth]) -> None:
    for name in ("Account", "Case", "Task"):
        deleted = {row[0] for row in org.execute(f'SELECT Id FROM "{name}" WHERE IsDeleted')}
        assert deleted
        assert deleted == binned(org, name)
    assert number(org, "SELECT COUNT(*) FROM org_deletion WHERE at < ?", moment_text(NOW - timedelta(days=15))) == 0
    for key, master in org.execute("SELECT Id, MasterRecordId FROM Account WHERE MasterRecordId IS NOT NULL"):
        assert told[key].ccb_key == told[master].ccb_key
        assert number(org, "SELECT IsDeleted FROM Account WHERE Id = ?", key)
    used = 'SELECT COUNT(*) FROM "{}" c JOIN Account a ON a.Id = c.AccountId WHERE a.IsDeleted'
    assert [number(org, used.format(name)) for name in ("Contact", "Case", "Task", "Event")] == [0, 0, 0, 0]


def test_a_duplicate_stands_for_the_same_as_its_original(told: dict[str, Truth]) -> None:
    duplicates = [each for each in told.values() if each.duplicate_of]
    assert {each.object for each in duplicates} >= {"Account"}
    for each in duplicates:
        original = told[each.duplicate_of or ""]
        assert (original.object, original.ccb_key) == (each.object, each.ccb_key)


def test_corporations_have_three_levels_with_their_parents(org: sqlite3.Connection) -> None:
    levels = {"C2": {"C1"}, "C3": {"C1", "C2"}}
    for child, parents in levels.items():
        found = rows(
            org,
            "SELECT p.Hierarchy_Level__c AS level FROM Account c LEFT JOIN Account p ON p.Id = c.ParentId"
            " WHERE c.Hierarchy_Level__c = ? AND c.ParentId IS NOT NULL",
            child,
        )
        assert found
        assert {each["level"] for each in found} <= parents
    assert number(org, "SELECT COUNT(*) FROM Account WHERE Hierarchy_Level__c = 'C1' AND ParentId IS NOT NULL") == 0
    alone = number(org, "SELECT COUNT(*) FROM Account WHERE ParentId IS NULL")
    assert alone > number(org, "SELECT COUNT(*) FROM Account") / 2


def test_harborview_has_the_story_that_its_page_shows(org: sqlite3.Connection, told: dict[str, Truth]) -> None:
    [account_id] = [key for key, each in told.items() if each.ccb_key == STORY and each.object == "Account"]
    account = store.fetch(org, "Account", account_id)
    assert account is not None
    assert (account["Name"], account["AccountNumber"], account["CCB_Account_ID__c"]) == (
        "Harborview Cold Storage, LLC",
        "421-866-5007",
        None,
    )
    above = rows(
        org,
        "SELECT c2.Name AS division, c1.Name AS enterprise FROM Account c2 JOIN Account c1 ON c1.Id = c2.ParentId"
        " WHERE c2.Id = ?",
        account["ParentId"],
    )
    assert above == [{"division": "Northgate Logistics", "enterprise": "Northgate Foods Group"}]
    cases = 'SELECT CaseNumber, Subject FROM "Case" WHERE AccountId = ? AND NOT IsClosed ORDER BY CaseNumber'
    assert [tuple(each.values()) for each in rows(org, cases, account_id)] == [
        ("00147560", "Demand rebate"),
        ("00148213", "High bill inquiry"),
    ]
    open_tasks = rows(org, "SELECT Subject, ActivityDate FROM Task WHERE AccountId = ? AND NOT IsClosed", account_id)
    assert open_tasks == [{"Subject": "Send rebate application", "ActivityDate": date(2026, 11, 28).isoformat()}]
    assert number(org, "SELECT COUNT(*) FROM Task WHERE AccountId = ? AND IsArchived", account_id) == 2
    events = rows(org, "SELECT Subject FROM Event WHERE AccountId = ? ORDER BY StartDateTime DESC", account_id)
    assert [each["Subject"] for each in events] == ["Q4 efficiency review", "Plant tour"]
    readers = rows(
        org,
        "SELECT m.Name, m.Status FROM CampaignMember m JOIN Campaign c ON c.Id = m.CampaignId"
        " JOIN Contact p ON p.Id = m.ContactId"
        " WHERE c.Name = 'Winter readiness 2026' AND p.AccountId = ? ORDER BY m.Name",
        account_id,
    )
    assert [tuple(each.values()) for each in readers] == [("Dana Whitfield", "Opened"), ("Ramon Silva", "Opened")]
