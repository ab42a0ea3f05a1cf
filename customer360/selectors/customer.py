"""Reads of one customer: who it is, the accounts it has a role on, what they add up to, and where they are served."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Model, Q, QuerySet, Sum

from customer360.models import Account, AccountCustomer, AccountSummary, Customer, Premise, ServiceAgreement
from customer360.selectors.account import ENDED_STATUSES
from customer360.selectors.lists import Slice, number_of
from customer360.selectors.notes import notes_about
from customer360.visibility.viewer import Viewer, VisibleRecord

ACCOUNTS_A_PAGE = 25

FIGURES = ("balance", "past_due", "revenue_12m", "active_services")
"""The figures of accounts that add up."""


def customer(viewer: Viewer, person_id: str) -> VisibleRecord:
    """The customer of that ID.

    Raises Customer.DoesNotExist if there is none, if none of its accounts is in the viewer's scope, or if the viewer
    may not see person IDs, by which the page about a customer is addressed.
    """
    if not (viewer.may(Customer, "person_id") and person_id.isalnum()):
        raise Customer.DoesNotExist
    return viewer.see(viewer.records(Customer.objects.all()).get(pk=person_id))


def roles_of(viewer: Viewer, customer: VisibleRecord) -> QuerySet[AccountCustomer]:
    """The customer's roles on accounts in the viewer's scope, without accounts that are gone from their source."""
    roles = AccountCustomer.objects.filter(customer=customer.pk, removed_at=None, account__removed_at=None)
    return viewer.records(roles)


@dataclass
class Sums:
    """What accounts of one currency add up to: how many there are, and the figures that the viewer may see."""

    currency: str
    accounts: int = 0
    figures: Mapping[str, Decimal | int] = field(default_factory=dict)


@dataclass
class Holdings:
    """The accounts of a customer in the viewer's scope: how many in which role, and what they add up to.

    An account counts once, under its main customer: the sums are of the accounts that this one is the main customer of.
    `main` and `others` are None, and there are no sums, for a viewer who may not see which these are.
    """

    total: int = 0
    main: int | None = None
    others: int | None = None
    sums: list[Sums] = field(default_factory=list)


def holdings(viewer: Viewer, customer: VisibleRecord) -> Holdings:
    """What the customer holds, in one query. Amounts of several currencies are never added up."""
    roles = roles_of(viewer, customer).order_by()
    if not viewer.may(AccountCustomer, "is_main"):
        return Holdings(roles.count())
    adds_up = viewer.may(Account, "currency")
    names = [name for name in FIGURES if adds_up and viewer.may(AccountSummary, name)]
    groups = ("is_main", "account__currency") if adds_up else ("is_main",)
    rows = roles.values(*groups).annotate(
        accounts=Count("pk"), **{f"sum_{name}": Sum(f"account__summary__{name}") for name in names}
    )
    held = Holdings(main=0, others=0)
    for row in rows.order_by(*groups):
        number = row["accounts"]
        held.total += number
        if not row["is_main"]:
            held.others = (held.others or 0) + number
            continue
        held.main = (held.main or 0) + number
        if adds_up:
            figures = {name: row[f"sum_{name}"] or 0 for name in names}
            held.sums.append(Sums(row["account__currency"] or "", number, figures))
    return held


def accounts_held(
    viewer: Viewer, customer: VisibleRecord, page: str | None, *, is_main: bool | None, total: int
) -> Slice:
    """One page of the customer's roles with their accounts and figures, those as main customer first.

    `is_main` picks the roles as main customer, or all other roles; None takes both. `total` is their number.
    """
    roles = roles_of(viewer, customer).select_related("account__customer", "account__summary")
    if is_main is not None and viewer.may(AccountCustomer, "is_main"):
        roles = roles.filter(is_main=is_main)
    order = [f"-{name}" for name in ("is_main",) if viewer.may(AccountCustomer, name)]
    by_name = ["account__name"] if viewer.may(Account, "name") else []
    return Slice.of(viewer, roles.order_by(*order, *by_name, "account"), page, ACCOUNTS_A_PAGE, total)


def premises_of(viewer: Viewer, customer: VisibleRecord) -> QuerySet[Premise]:
    """The premises that the customer's accounts take service at now, as far as the viewer sees the accounts.

    For a viewer who may not see an agreement's status: now or once.
    """
    seen = (
        viewer.may(AccountCustomer, "account", "customer"),
        viewer.may(ServiceAgreement, "account", "premise"),
        viewer.may(Premise, "premise_id"),
    )
    if not all(seen):
        return Premise.objects.none()
    of_customer = AccountCustomer.objects.filter(customer=customer.pk, removed_at=None)
    agreements = ServiceAgreement.objects.filter(removed_at=None, account__in=of_customer.values("account"))
    if viewer.may(ServiceAgreement, "status"):
        agreements = agreements.exclude(status__in=ENDED_STATUSES)
    served = Premise.objects.filter(removed_at=None, pk__in=viewer.records(agreements).values("premise"))
    return viewer.records(served)


def premises_served(viewer: Viewer, customer: VisibleRecord, page: str | None, size: int, total: int) -> Slice:
    """One page of the premises that the customer's accounts take service at, by address."""
    by_address = [name for name in ("address1", "address2", "city") if viewer.may(Premise, name)]
    return Slice.of(viewer, premises_of(viewer, customer).order_by(*by_address, "pk"), page, size, total)


@dataclass(frozen=True)
class CustomerCounts:
    """How many premises a customer is served at, and how many notes are about it."""

    premises: int
    notes: int


def customer_counts(viewer: Viewer, customer: VisibleRecord) -> CustomerCounts:
    """The numbers of what the customer's page lists in part, in one question to the database."""
    lists: dict[str, QuerySet[Model]] = {
        "premises": premises_of(viewer, customer),
        "notes": notes_about(viewer, Q(customer=customer.pk)),
    }
    counted = Customer.objects.filter(pk=customer.pk).values(
        **{f"{name}_counted": number_of(rows) for name, rows in lists.items()}
    )
    numbers = counted.get()
    return CustomerCounts(**{name: numbers[f"{name}_counted"] or 0 for name in lists})
