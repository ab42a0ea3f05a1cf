"""Dirty rows as every real CC&B has them: orphans, blanks where a name should be, relations that run in a circle.

A very small share, never on the story's accounts. `planted` tells what was planted where, so that a test can demand
that each one was taken, rejected or reported as it should be.
"""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from sync.simulators.ccb.generator import settings
from sync.simulators.ccb.generator.keys import Keys
from sync.simulators.ccb.generator.people import write_relation
from sync.simulators.ccb.generator.postings import Row, at
from sync.simulators.ccb.generator.rows import RowWriter

# Fewer accounts than this stay clean.
FEWEST_ACCOUNTS = 40
# One of each kind for so many accounts.
_ACCOUNTS_PER_ROUND = 2000
UNKNOWN_STATUS = "45"
UNKNOWN_CLASS = "OLDRES"
LARGEST_AMOUNT = 9_999_999_999_999.99
FIRST_DAY = date(1, 1, 1)
LAST_DAY = date(9999, 12, 31)


@dataclass(frozen=True)
class Dirt:
    """One planted row: its table, its key by column (as planted, not padded), and what is wrong with it.

    Kinds: the names of `KINDS`.
    """

    table: str
    key: dict[str, str]
    kind: str


class _Planter:
    """Spoils accounts, each in one way."""

    def __init__(self, rows: RowWriter, keys: Keys, today: date) -> None:
        self.rows, self.keys, self.today = rows, keys, today
        self.connection = rows.connection

    def account(self, account_id: str, **columns: str | date) -> Dirt:
        """The account's own row, with columns overwritten."""
        return self._update("CI_ACCT", {"ACCT_ID": account_id}, **columns)

    def person_of(self, account_id: str) -> str:
        """The main customer of an account."""
        query = "SELECT PER_ID FROM CI_ACCT_PER WHERE ACCT_ID = ? AND MAIN_CUST_SW = 'Y'"
        return str(self.connection.execute(query, (account_id,)).fetchone()[0])

    def agreement_of(self, account_id: str) -> str:
        """The first agreement of an account."""
        query = "SELECT MIN(SA_ID) FROM CI_SA WHERE ACCT_ID = ?"
        return str(self.connection.execute(query, (account_id,)).fetchone()[0])

    def transaction(self, account_id: str, sa_id: str, amount: float, *, frozen: bool = True) -> Dirt:
        """A financial transaction that no bill, payment or adjustment stands behind."""
        ft_id = self.keys.child("FT_ID", account_id)
        day = self.today - timedelta(days=40)
        row: Row = {
            "FT_ID": ft_id,
            "SIBLING_ID": self.keys.child("BSEG_ID", account_id),
            "SA_ID": sa_id,
            "PARENT_ID": self.keys.child("BILL_ID", account_id),
            "GL_DIVISION": "COAST",
            "CIS_DIVISION": "COAST",
            "FT_TYPE_FLG": "BS",
            "CUR_AMT": amount,
            "TOT_AMT": amount,
            "CRE_DTTM": at(day, "22:15:00"),
            "FREEZE_SW": "Y" if frozen else "N",
            "FREEZE_DTTM": at(day, "22:15:00") if frozen else None,
            "ARS_DT": day + timedelta(days=21) if frozen else None,
            "ACCOUNTING_DT": day if frozen else None,
            "GL_DISTRIB_STATUS": "D" if frozen else "N",
        }
        self.rows.put("CI_FT", row)
        return Dirt("CI_FT", {"FT_ID": ft_id}, "")

    def note(self, account_id: str, text: str, *, about_nobody: bool = False) -> Dirt:
        """A customer contact."""
        contact_id = self.keys.child("CC_ID", account_id)
        self.rows.add(
            "CI_CC",
            cc_id=contact_id,
            user_id="PNORTH",
            per_id=None if about_nobody else self.person_of(account_id),
            cc_dttm=datetime.combine(self.today - timedelta(days=12), time(11, 0)),
            cc_cl_cd="ACCT",
            cc_type_cd="NOTE",
            descrlong=text,
            cc_status_flg="20",
            contact_meth_flg="PHON",
            acct_id=None if about_nobody else account_id,
            cc_entity_flg="PER",
        )
        return Dirt("CI_CC", {"CC_ID": contact_id}, "")

    def agreement_of_missing_account(self, account_id: str) -> Dirt:
        """An agreement beside the account's own whose account was never there."""
        sa_id = self.keys.child("SA_ID", account_id)
        self.rows.add(
            "CI_SA",
            sa_id=sa_id,
            cis_division="COAST",
            sa_type_cd="E-RES",
            start_dt=self.today - timedelta(days=700),
            sa_status_flg="20",
            acct_id=self.keys.child("ACCT_ID", account_id),
        )
        return Dirt("CI_SA", {"SA_ID": sa_id}, "")

    def no_person(self, account_id: str) -> Dirt:
        """The account loses every person."""
        self.connection.execute("DELETE FROM CI_ACCT_PER WHERE ACCT_ID = ?", (account_id,))
        return Dirt("CI_ACCT", {"ACCT_ID": account_id}, "")

    def second_main(self, account_id: str, person_id: str) -> Dirt:
        """One more main customer; the person may not exist."""
        self.rows.add(
            "CI_ACCT_PER",
            acct_id=account_id,
            per_id=person_id,
            acct_rel_type_cd="MAIN",
            bill_addr_srce_flg="PER",
            main_cust_sw="Y",
            fin_resp_sw="Y",
        )
        return Dirt("CI_ACCT_PER", {"ACCT_ID": account_id, "PER_ID": person_id}, "")

    def missing_person(self, account_id: str) -> Dirt:
        """The main customer of the account is a person that does not exist."""
        person_id = self.keys.root("PER_ID")
        self.connection.execute("DELETE FROM CI_ACCT_PER WHERE ACCT_ID = ?", (account_id,))
        return self.second_main(account_id, person_id)

    def blank_name(self, account_id: str) -> Dirt:
        """The main customer's primary name is blank."""
        person_id = self.person_of(account_id)
        query = "SELECT SEQ_NUM FROM CI_PER_NAME WHERE PER_ID = ? AND PRIM_NAME_SW = 'Y'"
        (number,) = self.connection.execute(query, (person_id,)).fetchone()
        key = {"PER_ID": person_id, "SEQ_NUM": str(number)}
        return self._update("CI_PER_NAME", key, ENTITY_NAME=" ", ENTITY_NAME_UPR=" ")

    def status(self, account_id: str) -> Dirt:
        """An agreement in a status that no lookup explains."""
        return self._update("CI_SA", {"SA_ID": self.agreement_of(account_id)}, SA_STATUS_FLG=UNKNOWN_STATUS)

    def end_of_time(self, account_id: str) -> Dirt:
        """An agreement that ends on the last day there is."""
        return self._update("CI_SA", {"SA_ID": self.agreement_of(account_id)}, END_DT=LAST_DAY)

    def relation(self, first: str, second: str, kind: str, end: date | None = None) -> Dirt:
        """A relation of two persons."""
        start = self.today - timedelta(days=1500)
        write_relation(self.rows, first, second, kind, start, end)
        return Dirt("CI_PER_PER", {"PER_ID1": first, "PER_ID2": second, "PER_REL_TYPE_CD": kind}, "")

    def both_ways(self, account_id: str) -> Dirt:
        """Spouses entered from both sides."""
        person, other = self.person_of(account_id), self.new_person("Spouse,Robin")
        self.relation(person, other, "SPOUSE")
        return self.relation(other, person, "SPOUSE")

    def ended(self, account_id: str) -> Dirt:
        """A parent that is none any more."""
        former = self.new_person("Former Parent Company Inc", business=True)
        return self.relation(former, self.person_of(account_id), "PARENT", self.today - timedelta(days=200))

    def circle(self, account_id: str) -> Dirt:
        """Three persons, each the parent of the next."""
        first, second = self.person_of(account_id), self.new_person("Circle Holdings Inc", business=True)
        third = self.new_person("Circle Operations LLC", business=True)
        self.relation(first, second, "PARENT")
        self.relation(second, third, "PARENT")
        return self.relation(third, first, "PARENT")

    def two_parents(self, account_id: str) -> Dirt:
        """Two parents at once: nobody can say which one counts."""
        child = self.person_of(account_id)
        self.relation(self.new_person("East Holdings Inc", business=True), child, "PARENT")
        return self.relation(self.new_person("West Holdings Inc", business=True), child, "PARENT")

    def new_person(self, name: str, *, business: bool = False) -> str:
        """A person with a name and nothing else; returns its key."""
        person_id = self.keys.root("PER_ID")
        self.rows.add("CI_PER", per_id=person_id, language_cd="ENG", per_or_bus_flg="B" if business else "P")
        self.rows.add("CI_PER_NAME", per_id=person_id, seq_num=1, entity_name=name, entity_name_upr=name.upper(),
                      name_type_flg="PRIM", prim_name_sw="Y")  # fmt: skip
        return person_id

    def _update(self, table: str, key: dict[str, str], **columns: str | date) -> Dirt:
        """Spoil a row that was written already."""
        where = " AND ".join(f"{name} = ?" for name in key)
        query = f"SELECT * FROM {table} WHERE {where}"  # noqa: S608 (names from this module)
        cursor = self.connection.execute(query, tuple(key.values()))
        row = dict(zip((each[0] for each in cursor.description), cursor.fetchone(), strict=True))
        self.rows.replace(table, {**row, **columns})
        return Dirt(table, key, "")


