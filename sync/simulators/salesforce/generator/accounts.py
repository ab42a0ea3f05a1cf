"""Accounts of the org that stand for CC&B's customers, each spelled by whoever entered it."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sync.simulators.ccb.generator import words as county
from sync.simulators.salesforce.generator import register, spelling, words
from sync.simulators.salesforce.generator.model import Account, Links
from sync.simulators.salesforce.generator.org import AGE, Org, Row
from sync.simulators.salesforce.generator.register import Register
from sync.simulators.salesforce.generator.spelling import How, HumanName
from sync.simulators.salesforce.generator.truth import ACCOUNT, PERSON, Truth
from sync.simulators.salesforce.generator.users import Team, User

_TYPES = ("Customer - Direct", "Customer - Direct", "Customer - Direct", "Prospect", "Other", None)
# A word of what a company does -> its industry.
_INDUSTRIES = {
    "quarry": "Machinery",
    "sawmill": "Manufacturing",
    "plastic": "Manufacturing",
    "machine": "Machinery",
    "wafers": "Electronics",
    "hospital": "Healthcare",
    "medical": "Healthcare",
    "school": "Education",
    "university": "Education",
    "hotel": "Hospitality",
    "restaurant": "Hospitality",
    "kitchen": "Food & Beverage",
    "bakery": "Food & Beverage",
    "food": "Food & Beverage",
    "store": "Retail",
    "trucking": "Transportation",
    "truck": "Transportation",
    "warehous": "Transportation",
    "cargo": "Shipping",
}
_TERRITORIES = {town.postal: words.TERRITORIES[town.division] for town in county.TOWNS}
_LANDLORD_ACCOUNTS = 3
_STAFF = (4, 8, 12, 25, 40, 90, 250, 800)


class AccountWriter:
    """Writes accounts; each is kept in `made` until `finish`, as activities still change when it was last active."""

    def __init__(self, org: Org, team: Team, known: Register, random: Random) -> None:
        self.org, self.team, self.known, self.random = org, team, known, random
        self.made: list[Account] = []
        self.links = Links()
        self._account_ids = sorted(known.accounts)
        # A load and a mass update: very many records with one stamp.
        self._loaded = org.before((AGE - timedelta(days=4)).days, 3, 12)
        self._realigned = org.before(147, 2, 40)

    def customer(
        self,
        customer: register.Customer,
        billed: register.Account | None,
        *,
        level: str = "",
        parent: str | None = None,
        duplicate_of: str | None = None,
    ) -> Account:
        """An account for a CC&B account or, without one, for a customer as a whole."""
        random = self.random
        several = len(customer.accounts) > 1
        business = customer.business
        name, how = self._business_name(customer) if business else self._human_name(customer, billed)
        place = self._place(customer, billed, how)
        if billed and several and business and random.random() < 0.6:
            at = billed.premise or place
            if at:
                name = f"{name.strip()} {random.choice(('- ', '', '@ '))}{random.choice((at.city, _street_of(at)))}"
                how.add("site in the name")
        if self.known.namesakes(customer):
            how.add("name of several customers")
        if billed is None and several and not level:
            how.add("one record for several accounts")
        row: Row = {"Name": name, "ParentId": parent, "Hierarchy_Level__c": level or None}
        self._address(row, place, billed, how)
        if customer.phones and random.random() < 0.7:
            row["Phone"], changed = spelling.phone(random, random.choice(customer.phones))
            how |= changed
        if billed and random.random() < 0.28:
            row["AccountNumber"], changed = spelling.account_number(
                random, billed.account_id, lambda: self._other_account(billed.account_id)
            )
            how |= changed
        if billed and self.links.next(billed.account_id):
            row["CCB_Account_ID__c"] = billed.account_id
            how.add("linked")
        if business:
            row["Industry"] = _industry(customer.activity)
            row["NumberOfEmployees"] = random.choice(_STAFF) if random.random() < 0.3 else None
        since = billed.since if billed else min((each.since for each in customer.accounts), default=None)
        account = self.write(row, business, billed.representative if billed else "", since=since, place=place)
        account.customer, account.billed = customer, billed
        kind, key = (ACCOUNT, billed.account_id) if billed else (PERSON, customer.person_id)
        how |= {"duplicate"} if duplicate_of else set()
        self.org.tell(Truth("Account", account.id, kind, key, customer.person_id, duplicate_of, frozenset(how)))
        return account

    def write(
        self,
        row: Row,
        business: bool,
        representative: str = "",
        *,
        since: date | None = None,
        place: register.Address | None = None,
        type_: str | None = "",
    ) -> Account:
        """Complete an account's row with its owner, stamps and habits, and keep it."""
        random, org = self.random, self.org
        created = self._loaded if random.random() < 0.3 else org.office_hour(random, org.now - AGE + timedelta(days=10))
        if since is not None and created.date() < since:
            # A customer of last month was no customer when the old file was loaded.
            began = datetime.combine(since, time(15), tzinfo=UTC)
            created = org.office_hour(random, min(began, org.now - timedelta(hours=2)))
        owner = self.team.owner(random, representative, business, created)
        author = self.team.loader if created == self._loaded else self._author(owner, created)
        account = Account(org.new_id("Account"), row, created, owner, business, place=place)
        row |= {
            "Id": account.id,
            "Type": random.choice(_TYPES) if type_ == "" else type_,
            "OwnerId": owner.id,
            "CreatedDate": created,
            "CreatedById": author.id,
        }
        if place and "Territory__c" not in row and business and random.random() < 0.7:
            row["Territory__c"] = _TERRITORIES.get(place.postal)
        if business and random.random() < 0.2:
            row["Description"] = random.choice(words.REMARKS) or None
        self._edited(row, created, owner)
        self.made.append(account)
        return account

    def originals(self) -> list[tuple[Account, register.Customer]]:
        """The accounts outside corporations that stand for a customer, with that customer."""
        return [(each, each.customer) for each in self.made if each.customer and not each.row.get("Hierarchy_Level__c")]

    def finish(self) -> None:
        """Write all accounts."""
        for account in self.made:
            self.org.add("Account", account.row)

    def _edited(self, row: Row, created: datetime, owner: User) -> None:
        """Some were realigned in one stroke, some edited since, some stamped by Salesforce itself after that."""
        random, org = self.random, self.org
        edited, editor = created, str(row["CreatedById"])
        if created < self._realigned and random.random() < 0.35:
            edited, editor = self._realigned, self.team.administrator.id
        elif random.random() < 0.5:
            edited, editor = org.office_hour(random, created), owner.id
        stamp = org.office_hour(random, edited) if random.random() < 0.05 else edited
        row |= {"LastModifiedDate": edited, "LastModifiedById": editor, "SystemModstamp": stamp}

    def _author(self, owner: User, created: datetime) -> User:
        left = owner.left is not None and created > self.org.before(owner.left)
        return self.team.administrator if left or self.random.random() < 0.2 else owner

    def _business_name(self, customer: register.Customer) -> tuple[str, How]:
        random = self.random
        if len(customer.name.split()) > 2 and random.random() < 0.015:
            return spelling.acronym(customer.name), {"acronym"}
        return spelling.business(random, customer.name)

    def _human_name(self, customer: register.Customer, billed: register.Account | None) -> tuple[str, How]:
        random = self.random
        how: How = set()
        name = HumanName.parse(customer.name)
        if customer.former_name and random.random() < 0.5:
            name, how = HumanName.parse(customer.former_name), {"former name"}
        if len(customer.accounts) >= _LANDLORD_ACCOUNTS and random.random() < 0.3:
            return f"{name.last} {random.choice(words.TRADE_NAMES)}", how | {"trade name"}
        others = billed.others if billed else []
        spouses = [self.known.customers[person].name for person, role in others if role == "SPOUSE"]
        text, changed = spelling.household(random, name, HumanName.parse(spouses[0]) if spouses else None)
        return text, how | changed

    def _place(self, customer: register.Customer, billed: register.Account | None, how: How) -> register.Address | None:
        """Where the record lies: where bills go, the premise or, after a move that nobody entered, an earlier one."""
        random = self.random
        if billed is None:
            first = customer.accounts[0] if customer.accounts else None
            return customer.mailing or (first.billing if first else None)
        if billed.former and random.random() < 0.12:
            how.add("old address")
            return random.choice(billed.former)
        if len(customer.accounts) > 1 and billed.premise and random.random() < 0.8:
            return billed.premise
        return billed.premise if random.random() < 0.25 else billed.billing

    def _address(self, row: Row, place: register.Address | None, billed: register.Account | None, how: How) -> None:
        random = self.random
        billing, changed = spelling.address(random, place)
        how |= changed
        if not billing.street:
            how.discard("old address")
        row |= billing.fields("Billing")
        if billed and billed.business and billed.premise and random.random() < 0.5:
            row |= spelling.address(random, billed.premise)[0].fields("Shipping")

    def _other_account(self, account_id: str) -> str:
        other = account_id
        while other == account_id and len(self._account_ids) > 1:
            other = self.random.choice(self._account_ids)
        return other


def _street_of(place: register.Address) -> str:
    return place.street.partition(" ")[2] or place.street


def _industry(activity: str) -> str | None:
    return next((industry for word, industry in _INDUSTRIES.items() if word in activity.lower()), None)
