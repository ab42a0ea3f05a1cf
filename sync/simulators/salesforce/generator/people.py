"""Invented people, companies and addresses that are in no CC&B: prospects, employees, neighbours."""

from random import Random

from sync.simulators.ccb.generator import words as county
from sync.simulators.salesforce.generator.register import Address, Register
from sync.simulators.salesforce.generator.spelling import HumanName


class Invention:
    """Makes up people and places of the same county that CC&B does not hold."""

    def __init__(self, random: Random, register: Register) -> None:
        self._random = random
        self._taken = {
            (place.street.upper(), place.city)
            for account in register.accounts.values()
            for place in (account.premise, account.billing, *account.former)
            if place
        }
        self._company_towns: dict[str, set[str]] = {}
        for account in register.accounts.values():
            customer = register.customers[account.person_id]
            if customer.business and account.premise:
                self._company_towns.setdefault(customer.name.upper(), set()).add(account.premise.city)

    def human(self) -> HumanName:
        """A person's name; CC&B may know another one of that name."""
        return HumanName.parse(county.human_name(self._random))

    def company(self) -> str:
        """A company's name of a usual trade, not one of a CC&B customer."""
        while True:
            _, _, endings = county.TRADES[self._random.choice(list(county.TRADES))]
            name = f"{self._random.choice(county.COMPANY_NAMES)} {self._random.choice(endings)}"
            if self.unknown(name):
                return name
            # With most combinations in use, a family name at the front makes one that is free.
            name = f"{self._random.choice(county.LAST_NAMES)} {name}"
            if self.unknown(name):
                return name

    def unknown(self, company: str) -> bool:
        """Whether CC&B serves no company of that name."""
        return company.upper() not in self._company_towns

    def address(self, city: str = "") -> Address:
        """An address at which CC&B serves nobody, in a given town if one is named."""
        while True:
            street = county.street_address(self._random)
            town = county.town(self._random)
            if city:
                town = next((each for each in county.TOWNS if each.name == city), town)
            if (street.upper(), town.name) not in self._taken:
                return Address(street, "", town.name, town.postal)

    def next_door(self, place: Address) -> Address | None:
        """The house beside an address, unless CC&B serves that too or the address has no house number."""
        number, _, street = place.street.partition(" ")
        if not number.isdigit():
            return None
        beside = f"{int(number) + 2} {street}"
        if (beside.upper(), place.city) in self._taken:
            return None
        return Address(beside, "", place.city, place.postal)

    def town_without(self, company: str) -> str:
        """A town in which CC&B serves no company of that name."""
        served = self._company_towns.get(company.upper(), set())
        free = [town.name for town in county.TOWNS if town.name not in served]
        return self._random.choice(free or [county.TOWNS[-1].name])

    def phone(self) -> str:
        """A telephone number."""
        return county.phone(self._random)
