"""Cases: what customers asked and complained about, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sync.simulators.salesforce import store
from sync.simulators.salesforce.generator import words
from sync.simulators.salesforce.generator.model import Account, Contact
from sync.simulators.salesforce.generator.org import Org, Row
from sync.simulators.salesforce.generator.users import Team, User

# The story's open cases: their numbers, and the days before the present and the time (UTC) at which they were opened.
INQUIRY, REBATE = 148213, 147560
INQUIRY_OPENED, REBATE_OPENED = (6, 15, 20), (18, 19, 40)
_OPEN_FOR = timedelta(days=60)
# How often each of `words.CASES` is the reason, added up.
_FREQUENCIES = (5, 9, 13, 16, 18, 20, 22, 23)
_PRIORITIES = ("High", *("Medium",) * 6, "Low", "Low")
_ORIGINS = (*("Phone",) * 6, "Email", "Email", "Email", "Web")


@dataclass(frozen=True)
class Case:
    """What later records need to know of a case."""

    id: str
    account: Account | None
    created: datetime


class CaseWriter:
    """Writes cases; they are kept until `finish`, since numbers follow the order in which cases were opened."""

    def __init__(self, org: Org, team: Team, random: Random) -> None:
        self.org, self.team, self.random = org, team, random
        self.made: list[Case] = []
        self._rows: dict[str, Row] = {}

    def fill(self, accounts: list[Account], count: int) -> None:
        """Make cases until there are `count`, most of them of businesses, some of nobody known."""
        random = self.random
        if not accounts:
            return
        weights = [3 if account.business else 1 for account in accounts]
        for account in random.choices(accounts, weights, k=max(0, count - len(self.made))):
            self._of(None if random.random() < 0.01 else account)

    def add(
        self,
        account: Account | None,
        contact: Contact | None,
        owner: User,
        created: datetime,
        values: Row,
        *,
        closed: datetime | None = None,
        number: int | None = None,
    ) -> Case:
        """Collect one case; one that was `closed` has that status."""
        case = Case(self.org.new_id("Case"), account, created)
        row: Row = {
            "Id": case.id,
            "AccountId": account.id if account else None,
            "ContactId": contact.id if contact else None,
            "ContactEmail": contact.row.get("Email") if contact else None,
            "Status": "Closed" if closed else "New",
            "ClosedDate": closed,
            "OwnerId": owner.id,
            "CreatedDate": created,
            "CreatedById": self.team.working(self.random, "service", created).id,
            "LastModifiedDate": closed or created,
            "LastModifiedById": owner.id,
            "CaseNumber": f"{number:08d}" if number else None,
            **values,
        }
        self._rows[case.id] = row
        self.made.append(case)
        return case

    def row_of(self, case: Case) -> Row:
        """The row of a case that is not written yet."""
        return self._rows[case.id]

    def finish(self) -> None:
        """Number and write all cases; the org's next case goes on from the last number."""
        # The call centre's cases have numbers too, and are not kept here: as many as the story's two tell.
        known = self.org.before(*INQUIRY_OPENED)
        a_second = (INQUIRY - REBATE) / (known - self.org.before(*REBATE_OPENED)).total_seconds()
        taken = {row["CaseNumber"] for row in self._rows.values()}
        last = 0
        for case in sorted(self.made, key=lambda each: (each.created, each.id)):
            row = self._rows[case.id]
            if row["CaseNumber"] is None:
                last = max(last + 1, round(INQUIRY + (case.created - known).total_seconds() * a_second))
                while f"{last:08d}" in taken:
                    last += 1
                row["CaseNumber"] = f"{last:08d}"
            self.org.add("Case", row)
        store.take_numbers(self.org.connection, "CaseNumber", max(last, INQUIRY))

    def _of(self, account: Account | None) -> None:
        random, org = self.random, self.org
        reason, kind, subjects, text = random.choices(words.CASES, cum_weights=_FREQUENCIES)[0]
        created = org.office_hour(random, account.created if account else org.before(1000))
        role = "desk" if reason == "Billing" and random.random() < 0.5 else "service"
        business = bool(account and account.business)
        owner = account.owner if account and business and random.random() < 0.2 else None
        owner = owner or self.team.working(random, role, created)
        contact = random.choice(account.contacts) if account and account.contacts and random.random() < 0.8 else None
        if contact and contact.created > created:
            contact = None
        values: Row = {
            "Subject": random.choice(subjects),
            "Reason": reason,
            "Type": kind,
            "Priority": random.choice(_PRIORITIES),
            "Origin": random.choice(_ORIGINS),
            "Description": text if random.random() < 0.7 else None,
            "IsEscalated": random.random() < 0.02,
        }
        if account is None:
            values["SuppliedName"], values["SuppliedEmail"] = "Website form", "visitor@mail.example"
        closed: datetime | None = created + timedelta(hours=random.expovariate(1 / 120) + 0.2)
        recent = created > org.now - _OPEN_FOR
        if closed and (closed > org.now or (recent and random.random() < 0.45) or random.random() < 0.01):
            closed = None
            values["Status"] = random.choice(("New", "Working", "Working", "On Hold", "Escalated"))
            values["LastModifiedDate"] = org.office_hour(random, created)
        self.add(account, contact, owner, created, values, closed=closed)


def by_account(cases: Iterable[Case]) -> dict[str, list[Case]]:
    """Cases by the id of their account."""
    found: dict[str, list[Case]] = {}
    for case in cases:
        if case.account:
            found.setdefault(case.account.id, []).append(case)
    return found
