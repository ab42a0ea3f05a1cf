"""A system while its streams are run: opened once, at one point in time, and again where that was lost."""

from contextlib import ExitStack

from sync.stream import System
from sync.systems import Reader, open_reader


class Session:
    """One system, opened when the first stream needs it and again when its point in time is lost."""

    def __init__(self, system: System) -> None:
        self.system, self._stack = system, ExitStack()
        self._reader: Reader | None = None
        self._spent: int | None = None
        self._counted = 0

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def reader(self) -> Reader:
        """The system at the session's point in time."""
        if self._reader is None:
            self._reader = self._stack.enter_context(open_reader(self.system))
        return self._reader

    def close(self) -> None:
        """Let the point in time go."""
        self._count()
        self._reader, self._counted = None, 0
        self._stack.close()

    def begin(self) -> None:
        """Count the calls of the next run from here; what opens the system is the first one's."""
        self._count()
        self._spent = None

    @property
    def calls(self) -> int | None:
        """The calls that the run has cost; None where the system counts none, or was not asked."""
        self._count()
        return self._spent

    def _count(self) -> None:
        if self._reader is not None and self._reader.calls is not None:
            self._spent = (self._spent or 0) + self._reader.calls - self._counted
            self._counted = self._reader.calls
