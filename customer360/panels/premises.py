"""Where an account is served, and under which agreements."""

from collections.abc import Iterable
from dataclasses import dataclass

from customer360 import selectors
from customer360.models import Premise
from customer360.models import ServiceAgreement as Agreement
from customer360.pages import Visit
from customer360.tables import Cell, Column, Table, lines
from customer360.templatetags.portal import count
from customer360.visibility.viewer import Viewer, VisibleRecord

PREMISES_AT_FIRST = 5
"""More premises than this unfold on request."""

ENDED_AGREEMENTS_AT_FIRST = 10

AGREEMENT_COLUMNS = (
    Column(Agreement, "service_type_name", "service", label="Service and rate", styles="wrap"),
    Column(Agreement, "service_agreement_id", "identifier", label="Agreement"),
    Column(Agreement, "sa_type_name", styles="opt hm wrap"),
    Column(Agreement, "status", "agreement_status"),
    Column(Agreement, "start_date", "date", label="Start", styles="n"),
    Column(Agreement, "end_date", "date", label="End", styles="n"),
)
PREMISE_LINES = (
    Column(Premise, "street", label="Address"),
    Column(Premise, "town", label="Town"),
    Column(Premise, "premise_type_name"),
    Column(Premise, "life_support_note", "warning", label="Critical load"),
    Column(Premise, "premise_id", "identifier", label="Premise"),
)


@dataclass(frozen=True)
class Premises:
    """Premises with their agreements: in force or to come, and over.

    `total` counts the groups in force, shown or not: each premise, and one for agreements that serve no premise.
    """

    current: Table
    ended: Table
    shown: int
    total: int
    premises: int
    agreements: int
    ended_shown: int
    ended_agreements: int

    @property
    def count(self) -> str:
        """How much is in force or to come, in words."""
        counts = (
            count(number, what)
            for number, what in ((self.premises, "premise"), (self.agreements, "agreement"))
            if number
        )
        return " · ".join(counts)


def premises(visit: Visit) -> Premises:
    """The premises of the account; the first few, unless all are asked for."""
    viewer, service = visit.viewer, visit.read(selectors.service)
    unfold = visit.query.get("premises") == "all"
    current = service.current if unfold else service.current[:PREMISES_AT_FIRST]
    ended = _premise_table(
        viewer, "Service that has ended", service.ended, None if unfold else ENDED_AGREEMENTS_AT_FIRST
    )
    return Premises(
        current=_premise_table(viewer, "Premises and service agreements", current),
        ended=ended,
        shown=len(current),
        total=len(service.current),
        premises=sum(served.premise is not None for served in service.current),
        agreements=sum(len(served.agreements) for served in service.current),
        ended_shown=sum(len(group.rows) for group in ended.groups),
        ended_agreements=sum(len(served.agreements) for served in service.ended),
    )


def _premise_table(
    viewer: Viewer, caption: str, served: Iterable[selectors.ServedPremise], limit: int | None = None
) -> Table:
    """Agreements by premise, no more than the limit."""
    table = Table.for_viewer(viewer, caption, AGREEMENT_COLUMNS)
    for group in served:
        agreements = group.agreements[:limit]
        if agreements:
            table.add(agreements, heading=_premise_heading(viewer, group.premise), is_muted=_is_stopped)
        if limit is not None:
            limit -= len(agreements)
    return table


def _premise_heading(viewer: Viewer, premise: VisibleRecord | None) -> dict[str, Cell]:
    """What a premise is known by, by field; empty for agreements that serve no premise."""
    return {cell.column.path: cell for cell in lines(viewer, premise, PREMISE_LINES)} if premise else {}


def _is_stopped(agreement: VisibleRecord) -> bool:
    """Whether service has stopped, as far as the viewer may see it."""
    return getattr(agreement, "status", None) in (Agreement.Status.STOPPED, *selectors.ENDED_STATUSES)
