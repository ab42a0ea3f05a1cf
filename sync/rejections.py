"""Rejected rows as one person may see them: key, reason and time for whoever minds them, values only by the Viewer.

A raw row holds the values of a customer under the names of the mirror's columns, so each is shown like the field it was
meant for: if the person may VIEW the field, and if the row belongs to an account in their scope. An operator sees of
every other column its name and the kind of what it holds; a steward sees nothing of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Field, Min, Model

from customer360.models import Account, VisibleModel
from customer360.visibility.groups import Access
from customer360.visibility.viewer import Viewer, label
from sync.models import RejectedRow, SyncRun
from sync.rights import may_operate
from sync.stream import Stream
from sync.streams import STREAMS

ROWS_A_PAGE = 25

OPEN: dict[str, Any] = {"closed_at": None}
IGNORED: dict[str, Any] = {"closure": RejectedRow.Closure.IGNORED}


@dataclass(frozen=True)
class Group:
    """The open rejected rows of one stream that were rejected for one reason."""

    stream: str
    title: str
    reason: str
    reason_in_words: str
    rows: int
    first_seen_at: datetime


@dataclass(frozen=True)
class Part:
    """One column of a rejected row: its value, or only what kind of value it holds."""

    label: str
    text: str
    is_value: bool


@dataclass(frozen=True)
class Rejection:
    """One rejected row. `field` and `detail` are empty where the field is hidden from the viewer."""

    pk: int
    title: str
    key: str
    reason: str
    field: str
    detail: str
    first_seen_at: datetime
    first_run: UUID
    parts: tuple[Part, ...]
    is_in_scope: bool
    only_at_the_source: bool
    ignored_by: str
    ignored_because: str


def groups() -> list[Group]:
    """The open rejected rows counted by stream and reason, in load order."""
    rows = RejectedRow.objects.filter(closed_at=None).order_by().values("stream", "reason")
    counted = rows.annotate(rows=Count("id"), first=Min("first_seen_at"))
    order = {stream.name: place for place, stream in enumerate(STREAMS)}
    return [
        Group(row["stream"], title_of(row["stream"]), row["reason"], in_words(row["reason"]), row["rows"], row["first"])
        for row in sorted(counted, key=lambda row: (order.get(row["stream"], len(order)), -row["rows"], row["reason"]))
    ]


def title_of(stream: str) -> str:
    """What a stream is called; its bare name if it is no longer in the mapping."""
    return next((each.title for each in STREAMS if each.name == stream), stream)


def in_words(reason: str) -> str:
    """A reason as a person would say it."""
    return str(dict(RejectedRow.Reason.choices).get(reason, reason))


def chosen(stream: str, reason: str, *, ignored: bool = False) -> dict[str, Any]:
    """The conditions on rejected rows that a page asked for, as far as they name a stream and a reason of such rows."""
    rows = RejectedRow.objects.filter(**(IGNORED if ignored else OPEN))
    asked = {name: value for name, value in (("stream", stream), ("reason", reason)) if value and "\x00" not in value}
    return {name: value for name, value in asked.items() if rows.filter(**{name: value}).exists()}


def see_all(viewer: Viewer, rows: Iterable[RejectedRow]) -> list[Rejection]:
    """The rows as the viewer may see them, in the same order; one query for each model that rows belong to."""
    rows = list(rows)
    streams = {stream.name: stream for stream in STREAMS}
    operates = may_operate(viewer)
    in_scope = _in_scope(viewer, rows, streams)
    return [_see(viewer, row, streams.get(row.stream), row.pk in in_scope, operates) for row in rows]


def _see(viewer: Viewer, row: RejectedRow, stream: Stream | None, is_in_scope: bool, operates: bool) -> Rejection:
    model = stream.model if stream else None
    knows_field = operates or (model is not None and _may_know_of(viewer, model, row.field))
    return Rejection(
        pk=row.pk,
        title=stream.title if stream else row.stream,
        key=row.record_key,
        reason=in_words(row.reason),
        field=label(model, row.field) if knows_field and model and row.field else "",
        detail=row.detail if knows_field else "",
        first_seen_at=row.first_seen_at,
        first_run=row.first_run,
        parts=tuple(_parts(viewer, row, model, is_in_scope, operates)),
        is_in_scope=is_in_scope,
        only_at_the_source=row.reason in RejectedRow.ONLY_AT_THE_SOURCE,
        ignored_by=row.closed_by,
        ignored_because=row.closed_because,
    )


def _may_know_of(viewer: Viewer, model: type[VisibleModel], field: str) -> bool:
    """Whether the viewer may know that the model has the field; a reason that is about no field names none."""
    return not field or viewer.may(model, field, at_least=Access.MASKED)


def _parts(
    viewer: Viewer, row: RejectedRow, model: type[VisibleModel] | None, is_in_scope: bool, operates: bool
) -> Iterator[Part]:
    """Every column that the viewer may know of, in the order of the model's fields, those of the sync's own last."""
    columns = _columns(model) if model else {}
    places = {name: place for place, name in enumerate(columns)}
    for name, value in sorted(row.raw.items(), key=lambda part: places.get(part[0], len(places))):
        field = columns.get(name)
        heading = label(model, field.name) if model and field else name
        if is_in_scope and model and field and _may_view(viewer, model, field):
            yield Part(heading, "" if value is None else str(value), is_value=True)
        elif operates:
            yield Part(heading, kind_of(value), is_value=False)


def _columns(model: type[Model]) -> dict[str, Field]:
    """The model's fields by the name of their column."""
    return {str(field.column): field for field in model._meta.concrete_fields}


