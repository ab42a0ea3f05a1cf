"""What a page shows in part until all of it is asked for, so that no page grows large: lists, and long texts."""

import re

from django.utils.html import escape

from customer360.pages import Visit, folded


def asked_page(visit: Visit, parameter: str) -> str | None:
    """The page of a folded list that the query string asks for, by `all` or its number; None while it stays folded."""
    value = visit.query.get(parameter, "")
    return value if unfolded(visit) == parameter and _is_page(value) else None


def unfolded(visit: Visit) -> str:
    """The one list that the query string unfolds, whatever else it asks for; empty while all stay folded.

    One note that is asked for takes the room of a list.
    """
    one_note = "notes" if visit.query.get("note") else ""
    return next((name for name in folded() if _is_page(visit.query.get(name, ""))), one_note)


def at_first(visit: Visit, parameter: str, amount: int) -> int:
    """How much a folded list shows: that amount, and half of it while another list is unfolded."""
    return amount if unfolded(visit) in ("", parameter) else amount // 2


def _is_page(value: str) -> bool:
    return value == "all" or value.isdecimal()


LINES_AT_FIRST = 4
CHARACTERS_AT_FIRST = 180
"""About four lines of the narrow column that notes stand in; what goes beyond unfolds."""


def split(text: str) -> tuple[str, str]:
    """A text's first lines and the rest of it, parted between words; the rest is empty where all of it is short."""
    text = text.strip()
    first_lines = "\n".join(text.splitlines()[:LINES_AT_FIRST])
    beginning = first_lines
    if len(first_lines) > CHARACTERS_AT_FIRST:
        words = re.match(rf"(?s).{{1,{CHARACTERS_AT_FIRST}}}(?=\s)", first_lines)
        beginning = words[0] if words else first_lines[:CHARACTERS_AT_FIRST]
    rest = text[len(beginning) :].strip()
    # A last word or two are no reason to unfold anything.
    return (text, "") if len(rest) < CHARACTERS_AT_FIRST // 6 and "\n" not in rest else (beginning.rstrip(), rest)


class Room:
    """How many bytes of text that unfolds a part of a page may hold."""

    def __init__(self, size: int) -> None:
        self._left = size

    def take(self, text: str, *, at_any_rate: bool = False) -> bool:
        """Whether the text fits in; if so, or at any rate, it takes its room."""
        size = len(escape(text).encode())
        if size > self._left and not at_any_rate:
            return False
        self._left -= size
        return True
