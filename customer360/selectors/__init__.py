"""Reads for the page about one account: each takes the viewer first and gives records as that viewer may see them."""

from customer360.selectors.account import ENDED_STATUSES, ServedPremise, Service, account, customers, service
from customer360.selectors.lists import Slice
from customer360.selectors.money import ENTRIES_A_PAGE, billed_by_month, bills, payments, tenders, transactions
from customer360.selectors.notes import Counts, alerts, counts, notes

__all__ = (
    "ENDED_STATUSES", "ENTRIES_A_PAGE", "Counts", "ServedPremise", "Service", "Slice", "account", "alerts",
    "billed_by_month", "bills", "counts", "customers", "notes", "payments", "service", "tenders",
    "transactions",
)  # fmt: skip
