"""Tasks and events: calls, e-mails, things to do, meetings; what is long done has been archived."""

from datetime import date, datetime, timedelta
from random import Random

from sync.simulators.salesforce.generator import words
from sync.simulators.salesforce.generator.cases import Case, by_account
from sync.simulators.salesforce.generator.model import Account, Contact
from sync.simulators.salesforce.generator.org import Org, Row
from sync.simulators.salesforce.generator.users import Team, User

# What was done so long ago is archived.
ARCHIVED_AFTER = timedelta(days=365)
# Mailings to whole lists leave a task with everybody, all with one stamp.
_LIST_EMAILS = 0.09
_MOST_OF_ONE_LIST = 4000
_SUBTYPES = ("Call", "Call", "Call", "Call", "Call", "Email", "Email", "Email", "Task", "Task")
_PRIORITIES = ("High", *("Normal",) * 8, "Low")
_OPEN_STATUSES = ("Not Started", "Not Started", "In Progress", "Waiting on someone else")
_MINUTES = (30, 60, 60, 90, 120)


class ActivityWriter:
    """Writes tasks and events, and keeps accounts' and contacts' last activity up to date."""

    def __init__(self, org: Org, team: Team, random: Random) -> None:
        self.org, self.team, self.random = org, team, random

    def fill(self, accounts: list[Account], cases: list[Case], tasks: int, events: int) -> None:
        """Make so many tasks and events of the accounts; a few accounts have very many."""
        random = self.random
        if not accounts:
            return
        of_account = by_account(cases)
        weights = [(6 if account.business else 1) * random.paretovariate(1.5) for account in accounts]
        listed = round(tasks * _LIST_EMAILS)
        for account in random.choices(accounts, weights, k=tasks - listed):
            self._task(account, of_account.get(account.id, []))
        self._list_emails(accounts, listed)
        businesses = [each for each in accounts if each.business] or accounts
        for account in random.choices(businesses, k=events):
            self._event(account)

    def task(
        self,
        account: Account | None,
        contact: Contact | None,
        owner: User,
        created: datetime,
        due: date | None,
        values: Row,
        *,
        case: Case | None = None,
        done: datetime | None = None,
    ) -> None:
        """Collect one task, related to the case if one is given, else to the account."""
        told: Row = {"Subject": "Call", "Status": "Completed" if done else "Not Started", "Priority": "Normal"} | values
        row = self._activity("Task", account, contact, owner, created, told, case)
        row |= {
            "ActivityDate": due,
            "CompletedDateTime": done,
            "LastModifiedDate": done or created,
            "IsHighPriority": told["Priority"] == "High",
            "IsArchived": bool(done and (due or created.date()) <= (self.org.now - ARCHIVED_AFTER).date()),
        }
        if done:
            self._touch(account, contact, due or done.date())
        self.org.add("Task", row)

    def event(
        self, account: Account | None, contact: Contact | None, owner: User, start: datetime, minutes: int, values: Row
    ) -> None:
        """Collect one event, made up to two weeks before it."""
        created = min(start, self.org.now) - timedelta(days=self.random.randint(0, 14), minutes=30)
        row = self._activity("Event", account, contact, owner, created, values, None)
        end = start + timedelta(minutes=minutes)
        row |= {
            "StartDateTime": start,
            "EndDateTime": end,
            "ActivityDateTime": start,
            "ActivityDate": start.date(),
            "DurationInMinutes": minutes,
            "IsArchived": end <= self.org.now - ARCHIVED_AFTER,
        }
        if end <= self.org.now:
            self._touch(account, contact, start.date())
        self.org.add("Event", row)

    def _activity(
        self,
        object_name: str,
        account: Account | None,
        contact: Contact | None,
        owner: User,
        created: datetime,
        values: Row,
        case: Case | None,
    ) -> Row:
        what = case.id if case else account.id if account else None
        return {
            "Id": self.org.new_id(object_name),
            "WhoId": contact.id if contact else None,
            "WhatId": what,
            "AccountId": account.id if account else contact.account_id if contact else None,
            "OwnerId": owner.id,
            "CreatedDate": created,
            "CreatedById": owner.id,
            **values,
        }

    def _task(self, account: Account, cases: list[Case]) -> None:
        random, org = self.random, self.org
        kind = random.choice(_SUBTYPES)
        created = org.office_hour(random, account.created)
        contact = _contact_at(random, account, created)
        case = random.choice(cases) if cases and random.random() < 0.3 else None
        owner = self._owner(account, created)
        values: Row = {
            "Subject": random.choice(words.TASKS[kind]),
            "TaskSubtype": kind,
            "Priority": random.choice(_PRIORITIES),
            "Description": random.choice(words.REMARKS) or None,
        }
        if kind == "Call":
            values["CallType"] = random.choice(("Inbound", "Outbound"))
            values["CallDurationInSeconds"] = random.randint(20, 1500)
        due: date | None = created.date()
        done: datetime | None = created
        if kind == "Task":
            due = created.date() + timedelta(days=random.randint(0, 30)) if random.random() < 0.9 else None
            done = created + timedelta(days=random.expovariate(1 / 9))
            if done > org.now or random.random() < 0.05:
                done = None
                values["Status"] = random.choice(_OPEN_STATUSES)
        # Some are related to a contact alone.
        related = None if contact and random.random() < 0.12 else account
        self.task(related, contact, owner, created, due, values, case=case if related else None, done=done)

    def _list_emails(self, accounts: list[Account], count: int) -> None:
        random, org = self.random, self.org
        while count > 0:
            sent = org.office_hour(random, org.before(2500))
            there = [account for account in accounts if account.created < sent] or accounts
            some = random.choices(there, k=min(count, random.randint(count // 4 + 1, count), _MOST_OF_ONE_LIST))
            subject = f"List Email: {random.choice(words.CAMPAIGNS)[0]}"
            for account in some:
                values: Row = {"Subject": subject, "TaskSubtype": "ListEmail"}
                contact = _contact_at(random, account, sent)
                self.task(account, contact, self.team.marketing, sent, sent.date(), values, done=sent)
            count -= len(some)

    def _event(self, account: Account) -> None:
        random, org = self.random, self.org
        until = org.now + timedelta(days=60)
        start = org.office_hour(random, account.created, until).replace(minute=random.choice((0, 30)), second=0)
        values: Row = {
            "Subject": random.choice(words.EVENTS),
            "Location": random.choice(("", "", "On site", "Office", "Online")) or None,
            "Description": random.choice(words.REMARKS) or None,
            "ShowAs": "Busy",
            "EventSubtype": "Event",
        }
        owner = self._owner(account, min(start, org.now))
        self.event(account, _contact_at(random, account, start), owner, start, random.choice(_MINUTES), values)

    def _owner(self, account: Account, at: datetime) -> User:
        random = self.random
        gone = account.owner.left is not None and at > self.org.before(account.owner.left)
        if not gone and random.random() < 0.7:
            return account.owner
        return self.team.working(random, "representative" if account.business else "service", at)

    def _touch(self, account: Account | None, contact: Contact | None, day: date) -> None:
        day = min(day, self.org.now.date())
        for row in (account.row if account else None, contact.row if contact else None):
            if row is not None:
                last = row.get("LastActivityDate")
                row["LastActivityDate"] = max(last, day) if isinstance(last, date) else day


def _contact_at(random: Random, account: Account, at: datetime) -> Contact | None:
    contact = random.choice(account.contacts) if account.contacts and random.random() < 0.75 else None
    return contact if contact and contact.created <= at else None
