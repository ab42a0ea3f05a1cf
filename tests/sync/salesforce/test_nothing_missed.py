"""What hides changes from readers of Salesforce: each is told as a story, and nothing is missed in it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from customer360.models import Contact, SalesforceAccount
from engagement.models import Interaction
from sync.models import RejectedRow, SyncRun
from sync.systems.salesforce import client
from sync.systems.salesforce.client import SalesforceClient
from tests.sync.salesforce.support import BY_BULK, BY_REST, Org
from tests.sync.support import run_one, written, written_since

pytestmark = pytest.mark.django_db

ACCOUNTS, CONTACTS, TASKS = "salesforce.accounts", "salesforce.contacts", "salesforce.tasks"
TIE = 5_000

either_way = pytest.mark.parametrize("bulk_rows", [BY_REST, BY_BULK], ids=["by REST", "by Bulk"])


@pytest.fixture(autouse=True)
def any_number_may_go(settings: Any) -> None:
    """The brake on removals is tested elsewhere."""
    settings.REMOVAL_BRAKE_PERCENT = 100.0


@pytest.fixture
def set_bulk(settings: Any) -> Any:
    """`set_bulk(rows)`: from now on the Bulk API is used for more rows than that."""

    def change(rows: int) -> None:
        settings.SALESFORCE = settings.SALESFORCE | {"bulk_rows": rows}

    return change


def run(stream: str, **options: Any) -> SyncRun:
    """A run that must end well."""
    ended, _ = run_one(stream, **options)
    assert ended.state == SyncRun.State.DONE, ended.message
    return ended


def nothing_is_written(*streams: str, **options: Any) -> None:
    """A further run of each stream writes nothing but its own record."""
    before = written()
    for stream in streams:
        run(stream, **options)
    assert written_since(before, but=("sync_syncrun", "sync_bookmark")) == {}


def there(model: Any = SalesforceAccount) -> set[str]:
    """The keys of the records that are not marked removed."""
    return set(model.objects.filter(removed_at=None).values_list("salesforce_id", flat=True))


@either_way
def test_five_thousand_equal_stamps(org: Org, set_bulk: Any, bulk_rows: int) -> None:
    set_bulk(bulk_rows)
    run(ACCOUNTS)
    org.wait(minutes=30)
    stamped = org.control.now - timedelta(minutes=10)
    ids = org.fill("Account", [{"Name": f"Account {number}", "SystemModstamp": stamped} for number in range(TIE)])
    ended = run(ACCOUNTS)
    assert (ended.mode, ended.read, ended.new) == (SyncRun.Mode.NEW, TIE, TIE)
    assert there() == set(ids)
    nothing_is_written(ACCOUNTS)


def test_a_tie_across_lost_locators(org: Org, set_bulk: Any) -> None:
    set_bulk(BY_REST)
    run(ACCOUNTS)
    org.wait(hours=1)
    stamped = org.control.now - timedelta(minutes=30)
    ids = org.fill("Account", [{"Name": f"Account {number}", "SystemModstamp": stamped} for number in range(900)])
    for after in (0, 1):
        org.arm("expired-locator", object="Account", after=after)
    assert run(ACCOUNTS).new == 900
    assert not org.is_armed
    assert there() == set(ids)


def test_a_row_that_becomes_visible_late_with_an_early_stamp(org: Org) -> None:
    run(ACCOUNTS)
    org.wait(minutes=30)
    # Its transaction began before the hold-back of the next run, and ends after it.
    (late,) = org.fill("Account", [{"Name": "late", "SystemModstamp": org.control.now - timedelta(minutes=7)}])
    org.control.late("Account", late, seconds=120)
    org.fill("Account", [{"Name": "later", "SystemModstamp": org.control.now - timedelta(minutes=6)}])
    assert run(ACCOUNTS).new == 1
    org.wait(minutes=9)
    assert run(ACCOUNTS).new == 1
    assert late in there()
    nothing_is_written(ACCOUNTS)


def test_a_row_stamped_within_the_hold_back_comes_with_the_next_run(org: Org) -> None:
    run(ACCOUNTS)
    org.wait(minutes=30)
    fresh = org.control.insert("Account", Name="fresh")
    assert run(ACCOUNTS).read == 0
    org.wait(minutes=6)
    assert run(ACCOUNTS).new == 1
    assert there() == {fresh}


@pytest.mark.parametrize("loses_its_locator", [False, True])
def test_rows_changed_while_pages_are_read(
    org: Org, set_bulk: Any, monkeypatch: pytest.MonkeyPatch, loses_its_locator: bool
) -> None:
    """Rows of pages to come are changed, and one that was read; perhaps the cursor is lost on top of it."""
    set_bulk(BY_REST)
    day = org.control.now - timedelta(days=2)
    stamps = [day + timedelta(minutes=number) for number in range(600)]
    ids = org.fill("Account", [{"Name": f"Account at {stamp}", "SystemModstamp": stamp} for stamp in stamps])
    follow, changed = SalesforceClient.query_more, [ids[10], ids[450], *ids[500:510]]

    def meanwhile(self: SalesforceClient, following: str) -> Any:
        if changed:
            for record_id in changed:
                org.control.update("Account", record_id, Name=f"changed {record_id}")
            changed.clear()
            if loses_its_locator:
                org.arm("expired-locator", object="Account")
        return follow(self, following)

    monkeypatch.setattr(client.SalesforceClient, "query_more", meanwhile)
    first = run(ACCOUNTS)
    assert (first.new, first.rejected) == (600, 0)
    assert there() == set(ids), "none is missed, none comes twice"
    org.wait(minutes=6)
    run(ACCOUNTS)
    for number in (10, 450, *range(500, 510)):
        assert SalesforceAccount.objects.get(pk=ids[number]).name == f"changed {ids[number]}"
    nothing_is_written(ACCOUNTS, full=True)


@pytest.mark.slow
@pytest.mark.parametrize("is_full", [False, True])
@pytest.mark.parametrize("loses_its_locator", [False, True])
@pytest.mark.parametrize("what", ["delete", "undelete", "merge", "hard_delete"])
def test_rows_that_go_and_come_while_pages_are_read(
    org: Org, set_bulk: Any, monkeypatch: pytest.MonkeyPatch, what: str, loses_its_locator: bool, is_full: bool
) -> None:
    """One row of a page that was read, and one of a page to come."""
    set_bulk(BY_REST)
    ids = org.fill("Account", [{"Name": f"Account {number}"} for number in range(600)])
    follow, moved = SalesforceClient.query_more, [ids[10], ids[450]]
    for record_id in moved if what == "undelete" else ():
        org.control.delete("Account", record_id)
    run(ACCOUNTS)
    org.wait(hours=2)
    for number, record_id in enumerate(ids):
        org.stamp("Account", record_id, org.control.now - timedelta(minutes=100) + timedelta(seconds=number))
    org.control.connection.execute("UPDATE Account SET Phone = '555-0100'")
    left = list(moved)

    def meanwhile(self: SalesforceClient, following: str) -> Any:
        while left:
            record_id = left.pop()
            if what == "merge":
                org.control.merge("Account", ids[100], record_id)
            else:
                getattr(org.control, what)("Account", record_id)
            if loses_its_locator and not left:
                org.arm("expired-locator", object="Account")
        return follow(self, following)

    monkeypatch.setattr(client.SalesforceClient, "query_more", meanwhile)
    run(ACCOUNTS, full=is_full)
    org.wait(minutes=10)
    run(ACCOUNTS)
    run(ACCOUNTS, keys=what == "hard_delete")
    assert there() == (set(ids) if what == "undelete" else set(ids) - set(moved))
    assert set(SalesforceAccount.objects.filter(removed_at=None).values_list("phone", flat=True)) == {"555-0100"}
    assert not RejectedRow.objects.exists()
    for options in ({}, {"keys": True}, {"full": True}):
        nothing_is_written(ACCOUNTS, **options)


@either_way
def test_a_deleted_record_and_one_that_comes_back(org: Org, set_bulk: Any, bulk_rows: int) -> None:
    set_bulk(bulk_rows)
    ids = org.fill("Account", [{"Name": f"Account {number}"} for number in range(300)])
    run(ACCOUNTS)
    org.wait(hours=1)
    org.control.delete("Account", ids[0])
    org.wait(minutes=10)
    assert run(ACCOUNTS).removed == 1
    assert there() == set(ids[1:])
    nothing_is_written(ACCOUNTS)
    org.control.undelete("Account", ids[0])
    org.wait(minutes=10)
    run(ACCOUNTS)
    assert there() == set(ids)
    history = SalesforceAccount.history.filter(salesforce_id=ids[0]).order_by("history_id")
    assert [line.removed_at is not None for line in history] == [False, True, False]
    nothing_is_written(ACCOUNTS, full=True)


def test_a_record_deleted_within_the_hold_back_is_told_by_the_log(org: Org) -> None:
    ids = org.fill("Account", [{"Name": "first"}, {"Name": "second"}])
    run(ACCOUNTS)
    org.wait(hours=1)
    org.control.delete("Account", ids[0])
    org.wait(minutes=2)
    assert run(ACCOUNTS).removed == 1
    assert there() == {ids[1]}


def test_a_record_deleted_for_good_is_found_by_the_compare_of_keys(org: Org) -> None:
    ids = org.fill("Account", [{"Name": f"Account {number}"} for number in range(300)])
    run(ACCOUNTS)
    org.wait(hours=1)
    org.control.hard_delete("Account", ids[7])
    org.control.delete("Account", ids[8])
    org.control.empty_bin("Account", ids[8])
    org.wait(minutes=10)
    assert run(ACCOUNTS).removed == 0, "neither a query nor the log tells of them"
    ended = run(ACCOUNTS, keys=True)
    assert (ended.mode, ended.removed, ended.new) == (SyncRun.Mode.KEYS, 2, 0)
    assert there() == set(ids) - {ids[7], ids[8]}
    nothing_is_written(ACCOUNTS, keys=True)
    nothing_is_written(ACCOUNTS, full=True)


def test_records_that_the_user_did_not_see_before_are_found_by_the_compare_of_keys(org: Org) -> None:
    run(ACCOUNTS)
    org.wait(hours=5)
    # A sharing rule shows them now; their stamps are as old as ever.
    stamped = org.control.now - timedelta(days=400)
    ids = org.fill("Account", [{"Name": f"Account {number}", "SystemModstamp": stamped} for number in range(450)])
    assert run(ACCOUNTS).read == 0
    assert run(ACCOUNTS, keys=True).new == 450
    assert there() == set(ids)


def test_a_log_that_does_not_reach_back_makes_the_run_compare_everything(org: Org) -> None:
    ids = org.fill("Account", [{"Name": f"Account {number}"} for number in range(300)])
    run(ACCOUNTS)
    org.control.delete("Account", ids[0])
    org.control.empty_bin("Account", ids[0])
    org.wait(days=16)
    ended = run(ACCOUNTS)
    assert (ended.mode, ended.removed) == (SyncRun.Mode.FULL, 1)
    assert "15 days back" in ended.warnings[0]["detail"] and "Everything was compared" in ended.warnings[0]["detail"]
    assert there() == set(ids[1:])


def test_a_merge(org: Org) -> None:
    ids = org.fill("Account", [{"Name": f"Account {number}"} for number in range(300)])
    (contact,) = org.fill("Contact", [{"LastName": "Lopez", "AccountId": ids[1]}])
    run(ACCOUNTS)
    run(CONTACTS)
    org.wait(hours=1)
    org.control.merge("Account", ids[0], ids[1])
    org.wait(minutes=10)
    run(ACCOUNTS)
    run(CONTACTS)
    loser = SalesforceAccount.objects.get(pk=ids[1])
    assert (loser.removed_at is not None, loser.merged_into_id) == (True, ids[0])
    assert SalesforceAccount.objects.get(pk=ids[0]).removed_at is None
    assert Contact.objects.get(pk=contact).salesforce_account_id == ids[0]
    nothing_is_written(ACCOUNTS, CONTACTS)
    nothing_is_written(ACCOUNTS, CONTACTS, full=True)


@pytest.mark.parametrize("is_ignored", [False, True])
def test_a_rejected_row_whose_stamp_alone_moved_is_the_same_rejection(org: Org, is_ignored: bool) -> None:
    (account,) = org.fill("Account", [{"Name": "Harborview", "Hierarchy_Level__c": "C4"}])
    assert run(ACCOUNTS).rejected == 1
    if is_ignored:
        RejectedRow.objects.update(closure=RejectedRow.Closure.IGNORED, closed_at=timezone.now())
    before = RejectedRow.objects.get()
    for options in ({}, {"full": True}):
        org.wait(hours=1)
        org.stamp("Account", account, org.control.now - timedelta(minutes=10))
        assert run(ACCOUNTS, **options).rejected == 1
        (kept,) = RejectedRow.objects.all()
        assert (kept.pk, kept.closed_at, kept.first_seen_at) == (before.pk, before.closed_at, before.first_seen_at)
    org.control.connection.execute("UPDATE Account SET Phone = ? WHERE Id = ?", ("555-0100", account))
    run(ACCOUNTS, full=True)
    assert [row.closure for row in RejectedRow.objects.order_by("pk")] == ["replaced", ""], "it is another row now"


@either_way
def test_archived_activities(org: Org, set_bulk: Any, bulk_rows: int) -> None:
    set_bulk(bulk_rows)
    tasks = org.fill("Task", [{"Subject": f"Task {number}", "Status": "Completed"} for number in range(300)])
    org.control.archive("Task", *tasks[:100])
    assert run(TASKS).new == 300
    assert there(Interaction) == set(tasks)
    assert Interaction.objects.filter(is_archived=True).count() == 100
    org.wait(hours=1)
    org.control.archive("Task", *tasks[100:200])
    org.wait(hours=1)
    for options in ({}, {"keys": True}, {"full": True}):
        run(TASKS, **options)
        assert there(Interaction) == set(tasks), "what is put away is not gone"
    assert Interaction.objects.filter(is_archived=True).count() == 200
    nothing_is_written(TASKS, full=True)
