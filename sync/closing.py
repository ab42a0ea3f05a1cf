"""How a run ends: its state, what is said of it, and what it did."""

import structlog
from django.utils import timezone

from sync.load import Outcome
from sync.models import SyncRun

logger = structlog.get_logger(__name__)

COUNTED = (
    "read", "new", "changed", "unchanged", "held", "gone", "removed", "archived", "rejected", "healed", "summaries",
    "warnings",
)  # fmt: skip
"""What a run keeps of an outcome."""


def close(run: SyncRun, state: str, message: str, outcome: Outcome | None = None) -> Outcome:
    """Write how the run ended."""
    outcome = outcome or Outcome()
    run.state, run.message, run.finished_at = state, message, timezone.now()
    for name in COUNTED:
        setattr(run, name, getattr(outcome, name))
    run.save()
    logger.info("run ended", stream=run.stream, run=str(run.id), state=state, read=run.read, changed=run.changed)
    return outcome
