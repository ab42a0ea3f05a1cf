"""Reads for the pages about records: each takes the viewer first and gives records as that viewer may see them."""

from customer360.selectors.account import ENDED_STATUSES, ServedPremise, Service, account, customers, service
from customer360.selectors.agreement import Ledger, ledger, service_agreement, transactions_listed
from customer360.selectors.customer import (
    CustomerCounts,
    Holdings,
    Sums,
    accounts_held,
    customer,
    customer_counts,
    holdings,
    premises_served,
)
from customer360.selectors.lists import Slice
from customer360.selectors.metering import (
    MeteredPoint,
    MonthOfUse,
    Use,
    points_of_agreement,
    points_of_premise,
    use,
)
from customer360.selectors.money import ENTRIES_A_PAGE, billed_by_month, bills, payments, tenders, transactions
from customer360.selectors.notes import Counts, alerts, counts, notes, notes_about, notes_of
from customer360.selectors.premise import Occupancy, agreements_served, occupancy, occupying_agreement, premise

__all__ = (
    "ENDED_STATUSES", "ENTRIES_A_PAGE", "Counts", "CustomerCounts", "Holdings", "Ledger", "MeteredPoint",
    "MonthOfUse", "Occupancy", "ServedPremise", "Service", "Slice", "Sums", "Use", "account", "accounts_held",
    "agreements_served", "alerts", "billed_by_month", "bills", "counts", "customer", "customer_counts",
    "customers", "holdings", "ledger", "notes", "notes_about", "notes_of", "occupancy", "occupying_agreement",
    "payments", "points_of_agreement", "points_of_premise", "premise", "premises_served", "service",
    "service_agreement", "tenders", "transactions", "transactions_listed", "use",
)  # fmt: skip
