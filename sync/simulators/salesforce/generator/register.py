"""The utility's customers as its CC&B holds them, read from the CC&B simulator's file: who they are and where."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

# Agreement statuses of a customer who is served or about to be.
_IN_FORCE = "'10', '20', '30'"
_BUSINESS_CLASSES = frozenset({"COMS", "COML", "IND", "MUN"})


@dataclass(frozen=True)
class Address:
    """An American address; `unit` and any other part may be blank."""

    street: str
    unit: str
    city: str
    postal: str
    state: str = "ME"


@dataclass
class Account:
    """A CC&B account: its main customer, where its bills go, where it is and was served, who else belongs to it."""

    account_id: str
    person_id: str
    customer_class: str
    since: date
    billing: Address | None
    premise: Address | None
    former: list[Address] = field(default_factory=list)
    active: bool = False
    representative: str = ""
    others: list[tuple[str, str]] = field(default_factory=list)

    @property
    def business(self) -> bool:
        """Whether a class for businesses bills it."""
        return self.customer_class in _BUSINESS_CLASSES


@dataclass
class Customer:
    """A CC&B person: `name` is the primary one, "Last,First" for a human; `parent` the person it belongs to."""

    person_id: str
    name: str
    business: bool
    email: str = ""
    phones: list[str] = field(default_factory=list)
    mailing: Address | None = None
    former_name: str = ""
    activity: str = ""
    parent: str = ""
    accounts: list[Account] = field(default_factory=list)


@dataclass
class Register:
    """Customers and accounts by their CC&B keys; dirty rows (no name, no main customer) are left out."""

    customers: dict[str, Customer] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    children: dict[str, list[str]] = field(default_factory=dict)

    def corporations(self) -> list[Customer]:
        """Customers that are the parent of others and belong to nobody, by key."""
        return [
            customer
            for key, customer in sorted(self.customers.items())
            if self.children.get(key) and not customer.parent and customer.business
        ]

    @cached_property
    def _bearers(self) -> Counter[str]:
        return Counter(map(_plain_name, self.customers.values()))

    def namesakes(self, customer: Customer) -> int:
        """How many other customers have the name of this one, middle initials aside."""
        return self._bearers[_plain_name(customer)] - 1

    def below(self, person_id: str) -> Iterator[Customer]:
        """A customer and all that belong to it, each once though relations may run in a circle."""
        met, waiting = set(), [person_id]
        while waiting:
            key = waiting.pop()
            if key in met:
                continue
            met.add(key)
            yield self.customers[key]
            waiting.extend(reversed(self.children.get(key, ())))


def _plain_name(customer: Customer) -> str:
    """A name in capitals without a middle initial."""
    last, comma, first = customer.name.upper().partition(",")
    return f"{last},{first.split(' ')[0]}" if comma else last


def read(path: Path | str) -> Register:
    """Read the CC&B simulator's file (CC&B alone or C2M), leaving it as it is.

    Raises ValueError if the file holds no CC&B data.
    """
    try:
        with closing(sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return _Reader(connection).register
    except sqlite3.DatabaseError as error:
        raise ValueError(f"{path} holds no CC&B data ({error}); fill the CC&B simulator first.") from error


def _address(street: str | None, unit: str | None, city: str | None, postal: str | None) -> Address | None:
    if not (street or "").strip():
        return None
    return Address(*((part or "").strip() for part in (street, unit, city, postal)))


class _Reader:
    """Builds the register table by table. CHAR columns come blank-padded."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.register = Register()
        self._persons()
        self._accounts()
        self._relations()

    def _rows(self, query: str) -> Iterator[tuple[str, ...]]:
        for row in self._connection.execute(query):
            yield tuple(value.strip() if isinstance(value, str) else value for value in row)

    def _persons(self) -> None:
        customers = self.register.customers
        for key, name, kind, email, *address in self._rows(
            "SELECT p.PER_ID, n.ENTITY_NAME, p.PER_OR_BUS_FLG, p.EMAILID, p.ADDRESS1, p.ADDRESS2, p.CITY, p.POSTAL"
            " FROM CI_PER p JOIN CI_PER_NAME n ON n.PER_ID = p.PER_ID AND n.PRIM_NAME_SW = 'Y' ORDER BY p.PER_ID"
        ):
            if name:
                customers[key] = Customer(key, name, kind == "B", email or "", mailing=_address(*address))
        for key, name in self._rows("SELECT PER_ID, ENTITY_NAME FROM CI_PER_NAME WHERE PRIM_NAME_SW <> 'Y'"):
            if key in customers:
                customers[key].former_name = name
        for key, phone in self._rows("SELECT PER_ID, PHONE FROM CI_PER_PHONE ORDER BY PER_ID, SEQ_NUM"):
            if key in customers:
                customers[key].phones.append(phone)
        for key, value in self._rows("SELECT PER_ID, CONTACT_VALUE FROM C1_PER_CONTDET ORDER BY PER_ID, C1_CONTACT_ID"):
            customer = customers.get(key)
            if customer and "@" in value:
                customer.email = customer.email or value
            elif customer and value not in customer.phones:
                customer.phones.append(value)
        for key, text in self._rows(
            "SELECT PER_ID, ADHOC_CHAR_VAL FROM CI_PER_CHAR WHERE CHAR_TYPE_CD = 'CM-BUSDS' ORDER BY PER_ID, EFFDT"
        ):
            if key in customers:
                customers[key].activity = text

    def _accounts(self) -> None:
        customers, accounts = self.register.customers, self.register.accounts
        homes: dict[str, list[Address]] = defaultdict(list)
        for key, *place in self._rows(
            "SELECT s.ACCT_ID, p.ADDRESS1, p.ADDRESS2, p.CITY, p.POSTAL FROM CI_SA s JOIN CI_PREM p"
            " ON p.PREM_ID = s.CHAR_PREM_ID GROUP BY s.ACCT_ID, p.PREM_ID ORDER BY s.ACCT_ID, MAX(s.START_DT) DESC"
        ):
            if address := _address(*place):
                homes[key].append(address)
        overrides = {
            (account, person): _address(*place)
            for account, person, *place in self._rows(
                "SELECT ACCT_ID, PER_ID, ADDRESS1, ADDRESS2, CITY, POSTAL FROM CI_PER_ADDR_OVRD"
            )
        }
        for key, person, kind, since, source, *place in self._rows(
            "SELECT a.ACCT_ID, m.PER_ID, a.CUST_CL_CD, a.SETUP_DT, m.BILL_ADDR_SRCE_FLG,"
            " p.ADDRESS1, p.ADDRESS2, p.CITY, p.POSTAL FROM CI_ACCT a"
            " JOIN CI_ACCT_PER m ON m.ACCT_ID = a.ACCT_ID AND m.MAIN_CUST_SW = 'Y'"
            " LEFT JOIN CI_PREM p ON p.PREM_ID = a.MAILING_PREM_ID ORDER BY a.ACCT_ID"
        ):
            customer = customers.get(person)
            if customer is None or key in accounts:
                continue
            served = _address(*place)
            billed = {"PER": customer.mailing, "ACOV": overrides.get((key, person))}.get(source) or served
            former = [home for home in homes[key] if home != served]
            account = Account(key, person, kind, date.fromisoformat(since[:10]), billed, served, former)
            accounts[key] = account
            customer.accounts.append(account)
        self._of_accounts()

    def _of_accounts(self) -> None:
        accounts = self.register.accounts
        for (key,) in self._rows(f"SELECT DISTINCT ACCT_ID FROM CI_SA WHERE SA_STATUS_FLG IN ({_IN_FORCE})"):  # noqa: S608
            if key in accounts:
                accounts[key].active = True
        for key, name in self._rows(
            "SELECT ACCT_ID, ADHOC_CHAR_VAL FROM CI_ACCT_CHAR WHERE CHAR_TYPE_CD = 'CM-ACREP' ORDER BY ACCT_ID, EFFDT"
        ):
            if key in accounts:
                accounts[key].representative = name
        for key, person, role in self._rows(
            "SELECT ACCT_ID, PER_ID, ACCT_REL_TYPE_CD FROM CI_ACCT_PER WHERE MAIN_CUST_SW <> 'Y' ORDER BY 1, 2"
        ):
            if key in accounts and person in self.register.customers:
                accounts[key].others.append((person, role))

    def _relations(self) -> None:
        customers = self.register.customers
        children: dict[str, list[str]] = defaultdict(list)
        for parent, child in self._rows(
            "SELECT PER_ID1, PER_ID2 FROM CI_PER_PER WHERE PER_REL_TYPE_CD = 'PARENT' AND END_DT IS NULL"
            " ORDER BY PER_ID1, PER_ID2"
        ):
            if parent in customers and child in customers and parent != child:
                children[parent].append(child)
                customers[child].parent = customers[child].parent or parent
        self.register.children = dict(children)
