"""The page about a service agreement: its terms, whose it is, and its financial transactions."""

from customer360 import selectors
from customer360.models import FinancialTransaction
from customer360.models import ServiceAgreement as Agreement
from customer360.pages import Visit
from customer360.panels.customers import Listed
from customer360.panels.figures import currency_of
from customer360.panels.totals import Total, Totals
from customer360.tables import Cell, Column, Table, lines
from customer360.templatetags.portal import count, money

TERMS = (
    Column(Agreement, "service_type_name"),
    Column(Agreement, "sa_type_name"),
    Column(Agreement, "rate"),
    Column(Agreement, "revenue_class_name"),
    Column(Agreement, "revenue_class"),
    Column(Agreement, "sic_code"),
    Column(Agreement, "industry"),
    Column(Agreement, "cis_division"),
    Column(Agreement, "start_date", "date"),
    Column(Agreement, "end_date", "date"),
    Column(Agreement, "expiry_date", "date"),
    Column(Agreement, "renewal_date", "date"),
)


def terms(visit: Visit) -> list[Cell]:
    """The terms of the agreement."""
    return lines(visit.viewer, visit.record, TERMS)


PARTIES = (
    Column(
        Agreement, "account__customer__display_name", label="Customer",
        opens=("customer", "account__customer__person_id"),
    ),
    Column(Agreement, "account__account_id", "identifier", label="Account", opens=("account", "account__account_id")),
    Column(Agreement, "account__status", "account_status"),
    Column(Agreement, "premise__address", label="Premise", opens=("premise", "premise__premise_id")),
    Column(
        Agreement, "premise__premise_id", "identifier", label="Premise ID", opens=("premise", "premise__premise_id")
    ),
    Column(Agreement, "premise__premise_type_name"),
    Column(Agreement, "premise__life_support_note", "warning", label="Critical load"),
)  # fmt: skip


def parties(visit: Visit) -> list[Cell]:
    """Who takes the service, on which account, and where."""
    return lines(visit.viewer, visit.record, PARTIES)


SUMMED = {
    "current_amount": ("Balance", "What is owed on this agreement: its frozen current amounts."),
    "payoff_amount": ("Payoff balance", "What would settle this agreement in full: its frozen payoff amounts."),
}


def balance(visit: Visit) -> Totals | None:
    """What is owed on this agreement alone."""
    ledger = visit.read(selectors.ledger)
    if not ledger.sums or not ledger.transactions:
        return None
    currency = currency_of(visit.viewer, visit.record.account)
    shown = [
        Total(label, meaning, money(ledger.sums[name], currency))
        for name, (label, meaning) in SUMMED.items()
        if name in ledger.sums
    ]
    shown.append(Total("Transactions", "Financial transactions of this agreement.", f"{ledger.transactions:,}"))
    counted = f"Of this agreement alone: the frozen ones of its {count(ledger.transactions, 'transaction')}."
    return Totals(shown, "transactions", counted)


TRANSACTION_COLUMNS = (
    Column(FinancialTransaction, "accounting_date", "transaction_date", label="Date"),
    Column(FinancialTransaction, "type", "transaction_type"),
    Column(FinancialTransaction, "current_amount", "money", styles="n"),
    Column(FinancialTransaction, "payoff_amount", "money", styles="n opt"),
    Column(FinancialTransaction, "arrears_date", "date", styles="n opt2 hm"),
    Column(FinancialTransaction, "received_date", "date", styles="n"),
    Column(FinancialTransaction, "bill_id", "identifier", styles="opt"),
    Column(FinancialTransaction, "ft_id", "identifier", label="Transaction", styles="opt2 hm"),
)


def transactions(visit: Visit) -> Listed:
    """The agreement's transactions, the newest first; `?page=2` is the second page."""
    total = visit.read(selectors.ledger).transactions
    page = selectors.transactions_listed(visit.viewer, visit.record, visit.query.get("page"), total)
    currency = currency_of(visit.viewer, visit.record.account)
    table = Table.for_viewer(visit.viewer, "Financial transactions, the newest first", TRANSACTION_COLUMNS)
    table.add(page.records, currency=lambda row: currency)
    return Listed([], table, page, "CC&B holds no financial transaction of this agreement.")
