"""The core's derived figures, in the order in which one needs the other: whose money it is, its bills, the account."""

from customer360.derived import Derivation, register
from customer360.models import Account, AccountSummary, Bill, FinancialTransaction, ServiceAgreement
from customer360.summaries.accounts import Calendar, figures, refresh
from customer360.summaries.agreements import follow_agreements
from customer360.summaries.bills import refresh_bills

__all__ = ["Calendar", "figures", "follow_agreements", "refresh", "refresh_bills"]

# Bills and summaries are due together, whatever moved: the summary's refresh says when the calendar moves either next,
# so a summary brought up to date without its bills would leave them behind.
_READS = (Account, ServiceAgreement, FinancialTransaction, Bill)
# Figures of a later day than today's were asked for by hand; the calendar must not wait for that day to come.
_DUE = f"""
    SELECT s.account_id FROM {AccountSummary._meta.db_table} s, (SELECT %s::date) AS given (today)
    WHERE s.next_change_on <= given.today OR s.as_of > given.today
"""  # noqa: S608 - the table is ours

register(
    Derivation(
        name="account of a transaction",
        reads=(ServiceAgreement,),
        # The calendar moves no agreement.
        due="SELECT NULL WHERE %s::date IS NULL",
        refresh=follow_agreements,
    )
)
register(Derivation(name="amounts of bills", reads=_READS, due=_DUE, refresh=refresh_bills))
register(Derivation(name="account summary", reads=_READS, due=_DUE, refresh=refresh))
