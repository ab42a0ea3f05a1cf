"""The pages about one record: how it is read, what it is called, and what stands in its header."""

from collections.abc import Callable
from dataclasses import dataclass

from customer360 import selectors
from customer360.models import Account, Customer, Premise, ServiceAgreement
from customer360.pages import Visit
from customer360.tables import Cell, Column, lines, readable
from customer360.visibility.viewer import Viewer, VisibleRecord


@dataclass(frozen=True)
class RecordPage:
    """What the page about one kind of record is made of beside its panels.

    `name` is its URL's, its panels' and its links'. `read` gives the record of a key or raises ObjectDoesNotExist.
    `trail` gives what the record belongs to, the outermost first.
    """

    name: str
    read: Callable[[Viewer, str], VisibleRecord]
    title: Callable[[Visit], str]
    trail: Callable[[Visit], list[Cell]]
    chips: tuple[Column, ...]
    facts: tuple[Column, ...]


def _account_title(visit: Visit) -> str:
    return readable(visit.viewer, visit.record, Account, "display_name") or "Account"


def _account_trail(visit: Visit) -> list[Cell]:
    main = Column(Account, "customer__display_name", label="Customer", opens=("customer", "customer__person_id"))
    return lines(visit.viewer, visit.record, [main])


ACCOUNT = RecordPage(
    "account", selectors.account, _account_title, _account_trail,
    chips=(Column(Account, "status", "account_status"), Column(Account, "removed_at", "removed")),
    facts=(
        Column(Account, "account_id", "copied_identifier", label="Account"),
        Column(Account, "customer_class_name", label="Class"),
        Column(Account, "setup_date", "month", label="Since"),
        Column(Account, "bill_cycle", label="Cycle"),
        Column(Account, "manage_group_name", label="Group"),
    ),
)  # fmt: skip


def _customer_title(visit: Visit) -> str:
    return readable(visit.viewer, visit.record, Customer, "display_name") or "Customer"


def _belongs_to_nothing(visit: Visit) -> list[Cell]:
    return []


CUSTOMER = RecordPage(
    "customer", selectors.customer, _customer_title, _belongs_to_nothing,
    chips=(Column(Customer, "kind", "plain_chip"), Column(Customer, "removed_at", "removed")),
    facts=(
        Column(Customer, "person_id", "copied_identifier", label="Person"),
        Column(Customer, "phone", "phone"),
        Column(Customer, "town", label="Town"),
    ),
)  # fmt: skip

_OF_AGREEMENT = (
    Column(
        ServiceAgreement, "account__customer__display_name", label="Customer",
        opens=("customer", "account__customer__person_id"),
    ),
    Column(
        ServiceAgreement, "account__account_id", "identifier", label="Account",
        opens=("account", "account__account_id"),
    ),
)  # fmt: skip


def _premise_title(visit: Visit) -> str:
    return readable(visit.viewer, visit.record, Premise, "street") or "Premise"


def _premise_trail(visit: Visit) -> list[Cell]:
    """The one account that takes service there, and its customer; nothing where there are several, or none."""
    agreement = selectors.occupying_agreement(visit.viewer, visit.record)
    return lines(visit.viewer, agreement, _OF_AGREEMENT) if agreement else []


PREMISE = RecordPage(
    "premise", selectors.premise, _premise_title, _premise_trail,
    chips=(Column(Premise, "premise_type_name", "plain_chip"), Column(Premise, "removed_at", "removed")),
    facts=(
        Column(Premise, "premise_id", "copied_identifier", label="Premise"),
        Column(Premise, "town", label="Town"),
    ),
)  # fmt: skip


def _agreement_title(visit: Visit) -> str:
    names = ("sa_type_name", "service_type_name")
    known = (readable(visit.viewer, visit.record, ServiceAgreement, name) for name in names)
    return next((name for name in known if name), "Service agreement")


def _agreement_trail(visit: Visit) -> list[Cell]:
    at = Column(ServiceAgreement, "premise__street", label="Premise", opens=("premise", "premise__premise_id"))
    return lines(visit.viewer, visit.record, [*_OF_AGREEMENT, at])


SERVICE_AGREEMENT = RecordPage(
    "service-agreement", selectors.service_agreement, _agreement_title, _agreement_trail,
    chips=(
        Column(ServiceAgreement, "status", "agreement_status"), Column(ServiceAgreement, "removed_at", "removed"),
    ),
    facts=(
        Column(ServiceAgreement, "service_agreement_id", "copied_identifier", label="Agreement"),
        Column(ServiceAgreement, "rate"),
        Column(ServiceAgreement, "start_date", "date", label="From"),
        Column(ServiceAgreement, "end_date", "date", label="Until"),
    ),
)  # fmt: skip
