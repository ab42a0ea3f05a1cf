"""Fixtures for tests of pages. Models are imported inside: they can be once the tests' services run, which is later."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from customer360 import sources
from customer360.sources import Freshness, SourceState


@pytest.fixture
def harborview(db: None) -> Any:
    """The account of the story, with something in every panel."""
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
