"""The customers of an account, and how to reach them."""

from dataclasses import dataclass

from customer360 import selectors
from customer360.models import Account, AccountCustomer
from customer360.pages import Visit
from customer360.panels.folding import asked_page, at_first
from customer360.tables import Cell, Column, lines

CUSTOMER_LINES = (
    Column(AccountCustomer, "role", "muted", label="Role"),
    Column(AccountCustomer, "customer__phone", "phone"),
    Column(AccountCustomer, "customer__email", "email"),
    Column(AccountCustomer, "customer__person_id", "labelled_identifier", label="Person"),
)
PEOPLE_AT_FIRST = 6
PEOPLE_A_PAGE = 20
CUSTOMER_NAME = Column(
    AccountCustomer, "customer__display_name", label="Name", opens=("customer", "customer__person_id")
)
ACCOUNT_LINES = (
    Column(Account, "address", label="Mail to"),
    Column(Account, "cis_division_name"),
    Column(Account, "account_representative", label="Representative"),
    Column(Account, "customer__industry"),
    Column(Account, "customer__business_description", label="Business"),
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
    page: selectors.Slice
    is_whole: bool


def people(visit: Visit) -> People:
    """The first customers of the account with their roles; with `?people=all` all of them, by the page."""
    viewer, asked = visit.viewer, asked_page(visit, "people")
    size = at_first(visit, "people", PEOPLE_AT_FIRST) if asked is None else PEOPLE_A_PAGE
    page = selectors.Slice.of_list(visit.read(selectors.customers), asked, size)
    persons = [
        Person(next(iter(lines(viewer, role, [CUSTOMER_NAME])), None), lines(viewer, role, CUSTOMER_LINES))
        for role in page.records
    ]
    return People(persons, lines(viewer, visit.record, ACCOUNT_LINES), page, asked is not None)
