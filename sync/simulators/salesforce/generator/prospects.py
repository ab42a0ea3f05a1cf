"""Accounts that stand for nobody in CC&B, many of which look as if they did."""

from random import Random

from sync.simulators.ccb.generator import words as county
from sync.simulators.salesforce.generator import spelling
from sync.simulators.salesforce.generator.accounts import AccountWriter
from sync.simulators.salesforce.generator.model import Account
from sync.simulators.salesforce.generator.org import Row
from sync.simulators.salesforce.generator.people import Invention
from sync.simulators.salesforce.generator.register import Address
from sync.simulators.salesforce.generator.spelling import HumanName
from sync.simulators.salesforce.generator.truth import Truth

_KINDS = {
    "prospect": 50,
    "namesake": 20,
    "new tenant": 12,
    "other branch": 9,
    "neighbour": 6,
    "relative": 3,
}
_TRIES = 20
# A customer of CC&B by name and premise.
_Served = tuple[str, Address]


class ProspectWriter:
    """Writes prospects of every kind."""

    def __init__(self, accounts: AccountWriter, invention: Invention, random: Random) -> None:
        self._accounts, self._invention, self._random = accounts, invention, random
        served: dict[bool, list[_Served]] = {True: [], False: []}
        for customer in accounts.known.customers.values():
            place = next((account.premise for account in customer.accounts if account.premise), None)
            if place and (customer.business or "," in customer.name):
                served[customer.business].append((customer.name, place))
        self._companies, self._humans = served[True], served[False]

    def next(self) -> Account:
        """One more prospect."""
        kind = self._random.choices(list(_KINDS), weights=list(_KINDS.values()))[0]
        named = {
            "namesake": self._namesake,
            "new tenant": self._new_tenant,
            "other branch": self._other_branch,
            "neighbour": self._neighbour,
            "relative": self._relative,
        }
        found = named[kind]() if kind in named else None
        if found is None:
            kind, found = "prospect", self._stranger()
        name, place = found
        return self._write(kind, name, place)

    def plain(self, name: str, place: Address, level: str, parent: str | None) -> Account:
        """A company of a given name that sales people hold and CC&B does not."""
        row: Row = {"Name": name, "Hierarchy_Level__c": level, "ParentId": parent}
        return self._finish("prospect", row, business=True, place=place)

    def _write(self, kind: str, name: str | HumanName, place: Address) -> Account:
        random = self._random
        if isinstance(name, HumanName):
            if kind == "relative":
                text = f"{name.first} {name.last} {random.choice(('Jr.', 'Jr', 'II'))}"
            else:
                text = f"{name.first}{f' {name.middle}' if name.middle else ''} {name.last}"
        else:
            text = name if kind == "other branch" else spelling.business(random, name)[0]
        account = self._finish(kind, {"Name": text}, business=isinstance(name, str), place=place)
        account.human = name if isinstance(name, HumanName) else None
        return account

    def _finish(self, kind: str, row: Row, *, business: bool, place: Address) -> Account:
        random = self._random
        row |= spelling.address(random, place)[0].fields("Billing")
        if random.random() < 0.6:
            row["Phone"] = spelling.phone(random, self._invention.phone())[0]
        type_ = random.choice(("Prospect", "Prospect", "Prospect", None, "Customer - Direct"))
        account = self._accounts.write(row, business, place=place, type_=type_)
        self._accounts.org.tell(Truth("Account", account.id, None, None, None, None, frozenset({kind})))
        return account

    def _stranger(self) -> tuple[str | HumanName, Address]:
        name = self._invention.company() if self._random.random() < 0.6 else self._invention.human()
        return name, self._invention.address()

    def _namesake(self) -> tuple[HumanName, Address] | None:
        """Another person of a customer's name in the same town."""
        if not self._humans:
            return None
        known, place = self._random.choice(self._humans)
        name = HumanName.parse(known)
        name = HumanName(name.first, name.last, self._random.choice(("", "", "Q", "Z")))
        return name, self._invention.address(place.city)

    def _relative(self) -> tuple[HumanName, Address] | None:
        """The grown child of a customer, of the same name and at the same address."""
        if not self._humans:
            return None
        known, place = self._random.choice(self._humans)
        return HumanName.parse(known), place

    def _new_tenant(self) -> tuple[HumanName | str, Address] | None:
        """Somebody else at an address where CC&B serves a customer."""
        business = self._random.random() < 0.4
        former = self._companies if business else self._humans
        if not former:
            return None
        known, place = self._random.choice(former)
        name = self._invention.company() if business else self._invention.human()
        same = isinstance(name, HumanName) and name.last == HumanName.parse(known).last
        return None if same else (name, place)

    def _other_branch(self) -> tuple[str, Address] | None:
        """A company of a customer's name in a town where CC&B serves none of that name."""
        if not self._companies:
            return None
        known, _ = self._random.choice(self._companies)
        return known, self._invention.address(self._invention.town_without(known))

    def _neighbour(self) -> tuple[str, Address] | None:
        """A company beside a customer's premise whose name begins like the customer's."""
        for _ in range(_TRIES if self._companies else 0):
            known, place = self._random.choice(self._companies)
            beside = self._invention.next_door(place)
            if beside is None:
                continue
            first = known.split()[0]
            _, _, endings = county.TRADES[self._random.choice(list(county.TRADES))]
            name = f"{first} {self._random.choice(endings)}"
            if self._invention.unknown(name):
                return name, beside
        return None
