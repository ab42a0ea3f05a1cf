"""What every stream earns by existing: a statement in the subset, samples that load, bad rows told apart."""

from collections import Counter
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest
import sqlglot
from django.db import models, transaction
from simple_history.utils import bulk_create_with_history, bulk_update_with_history
from sqlglot.errors import ErrorLevel

from customer360.changes import Change, Origin, changes_from
from customer360.models import Customer
from sync.checks import check_owners, check_stream
from sync.extraction import bounds, extraction
from sync.load import Order, load, rejects
from sync.load.plan import Column, Plan
from sync.models import RejectedRow
from sync.simulators.ccb.sql import translate
from sync.simulators.ccb.sql.scope import Hidden
from sync.simulators.ccb.sql.types import OracleType
from sync.stream import KeyRange, Stream
from sync.streams import STREAMS, by_name
from sync.transforms import IMPOSSIBLE
from tests.factories import make_customer
from tests.sync.support import Row, batch, key_of, load_rows, plan_of, record, samples, theirs

Reason = RejectedRow.Reason

every_stream = pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name, scope="module")
every_tracked_stream = pytest.mark.parametrize(
    "stream",
    [stream for stream in STREAMS if hasattr(stream.model, "history")],
    ids=lambda stream: stream.name,
    scope="module",
)


# What a stream says of itself


@every_stream
def test_it_says_what_it_is(stream: Stream) -> None:
    assert by_name(stream.name) is stream
    assert stream.title and stream.cadence and stream.key and stream.source
    assert samples(stream), "a stream has golden samples"


@every_stream
def test_it_joins_with_its_model(stream: Stream) -> None:
    assert list(check_stream(stream)) == []
    assert list(check_owners(STREAMS)) == []


@every_stream
@pytest.mark.parametrize("since", [None, datetime(2026, 11, 22, 5)], ids=["everything", "since"])
def test_its_statement_is_in_the_subset(stream: Stream, since: datetime | None) -> None:
    for way in stream.readings:
        assert_in_the_subset(way, since)


def assert_in_the_subset(stream: Stream, since: datetime | None) -> None:
    """One way to read a stream: sqlglot and the simulator take its statement, and it delivers what is staged."""
    statement, binds = extraction(stream, language="ENG", since=since)
    (tree,) = sqlglot.parse(statement, read="oracle", error_level=ErrorLevel.RAISE)
    assert tree.sql(dialect="oracle", unsupported_level=ErrorLevel.RAISE)
    assert ("since" in binds) == (since is not None and stream.cursor is not None)
    types = tuple(
        OracleType("DATE") if isinstance(value, datetime) else OracleType("VARCHAR2") for value in binds.values()
    )
    names = [name.lower() for name, _ in translate(statement, types, Hidden()).columns]
    assert names == plan_of(stream).arrow_schema.names, "the statement delivers the columns that are staged, in order"


@pytest.mark.parametrize("stream", [stream for stream in STREAMS if stream.split], ids=lambda stream: stream.name)
@pytest.mark.parametrize(
    "within", [KeyRange(None, "5"), KeyRange("5", "7"), KeyRange("7", None)], ids=["first", "middle", "last"]
)
def test_its_statement_for_a_range_is_in_the_subset(stream: Stream, within: KeyRange) -> None:
    for statement, binds in (extraction(stream, language="ENG", within=within), bounds(stream, rows=500)):
        (tree,) = sqlglot.parse(statement, read="oracle", error_level=ErrorLevel.RAISE)
        assert tree.sql(dialect="oracle", unsupported_level=ErrorLevel.RAISE)
        kinds = tuple(OracleType("NUMBER" if isinstance(value, int) else "VARCHAR2") for value in binds.values())
        translate(statement, kinds, Hidden())
    asked = extraction(stream, language="ENG", within=within)[1]
    assert asked.get("lower") == within.lower and asked.get("upper") == within.upper


@every_stream
def test_its_samples_cover_every_line(stream: Stream) -> None:
    plan = plan_of(stream)
    for column in plan.columns:
        values = {sample["theirs"][column.name] for sample in samples(stream)}
        assert values - {None}, f"no sample fills {column.name}"
        assert column.is_required or None in values, f"no sample leaves {column.name} empty"


# Sample in, row out


@every_stream
def test_sample_in_row_out(stream: Stream, parents: None) -> None:
    run = uuid4()
    outcome = load_rows(stream, theirs(stream), change=Change(Origin.CCB, run))
    assert (outcome.read, outcome.new, outcome.rejected) == (len(samples(stream)), len(samples(stream)), 0)
    for sample in samples(stream):
        found = record(stream, sample["theirs"])
        told = {name: getattr(found, name) for name in sample["ours"]}
        expected = {name: _python(stream, name, value) for name, value in sample["ours"].items()}
        assert told == expected, sample["case"]
        assert found.removed_at is None
        if hasattr(stream.model, "history"):
            (line,) = found.history.all()
            assert (line.history_type, line.origin, line.run_id) == ("+", "ccb", run)


