"""The cases about an account: the open ones, and the latest of those that are settled."""

from dataclasses import dataclass

from customer360.pages import Visit
from customer360.panels.folding import asked_page, at_first
from customer360.selectors import Slice
from customer360.tables import Cell, Column, lines
from engagement import selectors
from engagement.models import Case

CASES_AT_FIRST = 3
CASES_A_PAGE = 20

FIELDS = (
    Column(Case, "number"),
    Column(Case, "subject"),
    Column(Case, "status"),
    Column(Case, "priority"),
    Column(Case, "reason"),
    Column(Case, "owner__name", label="Owner"),
    Column(Case, "opened_at", "moment"),
    Column(Case, "closed_at", "moment"),
)


@dataclass(frozen=True)
class Entry:
    """One case: its cells by field, and whether it is open."""

    cells: dict[str, Cell]
    is_open: bool


@dataclass(frozen=True)
class Cases:
    """The open cases and the latest others, or a page of all of them; `summary` says how many there are."""

    entries: list[Entry]
    page: Slice
    is_whole: bool
    summary: str


def cases(visit: Visit) -> Cases | None:
    """The cases about the account; nothing where Salesforce has none. With `?cases=all` all of them, by the page."""
    asked = asked_page(visit, "cases")
    size = at_first(visit, "cases", CASES_AT_FIRST) if asked is None else CASES_A_PAGE
    page = selectors.cases(visit.viewer, visit.record, asked, size)
    if not page.total:
        return None
    entries = [
        Entry({cell.column.path: cell for cell in lines(visit.viewer, case, FIELDS)}, not case.is_closed)
        for case in page.records
    ]
    still_open = page.extras.get("open_cases", 0)
    return Cases(entries, page, asked is not None, f"{still_open} open of {page.total}")
