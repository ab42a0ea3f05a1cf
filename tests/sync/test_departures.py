"""Tables that several objects fill, references by a key of theirs, and what a source says that it deleted."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from django.db import transaction

from customer360.changes import Origin, changes_from
from engagement.models import Case, Interaction, Mailing, MailingRecipient
from hierarchy.models import Node
from sync.load import BrakeReached
from sync.models import RejectedRow
from sync.stream import Stream
from tests.sync.salesforce_streams import CAMPAIGNS, CASES, DIVISIONS, ENTERPRISES, EVENTS, MEMBERS, TASKS
from tests.sync.support import Row, change_by, load_rows, written, written_since

pytestmark = pytest.mark.django_db


def key(number: int) -> str:
    """An id of Salesforce's length."""
    return f"{number:018d}"


def activity(number: int = 1, **values: Any) -> Row:
    """A staged task or event."""
    return {"salesforce_id": key(number), "subject": f"No. {number}", "written_at": "2026-11-20T10:00:00"} | values


def task(number: int = 1, **values: Any) -> Row:
    """A staged task."""
    return activity(number, is_closed="false", **values)


def case(number: int = 1, **values: Any) -> Row:
    """A staged case."""
    defaults = {"number": f"{number:08d}", "status": "New", "opened_at": "2026-11-20T10:00:00"}
    return {"salesforce_id": key(number)} | defaults | values


def enterprise(number: int = 1, **values: Any) -> Row:
    """A staged enterprise."""
    return {"salesforce_id": key(number), "name": f"Enterprise {number}"} | values


def division(number: int, of: int, **values: Any) -> Row:
    """A staged division of an enterprise."""
    return {"salesforce_id": key(number), "name": f"Division {number}", "parent_id": key(of)} | values


def kinds() -> dict[str, str]:
    """The kind of each interaction that is there."""
    return dict(Interaction.objects.filter(removed_at=None).values_list("subject", "kind"))


# Parts of a table


def test_two_objects_fill_one_table_and_a_full_compare_of_one_leaves_the_other_alone() -> None:
    load_rows(TASKS, [task(1), task(2)])
    assert load_rows(EVENTS, [activity(3)], brake_percent=2.0).new == 1
    assert kinds() == {"No. 1": "task", "No. 2": "task", "No. 3": "event"}
    assert load_rows(TASKS, [task(1)]).removed == 1
    assert kinds() == {"No. 1": "task", "No. 3": "event"}
    with pytest.raises(BrakeReached):
        load_rows(EVENTS, [], brake_percent=2.0)
    assert set(Interaction.history.values_list("subject", "kind")) == {
        ("No. 1", "task"), ("No. 2", "task"), ("No. 3", "event"),
    }  # fmt: skip


def test_a_second_load_of_either_part_writes_nothing() -> None:
    for _ in range(2):
        before = written()
        load_rows(TASKS, [task(1), task(2)])
        load_rows(EVENTS, [activity(3)])
    assert written_since(before) == {}


def test_a_record_that_moved_to_another_part_is_taken_over_with_its_number() -> None:
    load_rows(ENTERPRISES, [enterprise(1), enterprise(2)])
    number = Node.objects.get(salesforce_id=key(2)).pk
    assert load_rows(DIVISIONS, [division(2, of=1)]).changed == 1
    moved = Node.objects.get(salesforce_id=key(2))
    assert (moved.pk, moved.level, moved.parent.salesforce_id) == (number, "C2", key(1))
    assert load_rows(ENTERPRISES, [enterprise(1)]).removed == 0, "it is no enterprise any more"
    assert load_rows(ENTERPRISES, [enterprise(1), enterprise(2)]).changed == 1
    assert list(moved.history.order_by("history_id").values_list("level", "parent")) == [
        ("C1", None), ("C2", Node.objects.get(salesforce_id=key(1)).pk), ("C1", None),
    ]  # fmt: skip


# References by a key of theirs


def test_a_reference_by_their_key_becomes_our_number() -> None:
    load_rows(CAMPAIGNS, [{"salesforce_id": key(n), "name": f"Campaign {n}"} for n in (1, 2)])
    member = {"salesforce_id": key(9), "mailing_id": key(2), "contact_id": key(7)}
    assert load_rows(MEMBERS, [member]).new == 1
    found = MailingRecipient.objects.get()
    assert (found.mailing.name, found.contact_id) == ("Campaign 2", key(7)), "a contact may come later"
    assert load_rows(MEMBERS, [member]).unchanged == 1
    assert load_rows(MEMBERS, [member | {"mailing_id": key(1)}]).changed == 1
    assert [line.mailing.name for line in found.history.order_by("history_id")] == ["Campaign 2", "Campaign 1"]


def test_a_reference_that_must_be_and_is_not_rejects_the_row_until_it_is() -> None:
    assert load_rows(DIVISIONS, [division(2, of=1), division(3, of=1, parent_id=None)], is_full=False).rejected == 2
    reasons = RejectedRow.objects.order_by("record_key").values_list("field", "reason")
    assert list(reasons) == [("parent", "orphan"), ("parent", "required")]
    assert RejectedRow.objects.get(reason="orphan").raw["parent_id"] == key(1), "as it came"
    load_rows(ENTERPRISES, [enterprise(1)], is_full=False)
    healed = load_rows(DIVISIONS, [], is_full=False)
    assert (healed.new, healed.healed, healed.rejected) == (1, 1, 1)
    assert Node.objects.get(level="C2").parent.salesforce_id == key(1)


