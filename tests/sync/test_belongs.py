"""Records that leave a stream and come to it, as accounts that change their level do, in whichever order streams run.

Rows are staged as Salesforce's reader gives them: a row that is not the stream's any more has `is_gone`.
"""

from typing import Any

import pyarrow as pa
import pytest

from hierarchy.models import Node
from sync.models import RejectedRow
from sync.stream import Stream
from tests.sync.salesforce_streams import DIVISIONS, ENTERPRISES
from tests.sync.support import Row, load_rows, written, written_since
from tests.sync.test_departures import division, enterprise, key

pytestmark = pytest.mark.django_db

TOP, MOVES, BELOW = 1, 2, 3
"""An enterprise that stays, one that changes its level, and a division of the latter."""
in_either_order = pytest.mark.parametrize(
    "order", [(ENTERPRISES, DIVISIONS), (DIVISIONS, ENTERPRISES)], ids=["enterprises first", "divisions first"]
)


def left(number: int, **values: Any) -> Row:
    """An account that is at another level than the stream's."""
    return {"salesforce_id": key(number), "name": f"Node {number}", "is_gone": "true"} | values


def run(order: tuple[Stream, ...], enterprises: list[Row], divisions: list[Row]) -> dict[str, Any]:
    """What each stream's run of what is new did, under a brake that lets none go."""
    rows = {ENTERPRISES.name: enterprises, DIVISIONS.name: divisions}
    return {each.name: load_rows(each, rows[each.name], is_full=False, brake_percent=0.0) for each in order}


def nodes() -> dict[str, tuple[str, str | None, bool]]:
    """Level, parent and whether it is there of each node, by its key's last digit."""
    return {
        str(int(node.salesforce_id)): (
            node.level,
            node.parent and str(int(node.parent.salesforce_id)),
            node.removed_at is None,
        )
        for node in Node.objects.select_related("parent")
    }


@pytest.fixture(autouse=True)
def tree() -> None:
    """Two enterprises, and a division of the second."""
    run((ENTERPRISES, DIVISIONS), [enterprise(TOP), enterprise(MOVES)], [division(BELOW, of=MOVES)])


@in_either_order
def test_an_enterprise_that_becomes_a_division_is_taken_over(order: tuple[Stream, ...]) -> None:
    number = Node.objects.get(salesforce_id=key(MOVES)).pk
    rows = [left(MOVES), left(9)], [division(MOVES, of=TOP), left(9)]
    run(order, *rows)
    assert nodes() == {"1": ("C1", None, True), "2": ("C2", "1", True), "3": ("C2", "2", True)}
    assert Node.objects.get(salesforce_id=key(MOVES)).pk == number
    for again in (order, tuple(reversed(order))):
        before = written()
        run(again, *rows)
        assert written_since(before) == {}, "what is read again within the overlap is no news"


@in_either_order
def test_a_division_that_becomes_an_enterprise_is_taken_over_with_what_is_below_it(order: tuple[Stream, ...]) -> None:
    run(order, [left(MOVES)], [division(MOVES, of=TOP)])
    rows = [enterprise(MOVES)], [left(MOVES, parent_id=None)]
    run(order, *rows)
    assert nodes() == {"1": ("C1", None, True), "2": ("C1", None, True), "3": ("C2", "2", True)}
    before = written()
    run(order, *rows)
    assert written_since(before) == {}


@in_either_order
def test_levels_that_are_exchanged_are_both_taken_over(order: tuple[Stream, ...]) -> None:
    rows = [left(MOVES), enterprise(BELOW)], [division(MOVES, of=BELOW), left(BELOW, parent_id=None)]
    run(order, *rows)
    assert nodes() == {"1": ("C1", None, True), "2": ("C2", "3", True), "3": ("C1", None, True)}


@in_either_order
def test_what_leaves_the_hierarchy_is_removed_and_a_division_of_it_keeps_its_parent(order: tuple[Stream, ...]) -> None:
    rows = [left(MOVES)], [left(MOVES), division(BELOW, of=MOVES, name="Changed")]
    told = run(order, *rows)
    assert (told[ENTERPRISES.name].removed, told[DIVISIONS.name].removed) == (1, 0)
    assert told[DIVISIONS.name].rejected == 0
    assert nodes() == {"1": ("C1", None, True), "2": ("C1", None, False), "3": ("C2", "2", True)}
    lines = Node.history.filter(salesforce_id=key(MOVES)).order_by("history_id")
    assert [line.removed_at is not None for line in lines] == [False, True]
    before = written()
    run(order, *rows)
    assert written_since(before) == {}
    run(order, [enterprise(MOVES)], [left(MOVES)])
    assert nodes()["2"] == ("C1", None, True), "back at its level, it loses the mark"


@in_either_order
def test_a_division_below_what_was_never_an_enterprise_waits_until_it_is_one(order: tuple[Stream, ...]) -> None:
    assert run(order, [left(8)], [left(8), division(4, of=8)])[DIVISIONS.name].rejected == 1
    assert RejectedRow.objects.get().reason == "orphan"
    run((ENTERPRISES, DIVISIONS), [enterprise(8)], [left(8)])
    assert nodes()["4"] == ("C2", "8", True)
    assert RejectedRow.objects.get().closure == "taken"


@in_either_order
def test_an_enterprise_that_becomes_a_division_of_nothing_known_is_rejected_until_there_is(
    order: tuple[Stream, ...],
) -> None:
    told = run(order, [left(MOVES)], [division(MOVES, of=8)])
    assert (told[ENTERPRISES.name].removed, told[DIVISIONS.name].rejected) == (1, 1)
    assert nodes()["2"] == ("C1", None, False), "it is no enterprise, and no division yet"
    run((ENTERPRISES, DIVISIONS), [enterprise(8)], [])
    assert nodes()["2"] == ("C2", "8", True)


@in_either_order
def test_a_rejected_division_that_becomes_an_enterprise_is_offered_as_a_division_no_more(
    order: tuple[Stream, ...],
) -> None:
    run(order, [left(4)], [division(4, of=8)])
    run(order, [enterprise(4), enterprise(8)], [left(4), left(8)])
    assert RejectedRow.objects.get().closure == "gone"
    run(order, [], [])
    assert nodes()["4"] == ("C1", None, True)


@in_either_order
def test_a_log_of_deletions_marks_each_streams_own(order: tuple[Stream, ...]) -> None:
    """The log of the one object names the keys of both streams; a living row tells that one was brought back."""
    logged = pa.array([key(MOVES), key(BELOW)])
    rows = {ENTERPRISES.name: [left(BELOW)], DIVISIONS.name: [division(BELOW, of=MOVES)]}
    for stream in order:
        load_rows(stream, rows[stream.name], is_full=False, deleted=logged)
    assert nodes() == {"1": ("C1", None, True), "2": ("C1", None, False), "3": ("C2", "2", True)}
    assert Node.history.filter(salesforce_id=key(BELOW)).count() == 1, "it was never marked"
