"""The story in the org: Northgate Foods Group with its divisions, and Harborview Cold Storage with what is open there.

Days are counted back from the present, at which the CC&B simulator tells the same story.
"""

from datetime import timedelta
from random import Random

from sync.simulators.salesforce.generator.accounts import AccountWriter
from sync.simulators.salesforce.generator.activities import ActivityWriter
from sync.simulators.salesforce.generator.cases import INQUIRY, INQUIRY_OPENED, REBATE, REBATE_OPENED, Case, CaseWriter
from sync.simulators.salesforce.generator.contacts import ContactWriter
from sync.simulators.salesforce.generator.model import Account, Contact
from sync.simulators.salesforce.generator.org import Org, Row
from sync.simulators.salesforce.generator.prospects import ProspectWriter
from sync.simulators.salesforce.generator.register import Address, Register
from sync.simulators.salesforce.generator.spelling import PostalAddress
from sync.simulators.salesforce.generator.truth import ACCOUNT, PERSON, Truth
from sync.simulators.salesforce.generator.users import Team

ACCOUNT_ID = "4218665007"
GROUP = "Northgate Foods Group"
_HEAD_OFFICE = Address("1 Northgate Plaza", "", "Port Ellery", "04101")
# The meter whose re-reading the open case is about.
_METER = "E-4471902"


