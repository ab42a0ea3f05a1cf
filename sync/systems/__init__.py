"""The systems on the other side: how each is reached, and what a failure of theirs means to a person."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import timedelta

from sync.models import CcbConnection, SalesforceConnection
from sync.stream import Stream, System
from sync.systems import ccb, salesforce
from sync.systems.base import (
    Fitted,
    Gone,
    NotCovered,
    Reader,
    SourceError,
    SourceGone,
    SourceSpent,
    StreamSkipped,
    read_again_where_lost,
)

__all__ = [
    "NAMES",
    "Fitted",
    "Gone",
    "NotCovered",
    "Reader",
    "SourceError",
    "SourceGone",
    "SourceSpent",
    "StreamSkipped",
    "answer_within",
    "brake_percent",
    "closed_now",
    "connected",
    "is_connected",
    "open_reader",
    "read_again_where_lost",
    "time_zone",
]

NAMES = {System.CCB: "CC&B", System.SALESFORCE: "Salesforce"}
"""What people call each system."""


def _settings(system: System) -> CcbConnection | SalesforceConnection:
    """How a system is reached, by the settings in force."""
    return SalesforceConnection.current() if system == System.SALESFORCE else CcbConnection.current()


def open_reader(system: System) -> AbstractContextManager[Reader]:
    """A reader of a system, at one point in time for as long as it is open.

    Raises SourceError, with a sentence for a person, where the system cannot be reached, StreamSkipped where nobody
    said where it is.
    """
    return salesforce.reader() if system == System.SALESFORCE else ccb.reader()


def is_connected(system: System) -> bool:
    """Whether anybody said where the system is. CC&B is what the portal is for; it always has an address."""
    settings = _settings(system)
    return settings.is_connected if isinstance(settings, SalesforceConnection) else True


def connected(streams: Iterable[Stream]) -> tuple[Stream, ...]:
    """Those of the streams whose system somebody said where it is."""
    told = {system: is_connected(system) for system in System}
    return tuple(stream for stream in streams if told[stream.system])


def time_zone(system: System) -> str:
    """The zone of a system's clock."""
    settings = _settings(system)
    return settings.time_zone if isinstance(settings, CcbConnection) else "UTC"


def answer_within(system: System) -> timedelta:
    """How long a system may take for one answer before the reader gives it up."""
    settings = _settings(system)
    if isinstance(settings, CcbConnection):
        return timedelta(seconds=settings.query_timeout)
    return timedelta(minutes=settings.bulk_minutes)


def brake_percent(system: System) -> float:
    """The share of a stream's records that a full compare may mark removed without asking."""
    return _settings(system).brake_percent


def closed_now(system: System) -> str:
    """Why no scheduled run of the system may begin at this moment, in a sentence; empty where one may."""
    settings = _settings(system)
    return "" if settings.is_open() else f"{NAMES[system]} is read {settings.window} only."
