"""Fills a simulated Salesforce org with what a utility has after years, and lets its days pass.

The people and businesses are those of a CC&B simulator's file, spelled as sales people spell them; `truth` tells who
each record really is. The same arguments write the same rows.
"""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from sync.simulators.salesforce import store
from sync.simulators.salesforce.generator import register, setup_trail, users
from sync.simulators.salesforce.generator.accounts import AccountWriter
from sync.simulators.salesforce.generator.activities import ActivityWriter
from sync.simulators.salesforce.generator.campaigns import CampaignWriter
from sync.simulators.salesforce.generator.cases import CaseWriter
from sync.simulators.salesforce.generator.contacts import ContactWriter, write_customers
from sync.simulators.salesforce.generator.days import advance
from sync.simulators.salesforce.generator.discarded import Discarded
from sync.simulators.salesforce.generator.org import Org
from sync.simulators.salesforce.generator.people import Invention
from sync.simulators.salesforce.generator.portfolio import Portfolio
from sync.simulators.salesforce.generator.prospects import ProspectWriter
from sync.simulators.salesforce.generator.story import Story
from sync.simulators.salesforce.generator.truth import Truth, truth

__all__ = ["Truth", "advance", "fill", "truth"]

# Of each record so many, by the accounts of the org.
_ACCOUNTS_OF_CCB = 0.75
_CONTACTS = 5 / 3
_CASES = 2
_TASKS = 5
_EVENTS_OF_TASKS = 0.2
_MEMBERS_OF_CONTACTS = 1.2
_CUSTOMERS = 0.1
_SETUP_CHANGES = 160


def fill(
    connection: sqlite3.Connection,
    ccb_path: Path | str,
    *,
    seed: int = 360,
    accounts: int | None = None,
    tasks: int | None = None,
    now: datetime,
) -> dict[str, int]:
    """Fill an org that holds no accounts yet and return the rows written by object.

    `accounts` are Salesforce's, three to four of CC&B's where not given; `tasks` five to an account, with an event to
    five tasks. All other records follow from the accounts. `now` is the moment at which the org stands as written.

    Raises ValueError if the org holds accounts already, or the file at `ccb_path` no CC&B data.
    """
    if connection.execute("SELECT 1 FROM Account LIMIT 1").fetchone():
        raise ValueError("The simulated org holds accounts already and keeps them: fill a new file instead.")
    known = register.read(ccb_path)
    count = round(len(known.accounts) * _ACCOUNTS_OF_CCB) if accounts is None else accounts
    tasks = count * _TASKS if tasks is None else tasks
    with store.transaction(connection):
        org = Org(connection, seed, now.astimezone(UTC).replace(microsecond=0))
        _Filling(org, known).run(count, tasks)
        org.flush()
        store.set_setting(connection, "seed", str(seed))
    return dict(org.counts)


class _Filling:
    """Puts the parts together, parents before children; each part has a source of chance of its own."""

    def __init__(self, org: Org, known: register.Register) -> None:
        self.org, self.known = org, known
        self.team = users.write(org, *_of_birth(org.connection))
        self.invention = Invention(org.chance("people"), known)
        self.accounts = AccountWriter(org, self.team, known, org.chance("accounts"))
        self.contacts = ContactWriter(org, self.team, known, self.invention, org.chance("contacts"))
        self.story = Story(org, self.team, known, self.accounts, org.chance("story"))

    def run(self, count: int, tasks: int) -> None:
        """Write the org."""
        org, team, story, made = self.org, self.team, self.story, self.accounts.made
        prospects = ProspectWriter(self.accounts, self.invention, org.chance("prospects"))
        story.accounts(prospects)
        Portfolio(self.accounts, prospects, org.chance("portfolio"), story.told).fill(count)
        # What hangs on the story's own account is told, not drawn.
        others = [each for each in made if each is not story.account]
        story.contacts(self.contacts)
        self.contacts.fill(others, round(count * _CONTACTS))
        write_customers(org, team, org.chance("customers"), others, round(count * _CUSTOMERS))

        cases = CaseWriter(org, team, org.chance("cases"))
        inquiry = story.cases(cases)
        cases.fill(others, count * _CASES)
        activities = ActivityWriter(org, team, org.chance("activities"))
        story.activities(activities, inquiry)
        activities.fill(others, cases.made, tasks, round(tasks * _EVENTS_OF_TASKS))
        Discarded(org, team, org.chance("discarded")).fill(self.accounts, prospects, cases)
        cases.finish()

        businesses = {each.id for each in made if each.business}
        receivers = [(each, each.account_id in businesses) for each in self.contacts.made]
        members = round(len(receivers) * _MEMBERS_OF_CONTACTS)
        CampaignWriter(org, team, org.chance("campaigns")).fill(receivers, members, story.members())
        self.contacts.finish()
        self.accounts.finish()
        setup_trail.write(org, team, org.chance("setup"), _SETUP_CHANGES)


def _of_birth(connection: sqlite3.Connection) -> tuple[dict[str, str], dict[str, str]]:
    """The users and profiles that the org was born with: ids by name."""
    people = dict(connection.execute('SELECT Name, Id FROM "User"').fetchall())
    return people, dict(connection.execute("SELECT Name, Id FROM Profile").fetchall())
