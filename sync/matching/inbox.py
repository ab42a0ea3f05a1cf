"""The page of matches as one person may see it: both sides beside each other, with what differs marked.

A record of Salesforce that is linked to no account is in nobody's scope but theirs who see every account. What a person
may not VIEW is absent on either side, and nothing is found, ordered or judged by it: a score, and what is exact, is for
those who may see everything that is compared.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from customer360.models import Account, Customer, Premise, ServiceAgreement, VisibleModel
from customer360.visibility.groups import Access
from customer360.visibility.viewer import Viewer, VisibleRecord, label
from sync.matching import words
from sync.matching.objects import Matched
from sync.matching.wording import Finding, findings, may_see_links, may_weigh
from sync.models import Match

ROWS_A_PAGE = 20

KINDS = {
    "exact": ("Exact", Q(is_exact=True)),
    "doubtful": ("Doubtful", Q(is_exact=False, candidate__isnull=False)),
    "none": ("Nothing alike", Q(candidate__isnull=True)),
}
"""Parts of the open matches, by what is proposed."""

Words = tuple[tuple[str, bool], ...]
"""A text in pieces, each with whether the other side lacks it."""


@dataclass(frozen=True)
class Line:
    """One thing that both sides may tell, and how each says it."""

    label: str
    ours: Words
    theirs: Words


@dataclass(frozen=True)
class Candidate:
    """A record of CC&B that a match may be linked to: its key, name and address as far as they are visible."""

    key: str
    name: str
    url: str
    address: str


@dataclass(frozen=True)
class Row:
    """One match. `key` is empty where the viewer may not see what is proposed, which they cannot link then.

    `score` and `method` are None and empty, and `is_exact` is False, for whoever may not see everything compared.
    """

    pk: int
    title: str
    key: str
    url: str
    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]
    others: tuple[Candidate, ...]
    score: int | None
    is_exact: bool
    state: str
    state_in_words: str
    method: str
    decided_by: str
    decided_at: datetime | None
    has_proposal: bool


def in_scope(viewer: Viewer, matched: Matched) -> QuerySet[Match]:
    """The matches of an object whose records of Salesforce the viewer may see."""
    matches = Match.objects.filter(object=matched.object)
    everything = matched.model._default_manager.all()
    visible = viewer.records(everything)
    return matches if visible is everything else matches.filter(salesforce_id__in=visible.values("pk"))


def ready(viewer: Viewer, matched: Matched) -> QuerySet[Match]:
    """The exact ones that wait, for whoever may see all that makes them so: they may be linked at once."""
    exact = in_scope(viewer, matched).filter(state=Match.State.OPEN, is_exact=True)
    return exact if may_weigh(viewer, matched) else exact.none()


def searchable(viewer: Viewer, matched: Matched) -> tuple[str, ...]:
    """The fields of the object by which the viewer may search: those that they may VIEW."""
    fields = [*matched.named_by, "full_name", "account_number", matched.said, "salesforce_id"]
    names = {field.name for field in matched.model._meta.concrete_fields}
    return tuple(name for name in fields if name in names and viewer.may(matched.model, name))


def search(viewer: Viewer, matched: Matched, matches: QuerySet[Match], text: str) -> QuerySet[Match]:
    """Those of the matches in which every word typed is found; all of them where nothing is, or may be, searched."""
    fields = searchable(viewer, matched)
    typed = text.replace("\x00", "").split()[:6]
    if not fields or not typed:
        return matches
    found = matched.model._default_manager.all()
    for word in typed:
        either = Q()
        for name in fields:
            either |= Q(**{f"{name}__icontains": word})
        found = found.filter(either)
    return matches.filter(salesforce_id__in=found.values("pk"))


def see_all(viewer: Viewer, matched: Matched, matches: Iterable[Match]) -> list[Row]:
    """The matches, which are of the viewer's scope, as they may see them."""
    matches = list(matches)
    records = matched.model._default_manager.in_bulk([match.salesforce_id for match in matches])
    keys = {key for match in matches for key in (match.candidate, *match.others) if key}
    targets: QuerySet[Any] = viewer.records(matched.target._default_manager.filter(pk__in=keys))
    if matched.target is Account:
        targets = targets.select_related("customer")
    theirs = {str(each.pk): viewer.see(each) for each in targets} if may_see_links(viewer, matched) else {}
    served = _served(viewer, theirs) if matched.target is Account else {}
    return [
        _row(viewer, matched, match, viewer.see(records[match.salesforce_id]), theirs, served)
        for match in matches
        if match.salesforce_id in records
    ]


def _served(viewer: Viewer, accounts: Iterable[str]) -> dict[str, str]:
    """Where each account is served: its first premise, if the viewer may see premises."""
    if not viewer.may(Premise, "address") or not viewer.may(ServiceAgreement, "premise", "account"):
        return {}
    agreements = ServiceAgreement.objects.filter(account__in=list(accounts), removed_at=None, premise__isnull=False)
    places: dict[str, str] = {}
    for each in agreements.select_related("premise").order_by("account", "status", "-start_date", "pk"):
        if each.premise:
            places.setdefault(each.account_id, viewer.see(each.premise).address)
    return places


