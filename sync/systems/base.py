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


class SourceSpent(SourceError):
    """The system may not be asked any more for now. The session stands, and knows it: no other stream asks either."""


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


class NotCovered(Exception):
    """The source's log of deletions does not reach back as far as it was asked. The message says so, in a sentence."""


@dataclass(frozen=True)
class Gone:
    """What the source's own log says was deleted: keys (an array of text), and the moment up to which the log is whole.

    The moment is in the source's clock, without a zone; the next time is asked from there on.
    """

    keys: pa.Array
    covered_to: datetime


@dataclass(frozen=True)
class Fitted:
    """A stream as a system's catalogue lets it be read, and the warnings of a run that reads it so."""

    stream: Stream
    warnings: tuple[dict[str, Any], ...] = ()


class Reader(Protocol):
    """A system at one point in time.

    `clock` is that point in the system's own clock, without a zone. `calls` counts the calls made so far where the
    system allows only so many a day; None where it counts none.
    """

    clock: datetime

    @property
    def calls(self) -> int | None:
        """How many calls were made so far; None where the system counts none."""

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
        self,
        stream: Stream,
        schema: pa.Schema,
        since: datetime | None,
        within: KeyRange | None = None,
        only: pa.Array | None = None,
    ) -> Iterator[pa.RecordBatch]:
        """The rows of a stream in batches of the given schema, from the cursor's lower bound or all of them.

        Those from a lower bound end at the cursor's `until(clock)`, where it has that. `within` asks for those of one
        range of the key, `only` for those of the given keys, an array of text; it comes from a system that gives
        `keys`. Raises SourceError if the system refuses, SourceGone if its point in time is lost.
        """

    def keys(self, stream: Stream) -> Iterator[pa.RecordBatch] | None:
        """The keys of all records of a stream that are there now, deleted ones left out: batches of one text column.

        None where the system reads all rows as easily; they are compared in full then. Raises as `read` does.
        """

    def gone(self, stream: Stream, since: datetime | None) -> Gone | None:
        """What the system's log says was deleted since a moment that an earlier answer named; None where it keeps none.

        Raises NotCovered where the log does not reach back that far, SourceError if the system refuses.
        """

    def bounds(self, stream: Stream, rows: int) -> list[str]:
        """The keys, in ascending order, at which ranges of about so many rows begin; none where one range is enough.

        Raises SourceError if the system refuses.
        """
