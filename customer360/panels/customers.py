"""The page about a customer: how to reach it, its accounts and what they add up to, and where they are served."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from customer360 import selectors
from customer360.models import Account, AccountCustomer, AccountSummary, Customer, Premise
from customer360.pages import Visit
from customer360.panels.billing import TabLink
from customer360.panels.totals import Total, Totals
from customer360.tables import Cell, Column, Table, lines, readable
from customer360.templatetags.portal import count, money
from customer360.visibility.viewer import VisibleRecord, help_text

PREMISES_A_PAGE = 10

CONTACT_LINES = (
    Column(Customer, "phone", "phone"),
    Column(Customer, "email", "email"),
    Column(Customer, "address", label="Address"),
    Column(Customer, "county"),
    Column(Customer, "country"),
)


TRADE_LINES = (Column(Customer, "industry"), Column(Customer, "business_description", label="Business"))


def trade(visit: Visit) -> list[Cell]:
    """What the customer does."""
    return lines(visit.viewer, visit.record, TRADE_LINES)


def contact(visit: Visit) -> list[Cell]:
    """How to reach the customer."""
    return lines(visit.viewer, visit.record, CONTACT_LINES)


SUMMED = {
    "balance": "Balance",
    "past_due": "Past due",
    "revenue_12m": "Revenue, 12 months",
    "active_services": "Active services",
}


def totals(visit: Visit) -> Totals | None:
    """What the accounts of a main customer add up to, each sum of one currency; nothing where nothing may be summed."""
    held = visit.read(selectors.holdings)
    if not held.main:
        return None
    several = len(held.sums) > 1
    shown = [Total("Accounts", "Accounts of which this is the main customer.", f"{held.main:,}")]
    for sums in held.sums:
        shown += _totals(sums, f" ({sums.currency or 'no currency'})" if several else "")
    counted = (
        f"Sums of the {count(held.main, 'account')} you can see with this main customer: an account counts"
        " once, under its main customer."
    )
    return Totals(shown, "accounts", counted, tab="main")


def _totals(sums: selectors.Sums, suffix: str) -> Iterator[Total]:
    for name, label in SUMMED.items():
        if name in sums.figures:
            value = sums.figures[name]
            text = f"{value:,}" if name == "active_services" else money(value, sums.currency)
            yield Total(label + suffix, help_text(AccountSummary, name), text, name == "past_due" and value > 0)


def _account(role: VisibleRecord) -> Any:
    return getattr(role, "account", None)


def _summary(role: VisibleRecord) -> Any:
    return getattr(_account(role), "summary", None)


ACCOUNT_COLUMNS = (
    Column(
        AccountCustomer, "account__display_name", label="Account name", styles="wrap",
        opens=("account", "account__account_id"),
    ),
    Column(Account, "account_id", "identifier", label="Account", record=_account, opens=("account", "account_id")),
    Column(AccountCustomer, "role", label="Role", styles="wrap"),
    Column(Account, "status", "account_status", record=_account),
    Column(Account, "customer_class_name", styles="opt2 hm", record=_account),
    Column(AccountSummary, "balance", "money", styles="n", record=_summary),
    Column(AccountSummary, "past_due", "money_owed", styles="n", record=_summary),
    Column(AccountSummary, "revenue_12m", "money", label="12 months", styles="n opt", record=_summary),
)  # fmt: skip
TABS = (("all", "All roles", None), ("main", "Main customer", True), ("others", "Other roles", False))


@dataclass(frozen=True)
class Listed:
    """One page of a list behind tabs; no tabs where there is only one list."""

    tabs: list[TabLink]
    table: Table
    page: selectors.Slice
    empty: str


def accounts(visit: Visit) -> Listed:
    """The accounts in every role, or with `?tab=main` and `?tab=others` a part of them."""
    viewer, held = visit.viewer, visit.read(selectors.holdings)
    chosen = next((tab for tab in TABS if tab[0] == visit.query.get("tab")), TABS[0])
    if held.main is None:
        chosen = TABS[0]
    numbers = {"all": held.total, "main": held.main, "others": held.others}
    total = numbers[chosen[0]] or 0
    page = selectors.accounts_held(viewer, visit.record, visit.query.get("page"), is_main=chosen[2], total=total)
    table = Table.for_viewer(viewer, "Accounts of this customer", ACCOUNT_COLUMNS).add(
        page.records,
        currency=lambda role: readable(viewer, _account(role), Account, "currency") or "",
        is_muted=lambda role: readable(viewer, _account(role), Account, "status") == Account.Status.INACTIVE,
    )
    tabs = [TabLink(name, title, numbers[name], name == chosen[0]) for name, title, _ in TABS]
    empty = "You can see no account of this customer in this role."
    return Listed(tabs if held.main is not None else [], table, page, empty)


PREMISE_COLUMNS = (
    Column(Premise, "street", label="Address", styles="wrap", opens=("premise", "premise_id")),
    Column(Premise, "town", label="Town", styles="wrap"),
    Column(Premise, "premise_type_name", styles="opt hm"),
    Column(Premise, "life_support_note", "warning_or_none", label="Critical load", styles="wrap opt2"),
    Column(Premise, "premise_id", "identifier", label="Premise", opens=("premise", "premise_id")),
)


def served(visit: Visit) -> Listed | None:
    """The premises that the customer's accounts take service at; `?served=2` is their second page."""
    total = visit.read(selectors.customer_counts).premises
    if not total:
        return None
    asked = visit.query.get("served")
    page = selectors.premises_served(visit.viewer, visit.record, asked, PREMISES_A_PAGE, total)
    table = Table.for_viewer(visit.viewer, "Premises with service on this customer's accounts", PREMISE_COLUMNS)
    return Listed([], table.add(page.records), page, "")
