"""The database cursor that the load works with, as the type checker sees it."""

from contextlib import AbstractContextManager
from typing import Any, Protocol


class Copy(Protocol):
    """The writing end of a COPY."""

    def write(self, data: Any) -> None:
        """Send bytes."""


class Cursor(Protocol):
    """Django's cursor over psycopg: SQL comes composed, so no value is ever pasted into it."""

    rowcount: int

    def execute(self, query: Any, params: Any = None) -> Any:
        """Run a statement."""

    def fetchone(self) -> Any:
        """The next row, or None."""

    def fetchall(self) -> list[Any]:
        """All rows."""

    def copy(self, statement: Any, params: Any = None) -> AbstractContextManager[Copy]:
        """Start a COPY."""
