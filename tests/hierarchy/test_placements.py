"""Where accounts stand: under what the linked Salesforce account stands under, in step with every load and link."""

from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from django.db import connection, transaction
from simple_history.models import HistoricalRecords

from customer360.changes import Origin, changes_from
from customer360.models import Account, SalesforceAccount
from hierarchy import placements
from hierarchy.models import Node, Placement
from sync.load import Order, Outcome, reconcile
from sync.stream import FieldMap, Owner, Stream
from sync.transforms import AS_IS
from tests.factories import TODAY, make_account, make_user
from tests.sync.salesforce_streams import DIVISIONS, ENTERPRISES, salesforce_stream
from tests.sync.support import Row, change_by, load_rows, plan_of, written, written_since

pytestmark = pytest.mark.django_db

ACCOUNTS: Stream = salesforce_stream(
    "accounts", SalesforceAccount, "Account",
    *(FieldMap(theirs, ours, AS_IS, Owner.SALESFORCE) for theirs, ours in (
        ("Name", "name"), ("Hierarchy_Level__c", "level"), ("ParentId", "parent"), ("Territory__c", "territory"),
    )),
)  # fmt: skip
ENTERPRISE, DIVISION, OTHER = ({"salesforce_id": f"{n:018d}", "name": f"Node {n}"} for n in (1, 2, 3))


def salesforce_account(number: int, parent: Row | None = None, **values: Any) -> Row:
    """A staged account of Salesforce below a node."""
    defaults = {"name": f"Account {number}", "parent_id": parent and parent["salesforce_id"]}
    return {"salesforce_id": f"{number:018d}"} | defaults | values


def link(number: int, account: Account | None) -> None:
    """Link an account of Salesforce to one of CC&B, or to none, as a person's decision does."""
    SalesforceAccount.objects.filter(pk=f"{number:018d}").update(account=account)


def load(accounts: list[Row], enterprises: list[Row], divisions: list[Row], **order: Any) -> list[int]:
    """One run over the three streams; how many placements each moved."""
    parts = ((ACCOUNTS, accounts), (ENTERPRISES, enterprises), (DIVISIONS, divisions))
    return [load_rows(stream, rows, **order).summaries for stream, rows in parts]


def stands(account: Account) -> tuple[str | None, str | None, str | None]:
    """The names of the enterprise and the division that the account stands under, and its territory."""
    found = Placement.objects.select_related("c1", "c2").get(account=account)
    return found.c1 and found.c1.name, found.c2 and found.c2.name, found.territory


UNDER_DIVISION = salesforce_account(11, DIVISION, territory="North")
UNDER_ENTERPRISE = salesforce_account(12, ENTERPRISE)
NODES = [ENTERPRISE, OTHER], [DIVISION | {"parent_id": ENTERPRISE["salesforce_id"]}]


@pytest.fixture
def pair() -> tuple[Account, Account]:
    """Two accounts, linked to one below the division and one directly below the enterprise, and placed there."""
    found = make_account(), make_account()
    load([UNDER_DIVISION, UNDER_ENTERPRISE], *NODES)
    assert not Placement.objects.exists(), "nothing is linked yet"
    for number, account in zip((11, 12), found, strict=True):
        link(number, account)
    assert placements.refresh_for([account.pk for account in found], TODAY) == 2
    return found


def test_a_link_places_an_account_under_division_and_enterprise(pair: tuple[Account, Account]) -> None:
    assert [stands(account) for account in pair] == [("Node 1", "Node 2", "North"), ("Node 1", None, None)]


def test_a_load_that_changes_nothing_moves_nothing(pair: tuple[Account, Account]) -> None:
    before = written()
    assert load([UNDER_DIVISION, UNDER_ENTERPRISE], *NODES) == [0, 0, 0]
    assert written_since(before) == {}


def test_placements_follow_a_changed_parent_territory_and_node(pair: tuple[Account, Account]) -> None:
    run = change_by(ACCOUNTS)
    moved = UNDER_ENTERPRISE | {"parent_id": OTHER["salesforce_id"], "territory": "South"}
    assert load([UNDER_DIVISION, moved], *NODES, change=run) == [1, 0, 0]
    assert stands(pair[1]) == ("Node 3", None, "South")
    line = pair[1].placement.history.latest("history_id")
    assert (line.history_type, line.origin, line.run_id) == ("~", "salesforce", run.run_id)
    division = DIVISION | {"parent_id": OTHER["salesforce_id"]}
    assert load([UNDER_DIVISION, moved], NODES[0], [division]) == [0, 0, 1]
    assert stands(pair[0]) == ("Node 3", "Node 2", "North")


def test_accounts_are_placed_by_the_node_that_comes_after_them() -> None:
    account = make_account()
    load_rows(ACCOUNTS, [UNDER_DIVISION])
    link(11, account)
    assert placements.refresh_for([account.pk], TODAY) == 1
    assert stands(account) == (None, None, "North")
    load([UNDER_DIVISION], *NODES)
    assert stands(account) == ("Node 1", "Node 2", "North")


def test_what_became_an_enterprise_takes_its_accounts_along(pair: tuple[Account, Account]) -> None:
    load([UNDER_DIVISION, UNDER_ENTERPRISE], [*NODES[0], DIVISION], [])
    assert stands(pair[0]) == ("Node 2", None, "North")


