"""What changed on a record, as one person may see it: old and new values of VIEW fields, and nothing of hidden ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Field, Model

from customer360.changes import Origin, run_url
from customer360.models import VisibleModel
from customer360.visibility.groups import Access
from customer360.visibility.viewer import Viewer, label

KINDS = {"+": "Created", "~": "Changed", "-": "Deleted"}


@dataclass(frozen=True)
class Change:
    """One field that changed. `shown` is false where the viewer may know that it changed but not from what to what."""

    label: str
    old: Any
    new: Any
    shown: bool


@dataclass(frozen=True)
class HistoryLine:
    """One change of a record: when, by whom, from which system, and the visible fields that changed."""

    at: datetime
    kind: str
    by: str
    origin: str
    run_url: str | None
    changes: tuple[Change, ...]


def visible_history(viewer: Viewer, record: VisibleModel, limit: int = 100) -> list[HistoryLine]:
    """The record's latest changes, newest first.

    A change of hidden fields alone leaves no line: that it happened is hidden too. Empty for a model that keeps no
    history. `record` must be one the viewer has in scope.
    """
    model = type(record)
    access = viewer.access(model) | {
        field.name: viewer.key_access(model, field.name) if viewer.may(model, field.name) else Access.HIDDEN
        for field in model._meta.concrete_fields
        if field.is_relation
    }
    return history_lines(record, access, limit)


def history_lines(record: Model, access: Mapping[str, Access], limit: int = 100) -> list[HistoryLine]:
    """The record's latest changes, newest first, in fields of at least MASKED access."""
    history = getattr(type(record), "history", None)
    if history is None:
        return []
    rows = list(history.filter(**{record._meta.pk.attname: record.pk}).select_related("history_user")[: limit + 1])
    lines = (_line(new, old, access) for new, old in zip(rows, [*rows[1:], None], strict=True))
    return [line for line in lines if line is not None][:limit]


def _line(new: Any, old: Any | None, access: Mapping[str, Access]) -> HistoryLine | None:
    changes = tuple(_changes(new, old, access)) if old is not None and new.history_type == "~" else ()
    if new.history_type == "~" and not changes:
        return None
    return HistoryLine(
        at=new.history_date,
        kind=KINDS[new.history_type],
        by=new.history_user.get_username() if new.history_user else "",
        origin=Origin(new.origin).label,
        run_url=run_url(new.run_id) if new.run_id else None,
        changes=changes,
    )


def _changes(new: Any, old: Any, access: Mapping[str, Access]) -> Iterator[Change]:
    for field in new.tracked_fields:
        grade = access.get(field.name, Access.HIDDEN)
        before, after = getattr(old, field.attname), getattr(new, field.attname)
        if grade == Access.HIDDEN or before == after:
            continue
        name = label(type(new.instance), field.name)
        if grade == Access.MASKED:
            yield Change(name, None, None, shown=False)
        else:
            yield Change(name, _words(field, before), _words(field, after), shown=True)


def _words(field: Field, value: Any) -> Any:
    """A code in words where the field has choices; any other value as it is."""
    return dict(field.flatchoices).get(value, value)
