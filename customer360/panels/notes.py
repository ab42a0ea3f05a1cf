"""What was written down about an account and its customers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet

from customer360 import selectors
from customer360.models import Note
from customer360.pages import Visit
from customer360.panels.folding import Room, asked_page, at_first, split, unfolded
from customer360.tables import Cell, Column, lines, readable
from customer360.visibility.viewer import Viewer, VisibleRecord

NOTES_AT_FIRST = 6
NOTES_A_PAGE = 15

FOLDED_BYTES = 1024
"""How much text the notes of a page hold ready to unfold. What does not fit is a link away, one note at a time."""

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
    """One note: its cells by field, its text in two parts, and whether it stands for a letter.

    `key` is what `?note=` asks for it by. One that was asked for is open; of one that is apart the rest is not on this
    page.
    """

    key: str
    cells: dict[str, Cell]
    beginning: str
    rest: str
    is_letter: bool
    is_open: bool = False
    is_apart: bool = False


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
    """The newest notes; with `?notes=all` the first page of all of them, with `?notes=2` the second.

    With `?note=` and the key of one of these, its whole text is there, unless another list is unfolded.
    """
    asked = asked_page(visit, "notes")
    size = at_first(visit, "notes", NOTES_AT_FIRST) if asked is None else NOTES_A_PAGE
    page = selectors.notes(visit.viewer, found, asked, size, total)
    opened = visit.query.get("note") if unfolded(visit) == "notes" else None
    entries = [_entry(visit.viewer, place, note, about(note)) for place, note in enumerate(page.records, start=1)]
    room = Room(at_first(visit, "notes", FOLDED_BYTES))
    return Notes(_within_bounds(entries, opened, room), page, asked is not None, f"CC&B holds no note about {what}.")


def _within_bounds(entries: Iterable[Entry], opened: str | None, room: Room) -> list[Entry]:
    """The notes, as far as the page has room for what is folded: the one asked for first, then in their order."""
    known = {entry.key: replace(entry, is_open=entry.key == opened and bool(entry.rest)) for entry in entries}
    for entry in sorted(known.values(), key=lambda entry: not entry.is_open):
        if not room.take(entry.rest, at_any_rate=entry.is_open):
            known[entry.key] = replace(entry, rest="", is_apart=True)
    return list(known.values())


def _names_an_account(note: VisibleRecord) -> bool:
    """Whether a note is about an account, as far as the viewer may see it."""
    return getattr(note, "account_id", None) is not None


def _entry(viewer: Viewer, place: int, note: VisibleRecord, about: Iterable[Column]) -> Entry:
    """The note; who may not see its ID asks for it by its place on the page."""
    key = readable(viewer, note, Note, "note_id") or str(place)
    cells = {cell.column.path: cell for cell in lines(viewer, note, [*FIELDS, *about])}
    text = cells["text"].value if "text" in cells else ""
    beginning, rest = split(text)
    return Entry(key, cells, beginning, rest, bool(readable(viewer, note, Note, "is_letter")))
