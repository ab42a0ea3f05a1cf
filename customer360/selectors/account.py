"""Reads of one account: the account itself, its customers, and what it is served with."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from customer360.models import Account, AccountCustomer, Premise, ServiceAgreement
from customer360.selectors.metering import badges_of_agreement, may_see_badges
from customer360.selectors.notes import numbers
from customer360.visibility.viewer import Viewer, VisibleRecord

ENDED_STATUSES = (ServiceAgreement.Status.CLOSED, ServiceAgreement.Status.CANCELED)
"""An agreement in one of these is over: no service, and no final bill to come."""


def account(viewer: Viewer, account_id: str) -> VisibleRecord:
    """The account of that ID, with its main customer and, where they were computed, its figures (`summary`).

    How many bills, payments and notes it has comes with it, for `counts`.

    Raises Account.DoesNotExist if there is none, if it is not in the viewer's scope, or if the viewer may not see
    account IDs, by which the page about an account is addressed.
    """
    if not (viewer.may(Account, "account_id") and account_id.isalnum()):
        raise Account.DoesNotExist
    counted = numbers(viewer, Account(pk=account_id))
    whole = Account.objects.select_related("customer", "summary").annotate(**counted)
    return viewer.see(viewer.records(whole).get(pk=account_id), counted=counted)


def customers(viewer: Viewer, account: VisibleRecord) -> list[VisibleRecord]:
    """The roles of customers on an account, the main customer's first."""
    roles = AccountCustomer.objects.filter(account=account.pk, removed_at=None).select_related("customer")
    order = [f"-{name}" for name in ("is_main", "is_financially_responsible") if viewer.may(AccountCustomer, name)]
    return viewer.see_all(viewer.records(roles).order_by(*order, "pk"))


@dataclass
class ServedPremise:
    """A premise and the agreements of one account that serve it; agreements without a premise have None."""

    premise: VisibleRecord | None
    agreements: list[VisibleRecord]


@dataclass
class Service:
    """What an account is served with: premises with agreements in force or to come, and those whose service is over.

    `badges` are the numbers on the installed meters, by agreement; agreements without a meter are not there.
    """

    current: list[ServedPremise]
    ended: list[ServedPremise]
    badges: dict[str, str] = field(default_factory=dict)


def service(viewer: Viewer, account: VisibleRecord) -> Service:
    """The premises of an account with their agreements, by address.

    A viewer who may not see an agreement's status sees no difference between what is in force and what is over.
    """
    agreements = ServiceAgreement.objects.filter(account=account.pk, removed_at=None).select_related("premise")
    by_address = [f"premise__{name}" for name in ("address1", "address2") if viewer.may(Premise, name)]
    within = [name for name in ("service_type_name", "start_date") if viewer.may(ServiceAgreement, name)]
    if may_see_badges(viewer):
        agreements = agreements.annotate(badges=badges_of_agreement())
    rows = list(viewer.records(agreements).order_by(*by_address, "premise", *within, "pk"))
    records = viewer.see_all(rows)
    badges = {row.pk: ", ".join(row.badges) for row in rows if getattr(row, "badges", None)}
    if not viewer.may(ServiceAgreement, "status"):
        return Service(current=_by_premise(records), ended=[], badges=badges)
    ended = [record for record in records if record.status in ENDED_STATUSES]
    current = [record for record in records if record.status not in ENDED_STATUSES]
    premises = _by_premise(current)
    premises.sort(key=lambda served: not any(record.is_open for record in served.agreements))
    return Service(current=premises, ended=_by_premise(ended), badges=badges)


def _by_premise(agreements: Iterable[VisibleRecord]) -> list[ServedPremise]:
    """Agreements in groups, each premise where its first agreement stands."""
    served: dict[VisibleRecord | None, ServedPremise] = {}
    for agreement in agreements:
        premise = getattr(agreement, "premise", None)
        served.setdefault(premise, ServedPremise(premise, [])).agreements.append(agreement)
    return list(served.values())