def _python(stream: Stream, attname: str, value: Any) -> Any:
    """A sample's value as the field holds it."""
    (field,) = (field for field in stream.model._meta.concrete_fields if field.attname == attname)
    return field.to_python(value)


@every_stream
def test_twice_is_once(stream: Stream, parents: None) -> None:
    load_rows(stream, theirs(stream))
    second = load_rows(stream, theirs(stream))
    assert (second.new, second.changed, second.removed, second.summaries) == (0, 0, 0, 0)
    assert second.unchanged == len(samples(stream))
    if hasattr(stream.model, "history"):
        assert stream.model.history.count() == len(samples(stream))


@every_stream
def test_the_order_and_the_size_of_batches_do_not_matter(stream: Stream, parents: None) -> None:
    plan = plan_of(stream)
    load_rows(stream, theirs(stream))
    one_by_one = [batch(plan, [row]) for row in reversed(theirs(stream))]
    outcome = load(plan, one_by_one, Order(Change(Origin.CCB, uuid4()), date(2026, 11, 24), is_full=True))
    assert (outcome.changed, outcome.new, outcome.unchanged) == (0, 0, len(one_by_one))


# Bad rows


def _text(plan: Plan) -> str:
    """A column beside the key that travels as text: a free one where there is any, else a code."""
    texts = [column for column in plan.values if column.max_length and column.parent is None]
    return min(texts, key=lambda column: column.known_codes is not None).name


def _spoil(plan: Plan, check: rejects.Check, row: Row) -> Row:
    """The row with exactly the fault that a check looks for."""
    column = next((column for column in plan.columns if column.field.name == check.field), None)
    text = _text(plan)
    match check.reason, column:
        case Reason.UNREADABLE, None:
            return row | {text: "a\x00b"}
        case ((Reason.NO_KEY | Reason.REQUIRED), Column()):
            return row | {column.name: None}
        case Reason.TOO_LARGE, Column():
            return row | {column.name: str(10 ** (column.field.max_digits - column.field.decimal_places))}
        case Reason.UNKNOWN_CODE, Column():
            return row | {column.name: "?!"}
        case Reason.TOO_LONG, Column():
            return row | {column.name: "9" * (column.max_length + 1)}
        case Reason.NO_DATE, Column():
            return row | {column.name: IMPOSSIBLE.isoformat()}
        case Reason.ORPHAN, Column():
            return row | {column.name: "8" * column.max_length}
    raise AssertionError(f"no way to spoil a row for {check}")


def _bad_rows(plan: Plan) -> list[tuple[rejects.Check, Row, Row]]:
    """For each check a row of its own that fails it and nothing before: the check, the bad row, the good row."""
    model_row = theirs(plan.stream)[0]
    listed = [check for check in rejects.checks(plan) if check.reason != Reason.DUPLICATE]
    own = next((column for column in plan.key if column.parent is None), None)
    made = []
    for number, check in enumerate(listed):
        if own is None:
            assert plan.key[-1].field.related_model is Customer
            good = model_row | {plan.key[-1].name: make_customer().person_id}
        else:
            good = model_row | {own.name: f"77{number:08d}"}
        made.append((check, _spoil(plan, check, good), good))
    return made


@every_stream
def test_bad_rows_are_rejected_with_their_reasons_and_the_rest_land(stream: Stream, parents: None) -> None:
    plan = plan_of(stream)
    made = _bad_rows(plan)
    run = uuid4()
    outcome = load_rows(stream, [*(bad for _, bad, _ in made), *theirs(stream)], change=Change(Origin.CCB, run))
    assert (outcome.new, outcome.rejected) == (len(samples(stream)), len(made))
    expected = Counter(
        (key_of(plan, bad), check.field or _holding_nul(bad), check.reason, check.detail) for check, bad, _ in made
    )
    kept = RejectedRow.objects.filter(stream=stream.name, closed_at=None)
    assert Counter(kept.values_list("record_key", "field", "reason", "detail")) == expected
    assert set(kept.values_list("first_run", flat=True)) == {run}
    for row in kept:
        assert len(row.raw) >= len(plan.columns), "the row is kept whole"


def _holding_nul(row: Row) -> str:
    return next(name for name, value in row.items() if isinstance(value, str) and "\x00" in value)


@every_stream
def test_a_bad_row_that_comes_again_is_rejected_once(stream: Stream, parents: None) -> None:
    rows = [*(bad for _, bad, _ in _bad_rows(plan_of(stream))), *theirs(stream)]
    load_rows(stream, rows)
    before = set(RejectedRow.objects.values_list("id", "closed_at"))
    second = load_rows(stream, rows)
    assert (second.new, second.changed, second.removed) == (0, 0, 0)
    assert set(RejectedRow.objects.values_list("id", "closed_at")) == before