def test_an_account_whose_record_or_node_is_gone_stands_nowhere(pair: tuple[Account, Account]) -> None:
    load_rows(DIVISIONS, [NODES[1][0] | {"is_gone": "true"}], is_full=False)
    assert stands(pair[0]) == (None, None, "North")
    assert load_rows(ACCOUNTS, [UNDER_DIVISION | {"is_gone": "true"}], is_full=False).summaries == 1
    assert stands(pair[0]) == (None, None, None)
    assert load_rows(ACCOUNTS, [UNDER_DIVISION]).summaries == 2, "it came back, and the other one is gone"


@pytest.mark.parametrize("by", ["full compare", "compare of keys", "flag"])
def test_an_enterprise_that_is_gone_leaves_nobody_standing_under_it(pair: tuple[Account, Account], by: str) -> None:
    """As when it was deleted for good: neither a row nor the log tells of it, and its divisions name it still."""
    if by == "flag":
        outcome = load_rows(ENTERPRISES, [ENTERPRISE | {"is_gone": "true"}], is_full=False)
    elif by == "full compare":
        outcome = load_rows(ENTERPRISES, [OTHER])
    else:
        outcome = reconcile_keys(ENTERPRISES, [OTHER])
    assert (outcome.removed, outcome.summaries) == (1, 2)
    assert [stands(account) for account in pair] == [(None, None, "North"), (None, None, None)]
    assert Node.objects.get(level="C2").parent.name == "Node 1", "a division keeps its parent"
    before = written()
    assert load_rows(DIVISIONS, NODES[1]).rejected == 0
    assert written_since(before) == {}
    assert load_rows(ENTERPRISES, NODES[0]).summaries == 2
    assert [stands(account) for account in pair] == [("Node 1", "Node 2", "North"), ("Node 1", None, None)]


def test_accounts_of_a_division_whose_enterprise_is_gone_stand_under_its_new_one(pair: tuple[Account, Account]) -> None:
    load_rows(ENTERPRISES, [OTHER])
    load_rows(DIVISIONS, [DIVISION | {"parent_id": OTHER["salesforce_id"]}], is_full=False)
    assert [stands(account) for account in pair] == [("Node 3", "Node 2", "North"), (None, None, None)]


def reconcile_keys(stream: Stream, rows: list[Row]) -> Outcome:
    """A compare with a listing of the rows' keys, all of which the mirror has."""
    listed = pa.RecordBatch.from_arrays([pa.array([row["salesforce_id"] for row in rows])], names=["key"])
    order = Order(change_by(stream), TODAY, is_full=False, is_listed=True)
    return reconcile(plan_of(stream), [listed], lambda lacking: pytest.fail(f"read {lacking}"), order)


def test_an_unlinked_account_stands_nowhere_any_more(pair: tuple[Account, Account]) -> None:
    link(11, None)
    assert placements.refresh_for([account.pk for account in pair], TODAY) == 1
    assert stands(pair[0]) == (None, None, None)


def test_an_account_that_is_itself_a_node_stands_under_itself() -> None:
    account = make_account()
    load([salesforce_account(2, ENTERPRISE, level="C2")], *NODES)
    link(2, account)
    placements.refresh_for([account.pk], TODAY)
    assert stands(account) == ("Node 1", "Node 2", None)


def test_a_division_below_a_division_places_nobody() -> None:
    account = make_account()
    division = {"salesforce_id": f"{4:018d}", "name": "Node 4", "parent_id": DIVISION["salesforce_id"]}
    load([salesforce_account(11, division)], NODES[0], NODES[1])
    load_rows(DIVISIONS, [*NODES[1], division])
    link(11, account)
    assert placements.refresh_for([account.pk], TODAY) == 0, "three levels there are, and no more"
    assert Node.objects.get(name="Node 4").parent.level == "C2"


def test_the_history_is_simple_historys_own(pair: tuple[Account, Account]) -> None:
    run = change_by(ACCOUNTS)
    moved = [row | {"territory": "South"} for row in (UNDER_DIVISION, UNDER_ENTERPRISE)]
    with transaction.atomic():
        load_rows(ACCOUNTS, moved, change=run)
        by_load, placed = _history(), list(Placement.objects.all())
        transaction.set_rollback(True)
    with changes_from(Origin.SALESFORCE, run.run_id):
        for placement in placed:
            placement.save()
    assert by_load == _history()


def _history() -> list[Row]:
    rows = Placement.history.order_by("history_id").values()
    return sorted(({k: v for k, v in row.items() if k not in ("history_id", "history_date")} for row in rows), key=repr)


def test_a_link_that_a_person_made_is_told_in_their_name(monkeypatch: pytest.MonkeyPatch) -> None:
    account, person = make_account(), make_user("max")
    load([UNDER_DIVISION], *NODES)
    link(11, account)
    monkeypatch.setattr(HistoricalRecords.context, "request", SimpleNamespace(user=person), raising=False)
    placements.refresh_for([account.pk], TODAY)
    line = account.placement.history.get()
    assert (line.history_type, line.history_user, line.origin, line.run_id) == ("+", person, "portal", None)


def test_many_accounts_are_placed_by_one_statement(django_assert_num_queries: Any) -> None:
    load([salesforce_account(100 + n, DIVISION) for n in range(50)], *NODES)
    accounts = [make_account() for _ in range(50)]
    for number, account in enumerate(accounts, 100):
        link(number, account)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE to_place (account_id text PRIMARY KEY)")
        cursor.execute("INSERT INTO to_place SELECT unnest(%s::text[])", [[account.pk for account in accounts]])
    with django_assert_num_queries(1), connection.cursor() as cursor:
        assert placements.refresh(cursor, "to_place", TODAY) == 50