def _may_view(viewer: Viewer, model: type[VisibleModel], field: Field) -> bool:
    """Whether the viewer may read the bare value of a column; that of a reference is another record's key."""
    return viewer.key_access(model, field.name) >= Access.VIEW


_Owners = tuple[type[Model], str]
"""A model, and the field by which its records are asked for."""


def _in_scope(viewer: Viewer, rows: Iterable[RejectedRow], streams: dict[str, Stream]) -> set[int]:
    """The rows that belong to an account in the viewer's scope.

    Whose a row is, is told by its own reference on the way to the account; where that way leads through other models,
    by the record of its key, if the mirror holds one. Whoever sees every account sees every row.
    """
    everything = Account.objects.all()
    if viewer.records(everything) is everything:
        return {row.pk for row in rows}
    owners: dict[_Owners, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        if row.stream in streams and (owner := _owner(streams[row.stream], row)):
            of, key = owner
            owners[of][key].add(row.pk)
    found: set[int] = set()
    for (model, name), rows_by_key in owners.items():
        visible = viewer.records(model._default_manager.filter(**{f"{name}__in": list(rows_by_key)}))
        found.update(*(rows_by_key[str(key)] for key in visible.values_list(name, flat=True)))
    return found


def _owner(stream: Stream, row: RejectedRow) -> tuple[_Owners, str] | None:
    """The record, by model, field and key, whose account is the row's; None if the row names none.

    Of several ways to an account the first that the row fills decides, as it does for the record itself. A way that
    begins at other records, or at a link of ours, is that of the record that the stream's key names.
    """
    model = stream.model
    paths = (model.account_path,) if isinstance(model.account_path, str) else tuple(model.account_path or ())
    filled = {line.ours: stream.model_field(line.ours) for line in stream.fields}
    for path in paths:
        field = filled.get(path.partition("__")[0])
        if field is not None and (key := row.raw.get(str(field.column))):
            return (field.related_model or model, "pk"), str(key)
        if field is None and len(stream.key) == 1 and (key := row.raw.get(str(filled[stream.key[0]].column))):
            return (model, stream.key[0]), str(key)
    return None


def warnings(viewer: Viewer, run: SyncRun) -> list[dict[str, Any]]:
    """What the run took, but deserves a look: `field`, `rows` and `detail`, which may name a code.

    An operator sees them all, a steward those about fields that they may VIEW.
    """
    model = next((stream.model for stream in STREAMS if stream.name == run.stream), None)
    if may_operate(viewer):
        return list(run.warnings)
    return [warning for warning in run.warnings if model is not None and viewer.may(model, warning["field"])]


def changed_when_frozen(viewer: Viewer, runs: Iterable[SyncRun]) -> tuple[SyncRun, int] | None:
    """The latest of a stream's runs, newest first, that met changes no frozen record should see, and how many of all.

    None where none did, or where this person may not see the fields.
    """
    fixed = {stream.name: stream.fixed for stream in STREAMS}
    found = [
        (run, rows)
        for run in runs
        if run.warnings
        and (rows := sum(each["rows"] for each in warnings(viewer, run) if each["field"] in fixed.get(run.stream, ())))
    ]
    return (found[0][0], sum(rows for _, rows in found)) if found else None


def kind_of(value: Any) -> str:
    """What a value of a rejected row is, without the value."""
    match value:
        case None:
            return "empty"
        case bool():
            return "yes or no"
        case int() | float():
            return "number"
        case str():
            return f"text of {len(value)} characters"
        case _:
            return "list" if isinstance(value, list) else "object"
