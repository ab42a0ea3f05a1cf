"""How far the matching of each object is, and whether anything may be pushed for it yet."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from sync.matching.objects import OBJECTS, of
from sync.models import Bookmark, Match, MatchObject, MatchProgress

State = Match.State


@dataclass(frozen=True)
class Progress:
    """The matching of one object in numbers of its records; no value of a customer."""

    object: MatchObject
    linked: int
    open: int
    exact: int
    create_later: int
    ignored: int
    matched_at: datetime | None
    closed_at: datetime | None
    closed_by: str
    is_loaded: bool

    @property
    def decided(self) -> int:
        """How many records are decided."""
        return self.linked + self.create_later + self.ignored

    @property
    def total(self) -> int:
        """How many records there are to decide about, decided ones included."""
        return self.decided + self.open

    @property
    def is_closed(self) -> bool:
        """Whether every record is decided, or a steward closed it; never before the records have been matched once."""
        return self.matched_at is not None and (self.closed_at is not None or not self.open)


def progress() -> list[Progress]:
    """Every object's progress, in the order of matching."""
    counted: dict[tuple[str, str], int] = defaultdict(int)
    exact: dict[str, int] = defaultdict(int)
    rows = Match.objects.order_by().values("object", "state")
    for row in rows.annotate(rows=Count("id"), exact=Count("id", filter=Q(is_exact=True))):
        counted[row["object"], row["state"]] = row["rows"]
        if row["state"] == State.OPEN:
            exact[row["object"]] = row["exact"]
    kept = MatchProgress.objects.in_bulk()
    loaded = set(
        Bookmark.objects.filter(
            stream__in=[each.stream for each in OBJECTS], last_success_at__isnull=False
        ).values_list("stream", flat=True)
    )  # fmt: skip
    return [
        Progress(
            object=each.object,
            linked=counted[each.object, State.LINKED],
            open=counted[each.object, State.OPEN],
            exact=exact[each.object],
            create_later=counted[each.object, State.CREATE_LATER],
            ignored=counted[each.object, State.IGNORED],
            matched_at=kept[each.object].matched_at,
            closed_at=kept[each.object].closed_at,
            closed_by=kept[each.object].closed_by,
            is_loaded=each.stream in loaded,
        )
        for each in OBJECTS
    ]


def is_closed(name: str) -> bool:
    """Whether the matching of an object has ended: before that nothing of it may be pushed to Salesforce.

    Raises KeyError for an object that is not matched.
    """
    matched = of(name)
    kept = MatchProgress.objects.get(pk=matched.object)
    if kept.matched_at is None:
        return False
    return kept.closed_at is not None or not Match.objects.filter(object=matched.object, state=State.OPEN).exists()


def asked_about(name: str) -> QuerySet[Match]:
    """The open matches of an object that propose something.

    What they propose may be in Salesforce already, so no push creates it there, though the object be closed.
    """
    return Match.objects.filter(object=of(name).object, state=State.OPEN, candidate__isnull=False)
