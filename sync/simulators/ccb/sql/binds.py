"""Bind variables of a statement's text: each occurrence numbered, so that the parsed tree can be read in any order."""

import re
from dataclasses import dataclass

from sync.simulators.ccb.errors import OracleError

# Strings, quoted names and comments are stepped over, so that a colon in them is no bind variable.
_TOKEN = re.compile(r"""'(?:[^']|'')*'|"[^"]*"|--[^\n]*|/\*.*?\*/|:(\w+)""", re.DOTALL)
PREFIX = "BIND_"


@dataclass(frozen=True)
class BoundText:
    """A statement with its variables renamed BIND_1, BIND_2 ... by occurrence, and their names as written."""

    text: str
    names: tuple[str, ...]

    @property
    def distinct(self) -> tuple[str, ...]:
        """The names once each, in order of first appearance."""
        return tuple(dict.fromkeys(self.names))

    def positions(self, given: int) -> tuple[int, ...]:
        """For every occurrence, which of the `given` values belongs to it.

        python-oracledb sends a value for each occurrence; a client may also send one for each name. Raises ORA-01008
        when the number fits neither.
        """
        if given == len(self.names):
            return tuple(range(given))
        if given == len(self.distinct):
            return tuple(self.distinct.index(name) for name in self.names)
        raise OracleError(1008)


def number_binds(text: str) -> BoundText:
    """Rename every bind variable of a statement by its occurrence."""
    names: list[str] = []

    def renamed(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0]
        names.append(found[1].upper())
        return f":{PREFIX}{len(names)}"

    return BoundText(_TOKEN.sub(renamed, text), tuple(names))