def _row(
    viewer: Viewer, matched: Matched, match: Match, ours: VisibleRecord, theirs: dict[str, VisibleRecord],
    served: dict[str, str],
) -> Row:  # fmt: skip
    candidate = theirs.get(match.candidate or "")
    candidates = {key: _candidate(viewer, matched, theirs[key]) for key in match.others if key in theirs}
    shown = _candidate(viewer, matched, candidate) if candidate is not None else None
    weighs = may_weigh(viewer, matched)
    return Row(
        pk=match.pk,
        title=_name(viewer, matched, ours) or f"Record {match.pk}",
        key=shown.key if shown else "",
        url=shown.url if shown else "",
        lines=tuple(_lines(viewer, matched, ours, candidate, served.get(match.candidate or "", ""))),
        findings=findings(viewer, matched, match.findings) if shown else (),
        others=tuple(each for each in candidates.values() if each.key),
        score=match.score if weighs else None,
        is_exact=match.is_exact and weighs,
        state=match.state,
        state_in_words=match.get_state_display(),
        method=match.get_method_display() if weighs else "",
        decided_by=match.decided_by,
        decided_at=match.decided_at,
        has_proposal=shown is not None,
    )


def _name(viewer: Viewer, matched: Matched, ours: VisibleRecord) -> str:
    """What the record is called, if its name is visible."""
    if not viewer.may(matched.model, *matched.named_by):
        return ""
    full = _value(viewer, matched.model, ours, "full_name")
    return full or " ".join(str(getattr(ours, name) or "") for name in matched.named_by).strip()


def _candidate(viewer: Viewer, matched: Matched, record: VisibleRecord) -> Candidate:
    may_see_key = viewer.key_access(matched.target, matched.target._meta.pk.name) >= Access.VIEW
    key = str(record.pk) if may_see_key else ""
    page = "account" if matched.target is Account else "customer"
    return Candidate(
        key=key,
        name=_value(viewer, matched.target, record, "display_name"),
        url=reverse(page, args=[key]) if key else "",
        address=_value(viewer, matched.target, record, "address"),
    )


def _lines(
    viewer: Viewer, matched: Matched, ours: VisibleRecord, theirs: VisibleRecord | None, served: str
) -> Iterator[Line]:
    """What either side tells that the viewer may see."""
    name = _value(viewer, matched.target, theirs, "display_name")
    yield from _line("Name", _name(viewer, matched, ours), name)
    address = _value(viewer, matched.model, ours, "address")
    mailing = _value(viewer, matched.target, theirs, "address")
    if served and served != mailing:
        yield from _line("Address", address, mailing, more_theirs=served)
        yield from _line("Served at", "", served, more_ours=address)
    else:
        yield from _line("Address", address, mailing)
    owner = getattr(theirs, "customer", None) if matched.target is Account else theirs
    for field in ("phone",) if matched.target is Account else ("phone", "email"):
        said, known = _value(viewer, matched.model, ours, field), _value(viewer, Customer, owner, field)
        yield from _line(label(matched.model, field), said, known, whole=True)
    key = _value(viewer, matched.target, theirs, matched.target._meta.pk.name)
    for field in ("account_number", matched.said):
        if said := _value(viewer, matched.model, ours, field):
            yield from _line(label(matched.model, field), said, key, whole=True)
    ours_key = _value(viewer, matched.model, ours, "salesforce_id")
    if ours_key or key:
        # Keys of two systems: neither says anything about the other.
        yield Line("ID", _whole(ours_key, False), _whole(key, False))


def _value(viewer: Viewer, model: type[VisibleModel], record: VisibleRecord | None, name: str) -> str:
    """A value that the viewer may VIEW, as text; empty where there is none, or none for them."""
    if record is None or not viewer.may(model, name):
        return ""
    return str(getattr(record, name, None) or "")


def _line(
    heading: str, ours: str, theirs: str, *, more_ours: str = "", more_theirs: str = "", whole: bool = False
) -> Iterator[Line]:
    """The line, unless neither side has anything.

    A value is compared with the other side's, and with what that says more elsewhere; as one, where it is `whole`.
    """
    if not ours and not theirs:
        return
    if whole:
        differs = bool(ours and theirs) and not _digits_of(ours) & _digits_of(theirs)
        yield Line(heading, _whole(ours, differs), _whole(theirs, differs))
        return
    there, here = _spoken(f"{theirs} {more_theirs}"), _spoken(f"{ours} {more_ours}")
    yield Line(heading, _marked(ours, there), _marked(theirs, here))


def _whole(text: str, differs: bool) -> Words:
    return ((text, differs),) if text else ()


def _digits_of(text: str) -> set[str]:
    """A number or an address of mail in the form in which two of them are compared."""
    digits = re.sub(r"\D", "", re.sub(r"(?i)(x|ext).*$", "", text))
    return {digits.lstrip("0")[-10:]} if digits and "@" not in text else {text.strip().casefold()}


def _spoken(text: str) -> set[str]:
    """The words of a text in the form in which they are compared."""
    return {_form(word) for word in text.split()}


def _form(word: str) -> str:
    bare = re.sub(r"[^\w&]", "", re.sub(r"^(\d{5})-\d{4},?$", r"\1", word.casefold()))
    return words.STREET_WORDS.get(bare, words.SHORT_WORDS.get(bare, bare))


_SAYS_NOTHING = words.LEGAL_FORMS | words.FILLERS | {"unit", "&", ""}


def _marked(text: str, other: set[str]) -> Words:
    """The text in pieces: what the other side lacks is marked. Where the other side says nothing, nothing is."""

    def differs(word: str) -> bool:
        form = _form(word)
        return bool(other) and form not in other and form not in _SAYS_NOTHING

    return tuple((" ".join(piece), is_marked) for is_marked, piece in groupby(text.split(), key=differs))
