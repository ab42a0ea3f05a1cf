"""The panels that the core itself puts on the pages about an account, a customer, a premise, a service agreement."""

from collections.abc import Callable
from typing import Any

from customer360.models import (
    Account,
    AccountCustomer,
    BilledUse,
    Customer,
    FinancialTransaction,
    Meter,
    Note,
    Premise,
    ServicePoint,
)
from customer360.models import ServiceAgreement as Agreement
from customer360.pages import Fields, Panel, Visit, register
from customer360.panels import (
    agreement,
    alerts,
    billing,
    customers,
    figures,
    metering,
    notes,
    people,
    place,
    premises,
)


def _put(
    name: str,
    title: str,
    slot: str,
    order: int,
    rows: Callable[[Visit], Any],
    *needs: Fields,
    key: str = "",
    page: str = "account",
    template: str = "",
    folds: tuple[str, ...] = (),
) -> None:
    """Put a panel on a page; its template has its name unless another is named."""
    template = f"customer360/panels/{template or name}.html"
    register(Panel(name, title, page, slot, order, template, rows, needs, key=key, folds=folds))


_put("alerts", "Alerts", "alerts", 10, alerts.alerts, folds=("alerts",))
_put("balance", "Balance", "figures", 20, figures.balance)
_put(
    "people", "Customers", "side", 30, people.people, (AccountCustomer, "customer"), (Customer, "name"),
    key="c", folds=("people",),
)  # fmt: skip
_put("revenue", "Revenue", "side", 40, figures.revenue)
_put("credit", "Credit", "side", 50, figures.credit)
_put(
    "premises", "Premises and services", "centre", 60, premises.premises,
    (Agreement, "account"), (Agreement, "premise"),
    key="p", folds=("premises", "ended"),
)  # fmt: skip
_put("billing", "Billing", "centre", 70, billing.billing, key="b")
_put("notes", "Notes", "aside", 80, notes.notes, (Note, "account"), (Note, "written_at"), key="n", folds=("notes",))

_put("totals", "Totals", "figures", 10, customers.totals, (AccountCustomer, "account"), page="customer")
_put("trade", "Trade", "side", 25, customers.trade, page="customer", template="lines")
_put("contact", "Contact", "side", 20, customers.contact, page="customer", template="lines", key="c")
_put(
    "accounts", "Accounts", "centre", 30, customers.accounts,
    (AccountCustomer, "customer"), (AccountCustomer, "account"), (Account, "account_id"),
    page="customer", template="listed", key="a",
)  # fmt: skip
_put(
    "premises", "Premises", "centre", 40, customers.served, (Premise, "premise_id"),
    page="customer", template="premises_served", key="p",
)  # fmt: skip
_put(
    "notes", "Notes", "aside", 50, notes.notes_of_customer, (Note, "customer"), (Note, "written_at"),
    page="customer", key="n",
)  # fmt: skip

_put("alerts", "Alerts", "alerts", 10, place.loads, page="premise")
_put("place", "Premise", "side", 20, place.place, page="premise", template="lines")
_put(
    "agreements", "Service agreements", "centre", 30, place.agreements, (Agreement, "account"), (Agreement, "premise"),
    page="premise", template="listed", key="s",
)  # fmt: skip
_put(
    "notes", "Notes", "aside", 40, notes.notes_of_premise, (Note, "premise"), (Note, "written_at"),
    page="premise", key="n",
)  # fmt: skip

_put(
    "balance", "Balance", "figures", 10, agreement.balance, (Agreement, "account"),
    (FinancialTransaction, "service_agreement"), page="service-agreement", template="totals",
)  # fmt: skip
_put("terms", "Terms", "side", 20, agreement.terms, page="service-agreement", template="lines")
_put("parties", "Account and premise", "side", 30, agreement.parties, page="service-agreement", template="lines")
_put(
    "transactions", "Transactions", "centre", 40, agreement.transactions, (Agreement, "account"),
    (FinancialTransaction, "service_agreement"), (FinancialTransaction, "accounting_date"),
    (FinancialTransaction, "current_amount"),
    page="service-agreement", template="listed", key="t",
)  # fmt: skip

_put(
    "points", "Service points and meters", "centre", 35, metering.service_points, (ServicePoint, "premise"),
    page="premise", key="m",
)  # fmt: skip
_put("points", "Meters", "centre", 35, metering.meters, (Meter, "badge"), page="service-agreement", key="m")
_put("use", "Use", "aside", 50, metering.use, (BilledUse, "quantity"), page="service-agreement", key="u")
