"""What a steward asks of rejected rows on their page, done, and what to tell them of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import messages

from customer360.templatetags.portal import count
from customer360.visibility.viewer import Viewer
from sync import rejections, replay
from sync.forms import IgnoreForm
from sync.models import RejectedRow

NAMED = 5
"""How many rows that were rejected again are named before the rest is counted."""

Told = Iterator[tuple[int, str]]
"""A message's level and its text."""


def settle(viewer: Viewer, form: Mapping[str, str], rows: list[int], chosen: Mapping[str, Any]) -> Told:
    """Do with the rows what the form's button says: `offer`, `offer-all`, `ignore` or `take-back`.

    Raises NotStarted where the rows cannot be offered now.
    """
    asked = form.get("do", "")
    if asked == "offer-all" and len(chosen) == 2:
        rows = list(RejectedRow.objects.filter(**rejections.OPEN, **chosen).values_list("pk", flat=True))
    if not rows:
        yield messages.WARNING, "No row was chosen, and nothing was done. Tick the rows first."
    elif asked in ("offer", "offer-all"):
        yield from _offer(viewer, rows)
    elif asked == "ignore":
        yield from _ignore(viewer, rows, form)
    elif asked == "take-back":
        number = replay.take_back(_in_scope(viewer, rows))
        yield messages.SUCCESS, f"{count(number, 'row')} will be offered again with the next load."


def _offer(viewer: Viewer, rows: list[int]) -> Told:
    results = replay.offer(rows, actor=viewer.user)
    taken, left = sum(each.taken for each in results), sum(each.left for each in results)
    again = [row for each in results for row in each.again]
    if taken:
        yield messages.SUCCESS, f"{count(taken, 'row')} {_was(taken)} taken, and {_was(taken)} written with history."
    if again:
        seen = rejections.see_all(viewer, again[:NAMED])
        named = " ".join(f"{row.key or 'No key'}: {row.detail or row.reason}" for row in seen)
        more = f" And {len(again) - NAMED:,} more." if len(again) > NAMED else ""
        yield messages.WARNING, f"{count(len(again), 'row')} {_was(len(again))} rejected again. {named}{more}"
    if left:
        yield messages.WARNING, f"{count(left, 'row')} can only be settled in the source, and stayed as it is."
    if not results:
        yield messages.WARNING, "Those rows were settled meanwhile. Nothing was done."


def _ignore(viewer: Viewer, rows: list[int], given: Mapping[str, str]) -> Told:
    form = IgnoreForm(given)
    if not form.is_valid():
        yield messages.ERROR, "Write why the rows are to be ignored, in at most 200 characters. They stay as they are."
        return
    mine = _in_scope(viewer, rows)
    number = replay.ignore(mine, because=form.cleaned_data["because"], actor=viewer.user)
    if number:
        yield messages.SUCCESS, f"{count(number, 'row')} {_was(number)} ignored, until the source changes it."
    if len(mine) < len(set(rows)):
        yield messages.WARNING, "Rows that are not of an account of yours stayed as they are."


def _in_scope(viewer: Viewer, rows: list[int]) -> list[int]:
    """Those of the rows that belong to an account of the viewer's."""
    seen = rejections.see_all(viewer, RejectedRow.objects.filter(pk__in=rows))
    return [row.pk for row in seen if row.is_in_scope]


def _was(number: int) -> str:
    return "was" if number == 1 else "were"
