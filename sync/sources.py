"""How old CC&B's data is, for every card that shows it."""

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

INTERVAL = timedelta(days=1)
"""Master tables are read once a night: data older than that and the grace is late, older than two nights stale."""

TROUBLE = (SyncRun.State.FAILED, SyncRun.State.STOPPED)
ENDED = (SyncRun.State.DONE, *TROUBLE)
"""States that tell how CC&B stands; a run that goes on, was refused or lost its process tells nothing."""


def ccb() -> SourceState:
    """The state of CC&B: as old as its oldest stream, and in trouble while any stream's latest ended run is.

    A stream of an optional part that this CC&B does not have is left out: it was skipped, and never read.
    """
    names = {stream.name for stream in inbound(System.CCB)}
    optional = {stream.name for stream in inbound(System.CCB) if stream.needs}
    of_stream = SyncRun.objects.filter(stream=OuterRef("stream"))
    latest = of_stream.filter(is_dry_run=False, state__in=ENDED).order_by("-started_at").values("state")[:1]
    known = Bookmark.objects.filter(stream__in=names).annotate(
        latest=Subquery(latest), was_skipped=Exists(of_stream.filter(state=SyncRun.State.SKIPPED))
    )
    rows = []
    for stream, at, state, was_skipped in known.values_list("stream", "last_success_at", "latest", "was_skipped"):
        if stream in optional and was_skipped and at is None:
            names.discard(stream)
        else:
            rows.append((at, state))
    loaded = [at for at, _ in rows if at]
    last_success = min(loaded) if loaded and len(loaded) == len(names) else None
    trouble = any(state in TROUBLE for _, state in rows)
    freshness = freshness_of(last_success, trouble)
    problem = "The last run failed or was stopped." if trouble and freshness != Freshness.NEVER else ""
    return SourceState("ccb", "CC&B", last_success, freshness, problem)


def freshness_of(last_success: datetime | None, trouble: bool) -> Freshness:
    """How far data of that time can be trusted, where its latest run may have met trouble."""
    if last_success is None:
        return Freshness.NEVER
    age, grace = timezone.now() - last_success, timedelta(minutes=settings.FRESHNESS_GRACE_MINUTES)
    if trouble or age > 2 * INTERVAL + grace:
        return Freshness.STALE
    return Freshness.LATE if age > INTERVAL + grace else Freshness.FRESH


sources.register("ccb", ccb)
register_run_resolver(services.run_url)