class Story:
    """Writes the story; `told` is whom it uses up and `account` Harborview's, where the CC&B file holds them."""

    def __init__(self, org: Org, team: Team, known: Register, accounts: AccountWriter, random: Random) -> None:
        self.org, self.team, self.known, self.random = org, team, known, random
        self._accounts = accounts
        self.told: set[str] = set()
        self._group: Account | None = None
        self._logistics: Account | None = None
        self.account: Account | None = None
        self._dana: Contact | None = None
        self._ramon: Contact | None = None

    def accounts(self, prospects: ProspectWriter) -> None:
        """The group, its divisions and their accounts; one division and its plant are in the org alone."""
        head = next((each for each in self.known.corporations() if each.name == GROUP), None)
        if head is None or ACCOUNT_ID not in self.known.accounts:
            return
        self.told = {each.person_id for each in self.known.below(head.person_id)}
        self._group = self._head(head.person_id, "C1")
        for key in self.known.children[head.person_id]:
            division = self._head(key, "C2", self._group.id)
            if division.row["Name"] == "Northgate Logistics":
                self._logistics = division
            for holder in self.known.below(key):
                for billed in holder.accounts:
                    if billed.account_id == ACCOUNT_ID:
                        self.account = self._demo(holder.person_id, division.id)
                    else:
                        self._accounts.customer(holder, billed, level="C3", parent=division.id)
        yard = Address("600 Cannery Road", "", "Granite Harbor", "04118")
        processing = prospects.plain("Northgate Processing", yard, "C2", self._group.id)
        prospects.plain("Northgate Processing - Cannery", yard, "C3", processing.id)

    def contacts(self, contacts: ContactWriter) -> None:
        """Harborview's two contacts, as CC&B knows them."""
        if self.account and self.account.billed:
            for person, role in self.account.billed.others:
                customer = self.known.customers[person]
                contact = contacts.person(customer, self.account, role=role, faithful=True)
                if customer.name == "Whitfield,Dana":
                    self._dana = contact
                else:
                    self._ramon = contact

    def cases(self, cases: CaseWriter) -> Case | None:
        """Two open cases and three closed ones; the high bill inquiry is returned."""
        if self.account is None:
            return None
        here, desk, maria = self.account, self.team.desk, self.team.by_name["Maria Okafor"]
        opened = self.org.before(*INQUIRY_OPENED)
        inquiry = cases.add(
            here,
            self._dana,
            desk,
            opened,
            {
                "Subject": "High bill inquiry",
                "Reason": "Billing",
                "Type": "Question",
                "Status": "Working",
                "Priority": "High",
                "Origin": "Phone",
                "Description": f"Dana Whitfield questions the November bill. Re-read ordered for meter {_METER}.",
                "LastModifiedDate": self.org.before(4, 18, 5),
            },
            number=INQUIRY,
        )
        cases.add(
            here,
            self._ramon,
            maria,
            self.org.before(*REBATE_OPENED),
            {
                "Subject": "Demand rebate",
                "Reason": "Rate Change",
                "Type": "Request",
                "Status": "On Hold",
                "Priority": "Medium",
                "Origin": "Email",
                "Description": "Waiting on the customer for the signed rebate application.",
                "LastModifiedDate": self.org.before(12, 16, 10),
            },
            number=REBATE,
        )
        for days, subject, reason in (
            (91, "Bill copy for the auditors", "Billing"),
            (147, "Stop service at Quarry Lane depot", "Service Request"),
            (520, "Short interruptions at Pier Road", "Outage"),
        ):
            opened = self.org.before(days, 14, 30)
            values: Row = {"Subject": subject, "Reason": reason, "Origin": "Phone", "Priority": "Medium"}
            owner = self.team.working(self.random, "service", opened)
            cases.add(here, self._dana, owner, opened, values, closed=opened + timedelta(days=3, hours=2))
        return inquiry

    def activities(self, activities: ActivityWriter, inquiry: Case | None) -> None:
        """Calls, a meeting with its next step, and old things that are archived."""
        if self.account is None:
            return
        here, org = self.account, self.org
        maria, julia = self.team.by_name["Maria Okafor"], self.team.by_name["Julia Alvarez"]
        called = org.now - timedelta(hours=4)
        values: Row = {
            "Subject": "Call, inbound",
            "TaskSubtype": "Call",
            "CallType": "Inbound",
            "CallDurationInSeconds": 412,
            "Description": "Dana Whitfield asked why the October payment shows short. Promised a call back.",
        }
        activities.task(here, self._dana, julia, called, called.date(), values, case=inquiry, done=called)
        moment = org.before(18, 20, 15)
        due = (org.now + timedelta(days=4)).date()
        values = {"Subject": "Send rebate application", "TaskSubtype": "Task", "Priority": "High"}
        activities.task(here, self._ramon, maria, moment, due, values)
        for days, subject, subtype in (
            (63, "Call: planned outage", "Call"),
            (173, "Email: usage report", "Email"),
            (402, "Call: rate options", "Call"),
            (760, "Welcome letter", "Task"),
        ):
            moment = org.before(days, 17, 25)
            values = {"Subject": subject, "TaskSubtype": subtype}
            activities.task(here, self._dana, maria, moment, moment.date(), values, done=moment)
        for days, subject, location, text in (
            (18, "Q4 efficiency review", "1180 Pier Road", "Next step: send the rebate application."),
            (-8, "Q4 executive review", "Online", None),
            (530, "Plant tour", "1180 Pier Road", "Walked the plant with Ramon Silva."),
        ):
            where = (self._group if days < 0 else here) or here
            told: Row = {"Subject": subject, "Location": location, "Description": text, "ShowAs": "Busy"}
            who = self._dana if where is here else None
            activities.event(where, who, maria, org.before(days, 15), 90, told)
        if self._logistics:
            values = {"Subject": "Site visit", "Location": "77 Foundry Street", "ShowAs": "Busy"}
            activities.event(self._logistics, None, maria, org.before(-9, 16), 60, values)

    def members(self) -> dict[str, list[tuple[Contact, str]]]:
        """Who of the story is a member of which campaign, and how they answered."""
        if not (self._dana and self._ramon):
            return {}
        return {
            "Winter readiness": [(self._dana, "Opened"), (self._ramon, "Opened")],
            "Energy efficiency outreach": [(self._ramon, "Responded")],
            "Key account breakfast": [(self._dana, "Sent")],
            "Rate change notice": [(self._dana, "Sent")],
        }

    def _head(self, person_id: str, level: str, parent: str | None = None) -> Account:
        """The group or a division of it, at its head office; CC&B may send its mail elsewhere."""
        customer = self.known.customers[person_id]
        row: Row = {
            "Name": customer.name,
            "ParentId": parent,
            "Hierarchy_Level__c": level,
            "Industry": "Food & Beverage",
            **PostalAddress(_HEAD_OFFICE.street, _HEAD_OFFICE.city, "ME", _HEAD_OFFICE.postal, "USA").fields("Billing"),
        }
        account = self._write(row, _HEAD_OFFICE)
        account.customer = customer
        self.org.tell(Truth("Account", account.id, PERSON, person_id, person_id, None, frozenset()))
        return account

    def _demo(self, person_id: str, parent: str) -> Account:
        """Harborview: entered by its representative, with the account number as the bill prints it."""
        billed = self.known.accounts[ACCOUNT_ID]
        row: Row = {
            "Name": "Harborview Cold Storage, LLC",
            "ParentId": parent,
            "Hierarchy_Level__c": "C3",
            "AccountNumber": "421-866-5007",
            "Phone": "207-555-0140",
            "Industry": "Transportation",
            **PostalAddress("P.O. Box 2210", "Port Ellery", "ME", "04101", "USA").fields("Billing"),
            **PostalAddress("1180 Pier Rd, Unit B", "Port Ellery", "ME", "04101", "USA").fields("Shipping"),
        }
        account = self._write(row, billed.billing)
        account.customer, account.billed = self.known.customers[person_id], billed
        how = {"legal form", "abbreviated street", "account number", "account number format", "phone format"}
        self.org.tell(Truth("Account", account.id, ACCOUNT, ACCOUNT_ID, person_id, None, frozenset(how)))
        return account

    def _write(self, row: Row, place: Address | None) -> Account:
        """An account that Maria Okafor entered long ago and looked at lately."""
        maria = self.team.by_name["Maria Okafor"]
        account = self._accounts.write(row, True, maria.name, place=place, type_="Customer - Direct")
        account.owner, account.created = maria, self.org.before(2900 - len(self._accounts.made), 14, 5)
        row |= {
            "Territory__c": "Coastal",
            "Rating": "Hot",
            "OwnerId": maria.id,
            "CreatedDate": account.created,
            "CreatedById": maria.id,
            "LastModifiedDate": self.org.before(18, 20, 10),
            "LastModifiedById": maria.id,
            "SystemModstamp": None,
        }
        return account
