"""Control: what people of the org do while others read it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync.simulators.salesforce import replication
from tests.sync.simulators.salesforce.org import Org

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


@pytest.fixture
def org(tmp_path: Path) -> Iterator[Org]:
    with Org(tmp_path / "org.sqlite3") as org:
        org.set_clock(NOW)
        yield org


def test_edits_are_the_administrator_s_and_other_connections_see_them(org: Org, tmp_path: Path) -> None:
    account = org.insert("Account", Name="Mill", BillingCity="Alder")
    org.update("Account", account, BillingCity="Birch")
    with Org(tmp_path / "org.sqlite3") as other:
        assert other.found("SELECT BillingCity, LastModifiedById FROM Account") == [("Birch", org.user_id)]
    org.delete("Account", account)
    assert org.query("SELECT Id FROM Account") == []
    org.undelete("Account", account)
    org.hard_delete("Account", account)
    assert [entry["operation"] for entry in org.ledger("Account")] == [
        "insert",
        "update",
        "delete",
        "undelete",
        "hardDelete",
    ]


def test_a_refused_edit_says_why_and_changes_nothing(org: Org) -> None:
    with pytest.raises(ValueError, match=r"REQUIRED_FIELD_MISSING: Required fields are missing: \[Name\]"):
        org.insert("Account", Phone="1")
    assert org.ledger() == []


def test_a_late_record_appears_later_with_its_early_stamp(org: Org) -> None:
    account = org.insert("Account", Name="Mill")
    org.late("Account", account, 120)
    org.shift_clock(119)
    assert org.found("SELECT Id FROM Account") == []
    assert org.found("SELECT COUNT(Id) FROM Account", include_deleted=True) == [(0,)]
    org.shift_clock(1)
    assert org.found("SELECT Id, SystemModstamp FROM Account") == [(account, "2026-11-24T10:00:00.000Z")]


def test_only_activities_are_archived(org: Org) -> None:
    account = org.insert("Account", Name="Mill")
    with pytest.raises(ValueError, match="archives no Account"):
        org.archive("Account", account)


def test_the_ledger_is_read_from_where_one_was(org: Org) -> None:
    org.insert("Account", Name="a")
    last = org.ledger()[-1]["sequence"]
    org.insert("Account", Name="b")
    (entry,) = org.ledger(after=last)
    assert (entry["object"], entry["fields"]["Name"], entry["user"]) == ("Account", "b", org.user_id)


def test_a_user_who_is_not_there_is_not_kept_from_seeing(org: Org) -> None:
    with pytest.raises(ValueError, match=r"no user nobody@utility\.example"):
        org.hide("Account", "Industry", "nobody@utility.example")


def test_a_field_hidden_from_everybody_stays_for_the_administrator(org: Org) -> None:
    org.hide("Account", "Industry")
    org.insert("Account", Name="Mill", Industry="Utilities")
    assert org.query("SELECT Industry FROM Account")[0]["Industry"] == "Utilities"
    assert org.query_error("SELECT Industry FROM Account").code == "INVALID_FIELD"


def test_deletions_are_told_until_they_are_purged_restored_or_forgotten(org: Org) -> None:
    accounts = [org.insert("Account", Name=name) for name in "abcd"]
    for account in accounts[:3]:
        org.delete("Account", account)
    org.hard_delete("Account", accounts[3])
    org.empty_bin("Account", accounts[1])
    org.undelete("Account", accounts[2])

    def told() -> list[tuple[str, str]]:
        return replication.deleted(org.connection, "Account", NOW - timedelta(days=20), org.now)

    assert told() == [(accounts[0], "2026-11-24T10:00:00.000Z")]
    assert replication.earliest_deletion(org.connection) == NOW - timedelta(days=15)
    org.shift_clock(60)
    org.forget_deletions(org.now)
    assert told() == []
    assert replication.earliest_deletion(org.connection) == org.now


def test_changes_are_told_by_stamp_without_what_is_deleted_or_late(org: Org) -> None:
    kept, gone, late = (org.insert("Account", Name=name) for name in "abc")
    org.delete("Account", gone)
    org.late("Account", late, 30)
    assert replication.updated(org.connection, "Account", NOW, NOW) == [kept]
    org.shift_clock(30)
    assert replication.updated(org.connection, "Account", NOW, NOW) == [kept, late]
