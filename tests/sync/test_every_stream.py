"""What every stream earns by existing: samples that load once, bad rows told apart, records gone and back."""

from collections import Counter
from typing import Any
from uuid import uuid4

import pytest

from customer360.models import Customer
from sync.checks import check_owners, check_stream
from sync.load import Order, load, rejects
from sync.load.plan import Column, Plan
from sync.models import RejectedRow
from sync.stream import Stream
from sync.streams import STREAMS, by_name
from sync.transforms import IMPOSSIBLE
from tests.factories import make_customer
from tests.sync.support import (
    TODAY,
    Row,
    batch,
    change_by,
    history_of,
    key_of,
    load_rows,
    plan_of,
    record,
    samples,
    theirs,
)

Reason = RejectedRow.Reason

every_stream = pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name, scope="module")


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
def test_its_samples_cover_every_line(stream: Stream) -> None:
    plan = plan_of(stream)
    for column in plan.columns:
        values = {sample["theirs"][column.name] for sample in samples(stream)}
        if column == plan.into:
            assert values == {None}, "only a row that the source deleted names what took it over"
            continue
        assert values - {None}, f"no sample fills {column.name}"
        assert column.is_required or column in plan.key or None in values, f"no sample leaves {column.name} empty"


# Sample in, row out


@every_stream
def test_sample_in_row_out(stream: Stream, parents: None) -> None:
    run = uuid4()
    outcome = load_rows(stream, theirs(stream), change=change_by(stream, run))
    assert (outcome.read, outcome.new, outcome.rejected) == (len(samples(stream)), len(samples(stream)), 0)
    for sample in samples(stream):
        found = record(stream, sample["theirs"])
        told = {name: getattr(found, name) for name in sample["ours"]}
        expected = {name: _python(stream, name, value) for name, value in sample["ours"].items()}
        assert told == expected, sample["case"]
        assert found.removed_at is None
        if hasattr(stream.model, "history"):
            (line,) = found.history.all()
            assert (line.history_type, line.origin, line.run_id) == ("+", stream.system, run)


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
        assert history_of(stream).count() == len(samples(stream))


@every_stream
def test_the_order_and_the_size_of_batches_do_not_matter(stream: Stream, parents: None) -> None:
    plan = plan_of(stream)
    load_rows(stream, theirs(stream))
    one_by_one = [batch(plan, [row]) for row in reversed(theirs(stream))]
    outcome = load(plan, one_by_one, Order(change_by(stream), TODAY, is_full=True))
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
    outcome = load_rows(stream, [*(bad for _, bad, _ in made), *theirs(stream)], change=change_by(stream, run))
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
