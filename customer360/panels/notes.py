"""What was written down about an account and its customers."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from customer360 import selectors
from customer360.models import Note
from customer360.pages import Visit
from customer360.panels.folding import asked_page
from customer360.tables import Cell, Column, lines, readable
from customer360.visibility.viewer import Viewer, VisibleRecord

NOTES_AT_FIRST = 8
NOTES_A_PAGE = 15

LINES_AT_FIRST = 4
CHARACTERS_AT_FIRST = 180
"""About four lines of the narrow column that the notes stand in; what goes beyond unfolds."""

FIELDS = (
    Column(Note, "subject"),
    Column(Note, "written_at", "moment", label="Written"),
    Column(Note, "text"),
    Column(Note, "source"),
    Column(Note, "author"),
)
CUSTOMER = Column(Note, "customer__display_name", label="Customer", opens=("customer", "customer__person_id"))
ACCOUNT = Column(Note, "account__account_id", "identifier", label="Account", opens=("account", "account__account_id"))


@dataclass(frozen=True)
class Entry:
    """One note: its cells by field, its text in two parts, and whether it stands for a letter."""

    cells: dict[str, Cell]
    beginning: str
    rest: str
    is_letter: bool


@dataclass(frozen=True)
class Notes:
    """The newest notes, or a page of all of them."""

    entries: list[Entry]
    page: selectors.Slice
    is_whole: bool
    empty: str


def notes(visit: Visit) -> Notes:
    """The notes about an account, and about its customers where they name no account."""
    found = selectors.notes_of(visit.viewer, visit.record)
    total = visit.read(selectors.counts).notes
    return _notes(visit, found, total, "this account", lambda note: [] if _names_an_account(note) else [CUSTOMER])


def notes_of_customer(visit: Visit) -> Notes:
    """The notes about a customer, whatever account they name."""
    found = selectors.notes_about(visit.viewer, Q(customer=visit.record.pk))
    total = visit.read(selectors.customer_counts).notes
    return _notes(visit, found, total, "this customer", lambda note: [ACCOUNT])


def notes_of_premise(visit: Visit) -> Notes:
    """The notes about a premise, by whatever account or customer."""
    found = selectors.notes_about(visit.viewer, Q(premise=visit.record.pk))
    return _notes(visit, found, None, "this premise", lambda note: [CUSTOMER, ACCOUNT])


def _notes(
    visit: Visit,
    found: QuerySet[Note],
    total: int | None,
    what: str,
    about: Callable[[VisibleRecord], Iterable[Column]],
) -> Notes:
    """The newest notes; with `?notes=all` the first page of all of them, with `?notes=2` the second."""
    asked = asked_page(visit, "notes")
    size = NOTES_AT_FIRST if asked is None else NOTES_A_PAGE
    page = selectors.notes(visit.viewer, found, asked, size, total)
    entries = [_entry(visit.viewer, note, about(note)) for note in page.records]
    return Notes(entries, page, asked is not None, f"CC&B holds no note about {what}.")


def _names_an_account(note: VisibleRecord) -> bool:
    """Whether a note is about an account, as far as the viewer may see it."""
    return getattr(note, "account_id", None) is not None


def _entry(viewer: Viewer, note: VisibleRecord, about: Iterable[Column]) -> Entry:
    cells = {cell.column.path: cell for cell in lines(viewer, note, [*FIELDS, *about])}
    text = cells["text"].value if "text" in cells else ""
    beginning, rest = split(text)
    return Entry(cells, beginning, rest, bool(readable(viewer, note, Note, "is_letter")))


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
