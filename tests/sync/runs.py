"""Runs and rejected rows for tests of the sync's pages."""

import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone

from sync.models import RejectedRow, SyncRun
from tests.factories import TODAY

State = SyncRun.State
CUSTOMERS = "ccb.customers"


def make_run(stream: str = CUSTOMERS, *, hours_ago: float = 1, seconds: float = 12, **values: Any) -> SyncRun:
    """A run that ended well so long ago, unless values say otherwise."""
    defaults = {"mode": SyncRun.Mode.FULL, "business_date": TODAY, "state": State.DONE}
    run = SyncRun.objects.create(**(defaults | {"stream": stream} | values))
    run.started_at = timezone.now() - timedelta(hours=hours_ago)
    run.finished_at = None if run.state == State.RUNNING else run.started_at + timedelta(seconds=seconds)
    run.save()
    return run


def make_stopped_run(**values: Any) -> SyncRun:
    """A run that the brake on removals stopped."""
    figures = {"held": 1719, "gone": 39, "read": 1680}
    return make_run(state=State.STOPPED, **figures, message="Customers: too many are gone.", **values)


def make_rejection(stream: str = CUSTOMERS, **values: Any) -> RejectedRow:
    """An open rejected row."""
    defaults = {
        "record_key": "3000000001", "field": "name", "reason": RejectedRow.Reason.TOO_LONG,
        "detail": "Its name is longer than 254 characters.", "raw": {}, "fingerprint": uuid.uuid4().hex,
        "first_run": make_run(stream).pk, "first_seen_at": timezone.now(),
    }  # fmt: skip
    return RejectedRow.objects.create(**(defaults | {"stream": stream} | values))
