"""Days that pass in a filled org: its users open and close cases, correct contacts, merge, delete and take back."""

import sqlite3
from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

from sync.simulators.ccb.generator.keys import seeded
from sync.simulators.salesforce import records, store
from sync.simulators.salesforce.generator import spelling, words

# So many accounts for each case that is opened, contact that is corrected, and so on in a day.
_ACCOUNTS_TO_ONE = 500
_ARCHIVED_AFTER = timedelta(days=365)


def advance(connection: sqlite3.Connection, days: int = 1) -> Counter[str]:
    """Let the org's users work for some days and return how often they did what.

    A clock that stands moves on by a day each time; one that runs is left alone, and all is stamped with its time. A
    write that the org's rules refuse is counted as "refused". The same org, seed and days give the same work.

    Raises ValueError for less than one day and for an org that `fill` has not filled.
    """
    seed = store.setting(connection, "seed")
    if seed is None:
        raise ValueError("The simulated org holds no data yet: fill it first.")
    if days < 1:
        raise ValueError(f"At least one day must pass, not {days}.")
    done: Counter[str] = Counter()
    for _ in range(days):
        with store.transaction(connection):
            if store.clock_stands(connection):
                store.shift_clock(connection, timedelta(days=1).total_seconds())
            number = store.take_numbers(connection, "simulator_day")
            _Day(connection, seeded(seed, "salesforce", "day", number), done).work()
    return done


class _Day:
    """One day's work."""

    def __init__(self, connection: sqlite3.Connection, random: Random, done: Counter[str]) -> None:
        self.connection, self.random, self.done = connection, random, done
        self.now = store.now(connection)
        self.users = self._rows("SELECT Id FROM \"User\" WHERE IsActive AND Title LIKE '%Representative%' ORDER BY Id")
        self.contacts = self._rows("SELECT Id, AccountId FROM Contact WHERE NOT IsDeleted ORDER BY Id")
        self.accounts = self._rows("SELECT Id, BillingStreet FROM Account WHERE NOT IsDeleted ORDER BY Id")
        self.open_cases = self._rows('SELECT Id FROM "Case" WHERE NOT IsDeleted AND NOT IsClosed ORDER BY Id')
        self.open_tasks = self._rows("SELECT Id FROM Task WHERE NOT IsDeleted AND NOT IsClosed ORDER BY Id")

    def work(self) -> None:
        """Everything that happens."""
        self._undelete()
        for _ in range(1 + len(self.accounts) // _ACCOUNTS_TO_ONE):
            self._open_case()
            self._open_case()
            self._close_case()
            self._call()
            self._complete_task()
            self._correct_contact()
            self._move_account()
        self._merge()
        self._delete()
        self._archive()

    def _rows(self, query: str) -> list[dict[str, Any]]:
        cursor = self.connection.execute(query)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def _draw(self, rows: list[dict[str, Any]]) -> dict[str, Any] | None:
        """One of the rows, which nothing else of this day gets; None once there are none left."""
        return rows.pop(self.random.randrange(len(rows))) if rows else None

    def _write(self, what: str, operation: records.Operation, object_name: str, row: dict[str, Any]) -> None:
        user = self.random.choice(self.users)["Id"]
        [result] = records.apply(self.connection, user, operation, object_name, [row])
        self.done[what if result.success else "refused"] += 1

    def _open_case(self) -> None:
        contact = self._draw(self.contacts)
        if contact is None:
            return
        reason, kind, subjects, text = self.random.choice(words.CASES)
        row = {
            "AccountId": contact["AccountId"],
            "ContactId": contact["Id"],
            "Subject": self.random.choice(subjects),
            "Reason": reason,
            "Type": kind,
            "Origin": self.random.choice(("Phone", "Email", "Web")),
            "Priority": self.random.choice(("High", "Medium", "Medium", "Low")),
            "Description": text,
        }
        self._write("case opened", "insert", "Case", row)

    def _close_case(self) -> None:
        if case := self._draw(self.open_cases):
            self._write("case closed", "update", "Case", {"Id": case["Id"], "Status": "Closed"})

    def _call(self) -> None:
        if contact := self._draw(self.contacts):
            row = {
                "Subject": self.random.choice(words.TASKS["Call"]),
                "TaskSubtype": "Call",
                "Status": "Completed",
                "WhoId": contact["Id"],
                "WhatId": contact["AccountId"],
                "ActivityDate": self.now.date().isoformat(),
                "Description": self.random.choice(words.REMARKS) or None,
            }
            self._write("call", "insert", "Task", row)

    def _complete_task(self) -> None:
        if task := self._draw(self.open_tasks):
            self._write("task completed", "update", "Task", {"Id": task["Id"], "Status": "Completed"})

    def _correct_contact(self) -> None:
        if contact := self._draw(self.contacts):
            number = f"(207) 555-{self.random.randint(100, 199):04d}"
            row = {
                "Id": contact["Id"],
                "Phone": spelling.phone(self.random, number)[0],
                "Title": self.random.choice(words.TITLES),
            }
            self._write("contact corrected", "update", "Contact", row)

    def _move_account(self) -> None:
        if account := self._draw(self.accounts):
            street = f"{account['BillingStreet'] or 'Harbor Plaza'}, Rear"
            self._write("address changed", "update", "Account", {"Id": account["Id"], "BillingStreet": street})

    def _merge(self) -> None:
        """A duplicate that somebody found."""
        pairs = self._rows(
            "SELECT t.salesforce_id AS loser, t.duplicate_of AS master FROM simulator_truth t"
            " JOIN Account a ON a.Id = t.salesforce_id AND NOT a.IsDeleted"
            " JOIN Account m ON m.Id = t.duplicate_of AND NOT m.IsDeleted ORDER BY t.salesforce_id"
        )
        if pair := self._draw(pairs):
            user = self.random.choice(self.users)["Id"]
            result = records.merge(self.connection, user, "Account", pair["master"], [pair["loser"]])
            self.done["merged" if result.success else "refused"] += 1

    def _delete(self) -> None:
        closed = self._rows("SELECT Id FROM Task WHERE NOT IsDeleted AND NOT IsArchived AND IsClosed ORDER BY Id")
        if task := self._draw(closed):
            self._write("deleted", "delete", "Task", {"Id": task["Id"]})

    def _undelete(self) -> None:
        """A task that was deleted by mistake on an earlier day."""
        binned = self._rows(
            "SELECT id AS Id FROM org_deletion WHERE object = 'Task' AND purged_at IS NULL AND with_parent IS NULL"
            " AND id IN (SELECT Id FROM Task WHERE IsDeleted) ORDER BY id"
        )
        if task := self._draw(binned):
            self._write("undeleted", "undelete", "Task", {"Id": task["Id"]})

    def _archive(self) -> None:
        """Salesforce's own job, which moves no stamp: what was closed a year ago, and the oldest if nothing was."""
        before = (self.now - _ARCHIVED_AFTER).date().isoformat()
        left = self.connection.execute(
            "SELECT Id, ActivityDate FROM Task WHERE NOT IsDeleted AND NOT IsArchived AND IsClosed"
            " AND ActivityDate IS NOT NULL ORDER BY ActivityDate, Id"
        ).fetchall()
        due = [task for task, day in left if day <= before] or [task for task, _ in left[:1]]
        self.connection.executemany("UPDATE Task SET IsArchived = 1 WHERE Id = ?", [(task,) for task in due])
        self.done["archived"] += len(due)
