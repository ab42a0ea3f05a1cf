"""What the sync asks of a system it reads."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

import pyarrow as pa

from sync.stream import KeyRange, Stream


class SourceError(Exception):
    """The system could not be read. The message says what happened, what is still fine and what to do."""


class SourceGone(SourceError):
    """The point in time that was being read is gone; reading again from a new one will do."""


class Reader(Protocol):
    """A system at one point in time. `clock` is that point in the system's own clock, without a zone."""

    clock: datetime

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
