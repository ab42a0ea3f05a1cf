"""The core's derived figures, in the order in which one needs the other: whose money it is, its bills, the account."""

from customer360.derived import Derivation, register
from customer360.models import Account, AccountSummary, Bill, FinancialTransaction, MatchEvent, ServiceAgreement
from customer360.summaries.accounts import Calendar, figures, refresh
from customer360.summaries.agreements import follow_agreements
from customer360.summaries.bills import refresh_bills
from customer360.summaries.fiscal import FISCAL_YEAR, fiscal_year

__all__ = ["Calendar", "figures", "fiscal_year", "follow_agreements", "refresh", "refresh_bills"]

# Bills and summaries are due together, whatever moved: the summary's refresh says when the calendar moves either next,
# so a summary brought up to date without its bills would leave them behind.
_READS = (Account, ServiceAgreement, FinancialTransaction, Bill, MatchEvent)
# Figures of a later day than today's were asked for by hand; the calendar must not wait for that day to come. Those of
# another fiscal year than the one that holds now are due whether time or an administrator moved its first day.
_DUE = f"""
    SELECT s.account_id FROM {AccountSummary._meta.db_table} s, ({FISCAL_YEAR}) AS y
    WHERE s.next_change_on <= y.today OR s.as_of > y.today OR s.fiscal_year_start IS DISTINCT FROM y.begins
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
