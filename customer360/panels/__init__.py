"""The panels that the core itself puts on the page about an account."""

from collections.abc import Callable
from typing import Any

from customer360.models import AccountCustomer, Customer, Note
from customer360.models import ServiceAgreement as Agreement
from customer360.pages import Fields, Panel, Visit, register
from customer360.panels import alerts, billing, figures, notes, people, premises


def _put(
    name: str, title: str, slot: str, order: int, rows: Callable[[Visit], Any], *needs: Fields, key: str = ""
) -> None:
    """Put a panel on the account page; its template has its name."""
    template = f"customer360/panels/{name}.html"
    register(Panel(name, title, "account", slot, order, template, rows, needs, key=key))


_put("alerts", "Alerts", "alerts", 10, alerts.alerts)
_put("balance", "Balance", "figures", 20, figures.balance)
_put("people", "Customers", "side", 30, people.people, (AccountCustomer, "customer"), (Customer, "name"), key="c")
_put("revenue", "Revenue", "side", 40, figures.revenue)
_put("credit", "Credit", "side", 50, figures.credit)
_put(
    "premises", "Premises and services", "centre", 60, premises.premises,
    (Agreement, "account"), (Agreement, "premise"),
    key="p",
)  # fmt: skip
_put("billing", "Billing", "centre", 70, billing.billing, key="b")
_put("notes", "Notes", "aside", 80, notes.notes, (Note, "account"), (Note, "written_at"), key="n")
