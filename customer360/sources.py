"""The systems the mirror is filled from, and how old their data is. The app that syncs registers them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.core.cache import cache


class Freshness(StrEnum):
    """How far a source's data can be trusted to be today's.

    Failed: the latest load of some of it failed or waits for a person, so that part is as the one before left it.
    """

    FRESH = "fresh"
    LATE = "late"
    STALE = "stale"
    FAILED = "failed"
    NEVER = "never"


@dataclass(frozen=True)
class SourceState:
    """One source as a card shows it: its name, when it was last loaded whole and well, and how fresh that is."""

    name: str
    label: str
    last_success: datetime | None
    freshness: Freshness
    problem: str = ""

    @property
    def is_fresh(self) -> bool:
        """Whether nothing needs to be said about the age of the data."""
        return self.freshness == Freshness.FRESH


_sources: dict[str, Callable[[], SourceState | None]] = {}
_KEY = "source-states"


def register(name: str, state: Callable[[], SourceState | None]) -> None:
    """Offer a source and the function that tells its state now; None while the portal is not connected to it."""
    _sources[name] = state


def names() -> tuple[str, ...]:
    """The names of all registered sources."""
    return tuple(_sources)


def states(wanted: Iterable[str] | None = None) -> list[SourceState]:
    """The state of each wanted source that is registered and connected; of all of them if none is named.

    Every page asks, and loads end hours apart: a process asks the database again after SOURCES_KEPT_FOR_SECONDS.
    """
    kept_for = settings.SOURCES_KEPT_FOR_SECONDS
    known: dict[str, SourceState | None] = cache.get(_KEY, {}) if kept_for else {}
    named = [name for name in (wanted if wanted is not None else _sources) if name in _sources]
    if missing := [name for name in named if name not in known]:
        known |= {name: _sources[name]() for name in missing}
        if kept_for:
            cache.set(_KEY, known, kept_for)
    return [state for name in named if (state := known[name]) is not None]
