"""What the portal takes from CC&B: the files to edit when a site's CC&B differs.

Each line of `fields` reads: their column or expression, our field, how one becomes the other, whose value stands.
`source` is the FROM clause that the aliases come from. Everything is a subset of Oracle SQL that the simulator
understands too: ANSI joins, no hints, no functions of the site's own. `:language` is the language of the description
tables; every other bind takes what the site chose (`sync/choices.py`).
"""

from sync.streams.ccb.customers import ACCOUNT_CUSTOMERS, ACCOUNTS, CUSTOMERS
from sync.streams.ccb.metering import (
    AGREEMENT_SERVICE_POINTS,
    BILLED_USE,
    METER_READS,
    METERS,
    SERVICE_POINTS,
)
from sync.streams.ccb.money import (
    BILLS,
    FINANCIAL_TRANSACTIONS,
    FISCAL_YEARS,
    MATCH_EVENTS,
    PAYMENT_TENDERS,
    PAYMENTS,
)
from sync.streams.ccb.notes import ACCOUNT_ALERTS, NOTES
from sync.streams.ccb.service import PREMISES, SERVICE_AGREEMENTS

# Parents before children. Fiscal years and match events come before the transactions whose figures read them, bills
# after the transactions that give them their amounts.
STREAMS = (
    CUSTOMERS,
    ACCOUNTS,
    ACCOUNT_CUSTOMERS,
    PREMISES,
    SERVICE_AGREEMENTS,
    SERVICE_POINTS,
    AGREEMENT_SERVICE_POINTS,
    METERS,
    METER_READS,
    FISCAL_YEARS,
    MATCH_EVENTS,
    FINANCIAL_TRANSACTIONS,
    BILLS,
    PAYMENTS,
    PAYMENT_TENDERS,
    BILLED_USE,
    NOTES,
    ACCOUNT_ALERTS,
)
