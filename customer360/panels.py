"""The panels that the core itself puts on the page about an account."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from customer360 import selectors
from customer360.models import Account, AccountCustomer, AccountSummary, Customer, FinancialTransaction, Premise
from customer360.models import ServiceAgreement as Agreement
from customer360.pages import Panel, register
from customer360.tables import Cell, Column, Table, lines, readable
from customer360.templatetags.portal import count
from customer360.visibility.viewer import Viewer, VisibleRecord

PREMISES_AT_FIRST = 5
"""More premises than this unfold on request."""

ENDED_AGREEMENTS_AT_FIRST = 10


# --- balance


@dataclass(frozen=True)
class Segment:
    """One part of a bar, in percent of its length, with the class that colours it."""

    start: float
    length: float
    style: str


@dataclass(frozen=True)
class Figure:
    """One number of the strip, the parts that explain it, and the bar of those parts."""

    cell: Cell
    parts: list[Cell]
    bar: list[Segment]


def _of_summary(name: str, kind: str = "money", label: str = "") -> Column:
    return Column(AccountSummary, name, kind, label)


# Each number with the fields that explain it; the label of such a field is the text after its value.
FIGURES: tuple[tuple[Column, tuple[Column, ...]], ...] = (
    (
        _of_summary("balance"),
        (_of_summary("not_past_due", label="current"), _of_summary("past_due", "money_owed", "past due")),
    ),
    (
        _of_summary("past_due"),
        (
            _of_summary("past_due_1_30", label="1–30 days"),
            _of_summary("past_due_31_60", label="31–60 days"),
            _of_summary("past_due_61_90", label="61–90 days"),
            _of_summary("past_due_over_90", label="over 90 days"),
            _of_summary("past_due_since", "since"),
        ),
    ),
    (_of_summary("last_payment_amount"), (_of_summary("last_payment_date", "date"),)),
    (
        _of_summary("revenue_12m", label="Revenue, 12 months"),
        (_of_summary("revenue_change_percent", "percent", "on the 12 before"),),
    ),
    (_of_summary("revenue_fytd", label="Revenue, fiscal year to date"), ()),
)

BAR_STYLES = {
    "not_past_due": "fa0", "past_due": "fa1",
    "past_due_1_30": "fa1", "past_due_31_60": "fa2", "past_due_61_90": "fa3", "past_due_over_90": "fa4",
}  # fmt: skip


def balance(account: VisibleRecord, viewer: Viewer, query: Mapping[str, str]) -> list[Figure]:
    """The figures of the account that the viewer may see."""
    summary = selectors.summary(viewer, account)
    if summary is None:
        return []
    currency = _currency(account, viewer)
    figures = []
    for column, explained_by in FIGURES:
        for cell in lines(viewer, summary, [column], currency):
            parts = _explaining(lines(viewer, summary, explained_by, currency))
            figures.append(Figure(cell, parts, _bar(parts)))
    return figures


def _explaining(parts: list[Cell]) -> list[Cell]:
    """The parts that say more than the number itself: none that is nothing, and no credit that stands alone.

    A credit that relieves no debt yet stands beside the debt, so that the parts add up to the number.
    """
    parts = [part for part in parts if part.is_masked or part.value != 0]
    amounts = [part for part in parts if part.column.path in BAR_STYLES and not part.is_masked]
    return parts if any(part.value > 0 for part in amounts) else [part for part in parts if part not in amounts]


def _bar(parts: Iterable[Cell]) -> list[Segment]:
    """The parts as segments of one bar; no bar where one is masked or is a credit."""
    amounts = [(part.column.path, part.value) for part in parts if part.column.path in BAR_STYLES]
    if not all(isinstance(amount, Decimal) and amount > 0 for _, amount in amounts):
        return []
    total = sum(amount for _, amount in amounts)
    segments, start = [], 0.0
    for path, amount in amounts:
        length = float(amount / total) * 100
        segments.append(Segment(round(start, 2), round(length, 2), BAR_STYLES[path]))
        start += length
    return segments


def _currency(account: VisibleRecord, viewer: Viewer) -> str:
    """The currency of the account's money, where the viewer may see it."""
    return readable(viewer, account, Account, "currency") or ""


