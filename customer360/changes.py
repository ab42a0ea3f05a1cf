"""Who or what is changing data now: a person in the portal, or a sync run of CC&B or Salesforce.

The services and the loads name it; every history row carries it. `run_id` is a bare UUID: the inner apps know no run,
the app that keeps runs registers a resolver.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from django.db.models import TextChoices


class Origin(TextChoices):
    """The system a change came from."""

    PORTAL = "portal", "Portal"
    CCB = "ccb", "CC&B"
    SALESFORCE = "salesforce", "Salesforce"


@dataclass(frozen=True)
class Change:
    """The origin of the changes made now and, for a sync, the run that makes them."""

    origin: Origin = Origin.PORTAL
    run_id: UUID | None = None


_BY_A_PERSON = Change()
_current: ContextVar[Change] = ContextVar("change", default=_BY_A_PERSON)
_resolvers: list[Callable[[UUID], str | None]] = []


def current_change() -> Change:
    """What is changing data in this context; a person in the portal unless someone said otherwise."""
    return _current.get()


@contextmanager
def changes_from(origin: Origin, run_id: UUID | None = None) -> Iterator[None]:
    """Mark every change made inside the block as coming from `origin`."""
    token = _current.set(Change(origin, run_id))
    try:
        yield
    finally:
        _current.reset(token)


def register_run_resolver(resolve: Callable[[UUID], str | None]) -> None:
    """Offer a way to turn a run id into the address of the page about that run."""
    _resolvers.append(resolve)


def run_url(run_id: UUID) -> str | None:
    """The address of the page about a run, or None where no app knows the run."""
    return next((url for resolve in _resolvers if (url := resolve(run_id))), None)
