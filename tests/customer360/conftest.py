"""Fixtures for tests of pages. Models are imported inside: they can be once the tests' services run, which is later."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from customer360 import sources
from customer360.sources import Freshness, SourceState


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon in New York on the day that the records of tests are written for, 24 November 2026."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 11, 24, 17, tzinfo=UTC))


@pytest.fixture
def harborview(db: None, noon: None) -> Any:
    """The account of the story, with something in every panel, on the day of the story."""
    from tests.customer360.story import make_harborview

    return make_harborview()


@pytest.fixture
def ccb(monkeypatch: pytest.MonkeyPatch) -> Callable[..., SourceState]:
    """`ccb(freshness, hours)`: CC&B, the only source there is, was loaded so many hours ago and is that fresh."""
    monkeypatch.setattr(sources, "_sources", {})

    def set_state(freshness: Freshness = Freshness.FRESH, hours: int = 1, problem: str = "") -> SourceState:
        loaded = None if freshness == Freshness.NEVER else timezone.now() - timedelta(hours=hours)
        state = SourceState("ccb", "CC&B", loaded, freshness, problem)
        sources.register("ccb", lambda: state)
        return state

    return set_state
