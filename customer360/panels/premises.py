"""Where an account is served, and under which agreements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from customer360 import selectors
from customer360.models import Meter, Premise
from customer360.models import ServiceAgreement as Agreement
from customer360.pages import Visit
from customer360.panels.folding import asked_page, at_first, unfolded
from customer360.tables import Cell, Column, Table, lines
from customer360.templatetags.portal import count
from customer360.visibility.viewer import Viewer, VisibleRecord

PREMISES_AT_FIRST = 5
"""More premises than this unfold on request."""

ENDED_AGREEMENTS_AT_FIRST = 5
AGREEMENTS_A_PAGE = 15
ENDED_AGREEMENTS_A_PAGE = 10

AGREEMENT_COLUMNS = (
    Column(Agreement, "service_type_name", "service", label="Service and rate", styles="wrap"),
    Column(
        Agreement,
        "service_agreement_id",
        "identifier",
        label="Agreement",
        opens=("service-agreement", "service_agreement_id"),
    ),
    Column(Agreement, "sa_type_name", styles="opt hm wrap"),
    Column(Agreement, "status", "agreement_status"),
    Column(Agreement, "start_date", "date", label="Start", styles="n"),
    Column(Agreement, "end_date", "date", label="End", styles="n"),
)
PREMISE_LINES = (
    Column(Premise, "street", label="Address", opens=("premise", "premise_id")),
    Column(Premise, "town", label="Town"),
    Column(Premise, "premise_type_name"),
    Column(Premise, "life_support_note", "warning", label="Critical load"),
    Column(Premise, "premise_id", "identifier", label="Premise"),
)

Served = tuple[VisibleRecord | None, VisibleRecord]
"""A premise, or None, and one agreement that serves it."""


@dataclass(frozen=True)
class Badge:
    """The numbers on the meters of an agreement, as the field of a meter that a column shows."""

    badge: str | None


@dataclass(frozen=True)
class Part:
    """What is shown of a list of agreements: the first few, or a page of all of them (`is_whole`).

    `is_cut` where there are more than are shown.
    """

    table: Table
    page: selectors.Slice
    is_whole: bool
    is_cut: bool


@dataclass(frozen=True)
class Premises:
    """Premises with their agreements: in force or to come, and over; and how many of them are in force or to come."""

    current: Part
    ended: Part
    premises: int

    @property
    def count(self) -> str:
        """How much is in force or to come, in words."""
        counts = (
            count(number, what)
            for number, what in ((self.premises, "premise"), (self.current.page.total, "agreement"))
            if number
        )
        return " · ".join(counts)


def premises(visit: Visit) -> Premises:
    """The premises of the account: the first few; with `?premises=all` or `?ended=all` all of them, by the page."""
    service = visit.read(selectors.service)
    first = service.current[: at_first(visit, "premises", PREMISES_AT_FIRST)]
    current_first = sum(len(served.agreements) for served in first)
    current = _part(
        visit, "premises", "Premises and service agreements", service.current, current_first, AGREEMENTS_A_PAGE
    )
    # While all of another list is shown, no more than their number is.
    ended_first = ENDED_AGREEMENTS_AT_FIRST if unfolded(visit) in ("", "ended") else 0
    return Premises(
        current=current,
        ended=_part(visit, "ended", "Service that has ended", service.ended, ended_first, ENDED_AGREEMENTS_A_PAGE),
        premises=sum(served.premise is not None for served in service.current),
    )


def _part(
    visit: Visit, parameter: str, caption: str, service: Iterable[selectors.ServedPremise], at_first: int, size: int
) -> Part:
    """The first agreements, or the page of all of them that the query string asks for by that parameter."""
    agreements = [(served.premise, agreement) for served in service for agreement in served.agreements]
    page = selectors.Slice.of_list(agreements, asked_page(visit, parameter), size)
    is_whole = asked_page(visit, parameter) is not None
    shown = page.records if is_whole else page.records[:at_first]
    table = _premise_table(visit.viewer, caption, shown, visit.read(selectors.service).badges)
    return Part(table, page, is_whole, is_cut=len(shown) < page.total)


def _premise_table(viewer: Viewer, caption: str, served: Sequence[Served], badges: Mapping[str, str]) -> Table:
    """Agreements in their order, by premise, with the numbers on their meters where any has one."""
    columns = list(AGREEMENT_COLUMNS)
    if any(agreement.pk in badges for _, agreement in served):
        # A caller reads the meter out; the type is in the rate, and on the agreement's own page.
        columns = [column for column in columns if column.path != "sa_type_name"]
        columns.insert(2, Column(Meter, "badge", "identifier", record=lambda row: Badge(badges.get(row.pk))))
    table = Table.for_viewer(viewer, caption, columns)
    for premise, group in groupby(served, key=lambda pair: pair[0]):
        agreements = [agreement for _, agreement in group]
        table.add(agreements, heading=_premise_heading(viewer, premise), is_muted=is_stopped)
    return table


def _premise_heading(viewer: Viewer, premise: VisibleRecord | None) -> dict[str, Cell]:
    """What a premise is known by, by field; empty for agreements that serve no premise."""
    return {cell.column.path: cell for cell in lines(viewer, premise, PREMISE_LINES)} if premise else {}


def is_stopped(agreement: VisibleRecord) -> bool:
    """Whether service has stopped, as far as the viewer may see it."""
    return getattr(agreement, "status", None) in (Agreement.Status.STOPPED, *selectors.ENDED_STATUSES)
