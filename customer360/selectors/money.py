"""An account's bills, payments and financial transactions, each the newest first.

Records found gone from CC&B are left out. CC&B dates nothing before it is final, so what is still being made stands
before all others.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncMonth

from customer360.models import Bill, FinancialTransaction, Payment, PaymentTender
from customer360.selectors.lists import Slice
from customer360.visibility.viewer import Viewer, VisibleRecord

ENTRIES_A_PAGE = 25


def bills_of(viewer: Viewer, account: VisibleRecord) -> QuerySet[Bill]:
    """The account's bills in the viewer's scope."""
    return viewer.records(Bill.objects.filter(account=account.pk, removed_at=None))


def payments_of(viewer: Viewer, account: VisibleRecord) -> QuerySet[Payment]:
    """The account's payments in the viewer's scope, canceled ones included."""
    return viewer.records(Payment.objects.filter(account=account.pk, removed_at=None))


def bills(viewer: Viewer, account: VisibleRecord, page: str | None, total: int | None = None) -> Slice:
    """One page of an account's bills."""
    newest_first = bills_of(viewer, account).order_by("-bill_date", "-bill_id")
    return Slice.of(viewer, newest_first, page, ENTRIES_A_PAGE, total)


def payments(viewer: Viewer, account: VisibleRecord, page: str | None, total: int | None = None) -> Slice:
    """One page of an account's payments."""
    newest_first = payments_of(viewer, account).order_by("-received_date", "-payment_id")
    return Slice.of(viewer, newest_first, page, ENTRIES_A_PAGE, total)


def tenders(viewer: Viewer, payments: Iterable[VisibleRecord]) -> dict[str, list[VisibleRecord]]:
    """The tenders that payments came in with, by payment event and in the order they were entered.

    Only what accounts in the viewer's scope tendered. One event may pay several accounts: its tenders are not divided
    among them. Asks the viewer for the events of both: without them, nothing.
    """
    if not (viewer.may(Payment, "event_id") and viewer.may(PaymentTender, "event_id", "tender_id")):
        return {}
    events = {payment.event_id for payment in payments} - {None}
    found = PaymentTender.objects.filter(event_id__in=events, removed_at=None).order_by("tender_id")
    by_event: dict[str, list[VisibleRecord]] = {}
    for tender in viewer.see_all(viewer.records(found)) if events else ():
        by_event.setdefault(tender.event_id, []).append(tender)
    return by_event


def transactions(viewer: Viewer, account: VisibleRecord, page: str | None) -> Slice:
    """One page of an account's financial transactions, with their agreements."""
    found = viewer.records(FinancialTransaction.objects.filter(account=account.pk, removed_at=None))
    newest_first = found.select_related("service_agreement").order_by("-accounting_date", "-ft_id")
    return Slice.of(viewer, newest_first, page, ENTRIES_A_PAGE)


def billed_by_month(viewer: Viewer, account: VisibleRecord, since: date) -> dict[date, Decimal]:
    """What the complete bills of each calendar month charge, by the month's first day; months without one are absent.

    In the account's currency. Asks the viewer for the bill's date, status and amount: without all three, nothing.
    """
    if not viewer.may(Bill, "bill_date", "status", "amount"):
        return {}
    complete = bills_of(viewer, account).filter(status=Bill.Status.COMPLETE, bill_date__gte=since)
    months = complete.annotate(month=TruncMonth("bill_date")).values("month").order_by("month")
    return dict(months.annotate(billed=Sum("amount")).values_list("month", "billed"))
