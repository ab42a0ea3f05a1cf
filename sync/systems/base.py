"""What the sync asks of a system it reads."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

import pyarrow as pa
import structlog

from sync.stream import KeyRange, Stream

logger = structlog.get_logger(__name__)

ATTEMPTS_AT_A_POINT_IN_TIME = 3

Result = TypeVar("Result")


class SourceError(Exception):
    """The system could not be read. The message says what happened, what is still fine and what to do."""


class SourceGone(SourceError):
    """The point in time that was being read is gone; reading again from a new one will do."""


def read_again_where_lost(read: Callable[[], Result], **told: Any) -> Result:
    """What `read` gives, begun again from a new point in time where the system lost the old one; `told` to the log.

    Raises SourceGone where it is lost each time.
    """
    for attempt in range(1, ATTEMPTS_AT_A_POINT_IN_TIME):
        try:
            return read()
        except SourceGone:
            logger.warning("point in time lost, reading again", attempt=attempt, **told)
    return read()


class StreamSkipped(Exception):
    """The stream has nothing to read at this site. The message says why, in one sentence."""


@dataclass(frozen=True)
class Fitted:
    """A stream as a system's catalogue lets it be read, and the warnings of a run that reads it so."""

    stream: Stream
    warnings: tuple[dict[str, Any], ...] = ()


class Reader(Protocol):
    """A system at one point in time. `clock` is that point in the system's own clock, without a zone."""

    clock: datetime

    def fitted(self, stream: Stream) -> Fitted:
        """The stream as this system's catalogue lets it be read.

        Raises StreamSkipped where the system lacks an optional part, SourceError where it lacks anything else.
        """

    def question(self, stream: Stream) -> str:
        """A fingerprint of what a fitted stream asks for as a whole.

        It differs once a line of the stream, the way it is read or a choice of the site does: what was read with
        another question cannot be added to, only compared as a whole.
        """

    def ask(self, statement: str, what: str) -> list[tuple[Any, ...]]:
        """The rows of a small query of its own, in the system's SQL; `what` names it in a complaint.

        Raises SourceError where the system refuses.
        """

    def read(
        self, stream: Stream, schema: pa.Schema, since: datetime | None, within: KeyRange | None = None
    ) -> Iterator[pa.RecordBatch]:
        """The rows of a stream in batches of the given schema, from the cursor's lower bound or all of them.

        `within` asks for those of one range of the key. Raises SourceError if the system refuses, SourceGone if its
        point in time is lost.
        """

    def bounds(self, stream: Stream, rows: int) -> list[str]:
        """The keys, in ascending order, at which ranges of about so many rows begin; none where one range is enough.

        Raises SourceError if the system refuses.
        """
