"""The systems on the other side: how each is reached, and what a failure of theirs means to a person."""

from contextlib import AbstractContextManager
from datetime import timedelta

from sync.models import CcbConnection
from sync.stream import System
from sync.systems import ccb
from sync.systems.base import (
    Fitted,
    Gone,
    NotCovered,
    Reader,
    SourceError,
    SourceGone,
    StreamSkipped,
    read_again_where_lost,
)

__all__ = [
    "Fitted",
    "Gone",
    "NotCovered",
    "Reader",
    "SourceError",
    "SourceGone",
    "StreamSkipped",
    "answer_within",
    "brake_percent",
    "closed_now",
    "open_reader",
    "read_again_where_lost",
    "time_zone",
]


def open_reader(system: System) -> AbstractContextManager[Reader]:
    """A reader of a system, at one point in time for as long as it is open.

    Raises SourceError, with a sentence for a person, where the system cannot be reached.
    """
    if system != System.CCB:
        raise SourceError(f"There is no reader of {system}.")
    return ccb.reader()


def time_zone(system: System) -> str:
    """The zone of a system's clock."""
    return CcbConnection.current().time_zone


def answer_within(system: System) -> timedelta:
    """How long a system may take for one answer before the reader gives it up."""
    return timedelta(seconds=CcbConnection.current().query_timeout)


def brake_percent(system: System) -> float:
    """The share of a stream's records that a full compare may mark removed without asking."""
    return CcbConnection.current().brake_percent


def closed_now(system: System) -> str:
    """Why no scheduled run of the system may begin at this moment, in a sentence; empty where one may."""
    settings = CcbConnection.current()
    return "" if settings.is_open() else f"CC&B is read {settings.window} only."
