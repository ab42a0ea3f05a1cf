"""Reads of one service agreement: its terms, what its transactions add up to, and the transactions."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from customer360.models import FinancialTransaction, ServiceAgreement
from customer360.selectors.lists import Slice
from customer360.visibility.viewer import Viewer, VisibleRecord

TRANSACTIONS_A_PAGE = 25

AMOUNTS = ("current_amount", "payoff_amount")
_FROZEN = Q(is_frozen=True)


def service_agreement(viewer: Viewer, service_agreement_id: str) -> VisibleRecord:
    """The agreement of that ID, with its account, the account's main customer, and its premise.

    Raises ServiceAgreement.DoesNotExist if there is none, if its account is not in the viewer's scope, or if the viewer
    may not see the IDs of agreements, by which the page about one is addressed.
    """
    if not (viewer.may(ServiceAgreement, "service_agreement_id") and service_agreement_id.isalnum()):
        raise ServiceAgreement.DoesNotExist
    agreements = ServiceAgreement.objects.select_related("account__customer", "premise")
    return viewer.see(viewer.records(agreements).get(pk=service_agreement_id))


def transactions_under(viewer: Viewer, agreement: VisibleRecord) -> QuerySet[FinancialTransaction]:
    """The agreement's transactions in the viewer's scope; none for a viewer who may not see whose they are."""
    if not viewer.may(FinancialTransaction, "service_agreement"):
        return FinancialTransaction.objects.none()
    return viewer.records(FinancialTransaction.objects.filter(service_agreement=agreement.pk, removed_at=None))


@dataclass(frozen=True)
class Ledger:
    """How many transactions an agreement has, and what the frozen ones add up to, by the amount's field.

    An amount that the viewer may not see is not among the sums.
    """

    transactions: int
    sums: Mapping[str, Decimal]


def ledger(viewer: Viewer, agreement: VisibleRecord) -> Ledger:
    """The agreement's transactions in numbers, in one query; archived ones still count."""
    names = [name for name in AMOUNTS if viewer.may(FinancialTransaction, name, "is_frozen")]
    sums = {f"sum_{name}": Sum(name, filter=_FROZEN, default=Decimal(0)) for name in names}
    counted = transactions_under(viewer, agreement).aggregate(number=Count("pk"), **sums)
    return Ledger(counted["number"], {name: counted[f"sum_{name}"] for name in names})


def transactions_listed(viewer: Viewer, agreement: VisibleRecord, page: str | None, total: int) -> Slice:
    """One page of the agreement's transactions, the newest first; what is not final yet stands before all others."""
    newest_first = ["-accounting_date"] if viewer.may(FinancialTransaction, "accounting_date") else []
    found = transactions_under(viewer, agreement).order_by(*newest_first, "-ft_id")
    return Slice.of(viewer, found, page, TRANSACTIONS_A_PAGE, total)