# What is planted, kind by kind.
KINDS: dict[str, Callable[[_Planter, str], Dirt]] = {
    "transaction of a missing agreement": lambda p, a: p.transaction(a, p.keys.child("SA_ID", a), 64.2),
    "agreement of a missing account": lambda p, a: p.agreement_of_missing_account(a),
    "account without a person": lambda p, a: p.no_person(a),
    "main customer that does not exist": lambda p, a: p.missing_person(a),
    "two main customers": lambda p, a: p.second_main(a, p.new_person("Second,Main")),
    "NUL in a text": lambda p, a: p.note(a, "Typed on the old terminal\x00 and cut off."),
    "control characters in a text": lambda p, a: p.note(a, "Bell \x07, escape \x1b and unit separator \x1f."),
    "note about nobody": lambda p, a: p.note(a, "Wrong number.", about_nobody=True),
    "unknown agreement status": lambda p, a: p.status(a),
    "class without a description": lambda p, a: p.account(a, CUST_CL_CD=UNKNOWN_CLASS),
    "blank name": lambda p, a: p.blank_name(a),
    "negative bill segment": lambda p, a: p.transaction(a, p.agreement_of(a), -25.0),
    # Not frozen, so that it stands in no balance.
    "huge amount": lambda p, a: p.transaction(a, p.agreement_of(a), LARGEST_AMOUNT, frozen=False),
    "date in year 1": lambda p, a: p.account(a, SETUP_DT=FIRST_DAY),
    "date in year 9999": lambda p, a: p.end_of_time(a),
    "related both ways": lambda p, a: p.both_ways(a),
    "ended relation": lambda p, a: p.ended(a),
    "circle of parents": lambda p, a: p.circle(a),
    "two parents": lambda p, a: p.two_parents(a),
}


