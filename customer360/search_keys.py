"""Search for accounts by the number of something else: a meter, a service agreement, a premise, a person.

A number is found only as a whole: part of one would match thousands. Each kind needs every field that leads from the
number to the account.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from customer360.models import Account, AccountCustomer, AgreementServicePoint, Customer, Premise, ServiceAgreement
from customer360.pages import Fields
from customer360.selectors.metering import may_see_badges
from customer360.visibility.viewer import Viewer


@dataclass(frozen=True)
class Key:
    """One kind of number.

    `accounts` gives the accounts that hold one of the spellings of a number. `page` is the URL name of the page that
    the number is the key of, if it has one.
    """

    kind: str
    title: str
    is_for: Callable[[Viewer], bool]
    accounts: Callable[[tuple[str, ...]], QuerySet]
    page: str = ""


def _needs(*fields: Fields) -> Callable[[Viewer], bool]:
    return lambda viewer: all(viewer.may(model, name) for model, name in fields)


def _by_badge(numbers: tuple[str, ...]) -> QuerySet:
    """Accounts that take service through an installed meter now, not who took it there before."""
    links = AgreementServicePoint.objects.filter(
        service_point__meters__badge__in=numbers, service_point__meters__removed_on=None,
        service_point__meters__removed_at=None, service_point__removed_at=None, stopped_on=None, removed_at=None,
        service_agreement__removed_at=None,
    )  # fmt: skip
    return links.values("service_agreement__account")


def _by_agreement(numbers: tuple[str, ...]) -> QuerySet:
    return ServiceAgreement.objects.filter(pk__in=numbers, removed_at=None).values("account")


def _by_person(numbers: tuple[str, ...]) -> QuerySet:
    return AccountCustomer.objects.filter(customer__in=numbers, removed_at=None).values("account")


def _by_premise(numbers: tuple[str, ...]) -> QuerySet:
    return ServiceAgreement.objects.filter(premise__in=numbers, removed_at=None).values("account")


_OF_ACCOUNT = (ServiceAgreement, "account")

KEYS = (
    Key(
        "meter number", "Meter", lambda viewer: may_see_badges(viewer) and viewer.may(*_OF_ACCOUNT), _by_badge
    ),
    Key(
        "agreement ID", "Agreement", _needs(_OF_ACCOUNT, (ServiceAgreement, "service_agreement_id")), _by_agreement,
        page="service-agreement",
    ),
    Key(
        "person ID", "Person",
        _needs((AccountCustomer, "account"), (AccountCustomer, "customer"), (Customer, "person_id")), _by_person,
        page="customer",
    ),
    Key(
        "premise ID", "Premise", _needs(_OF_ACCOUNT, (ServiceAgreement, "premise"), (Premise, "premise_id")),
        _by_premise, page="premise",
    ),
)  # fmt: skip


def keys_for(viewer: Viewer) -> list[Key]:
    """The kinds of number that this viewer may search by."""
    return [key for key in KEYS if key.is_for(viewer)]


def conditions(viewer: Viewer, numbers: tuple[str, ...]) -> Iterable[Q]:
    """One condition on accounts for each kind: that it leads from one of the spellings to the account."""
    return (Q(pk__in=key.accounts(numbers)) for key in keys_for(viewer))


def matching(viewer: Viewer, numbers: tuple[str, ...], accounts: Iterable[str]) -> dict[str, Key]:
    """Of these accounts, those that a number leads to, each with the first kind of number that does: one query."""
    keys = keys_for(viewer)
    if not keys:
        return {}
    leads = {
        f"by_{place}": ExpressionWrapper(Q(pk__in=key.accounts(numbers)), output_field=BooleanField())
        for place, key in enumerate(keys)
    }
    rows = Account.objects.filter(pk__in=accounts).annotate(**leads).values_list("pk", *leads)
    return {account: keys[found.index(True)] for account, *found in rows if True in found}
