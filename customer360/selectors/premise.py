"""Reads of one premise: where it is, and the agreements that serve or served it."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from customer360.models import Premise, ServiceAgreement
from customer360.selectors.account import ENDED_STATUSES
from customer360.selectors.lists import Slice
from customer360.visibility.viewer import Viewer, VisibleRecord

AGREEMENTS_A_PAGE = 25

IS_OVER = Q(status__in=ENDED_STATUSES)


def premise(viewer: Viewer, premise_id: str) -> VisibleRecord:
    """The premise of that ID.

    Raises Premise.DoesNotExist if there is none, if no account that it serves or served is in the viewer's scope, or if
    the viewer may not see premise IDs, by which the page about a premise is addressed.
    """
    if not (viewer.may(Premise, "premise_id") and premise_id.isalnum()):
        raise Premise.DoesNotExist
    return viewer.see(viewer.records(Premise.objects.all()).get(pk=premise_id))


def agreements_at(viewer: Viewer, premise: VisibleRecord) -> QuerySet[ServiceAgreement]:
    """The agreements at a premise, of accounts in the viewer's scope."""
    return viewer.records(ServiceAgreement.objects.filter(premise=premise.pk, removed_at=None))


@dataclass(frozen=True)
class Occupancy:
    """How many agreements serve a premise now or are to, and how many are over.

    `ended` is None for a viewer who may not see an agreement's status: all are then counted as current.
    """

    current: int
    ended: int | None


def occupancy(viewer: Viewer, premise: VisibleRecord) -> Occupancy:
    """The numbers of agreements at a premise, in one query."""
    agreements = agreements_at(viewer, premise)
    if not viewer.may(ServiceAgreement, "status"):
        return Occupancy(agreements.count(), None)
    counted = agreements.aggregate(total=Count("pk"), over=Count("pk", filter=IS_OVER))
    return Occupancy(counted["total"] - counted["over"], counted["over"])


def agreements_served(
    viewer: Viewer, premise: VisibleRecord, page: str | None, *, is_over: bool | None, total: int
) -> Slice:
    """One page of the agreements at a premise with their accounts, the latest to start first.

    `is_over` picks those that are over, or those that are not; None takes both. `total` is their number.
    """
    agreements = agreements_at(viewer, premise).select_related("account__customer")
    if is_over is not None and viewer.may(ServiceAgreement, "status"):
        agreements = agreements.filter(IS_OVER) if is_over else agreements.exclude(IS_OVER)
    latest_first = ["-start_date"] if viewer.may(ServiceAgreement, "start_date") else []
    return Slice.of(viewer, agreements.order_by(*latest_first, "pk"), page, AGREEMENTS_A_PAGE, total)


def occupying_agreement(viewer: Viewer, premise: VisibleRecord) -> VisibleRecord | None:
    """An agreement of the one account that takes service at a premise now; None where there are several, or none."""
    if not viewer.may(ServiceAgreement, "account", "premise", "status"):
        return None
    in_force = agreements_at(viewer, premise).exclude(IS_OVER).select_related("account__customer")
    of_two_accounts = list(in_force.order_by("account", "pk").distinct("account")[:2])
    return viewer.see(of_two_accounts[0]) if len(of_two_accounts) == 1 else None
