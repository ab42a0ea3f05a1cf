"""What was thrown away lately: merged duplicates, deleted prospects, cases and tasks, all still in the recycle bin."""

from datetime import datetime, timedelta
from random import Random

from sync.simulators.salesforce.generator.accounts import AccountWriter
from sync.simulators.salesforce.generator.cases import CaseWriter
from sync.simulators.salesforce.generator.model import Account
from sync.simulators.salesforce.generator.org import Org, Row
from sync.simulators.salesforce.generator.prospects import ProspectWriter
from sync.simulators.salesforce.generator.users import Team

# The recycle bin keeps records for so many days.
BIN_DAYS = 15
# One of so many accounts was merged, one was deleted, with a case and some tasks of others.
_ACCOUNTS_TO_ONE = 400
_TASKS_TO_ONE = 3


class Discarded:
    """Writes records that are deleted; nothing else refers to them, and they count for nothing."""

    def __init__(self, org: Org, team: Team, random: Random) -> None:
        self.org, self.team, self.random = org, team, random

    def fill(self, accounts: AccountWriter, prospects: ProspectWriter, cases: CaseWriter) -> None:
        """Write some of each, by the number of accounts."""
        kept = accounts.originals()
        if not kept:
            return
        for _ in range(1 + len(accounts.made) // _ACCOUNTS_TO_ONE):
            master, customer = self.random.choice(kept)
            loser = accounts.customer(customer, master.billed, duplicate_of=master.id)
            loser.row["MasterRecordId"] = master.id
            self._discard("Account", loser.row, loser.created)
            gone = prospects.next()
            self._discard("Account", gone.row, gone.created)
            self._case(cases, self.random.choice(kept)[0])
            for _ in range(_TASKS_TO_ONE):
                self._task(self.random.choice(kept)[0])

    def _discard(self, object_name: str, row: Row, created: datetime) -> None:
        since = max(created, self.org.now - timedelta(days=BIN_DAYS - 1))
        at = self.org.office_hour(self.random, since)
        row |= {
            "IsDeleted": True,
            "LastModifiedDate": at,
            "LastModifiedById": self.team.administrator.id,
            "SystemModstamp": at,
        }
        self.org.delete(object_name, str(row["Id"]), at)

    def _case(self, cases: CaseWriter, account: Account) -> None:
        opened = self.org.office_hour(self.random, account.created)
        row: Row = {"Subject": "Entered twice", "Reason": "Other", "Origin": "Phone", "Priority": "Low"}
        case = cases.add(account, None, self.team.administrator, opened, row)
        self._discard("Case", cases.row_of(case), opened)

    def _task(self, account: Account) -> None:
        made = self.org.office_hour(self.random, account.created)
        row: Row = {
            "Id": self.org.new_id("Task"),
            "Subject": "Call",
            "Status": "Not Started",
            "Priority": "Normal",
            "WhatId": account.id,
            "AccountId": account.id,
            "ActivityDate": made.date(),
            "OwnerId": account.owner.id,
            "CreatedDate": made,
            "CreatedById": account.owner.id,
        }
        self._discard("Task", row, made)
        self.org.add("Task", row)
