"""The pages of matching: the inbox of a data steward, and what is asked before many records are decided at once."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customer360.templatetags.portal import count
from customer360.visibility.middleware import viewer_of
from customer360.visibility.viewer import Viewer
from sync import matching
from sync.matching import inbox
from sync.matching.objects import OBJECTS, Matched, of
from sync.matching.wording import may_see_links, may_weigh, sees_everything
from sync.models import Match, MatchObject
from sync.rights import may_see_matches, may_steward, nothing_here, only_for

SHOWN = (Match.State.OPEN, *Match.DECIDED, Match.State.GONE)
FILTERS = ("object", "state", "kind", "q", "page")


@only_for(may_see_matches)
@require_safe
def matches(request: HttpRequest) -> HttpResponse:
    """How far each object is, and its matches as far as this person may see their records."""
    viewer = viewer_of(request)
    chosen = _chosen(request.GET)
    matched = of(chosen["object"])
    visible = inbox.in_scope(viewer, matched)
    rows = visible.filter(state=chosen["state"])
    if weighs := may_weigh(viewer, matched):
        rows = rows.filter(inbox.KINDS[chosen["kind"]][1]) if chosen["kind"] else rows
    else:
        chosen["kind"] = ""
    rows = inbox.search(viewer, matched, rows, chosen["q"])
    rows = rows.order_by("-is_exact", "-score", "pk") if weighs else rows.order_by("pk")
    page = Paginator(rows, inbox.ROWS_A_PAGE).get_page(request.GET.get("page"))
    progress = matching.progress()
    here = next(each for each in progress if each.object == matched.object)
    context = {
        "progress": progress,
        "here": here,
        "chosen": chosen,
        "objects": MatchObject.choices,
        "states": [(state.value, state.label) for state in SHOWN],
        "kinds": [(name, title) for name, (title, _) in inbox.KINDS.items()] if weighs else [],
        "rows": inbox.see_all(viewer, matched, page.object_list),
        "page": page,
        "may_search": bool(inbox.searchable(viewer, matched)),
        "may_decide": may_steward(viewer),
        "may_link": may_steward(viewer) and may_see_links(viewer, matched),
        "may_close": may_close(viewer),
        "tells_exact": all(may_weigh(viewer, each) for each in OBJECTS),
        "sees_all": visible.count() == Match.objects.filter(object=matched.object).count(),
        "exact": inbox.ready(viewer, matched).count(),
        "back": urlencode({name: value for name, value in chosen.items() if value}),
    }
    return render(request, "sync/matches/inbox.html", context)


def _chosen(given: Any) -> dict[str, str]:
    """What the page was asked for, as far as there is such a thing; accounts that wait for a decision, if nothing."""
    objects, states = MatchObject.values, [state.value for state in SHOWN]
    state = given.get("state", "")
    kind = given.get("kind", "")
    return {
        "object": given.get("object") if given.get("object") in objects else objects[0],
        "state": state if state in states else states[0],
        "kind": kind if kind in inbox.KINDS and state in ("", Match.State.OPEN) else "",
        "q": given.get("q", "").replace("\x00", "").strip()[:80],
    }


@only_for(may_steward)
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Do with one match what the button says: `link` to a key, `create-later`, `ignore` or `undo`."""
    viewer, number = viewer_of(request), request.POST.get("match", "")
    number = number if number.isascii() and number.isdigit() and len(number) < 19 else "0"
    match = Match.objects.filter(pk=int(number)).first()
    if match is None or not inbox.in_scope(viewer, of(match.object)).filter(pk=match.pk).exists():
        messages.warning(request, "That record is not of an account of yours, or is gone. Nothing was decided.")
    else:
        try:
            messages.success(request, _decide(viewer, match, request.POST))
        except matching.Refused as refusal:
            messages.error(request, str(refusal))
    return redirect(f"{reverse('matches')}?{_back(request.POST)}#matches")


