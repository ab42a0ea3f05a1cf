"""The customers of an account, and how to reach them."""

from dataclasses import dataclass

from customer360 import selectors
from customer360.models import Account, AccountCustomer
from customer360.pages import Visit
from customer360.tables import Cell, Column, lines

CUSTOMER_LINES = (
    Column(AccountCustomer, "role", "muted", label="Role"),
    Column(AccountCustomer, "customer__phone", "phone"),
    Column(AccountCustomer, "customer__email", "email"),
    Column(AccountCustomer, "customer__person_id", "labelled_identifier", label="Person"),
)
CUSTOMER_NAME = Column(AccountCustomer, "customer__display_name", label="Name")
ACCOUNT_LINES = (
    Column(Account, "address", label="Mail to"),
    Column(Account, "cis_division_name"),
)


@dataclass(frozen=True)
class Person:
    """A customer of the account: the name, and what to reach them by."""

    name: Cell | None
    lines: list[Cell]


@dataclass(frozen=True)
class People:
    """The customers of an account, and where its mail goes."""

    customers: list[Person]
    account: list[Cell]


def people(visit: Visit) -> People:
    """The customers of the account with their roles."""
    viewer = visit.viewer
    persons = [
        Person(next(iter(lines(viewer, role, [CUSTOMER_NAME])), None), lines(viewer, role, CUSTOMER_LINES))
        for role in visit.read(selectors.customers)
    ]
    return People(persons, lines(viewer, visit.record, ACCOUNT_LINES))