# --- customers and credit

CUSTOMER_LINES = (
    Column(AccountCustomer, "role", "muted", label="Role"),
    Column(AccountCustomer, "customer__phone", "phone"),
    Column(AccountCustomer, "customer__email", "email"),
    Column(AccountCustomer, "customer__person_id", "labelled_identifier", label="Person"),
)
CUSTOMER_NAME = Column(AccountCustomer, "customer__display_name", label="Name")
ACCOUNT_LINES = (
    Column(Account, "address", label="Mail to"),
    Column(Account, "cis_division_name"),
)


@dataclass(frozen=True)
class Person:
    """A customer of the account: the name, and what to reach them by."""

    name: Cell | None
    lines: list[Cell]


@dataclass(frozen=True)
class People:
    """The customers of an account, and where its mail goes."""

    customers: list[Person]
    account: list[Cell]


def people(account: VisibleRecord, viewer: Viewer, query: Mapping[str, str]) -> People:
    """The customers of the account with their roles."""
    persons = [
        Person(next(iter(lines(viewer, role, [CUSTOMER_NAME])), None), lines(viewer, role, CUSTOMER_LINES))
        for role in selectors.customers(viewer, account)
    ]
    return People(persons, lines(viewer, account, ACCOUNT_LINES))


CREDIT_LINES = (Column(Account, "collection_class"), Column(Account, "credit_review_date", "date"))


def credit(account: VisibleRecord, viewer: Viewer, query: Mapping[str, str]) -> list[Cell]:
    """How debt on the account is collected."""
    return lines(viewer, account, CREDIT_LINES)


# --- premises and service agreements

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


def premises(account: VisibleRecord, viewer: Viewer, query: Mapping[str, str]) -> Premises:
    """The premises of the account; the first few, unless all are asked for."""
    service = selectors.service(viewer, account)
    unfold = query.get("premises") == "all"
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


# --- financial transactions

TRANSACTION_COLUMNS = (
    Column(FinancialTransaction, "accounting_date", "transaction_date", label="Date"),
    Column(FinancialTransaction, "type", "transaction_type"),
    Column(FinancialTransaction, "service_agreement__service_agreement_id", "identifier"),
    Column(FinancialTransaction, "service_agreement__sa_type_name", styles="opt hm wrap"),
    Column(FinancialTransaction, "current_amount", "money", styles="n"),
    Column(FinancialTransaction, "received_date", "date", styles="n"),
    Column(FinancialTransaction, "bill_id", "identifier", styles="opt"),
)


@dataclass(frozen=True)
class Transactions:
    """One page of the account's financial transactions."""

    table: Table
    page: selectors.Slice


def transactions(account: VisibleRecord, viewer: Viewer, query: Mapping[str, str]) -> Transactions:
    """The latest financial transactions, or the page of them that is asked for."""
    page = selectors.transactions(viewer, account, query.get("page"))
    currency = _currency(account, viewer)
    table = Table.for_viewer(viewer, "Financial transactions, the newest first", TRANSACTION_COLUMNS)
    return Transactions(table.add(page.records, currency=lambda row: currency), page)


def _put(name: str, title: str, slot: str, order: int, rows: Any, *needs: tuple[Any, str], key: str = "") -> None:
    """Put one of the panels above on the account page; its template has its name."""
    template = f"customer360/panels/{name}.html"
    register(Panel(name, title, "account", slot, order, template, rows, needs, key=key))


_put("balance", "Balance and revenue", "figures", 10, balance, key="b")
_put("people", "Customers", "side", 10, people, (AccountCustomer, "customer"), (Customer, "name"), key="c")
_put("credit", "Credit", "side", 20, credit)
_put(
    "premises", "Premises and services", "centre", 10, premises,
    (Agreement, "account"), (Agreement, "premise"),
    key="p",
)  # fmt: skip
_put(
    "transactions", "Financial transactions", "centre", 20, transactions,
    (FinancialTransaction, "account"), (FinancialTransaction, "accounting_date"),
    (FinancialTransaction, "current_amount"),
    key="t",
)  # fmt: skip