@every_stream
def test_a_rejected_row_heals_when_it_is_corrected(stream: Stream, parents: None) -> None:
    plan = plan_of(stream)
    made = _bad_rows(plan)
    load_rows(stream, [*(bad for _, bad, _ in made), *theirs(stream)])
    rows = [*(good for _, _, good in made), *theirs(stream)]
    outcome = load_rows(stream, rows)
    assert (outcome.new, outcome.rejected) == (len(made), 0)
    same_key = sum(key_of(plan, bad) == key_of(plan, good) for _, bad, good in made)
    closures = Counter(RejectedRow.objects.values_list("closure", flat=True))
    assert closures == Counter({"taken": same_key, "gone": len(made) - same_key}), "a spoiled key is another row"
    assert outcome.healed == same_key


@every_stream
def test_a_key_given_twice_is_taken_once_and_rejected_once(stream: Stream, parents: None) -> None:
    first, *rest = theirs(stream)
    outcome = load_rows(stream, [first, *rest, first])
    assert (outcome.new, outcome.rejected) == (len(rest) + 1, 1)
    row = RejectedRow.objects.get(closed_at=None)
    assert (row.reason, row.record_key) == (Reason.DUPLICATE, key_of(plan_of(stream), first))
    record(stream, first)


# Gone and back


@every_stream
def test_a_record_gone_from_a_full_compare_is_marked_and_comes_back(stream: Stream, parents: None) -> None:
    load_rows(stream, theirs(stream))
    *rest, last = theirs(stream)
    outcome = load_rows(stream, rest)
    mark = "archived_at" if getattr(record(stream, last), "is_frozen", False) else "removed_at"
    assert (outcome.removed, outcome.archived) == ((0, 1) if mark == "archived_at" else (1, 0))
    assert getattr(record(stream, last), mark) is not None
    again = load_rows(stream, rest)
    assert (again.removed, again.archived) == (0, 0), "a record is marked once"
    back = load_rows(stream, theirs(stream))
    assert (back.changed, back.new) == (1, 0)
    assert getattr(record(stream, last), mark) is None
    if hasattr(stream.model, "history"):
        lines = record(stream, last).history.order_by("history_id")
        assert [(line.history_type, line.removed_at is not None) for line in lines] == [
            ("+", False),
            ("~", True),
            ("~", False),
        ]


@every_stream
def test_a_record_that_was_rejected_is_not_gone(stream: Stream, parents: None) -> None:
    load_rows(stream, theirs(stream))
    plan = plan_of(stream)
    text = _text(plan)
    *rest, last = theirs(stream)
    outcome = load_rows(stream, [*rest, last | {text: "a\x00b"}])
    assert (outcome.rejected, outcome.removed, outcome.archived, outcome.changed) == (1, 0, 0, 0)
    assert record(stream, last).removed_at is None


# History is simple-history's own


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


def _history(model: type[models.Model]) -> list[Row]:
    """Every history row but for the serial number and the moment."""
    rows = model.history.order_by("history_id").values()
    told = [{k: v for k, v in row.items() if k not in ("history_id", "history_date")} for row in rows]
    return sorted(told, key=repr)


def _instances(stream: Stream) -> list[models.Model]:
    """The records as they are, not saved: what someone would save by hand."""
    return list(stream.model._default_manager.order_by("pk"))


@every_tracked_stream
@pytest.mark.parametrize("hand", ["save", "bulk helper"])
def test_history_equals_what_simple_history_writes_for_the_same_edit(stream: Stream, parents: None, hand: str) -> None:
    plan, run, model = plan_of(stream), uuid4(), stream.model
    load_rows(stream, theirs(stream), change=Change(Origin.CCB, run))
    with transaction.atomic():
        load_rows(stream, _edited(plan), change=Change(Origin.CCB, run))
        by_load, edited = _history(model), _instances(stream)
        transaction.set_rollback(True)
    assert len(by_load) == 2 * len(samples(stream))
    with changes_from(Origin.CCB, run):
        if hand == "save":
            for instance in edited:
                instance.save()
        else:
            fields = [column.field.name for column in plan.values]
            bulk_update_with_history(edited, model, fields)
    assert _history(model) == by_load


@every_tracked_stream
def test_history_equals_what_simple_history_writes_for_new_records(stream: Stream, parents: None) -> None:
    run, model = uuid4(), stream.model
    with transaction.atomic():
        load_rows(stream, theirs(stream), change=Change(Origin.CCB, run))
        by_load, made = _history(model), _instances(stream)
        transaction.set_rollback(True)
    with changes_from(Origin.CCB, run):
        bulk_create_with_history(made, model)
    assert _history(model) == by_load
