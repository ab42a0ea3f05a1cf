"""What was done with the people of an account: calls, mails, meetings, events."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from customer360.pages import Visit
from customer360.panels.folding import Room, asked_page, at_first, split
from customer360.selectors import Slice
from customer360.tables import Cell, Column, lines
from engagement import selectors
from engagement.models import Interaction

ENTRIES_AT_FIRST = 3
ENTRIES_A_PAGE = 15
FOLDED_BYTES = 1024
"""How much of the texts that unfold a page holds; the rest is cut, and read in Salesforce."""

FIELDS = (
    Column(Interaction, "subject"),
    Column(Interaction, "type"),
    Column(Interaction, "status"),
    Column(Interaction, "happened_at", "moment", label="When"),
    Column(Interaction, "due_on", "date"),
    Column(Interaction, "description"),
    Column(Interaction, "owner__name", label="Owner"),
    Column(Interaction, "contact__display_name", label="With"),
)

ICONS = {"call": "telephone", "email": "envelope", "meeting": "calendar-event", "event": "calendar-event"}


@dataclass(frozen=True)
class Entry:
    """One interaction: its cells by field, its heading, its text in two parts, whether it is still to be done."""

    cells: dict[str, Cell]
    heading: str
    beginning: str
    rest: str
    icon: str
    is_open: bool
    is_cut: bool = False


@dataclass(frozen=True)
class Activity:
    """The newest interactions, or a page of all of them."""

    entries: list[Entry]
    page: Slice
    is_whole: bool


def activity(visit: Visit) -> Activity | None:
    """The interactions with the account; nothing where there are none. `?activity=all` gives all, by the page."""
    asked = asked_page(visit, "activity")
    size = at_first(visit, "activity", ENTRIES_AT_FIRST) if asked is None else ENTRIES_A_PAGE
    page = selectors.interactions(visit.viewer, visit.record, asked, size)
    if not page.total:
        return None
    entries = [_entry(visit, interaction) for interaction in page.records]
    room = Room(at_first(visit, "activity", FOLDED_BYTES))
    return Activity(list(_within(entries, room)), page, asked is not None)


def _within(entries: Iterable[Entry], room: Room) -> Iterable[Entry]:
    """The entries in their order, as far as the page has room for what is folded."""
    for entry in entries:
        fits = room.take(entry.rest)
        yield entry if fits else replace(entry, rest="", is_cut=True)


def _entry(visit: Visit, interaction: object) -> Entry:
    cells = {cell.column.path: cell for cell in lines(visit.viewer, interaction, FIELDS)}
    beginning, rest = split(str(cells["description"].value)) if "description" in cells else ("", "")
    kind = str(getattr(interaction, "type", None) or getattr(interaction, "kind", "")).lower()
    icon = next((icon for word, icon in ICONS.items() if word in kind), "check-lg")
    is_task = getattr(interaction, "kind", "") == Interaction.Kind.TASK
    return Entry(cells, _heading(cells), beginning, rest, icon, is_task and not getattr(interaction, "is_closed", True))


def _heading(cells: dict[str, Cell]) -> str:
    """The type and the subject; the subject alone where it begins with the type."""
    told = {name: str(cells[name].value) if name in cells else "" for name in ("type", "subject")}
    subject = told["subject"] or "No subject"
    return subject if subject.lower().startswith(told["type"].lower()) else f"{told['type']}: {subject}"
