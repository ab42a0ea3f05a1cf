"""The systems the mirror is filled from, and how old their data is. The app that syncs registers them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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


def register(name: str, state: Callable[[], SourceState | None]) -> None:
    """Offer a source and the function that tells its state now; None while the portal is not connected to it."""
    _sources[name] = state


def names() -> tuple[str, ...]:
    """The names of all registered sources."""
    return tuple(_sources)


def states(wanted: Iterable[str] | None = None) -> list[SourceState]:
    """The state of each wanted source that is registered and connected; of all of them if none is named."""
    names = wanted if wanted is not None else _sources
    return [state for name in names if name in _sources and (state := _sources[name]()) is not None]
