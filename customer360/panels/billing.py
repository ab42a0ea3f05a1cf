"""The billing card: bills with their chart, payments, or financial transactions, each under an address of its own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from django.utils import timezone

from customer360 import selectors
from customer360.models import Bill, FinancialTransaction, Payment, PaymentTender
from customer360.pages import Fields, Visit
from customer360.panels.chart import Chart, chart
from customer360.panels.figures import currency_of
from customer360.tables import Column, Table
from customer360.visibility.viewer import Viewer, VisibleRecord

BILL = attrgetter("bill")
BILL_COLUMNS = (
    Column(Bill, "bill_date", "bill_date", record=BILL),
    Column(Bill, "due_date", "date", record=BILL),
    Column(Bill, "amount", "money", styles="n", record=BILL),
    Column(Bill, "paid_amount", "money_or_none", label="Paid", styles="n opt hm", record=BILL),
    Column(Bill, "open_amount", "money_open", styles="n", record=BILL),
    Column(Bill, "status", "bill_status", record=BILL),
    Column(Bill, "bill_id", "identifier", label="Bill", styles="opt2 hm", record=BILL),
)
PAYMENT = attrgetter("payment")
PAYMENT_COLUMNS = (
    Column(Payment, "received_date", "date", record=PAYMENT),
    Column(Payment, "amount", "money", styles="n", record=PAYMENT),
    Column(Payment, "tender", "tenders", record=PAYMENT),
    Column(Payment, "status", "payment_status", record=PAYMENT),
    Column(Payment, "canceled_for", label="Canceled for", styles="opt hm", record=PAYMENT),
    Column(Payment, "payment_id", "identifier", label="Payment", styles="opt hm", record=PAYMENT),
)
TRANSACTION_COLUMNS = (
    Column(FinancialTransaction, "accounting_date", "transaction_date", label="Date"),
    Column(FinancialTransaction, "type", "transaction_type"),
    Column(
        FinancialTransaction,
        "service_agreement__service_agreement_id",
        "identifier",
        opens=("service-agreement", "service_agreement__service_agreement_id"),
    ),
    Column(FinancialTransaction, "service_agreement__sa_type_name", styles="opt2 hm wrap"),
    Column(FinancialTransaction, "current_amount", "money", styles="n"),
    Column(FinancialTransaction, "received_date", "date", styles="n"),
    Column(FinancialTransaction, "bill_id", "identifier", styles="opt"),
)


@dataclass(frozen=True)
class Standing:
    """How a bill stands, in words and with the class that colours them."""

    words: str
    style: str


@dataclass(frozen=True)
class BillRow:
    """A bill and how it stands; None for a viewer who may not see all that it follows from."""

    bill: VisibleRecord
    standing: Standing | None


def standing(viewer: Viewer, bill: VisibleRecord, on: date) -> Standing | None:
    """How a bill stands on a day, by its status, due date and what is still open of it.

    Whether a charge outside arrears is paid nobody can say, so such a bill is not called paid.
    """
    if not viewer.may(Bill, "status", "due_date", "amount", "open_amount", "disputed_amount", "not_ageing_amount"):
        return None
    if bill.status == Bill.Status.PENDING:
        return Standing("Pending", "")
    if bill.open_amount <= 0 and bill.disputed_amount > 0:
        return Standing("In dispute", "warn")
    if bill.open_amount <= 0 and bill.not_ageing_amount > 0:
        return Standing("Not ageing", "info")
    if bill.open_amount <= 0:
        return Standing("Credit", "info") if bill.amount < 0 else Standing("Paid", "ok")
    if bill.due_date is None:
        return Standing("Open", "info")
    days = (on - bill.due_date).days
    return Standing(f"{days} d past due", "bad") if days > 0 else Standing("Not yet due", "info")


@dataclass(frozen=True)
class Entries:
    """One page of one tab's list, and the chart beside it."""

    table: Table
    page: selectors.Slice
    chart: Chart | None = None


def _bills(visit: Visit) -> Entries:
    page = selectors.bills(visit.viewer, visit.record, visit.query.get("page"), visit.read(selectors.counts).bills)
    currency, today = currency_of(visit.viewer, visit.record), timezone.localdate()
    rows = [BillRow(bill, standing(visit.viewer, bill, today)) for bill in page.records]
    table = Table.for_viewer(visit.viewer, "Bills, the newest first", BILL_COLUMNS)
    return Entries(table.add(rows, currency=lambda row: currency), page, chart(visit, today))


