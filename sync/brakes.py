"""What a person let go past the brake on removals: as many as they were shown, and no more."""

from sync.models import SyncRun

FULL_OUTCOMES = (SyncRun.State.DONE, SyncRun.State.STOPPED)
"""What ends the wait for a person: a later compare that was done, or that the brake stopped anew."""


def shown(stream: str) -> int:
    """The removals at which the stream's brake stopped last; 0 where no stopped run waits for a decision."""
    outcomes = SyncRun.objects.filter(
        stream=stream, is_dry_run=False, mode__in=SyncRun.COMPARES, state__in=FULL_OUTCOMES
    ).order_by("-started_at")
    latest = outcomes.values_list("state", "gone").first()
    return latest[1] if latest and latest[0] == SyncRun.State.STOPPED else 0