# What the source says that it deleted


@pytest.mark.parametrize("is_full", [True, False], ids=["full compare", "what is new"])
def test_a_row_that_the_source_deleted_is_marked_and_one_that_it_brought_back_is_not(is_full: bool) -> None:
    load_rows(TASKS, [task(1), task(2)])
    rows = [task(1, subject="Changed with it", is_gone="true"), task(2), task(3, is_gone="true")]
    outcome = load_rows(TASKS, rows, is_full=is_full, brake_percent=2.0)
    assert (outcome.read, outcome.removed, outcome.new, outcome.changed, outcome.unchanged) == (3, 1, 0, 0, 1)
    gone = Interaction.objects.get(salesforce_id=key(1))
    assert gone.removed_at is not None and gone.subject == "No. 1", "it is as it was last alive"
    assert not Interaction.objects.filter(salesforce_id=key(3)).exists(), "what was never here is not made for it"
    before = written()
    assert load_rows(TASKS, rows, is_full=is_full).removed == 0
    assert written_since(before) == {}
    assert load_rows(TASKS, [task(1, is_gone="false"), task(2)], is_full=is_full).changed == 1
    lines = gone.history.order_by("history_id").values_list("history_type", "removed_at")
    assert [(kind, removed_at is not None) for kind, removed_at in lines] == [("+", False), ("~", True), ("~", False)]


def test_a_merged_record_names_what_took_it_over_also_where_that_is_told_later() -> None:
    load_rows(CASES, [case(1), case(2)])
    logged = pa.array([key(2)])
    assert load_rows(CASES, [], is_full=False, deleted=logged).removed == 1
    merged = [case(n, is_gone="true", salesforce_account_id=key(8)) for n in (1, 2)]
    load_rows(CASES, merged, is_full=False)
    found = dict(Case.objects.exclude(removed_at=None).values_list("pk", "salesforce_account_id"))
    assert found == {key(1): key(8), key(2): key(8)}
    assert Case.history.filter(salesforce_id=key(2)).count() == 3
    load_rows(CASES, merged, is_full=False)
    assert Case.history.count() == 5, "the same told again is no news"


def test_the_log_marks_what_it_names_but_for_what_came_alive() -> None:
    load_rows(TASKS, [task(1), task(2)])
    outcome = load_rows(TASKS, [task(2, subject="Alive")], is_full=False, deleted=pa.array([key(1), key(2), key(3)]))
    assert (outcome.removed, outcome.changed) == (1, 1)
    assert kinds() == {"Alive": "task"}


def test_a_rejected_row_that_the_source_deleted_is_not_offered_again() -> None:
    load_rows(DIVISIONS, [division(2, of=1), division(3, of=1)], is_full=False)
    load_rows(DIVISIONS, [division(2, of=1, is_gone="true")], is_full=False, deleted=pa.array([key(3)]))
    assert set(RejectedRow.objects.values_list("closure", flat=True)) == {"gone"}
    load_rows(ENTERPRISES, [enterprise(1)], is_full=False)
    assert load_rows(DIVISIONS, [], is_full=False).new == 0


def test_a_dry_run_tells_of_deletions_and_marks_none() -> None:
    load_rows(TASKS, [task(1), task(2)])
    before = Interaction.history.count()
    outcome = load_rows(TASKS, [task(1, is_gone="true")], is_full=False, is_dry_run=True)
    assert outcome.removed == 1
    assert kinds() == {"No. 1": "task", "No. 2": "task"} and Interaction.history.count() == before


@pytest.mark.parametrize(("stream", "rows"), [(TASKS, [task(1), task(2)]), (CASES, [case(1), case(2)])])
def test_the_history_of_a_mark_is_simple_historys_own(stream: Stream, rows: list[Row]) -> None:
    run = change_by(stream)
    load_rows(stream, rows, change=run)
    told = [row | {"is_gone": "true", "salesforce_account_id": key(8)} for row in rows]
    with transaction.atomic():
        load_rows(stream, told, change=run, is_full=False)
        by_load, marked = _history(stream), list(stream.model.objects.order_by("pk"))
        transaction.set_rollback(True)
    with changes_from(Origin.SALESFORCE, run.run_id):
        for record in marked:
            record.save()
    assert by_load == _history(stream)


def _history(stream: Stream) -> list[Row]:
    rows = stream.model.history.order_by("history_id").values()
    return sorted(({k: v for k, v in row.items() if k not in ("history_id", "history_date")} for row in rows), key=repr)


def test_a_mailing_of_ours_has_no_key_of_theirs_and_is_never_gone_for_it() -> None:
    own = Mailing.objects.create(name="Made here")
    outcome = load_rows(CAMPAIGNS, [{"salesforce_id": key(1), "name": "Theirs"}])
    assert outcome.removed == 0
    own.refresh_from_db()
    assert own.removed_at is None
    Mailing.objects.filter(pk=own.pk).update(removed_at=datetime(2026, 11, 24, tzinfo=UTC))
    assert load_rows(CAMPAIGNS, [{"salesforce_id": key(1), "name": "Theirs"}]).unchanged == 1