def _decide(viewer: Viewer, match: Match, form: Any) -> str:
    """Make the decision, and say what was done. Raises Refused where it cannot be made, or names nothing."""
    plain: dict[str, tuple[Callable[..., Match], str]] = {
        "create-later": (matching.create_later, "It is to be created later."),
        "ignore": (matching.ignore, "It is ignored."),
    }
    if (asked := form.get("do", "")) == "undo":
        found = matching.undo(match.pk, decided_at=_moment(form.get("decided", "")), actor=viewer.user)
        return f"Taken back, as it was before: {found.get_state_display().lower()}."
    if asked in plain:
        service, said = plain[asked]
        service(match.pk, actor=viewer.user)
        return said
    key, matched = "".join(form.get("key", "").replace("\x00", "").split()), of(match.object)
    visible = viewer.records(matched.target._default_manager.filter(pk=key))
    if not may_see_links(viewer, matched) or not visible.exists():
        raise matching.Refused("CC&B's mirror holds no record of that key for you. Nothing was linked. Check the key.")
    matching.link(match.pk, key, actor=viewer.user)
    return f"Linked to {key}."


def _moment(text: str) -> datetime | None:
    """When the decision was made that a form is about; None where it says nothing. Raises Refused for no moment."""
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        moment = datetime.min
    if moment is not None and moment.tzinfo is None:
        raise matching.Refused("The form is of no decision. Nothing was changed. Look at it again.")
    return moment


def _back(form: Any) -> str:
    """The part of the inbox that a form came from."""
    return urlencode({name: value for name, value in _chosen(form).items() if value})


@only_for(may_steward)
@require_http_methods(["GET", "HEAD", "POST"])
def exact(request: HttpRequest, match_object: str) -> HttpResponse:
    """Link every exact proposal of an object; asked for by GET, say first how many that are."""
    viewer, matched = viewer_of(request), _known(match_object)
    if matched is None:
        return nothing_here(request)
    ready = list(inbox.ready(viewer, matched).order_by("pk").values_list("pk", "candidate"))
    numbers, these = [number for number, _ in ready], sha256(repr(ready).encode()).hexdigest()
    if request.method == "POST":
        if request.POST.get("these") != these:
            messages.warning(
                request,
                f"Other records are exact by now, {len(numbers):,} in all. Nothing was linked: confirm it again.",
            )
            return redirect("matches-exact", match_object)
        linked = matching.link_exact(matched.object, matches=numbers, actor=viewer.user)
        messages.success(request, f"{count(linked, 'record')} {'was' if linked == 1 else 'were'} linked.")
        if linked < len(numbers):
            messages.warning(request, f"{count(len(numbers) - linked, 'record')} changed meanwhile.")
        return redirect(f"{reverse('matches')}?object={matched.object}")
    context = {"object": matched.object, "number": len(numbers), "these": these}
    return render(request, "sync/matches/exact.html", context)


def may_close(viewer: Viewer) -> bool:
    """Whether this person may say that what waits need not be decided: a steward who sees all that waits."""
    return may_steward(viewer) and sees_everything(viewer)


@only_for(may_close)
@require_http_methods(["GET", "HEAD", "POST"])
def closing(request: HttpRequest, match_object: str) -> HttpResponse:
    """End the matching of an object, or take that back; asked for by GET, say first what it means."""
    matched = _known(match_object)
    if matched is None:
        return nothing_here(request)
    here = next(each for each in matching.progress() if each.object == matched.object)
    if request.method == "POST":
        if request.POST.get("do") == "reopen":
            matching.reopen(matched.object, actor=viewer_of(request).user)
            messages.success(
                request, f"{here.object.label}: open again. Nothing is pushed for them until it is closed."
            )
        elif here.matched_at is None:
            messages.error(request, f"{here.object.label} were not matched yet, so there is nothing to close.")
        else:
            matching.close(matched.object, actor=viewer_of(request).user)
            messages.success(request, f"{here.object.label}: closed. What is open may still be decided.")
        return redirect(f"{reverse('matches')}?object={matched.object}")
    return render(request, "sync/matches/closing.html", {"here": here})


def _known(name: str) -> Matched | None:
    return of(name) if name in MatchObject.values else None
