"""Contacts of the org, their relations to further accounts, and the Customer__c records that somebody once made."""

from collections import defaultdict
from datetime import datetime, timedelta
from random import Random

from sync.simulators.ccb.generator.codes import ACCOUNT_RELATIONSHIPS
from sync.simulators.salesforce.generator import register, spelling, words
from sync.simulators.salesforce.generator.model import Account, Contact, Links
from sync.simulators.salesforce.generator.org import AGE, Org, Row
from sync.simulators.salesforce.generator.people import Invention
from sync.simulators.salesforce.generator.register import Register
from sync.simulators.salesforce.generator.spelling import How, HumanName
from sync.simulators.salesforce.generator.truth import PERSON, Truth
from sync.simulators.salesforce.generator.users import Team

_TITLES = {"APMGR": "Accounts Payable Manager", "PLANT24": "Plant Manager", "FACMGR": "Facilities Manager"}


class ContactWriter:
    """Writes contacts; they are kept in `made` until `finish`."""

    def __init__(self, org: Org, team: Team, known: Register, invention: Invention, random: Random) -> None:
        self.org, self.team, self.random = org, team, random
        self._known, self._invention = known, invention
        self.made: list[Contact] = []
        self._by_person: dict[str, Contact] = {}
        self._links = Links()
        self._humans = [each for each in known.customers.values() if not each.business and "," in each.name]

    def fill(self, accounts: list[Account], count: int) -> None:
        """Make contacts of the accounts until there are `count`: CC&B's people first, then others."""
        for account in accounts:
            if len(self.made) >= count:
                return
            if account.customer:
                self._of_customer(account, account.customer)
            elif account.human and self.random.random() < 0.85:
                self._invented(account, account.human)
        businesses = [each for each in accounts if each.business] or accounts
        while businesses and len(self.made) < count:
            # A few accounts have very many contacts, most have one or two.
            at = int(len(businesses) * self.random.random() ** 1.5)
            self._employee(businesses[at])

    def person(
        self,
        customer: register.Customer,
        account: Account | None,
        *,
        role: str = "",
        faithful: bool = False,
    ) -> Contact:
        """A contact that is a CC&B person; a `faithful` one is spelled as in CC&B."""
        random = self.random
        how: How = set()
        name = HumanName.parse(customer.name)
        if not faithful:
            name, how = spelling.human(random, name)
        row: Row = {"FirstName": f"{name.first} {name.middle}".strip() or None, "LastName": name.last or name.first}
        if customer.email and (faithful or random.random() < 0.65):
            row["Email"] = customer.email
        elif customer.email and random.random() < 0.3:
            row["Email"] = f"{name.first}.{name.last}@post.example".lower().replace(" ", "").replace("'", "")
            how.add("other e-mail")
        for column, number in zip(("Phone", "MobilePhone"), customer.phones, strict=False):
            if faithful:
                row[column] = number
            elif random.random() < 0.6:
                row[column], changed = spelling.phone(random, number)
                how |= changed
        place = customer.mailing or (account.place if account else None) or _home(customer)
        if not faithful and random.random() < 0.5:
            mailing, changed = spelling.address(random, place)
            row |= mailing.fields("Mailing")
            how |= changed
        elif not faithful:
            how.add("no address")
        if role:
            row["Title"] = _TITLES.get(role)
            row["Role__c"] = ACCOUNT_RELATIONSHIPS.get(role) if random.random() < 0.2 else None
        first = self._by_person.get(customer.person_id)
        if first:
            how.add("duplicate")
        elif not faithful and self._links.next(customer.person_id):
            row["CCB_Person_ID__c"] = customer.person_id
            how.add("linked")
        contact = self._write(row, account)
        contact.customer = customer
        self._by_person.setdefault(customer.person_id, contact)
        self._tell(contact, customer.person_id, how, first.id if first else None)
        return contact

    def finish(self) -> None:
        """Write all contacts with their direct relations, and relations of some to a second account."""
        for contact in self.made:
            self.org.add("Contact", contact.row)
            if contact.account_id:
                self._relate(contact, contact.account_id, direct=True)
        with_account = [each for each in self.made if each.account_id]
        accounts = sorted({each.account_id for each in with_account if each.account_id})
        for contact in self.random.sample(with_account, len(with_account) // 25):
            other = self.random.choice(accounts)
            if other != contact.account_id:
                self._relate(contact, other, direct=False)

    def _of_customer(self, account: Account, customer: register.Customer) -> None:
        random = self.random
        if not customer.business and random.random() < 0.88:
            self.person(customer, account)
            if random.random() < 0.03:
                self.person(customer, account if random.random() < 0.5 else None)
        for person, role in account.billed.others if account.billed else ():
            if random.random() < 0.75:
                self.person(self._known.customers[person], account, role=role)

    def _employee(self, account: Account) -> None:
        """Somebody at a company whom CC&B does not know, though it may know another person of that name."""
        random = self.random
        if self._humans and random.random() < 0.04:
            customer = random.choice(self._humans)
            self._invented(account, HumanName.parse(customer.name), "namesake")
        else:
            self._invented(account, self._invention.human())

    def _invented(self, account: Account, name: HumanName, how: str = "not in CC&B") -> Contact:
        random = self.random
        row: Row = {"FirstName": name.first, "LastName": name.last}
        if account.business:
            row["Title"] = random.choice(words.TITLES)
            host = "".join(letter for letter in str(account.row["Name"]).lower() if letter.isalnum())[:30] or "mail"
            if random.random() < 0.75:
                row["Email"] = f"{name.first[0]}.{name.last}@{host}.example".lower().replace("'", "")
        if random.random() < 0.7:
            row["Phone"] = spelling.phone(random, self._invention.phone())[0]
        if random.random() < 0.3:
            row |= spelling.address(random, account.place)[0].fields("Mailing")
        contact = self._write(row, account)
        self._tell(contact, None, {how}, None)
        return contact

    def _write(self, row: Row, account: Account | None) -> Contact:
        random, org = self.random, self.org
        since = account.created if account else org.now - AGE + timedelta(days=30)
        created = since if random.random() < 0.4 else org.office_hour(random, since)
        owner = account.owner if account else self.team.administrator
        contact = Contact(org.new_id("Contact"), row, created, account.id if account else None)
        row |= {
            "Id": contact.id,
            "AccountId": contact.account_id,
            "Salutation": random.choice(("Mr.", "Ms.", "Mrs.")) if random.random() < 0.1 else None,
            "HasOptedOutOfEmail": random.random() < 0.06,
            "OwnerId": owner.id,
            "CreatedDate": created,
            "CreatedById": owner.id,
        }
        if random.random() < 0.4:
            row["LastModifiedDate"], row["LastModifiedById"] = org.office_hour(random, created), owner.id
        if account:
            account.contacts.append(contact)
        self.made.append(contact)
        return contact

    def _relate(self, contact: Contact, account_id: str, *, direct: bool) -> None:
        stamps = {"CreatedDate": contact.created, "CreatedById": contact.row["CreatedById"]}
        row: Row = {"AccountId": account_id, "ContactId": contact.id, "IsDirect": direct, "IsActive": True, **stamps}
        self.org.add("AccountContactRelation", row)

    def _tell(self, contact: Contact, person_id: str | None, how: How, duplicate_of: str | None) -> None:
        kind = PERSON if person_id else None
        self.org.tell(Truth("Contact", contact.id, kind, person_id, person_id, duplicate_of, frozenset(how)))


def write_customers(org: Org, team: Team, random: Random, accounts: list[Account], count: int) -> None:
    """Customer__c for some customers, from a trial some years ago; their accounts mostly look up to them."""
    customers: dict[str, register.Customer] = {}
    held: dict[str, list[Account]] = defaultdict(list)
    for account in accounts:
        if account.customer:
            customers[account.customer.person_id] = account.customer
            held[account.customer.person_id].append(account)
    tried: datetime = org.before(1100, 16)
    for person_id in random.sample(sorted(customers), min(count, len(customers))):
        customer = customers[person_id]
        if customer.business:
            name, how = spelling.business(random, customer.name)
        else:
            name, how = spelling.household(random, HumanName.parse(customer.name), None)
        place, changed = spelling.address(random, customer.mailing or _home(customer))
        row: Row = {
            "Id": org.new_id("Customer__c"),
            "Name": name[:80],
            "Full_Name__c": name,
            "Kind__c": "Business" if customer.business else "Person",
            "Email__c": customer.email if random.random() < 0.5 else None,
            "Phone__c": customer.phones[0] if customer.phones and random.random() < 0.5 else None,
            "Street__c": place.street or None,
            "City__c": place.city or None,
            "State__c": place.state or None,
            "Postal_Code__c": place.postal or None,
            "Country__c": place.country or None,
            "Customer_Type__c": random.choice(("Commercial", "Industrial")) if customer.business else "Residential",
            "Customer_Definition__c": random.choice(("Key", "Managed", "Mass Market", None)),
            "CCB_Person_ID__c": person_id if random.random() < 0.05 else None,
            "OwnerId": team.administrator.id,
            "CreatedDate": tried,
            "CreatedById": team.administrator.id,
            "LastModifiedDate": org.office_hour(random, tried) if random.random() < 0.3 else tried,
        }
        how |= changed | ({"linked"} if row["CCB_Person_ID__c"] else set())
        org.add("Customer__c", row)
        org.tell(Truth("Customer__c", str(row["Id"]), PERSON, person_id, person_id, None, frozenset(how)))
        for account in held[person_id]:
            if random.random() < 0.8:
                account.row["Customer__c"] = row["Id"]


def _home(customer: register.Customer) -> register.Address | None:
    return next((account.billing for account in customer.accounts if account.billing), None)
