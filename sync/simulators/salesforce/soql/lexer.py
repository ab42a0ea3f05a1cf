"""The words of a query."""

import re
from dataclasses import dataclass

from sync.simulators.salesforce.errors import OrgError

_CONTEXT = 40
LONGEST = 100_000
_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)
  | (?P<date>\d{4}-\d\d-\d\d)
  | (?P<number>[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)
  | (?P<range>[A-Za-z_]\w*:\d+)
  | (?P<name>[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*)
  | (?P<string>'(?:[^'\\]|\\.)*')
  | (?P<operator><=|>=|!=|<>|[=<>(),])
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE | re.ASCII,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """One word: its kind (name, string, number, date, datetime, range, operator, end), its text, where it stands."""

    kind: str
    text: str
    position: int

    @property
    def word(self) -> str:
        """In lower case: SOQL does not tell case."""
        return self.text.lower()


def tokens(soql: str) -> list[Token]:
    """The words of a query, an `end` last. Raises OrgError MALFORMED_QUERY."""
    if len(soql) > LONGEST:
        raise OrgError("MALFORMED_QUERY", f"SOQL statements cannot be longer than {LONGEST:,} characters.")
    found: list[Token] = []
    position = 0
    while position < len(soql):
        match = _TOKEN.match(soql, position)
        if match is None:
            raise malformed(soql, position, f"unexpected token: '{soql[position]}'")
        kind = match.lastgroup or ""
        if kind != "space":
            text = re.sub(r"\s+", "", match.group()) if kind == "name" else match.group()
            found.append(Token("operator" if kind == "operator" else kind, "!=" if text == "<>" else text, position))
        position = match.end()
    return [*found, Token("end", "<EOF>", len(soql))]


def unescape(quoted: str) -> str:
    """The text that a quoted string stands for."""
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found.group(1), found.group(1)), quoted[1:-1])


def like_pattern(quoted: str) -> str:
    """The pattern that a quoted string stands for after LIKE: an escaped % or _ keeps its backslash."""

    def replace(found: re.Match[str]) -> str:
        letter = found.group(1)
        return f"\\{letter}" if letter in "%_\\" else _ESCAPES.get(letter, letter)

    return _ESCAPED.sub(replace, quoted[1:-1])


def located(soql: str, position: int, message: str) -> str:
    """A message as Salesforce tells it: the part of the query, a caret under the place, its row and column."""
    line_start = soql.rfind("\n", 0, position) + 1
    line_end = soql.find("\n", position)
    line_end = len(soql) if line_end < 0 else line_end
    start = max(line_start, position - _CONTEXT)
    shown = soql[start : min(line_end, position + _CONTEXT)]
    row, column = soql.count("\n", 0, position) + 1, position - line_start + 1
    return f"\n{shown}\n{' ' * (position - start)}^\nERROR at Row:{row}:Column:{column}\n{message}"


def malformed(soql: str, position: int, message: str) -> OrgError:
    """The refusal of a query that cannot be read."""
    return OrgError("MALFORMED_QUERY", located(soql, position, message))
