"""The page about a premise: where it is, what must not be interrupted there, and who takes or took service."""

from customer360 import selectors
from customer360.models import Premise
from customer360.models import ServiceAgreement as Agreement
from customer360.pages import Visit
from customer360.panels.alerts import LOADS, Alert, Alerts
from customer360.panels.billing import TabLink
from customer360.panels.customers import Listed
from customer360.panels.premises import is_stopped
from customer360.tables import Cell, Column, Table, lines, readable

PLACE_LINES = (
    Column(Premise, "street", label="Address"),
    Column(Premise, "town", label="Town"),
    Column(Premise, "county"),
    Column(Premise, "country"),
    Column(Premise, "premise_type_name"),
)


def place(visit: Visit) -> list[Cell]:
    """Where the premise is, and what kind it is of."""
    return lines(visit.viewer, visit.record, PLACE_LINES)


def loads(visit: Visit) -> Alerts | None:
    """That service must not be interrupted here without a warning, and why."""
    load = (readable(visit.viewer, visit.record, Premise, "life_support") or "").strip()
    note = (readable(visit.viewer, visit.record, Premise, "life_support_note") or "").strip()
    if not (load or note):
        return None
    lead = LOADS.get(load, "Critical load")
    return Alerts([Alert("warn", f"{lead}:" if note else lead, note)], [])


AGREEMENT_COLUMNS = (
    Column(Agreement, "service_type_name", "service", label="Service and rate", styles="wrap"),
    Column(
        Agreement, "service_agreement_id", "identifier", label="Agreement",
        opens=("service-agreement", "service_agreement_id"),
    ),
    Column(
        Agreement, "account__display_name", label="Account name", styles="wrap",
        opens=("account", "account__account_id"),
    ),
    Column(
        Agreement, "account__account_id", "identifier", label="Account", styles="opt",
        opens=("account", "account__account_id"),
    ),
    Column(Agreement, "status", "agreement_status"),
    Column(Agreement, "start_date", "date", label="Start", styles="n"),
    Column(Agreement, "end_date", "date", label="End", styles="n"),
)  # fmt: skip


def agreements(visit: Visit) -> Listed:
    """The agreements in force or to come here, or with `?tab=ended` those that are over, with their accounts."""
    viewer, numbers = visit.viewer, visit.read(selectors.occupancy)
    is_over = visit.query.get("tab") == "ended" if numbers.ended is not None else None
    total = (numbers.ended or 0) if is_over else numbers.current
    page = selectors.agreements_served(viewer, visit.record, visit.query.get("page"), is_over=is_over, total=total)
    table = Table.for_viewer(viewer, "Service agreements at this premise", AGREEMENT_COLUMNS)
    table.add(page.records, is_muted=is_stopped)
    tabs = [
        TabLink("current", "In force", numbers.current, not is_over),
        TabLink("ended", "Ended", numbers.ended, bool(is_over)),
    ]
    what = "has ended" if is_over else "is in force or to come"
    empty = f"No service agreement of an account that you can see {what} here."
    return Listed(tabs if numbers.ended is not None else [], table, page, empty)
