"""Accounts that change their level in Salesforce, from the wire to the place where accounts stand."""

from typing import Any

import pytest

from customer360.models import Account, SalesforceAccount
from hierarchy import placements
from hierarchy.models import Node, Placement
from sync.models import SyncRun
from sync.services import run_streams
from sync.streams import by_name
from tests.factories import TODAY, make_account
from tests.sync.salesforce.support import BY_BULK, BY_REST, Org, read, reading, rows_of
from tests.sync.support import written, written_since

pytestmark = pytest.mark.django_db

STREAMS = tuple(map(by_name, ("salesforce.accounts", "salesforce.enterprises", "salesforce.divisions")))
ENTERPRISES = by_name("salesforce.enterprises")
LEVEL = "Hierarchy_Level__c"

either_way = pytest.mark.parametrize("bulk_rows", [BY_REST, BY_BULK], ids=["by REST", "by Bulk"])


def run(**options: Any) -> dict[str, SyncRun]:
    """A run of the three streams in one session, each of which must end well."""
    runs = {run.stream: run for run, _ in run_streams(STREAMS, business_date=TODAY, **options)}
    assert {run.state for run in runs.values()} == {SyncRun.State.DONE}, [run.message for run in runs.values()]
    return runs


def stands(account: Account) -> tuple[str | None, str | None]:
    """The names of the enterprise and the division that the account stands under."""
    found = Placement.objects.select_related("c1", "c2").get(account=account)
    return found.c1 and found.c1.name, found.c2 and found.c2.name


@pytest.fixture
def tree(org: Org) -> dict[str, str]:
    """Ids by name: two enterprises, a division of the first, and an account under that."""
    first, second = org.fill("Account", [{"Name": name, LEVEL: "C1"} for name in ("First", "Second")])
    (division,) = org.fill("Account", [{"Name": "Division", LEVEL: "C2", "ParentId": first}])
    (account,) = org.fill("Account", [{"Name": "Account", LEVEL: "C3", "ParentId": division}])
    return {"First": first, "Second": second, "Division": division, "Account": account}


@either_way
def test_a_read_since_a_moment_tells_what_left_and_a_read_of_everything_asks_for_its_own(
    org: Org, settings: Any, bulk_rows: int
) -> None:
    settings.SALESFORCE = settings.SALESFORCE | {"bulk_rows": bulk_rows}
    levels = ["C1", "C2", "C3", None]
    found = org.fill("Account", [{"Name": str(level), LEVEL: level} for level in levels])
    org.fill("Account", [{"Name": "C1", LEVEL: "C1"}] * 300)
    org.control.delete("Account", org.fill("Account", [{"Name": "deleted", LEVEL: "C1"}])[0])
    org.wait(minutes=10)
    with reading(ENTERPRISES) as (opened, fitted):
        rows = rows_of(opened, fitted, opened.clock.replace(year=2000))
        listed = [key for batch in opened.keys(fitted) for key in batch.column(0).to_pylist()]
        chosen = rows_of(opened, fitted, only=found)
    told = {row["name"]: row["is_gone"] for row in rows}
    assert len(rows) == 305
    assert told == {"C1": "false", "C2": "true", "C3": "true", "None": "true", "deleted": "true"}
    assert {row["name"] for row in read(ENTERPRISES)} == {"C1", "deleted"}
    assert len(listed) == 301 and set(found) & set(listed) == {found[0]}
    assert [row["salesforce_id"] for row in chosen] == [found[0]]


def test_an_account_that_changes_its_level_takes_its_accounts_along_and_is_found_by_a_read_of_what_is_new(
    org: Org, tree: dict[str, str]
) -> None:
    run()
    account = make_account()
    SalesforceAccount.objects.filter(pk=tree["Account"]).update(account=account)
    placements.refresh_for([account.pk], TODAY)
    assert stands(account) == ("First", "Division")
    steps = [
        ("First", {LEVEL: "C3"}, (None, None)),
        ("First", {LEVEL: "C1"}, ("First", "Division")),
        ("First", {LEVEL: "C2", "ParentId": tree["Second"]}, (None, None)),
        ("First", {LEVEL: "C1", "ParentId": None}, ("First", "Division")),
        ("Division", {LEVEL: "C1", "ParentId": None}, ("Division", None)),
        ("Division", {LEVEL: "C2", "ParentId": tree["Second"]}, ("Second", "Division")),
    ]
    for name, change, expected in steps:
        org.wait(hours=1)
        org.control.update("Account", tree[name], **change)
        org.wait(minutes=6)
        assert {each.mode for each in run().values()} == {SyncRun.Mode.NEW}
        node = Node.objects.get(salesforce_id=tree[name])
        assert (node.removed_at is None, stands(account)) == (change[LEVEL] != "C3", expected), (name, change)
        before = written()
        run()
        assert written_since(before, but=("sync_syncrun", "sync_bookmark")) == {}


def test_an_enterprise_deleted_for_good_leaves_nobody_standing_under_it(
    org: Org, tree: dict[str, str], settings: Any
) -> None:
    settings.REMOVAL_BRAKE_PERCENT = 100.0
    run()
    account = make_account()
    SalesforceAccount.objects.filter(pk=tree["Account"]).update(account=account)
    placements.refresh_for([account.pk], TODAY)
    org.wait(hours=1)
    org.control.hard_delete("Account", tree["First"])
    org.wait(minutes=6)
    run()
    runs = run(keys=True)
    assert {name: each.removed for name, each in runs.items()} == {
        "salesforce.accounts": 1, "salesforce.enterprises": 1, "salesforce.divisions": 0,
    }  # fmt: skip
    assert stands(account) == (None, None)
    for options in ({}, {"keys": True}, {"full": True}):
        before = written()
        run(**options)
        assert written_since(before, but=("sync_syncrun", "sync_bookmark", "sync_rejectedrow")) == {}
