"""Merges in Salesforce, from the wire to the link with CC&B: whoever tells of one first, no link is lost."""

from typing import Any

import pytest

from customer360.models import Account, SalesforceAccount
from sync import matching
from sync.models import Match, SyncRun
from tests.factories import make_account
from tests.sync.salesforce.support import Org
from tests.sync.support import run_one, written, written_since

pytestmark = pytest.mark.django_db

ACCOUNTS = "salesforce.accounts"


@pytest.fixture(autouse=True)
def any_number_may_go(settings: Any) -> None:
    """The brake on removals is tested elsewhere."""
    settings.REMOVAL_BRAKE_PERCENT = 100.0


def run(**options: Any) -> SyncRun:
    """A run of the accounts that must end well, and the matching after it."""
    ended, _ = run_one(ACCOUNTS, **options)
    assert ended.state == SyncRun.State.DONE, ended.message
    matching.match(("accounts",))
    return ended


def nothing_is_written(**options: Any) -> None:
    """A further run and matching write nothing but their own records."""
    before = written()
    run(**options)
    assert written_since(before, but=("sync_syncrun", "sync_bookmark", "sync_matchprogress")) == {}


def link(record_id: str) -> Account:
    """The account of CC&B that a record is linked to from now on."""
    account = make_account()
    SalesforceAccount.objects.filter(pk=record_id).update(account=account)
    Match.objects.filter(salesforce_id=record_id).update(state="linked", candidate=account.pk)
    return account


def links(*ids: str) -> list[str | None]:
    """What the records are linked to."""
    found = dict(SalesforceAccount.objects.values_list("pk", "account_id"))
    return [found[record_id] for record_id in ids]


def there() -> set[str]:
    """The records that are not marked removed."""
    return set(SalesforceAccount.objects.filter(removed_at=None).values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("minutes", "first"), [(10, {}), (2, {}), (2, {"keys": True}), (2, {"full": True})],
    ids=["by its row", "by the log before its row", "by the keys before its row", "by a full compare"],
)  # fmt: skip
def test_a_merged_account_hands_its_link_over(org: Org, minutes: int, first: dict[str, bool]) -> None:
    loser, master = org.fill("Account", [{"Name": "Loser"}, {"Name": "Master"}])
    run()
    account = link(loser)
    org.wait(hours=1)
    org.control.merge("Account", master, loser)
    org.wait(minutes=minutes)
    run(**first)
    org.wait(minutes=10)
    run()
    assert links(loser, master) == [None, account.pk] and there() == {master}
    assert SalesforceAccount.objects.get(pk=loser).merged_into_id == master
    for options in ({}, {"keys": True}, {"full": True}):
        nothing_is_written(**options)


@pytest.mark.parametrize("at_once", [True, False])
def test_a_merge_of_a_merge_hands_the_link_on_to_the_last(org: Org, at_once: bool) -> None:
    first, second, third = org.fill("Account", [{"Name": name} for name in ("First", "Second", "Third")])
    run()
    account = link(first)
    org.wait(hours=1)
    org.control.merge("Account", second, first)
    org.wait(minutes=10)
    if not at_once:
        run()
        assert links(first, second, third) == [None, account.pk, None]
    org.control.merge("Account", third, second)
    org.wait(minutes=10)
    run()
    assert links(first, second, third) == [None, None, account.pk] and there() == {third}
    nothing_is_written()
    nothing_is_written(full=True)


def test_a_merge_into_an_account_with_another_link_asks(org: Org) -> None:
    loser, master = org.fill("Account", [{"Name": "Loser"}, {"Name": "Master"}])
    run()
    lost, kept = link(loser), link(master)
    org.wait(hours=1)
    org.control.merge("Account", master, loser)
    org.wait(minutes=10)
    run()
    found = Match.objects.get(salesforce_id=master)
    assert (found.state, found.candidate, found.others) == ("open", kept.pk, [lost.pk])
    assert links(loser, master) == [None, kept.pk]
    nothing_is_written()


def test_a_merged_account_that_is_brought_back_asks_and_takes_no_link_along(org: Org) -> None:
    loser, master = org.fill("Account", [{"Name": "Loser"}, {"Name": "Master"}])
    run()
    account = link(loser)
    org.wait(hours=1)
    org.control.merge("Account", master, loser)
    org.wait(minutes=10)
    run()
    org.control.undelete("Account", loser)
    org.wait(minutes=10)
    run()
    assert links(loser, master) == [None, account.pk] and there() == {loser, master}
    assert SalesforceAccount.objects.get(pk=loser).merged_into_id is None
    assert Match.objects.get(salesforce_id=loser).state == "open"
    nothing_is_written(full=True)
