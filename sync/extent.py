"""How much of a stream a run reads: what is new, everything, or keys alone, and what the source's log adds to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sync import bookmarks
from sync.models import SyncRun
from sync.stream import Stream
from sync.systems import Gone, NotCovered, Reader

Mode = SyncRun.Mode


@dataclass(frozen=True)
class Extent:
    """What a run reads. `since` is where it begins to read what is new, None where it does not.

    `gone` is what the source's log says was deleted. `warnings` tell why more is read than was asked for.
    """

    mode: SyncRun.Mode
    since: datetime | None = None
    gone: Gone | None = None
    warnings: tuple[dict[str, Any], ...] = ()

    def cursor_reached(self, stream: Stream, highest: datetime | None, clock: datetime) -> datetime | None:
        """Where the bookmark moves to; None leaves it where it is. `highest` is the highest value that was read."""
        if self.mode == Mode.KEYS or not stream.cursor:
            return None
        return stream.cursor.until(clock) or bookmarks.reached(highest, clock)

    def log_reached(self, stream: Stream, clock: datetime) -> datetime | None:
        """From when on the log is read next.

        A full compare sees for itself what was deleted, but for what was under way when its clock was read.
        """
        if self.mode == Mode.FULL and stream.cursor and stream.deletion:
            return clock - stream.cursor.overlap
        return self.gone.covered_to if self.gone else None


def extent_of(stream: Stream, wished: SyncRun.Mode, reader: Reader, question: str) -> Extent:
    """How much is to be read of a fitted stream, where so much is wished for.

    Everything is read where there is no bookmark to read from, where the source's log of deletions does not reach back
    to the last run, and where keys alone tell nothing.
    """
    if wished == Mode.FULL or not stream.cursor:
        return Extent(Mode.FULL)
    since = bookmarks.since(stream.name, stream.cursor.overlap, reader.clock, question=question)
    if since is None:
        return Extent(Mode.FULL)
    if wished == Mode.KEYS:
        return Extent(Mode.KEYS if _has_keys(stream, reader) else Mode.FULL)
    try:
        return Extent(Mode.NEW, since, reader.gone(stream, bookmarks.deletions_covered_to(stream.name)))
    except NotCovered as reason:
        detail = f"{reason} Everything was compared instead."
        return Extent(Mode.FULL, warnings=({"field": stream.key[0], "rows": None, "detail": detail},))


def _has_keys(stream: Stream, reader: Reader) -> bool:
    """Whether a listing of keys can be compared with the mirror, and the source gives one."""
    return len(stream.key) == 1 and not stream.window and reader.keys(stream) is not None