def plant(rows: RowWriter, keys: Keys, account_ids: list[str], accounts: int, today: date) -> list[Dirt]:
    """Plant every kind once, more often where there are many accounts, each on an account of its own.

    Needs the accounts' rows written. Returns what was planted, which is remembered for `planted` as well.
    """
    found: list[Dirt] = []
    if accounts >= FEWEST_ACCOUNTS:
        planter = _Planter(rows, keys, today)
        victims = _victims(rows.connection, account_ids, len(KINDS) * max(1, accounts // _ACCOUNTS_PER_ROUND))
        for number, account_id in enumerate(victims):
            kind = list(KINDS)[number % len(KINDS)]
            spoiled = KINDS[kind](planter, account_id)
            found.append(Dirt(spoiled.table, spoiled.key, kind))
    rows.flush()
    settings.write(rows.connection, "dirt", json.dumps([asdict(each) for each in found]))
    return found


def _victims(connection: sqlite3.Connection, account_ids: list[str], count: int) -> list[str]:
    """So many accounts at even distances, whose main customer holds no other account as far as there are such."""
    query = (
        "SELECT MIN(ACCT_ID) FROM CI_ACCT_PER WHERE PER_ID IN (SELECT PER_ID FROM CI_ACCT_PER WHERE MAIN_CUST_SW = 'Y')"
        " GROUP BY PER_ID HAVING COUNT(*) = 1"
    )
    sole = {row[0] for row in connection.execute(query)}
    preferred = [each for each in account_ids if each in sole]
    chosen = preferred if len(preferred) >= count else account_ids
    step = len(chosen) / count
    return [chosen[int(number * step)] for number in range(count)]


def planted(connection: sqlite3.Connection) -> list[Dirt]:
    """What `plant` left in this database; nothing if it never ran."""
    stored = settings.read(connection, "dirt")
    return [Dirt(**each) for each in json.loads(stored)] if stored else []
