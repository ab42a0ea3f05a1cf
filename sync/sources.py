"""How old each system's data is, for every card that shows it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from customer360 import sources
from customer360.changes import register_run_resolver
from customer360.sources import Freshness, SourceState
from sync import services
from sync.models import Bookmark, SyncRun
from sync.stream import System
from sync.streams import inbound
from sync.systems import NAMES, is_connected

INTERVAL = timedelta(days=1)
"""Everything is read once a night at least: data older than that and the grace is late, older than two nights stale."""

OVERDUE = {
    System.CCB: ("The nightly load is overdue.", "More than one nightly load is overdue."),
    System.SALESFORCE: (
        "The hourly loads are overdue: the last good one is more than a day old.",
        "The hourly loads are overdue: the last good one is more than two days old.",
    ),
}
"""What is said of each system's data when they are late, and when they are stale."""

NAMED = 3
"""How many streams a sentence names before it counts the rest."""

TROUBLE = (SyncRun.State.FAILED, SyncRun.State.STOPPED)
ENDED = (SyncRun.State.DONE, *TROUBLE)
"""States that tell how a system stands; a run that goes on, was refused or lost its process tells nothing, nor one that
reads nothing and only offers chosen rejected rows again."""


def ccb() -> SourceState:
    """The state of CC&B."""
    return state_of(System.CCB)


def salesforce() -> SourceState | None:
    """The state of Salesforce; None where it is not connected."""
    return state_of(System.SALESFORCE) if is_connected(System.SALESFORCE) else None


def state_of(system: System) -> SourceState:
    """The state of a system: as old as its oldest stream, and failed while any stream's latest ended run is.

    A stream of an optional part that this system does not have is left out: it was skipped, and never read.
    """
    inbound_streams = inbound(system)
    optional = {stream.name for stream in inbound_streams if stream.needs}
    of_stream = SyncRun.objects.filter(stream=OuterRef("stream"), is_dry_run=False)
    ended = of_stream.filter(state__in=ENDED).exclude(mode=SyncRun.Mode.ROWS).order_by("-started_at")
    skipped = of_stream.filter(state=SyncRun.State.SKIPPED)
    rows = list(
        Bookmark.objects.filter(stream__in=[stream.name for stream in inbound_streams])
        .annotate(latest=Subquery(ended.values("state")[:1]), was_skipped=Exists(skipped))
        .values_list("stream", "last_success_at", "latest", "was_skipped")
    )
    absent = {name for name, at, last, was_skipped in rows if name in optional and was_skipped and not (at or last)}
    titles = {stream.name: stream.title for stream in inbound_streams if stream.name not in absent}
    rows = [row for row in rows if row[0] in titles]
    loaded = [at for _, at, _, _ in rows if at]
    last_success = min(loaded) if loaded and len(loaded) == len(titles) else None
    in_trouble = {stream for stream, _, state, _ in rows if state in TROUBLE}
    freshness = freshness_of(last_success, bool(in_trouble))
    problem = _problem(system, freshness, [titles[name] for name in titles if name in in_trouble])
    return SourceState(system.value, NAMES[system], last_success, freshness, problem)


def _problem(system: System, freshness: Freshness, in_trouble: list[str]) -> str:
    """What is wrong, in one sentence for whoever reads a card."""
    match freshness:
        case Freshness.FAILED:
            more = f" and {len(in_trouble) - NAMED} more" if len(in_trouble) > NAMED else ""
            named = ", ".join(in_trouble[:NAMED])
            return f"The latest load of {named}{more} failed or was stopped, so you see what was loaded before it."
        case Freshness.LATE:
            return OVERDUE[system][0]
        case Freshness.STALE:
            return OVERDUE[system][1]
    return ""


def freshness_of(last_success: datetime | None, trouble: bool, now: datetime | None = None) -> Freshness:
    """How far data of that time can be trusted, where its latest run may have met trouble."""
    if last_success is None:
        return Freshness.NEVER
    age, grace = (now or timezone.now()) - last_success, timedelta(minutes=settings.FRESHNESS_GRACE_MINUTES)
    if trouble:
        return Freshness.FAILED
    if age > 2 * INTERVAL + grace:
        return Freshness.STALE
    return Freshness.LATE if age > INTERVAL + grace else Freshness.FRESH


sources.register("ccb", ccb)
sources.register("salesforce", salesforce)
register_run_resolver(services.run_url)
