"""What every tracked stream earns by existing: history rows that are simple-history's own."""

from uuid import uuid4

import pytest
from django.db import models, transaction
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from customer360.changes import Origin, changes_from
from sync.load.plan import Column, Plan
from sync.stream import Stream
from sync.streams import STREAMS
from tests.sync.support import Row, change_by, history_of, load_rows, plan_of, records_of, samples, theirs

every_tracked_stream = pytest.mark.parametrize(
    "stream",
    [stream for stream in STREAMS if hasattr(stream.model, "history")],
    ids=lambda stream: stream.name,
    scope="module",
)


def _edited(plan: Plan) -> list[Row]:
    """The golden rows with another value in every text that may change."""
    texts = [
        c.name
        for c in plan.values
        if c.max_length and c.parent is None and c.known_codes is None and c.name != "status"
    ]
    return [
        row | {name: f"new {name}"[: plan_column(plan, name).max_length] for name in texts}
        for row in theirs(plan.stream)
    ]


def plan_column(plan: Plan, name: str) -> Column:
    """A column of the plan by its name."""
    return next(column for column in plan.columns if column.name == name)


def _history(stream: Stream) -> list[Row]:
    """Every history row of the stream's records but for the serial number and the moment."""
    rows = history_of(stream).order_by("history_id").values()
    told = [{k: v for k, v in row.items() if k not in ("history_id", "history_date")} for row in rows]
    return sorted(told, key=repr)


def _instances(stream: Stream) -> list[models.Model]:
    """The records as they are, not saved: what someone would save by hand."""
    return list(records_of(stream).order_by("pk"))


@every_tracked_stream
@pytest.mark.parametrize("hand", ["save", "bulk helper"])
def test_history_equals_what_simple_history_writes_for_the_same_edit(stream: Stream, parents: None, hand: str) -> None:
    plan, run, model = plan_of(stream), uuid4(), stream.model
    load_rows(stream, theirs(stream), change=change_by(stream, run))
    with transaction.atomic():
        load_rows(stream, _edited(plan), change=change_by(stream, run))
        by_load, edited = _history(stream), _instances(stream)
        transaction.set_rollback(True)
    assert len(by_load) == 2 * len(samples(stream))
    with changes_from(Origin(stream.system), run):
        if hand == "save":
            for instance in edited:
                instance.save()
        else:
            fields = [column.field.name for column in plan.values]
            bulk_update_with_history(edited, model, fields)
    assert _history(stream) == by_load


@every_tracked_stream
def test_history_equals_what_simple_history_writes_for_new_records(stream: Stream, parents: None) -> None:
    run, model = uuid4(), stream.model
    with transaction.atomic():
        load_rows(stream, theirs(stream), change=change_by(stream, run))
        by_load, made = _history(stream), _instances(stream)
        transaction.set_rollback(True)
    with changes_from(Origin(stream.system), run):
        bulk_create_with_history(made, model)
    assert _history(stream) == by_load