@dataclass(frozen=True)
class PaymentRow:
    """A payment and the kinds of tender it came in with, in words; empty where the viewer may see none."""

    payment: VisibleRecord
    tenders: str


def _payments(visit: Visit) -> Entries:
    total = visit.read(selectors.counts).payments
    page = selectors.payments(visit.viewer, visit.record, visit.query.get("page"), total)
    by_event = selectors.tenders(visit.viewer, page.records)
    rows = [
        PaymentRow(payment, _kinds(by_event.get(getattr(payment, "event_id", None), ()))) for payment in page.records
    ]
    currency = currency_of(visit.viewer, visit.record)
    table = Table.for_viewer(visit.viewer, "Payments, the newest first", PAYMENT_COLUMNS)
    return Entries(table.add(rows, currency=lambda row: currency, is_muted=_is_canceled), page)


def _kinds(tenders: Iterable[VisibleRecord]) -> str:
    """The kinds of tender in words, each once, the canceled ones only where no other is left."""
    tenders = list(tenders)
    held = [tender for tender in tenders if getattr(tender, "status", None) != PaymentTender.Status.CANCELED]
    kinds = [getattr(tender, "tender", None) for tender in held or tenders]
    return ", ".join(dict.fromkeys(kind for kind in kinds if kind))


def _is_canceled(row: PaymentRow) -> bool:
    """Whether a payment was canceled, as far as the viewer may see it."""
    return getattr(row.payment, "status", None) == Payment.Status.CANCELED


def _transactions(visit: Visit) -> Entries:
    page = selectors.transactions(visit.viewer, visit.record, visit.query.get("page"))
    currency = currency_of(visit.viewer, visit.record)
    table = Table.for_viewer(visit.viewer, "Financial transactions, the newest first", TRANSACTION_COLUMNS)
    return Entries(table.add(page.records, currency=lambda row: currency), page)


@dataclass(frozen=True)
class Tab:
    """One list of the card. `needs` names the fields without which it makes no sense; `counted` a field of Counts."""

    name: str
    title: str
    entries: Callable[[Visit], Entries]
    needs: tuple[Fields, ...]
    empty: str
    counted: str = ""

    def is_for(self, viewer: Viewer) -> bool:
        """Whether the viewer may VIEW what the list cannot do without."""
        return all(viewer.may(model, name) for model, name in self.needs)


TABS = (
    Tab(
        "bills", "Bills", _bills, ((Bill, "account"), (Bill, "bill_date")),
        "CC&B holds no bill of this account.", "bills",
    ),
    Tab(
        "payments", "Payments", _payments, ((Payment, "account"), (Payment, "received_date")),
        "CC&B holds no payment to this account.", "payments",
    ),
    Tab(
        "transactions", "Transactions", _transactions,
        (
            (FinancialTransaction, "account"), (FinancialTransaction, "accounting_date"),
            (FinancialTransaction, "current_amount"),
        ),
        "CC&B holds no financial transaction of this account.",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class TabLink:
    """A tab as its link: `total` is None where the number would cost more than it tells."""

    name: str
    title: str
    total: int | None
    is_chosen: bool


@dataclass(frozen=True)
class Billing:
    """The links to the lists the viewer may see, and the chosen list."""

    tabs: list[TabLink]
    chosen: Tab
    entries: Entries


def billing(visit: Visit) -> Billing | None:
    """The list that `?tab=` names, or the first the viewer may see; only the chosen one is read."""
    tabs = [tab for tab in TABS if tab.is_for(visit.viewer)]
    if not tabs:
        return None
    chosen = next((tab for tab in tabs if tab.name == visit.query.get("tab")), tabs[0])
    entries = chosen.entries(visit)
    return Billing(list(_links(visit, tabs, chosen, entries)), chosen, entries)


def _links(visit: Visit, tabs: Iterable[Tab], chosen: Tab, entries: Entries) -> Iterable[TabLink]:
    for tab in tabs:
        if tab is chosen:
            total = entries.page.total
        else:
            total = getattr(visit.read(selectors.counts), tab.counted) if tab.counted else None
        yield TabLink(tab.name, tab.title, total, tab is chosen)
