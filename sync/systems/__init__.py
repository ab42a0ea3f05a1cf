"""The systems on the other side: how each is reached, and what a failure of theirs means to a person."""

from contextlib import AbstractContextManager
from datetime import timedelta

from sync.stream import System
from sync.systems import ccb
from sync.systems.base import Fitted, Reader, SourceError, SourceGone, StreamSkipped

__all__ = [
    "Fitted",
    "Reader",
    "SourceError",
    "SourceGone",
    "StreamSkipped",
    "answer_within",
    "open_reader",
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
    return ccb.time_zone()


def answer_within(system: System) -> timedelta:
    """How long a system may take for one answer before the reader gives it up."""
    return ccb.answer_within()
