"""Business days that pass in a filled CC&B: bills, payments, corrections, changed customers and new ones."""

import sqlite3
from datetime import date, timedelta
from random import Random

from sync.simulators.ccb.generator import codes, cycles, notes, people, settings, variants, words
from sync.simulators.ccb.generator.accounts import Account
from sync.simulators.ccb.generator.keys import SHARED_DIGITS, Keys, seeded
from sync.simulators.ccb.generator.money import due_charges
from sync.simulators.ccb.generator.population import AccountMaker
from sync.simulators.ccb.generator.resume import day as day_of
from sync.simulators.ccb.generator.resume import ledger_of, stored

# A customer of one in so many accounts changes, or comes, on a day.
_ACCOUNTS_PER_CHANGE = 1000
# A number whose account waits to begin service (population's `_LIVES`).
_PENDING_START = 2
# No account is billed twice within a month, whatever day its cycle falls on.
_LEAST_DAYS_BETWEEN_BILLS = 20


def advance(connection: sqlite3.Connection, start: date, days: int) -> date:
    """Let `days` business days pass after `start` and return the last, the new business date. Commits day by day.

    What happens depends on the seed of the data and the date alone. Accounts are taken up one by one, which is slow
    without the indexes of `store.connect`. Raises ValueError for less than one day and for
    a database that `fill` has not filled.
    """
    seed = settings.read(connection, "seed")
    if seed is None:
        raise ValueError("The simulated CC&B holds no data yet: fill it first.")
    if days < 1:
        raise ValueError(f"At least one day must pass, not {days}.")
    today = start
    for _ in range(days):
        today = cycles.next_business_day(today)
        _Day(connection, int(seed), today).pass_by()
        settings.write(connection, "business_date", today.isoformat())
        connection.commit()
    return today


class _Day:
    """One business day."""

    def __init__(self, connection: sqlite3.Connection, seed: int, today: date) -> None:
        self.connection, self.seed, self.today = connection, seed, today
        self.is_c2m = variants.variant_of(connection) == variants.C2M
        self.keys = Keys(seed, connection, c2m=self.is_c2m)
        self.rows = variants.writer(connection)
        self.random = seeded(seed, "day", today)
        (accounts,) = connection.execute("SELECT COUNT(*) FROM CI_ACCT").fetchone()
        self.changes = max(1, accounts // _ACCOUNTS_PER_CHANGE)

    def pass_by(self) -> None:
        """From the morning's general ledger run to the night's bills; each step sees what the last one wrote."""
        self._distribute()
        self._begin_and_stop_service()
        self._receive_payments()
        self._correct_balances()
        self._change_customers()
        self._new_customers()
        self._make_bills()

    def _distribute(self) -> None:
        """Yesterday's transactions reach the general ledger: the rows change though no amount does."""
        self.connection.execute(
            "UPDATE CI_FT SET GL_DISTRIB_STATUS = 'D', XFER_TO_GL_DT = ?, VERSION = VERSION + 1"
            " WHERE GL_DISTRIB_STATUS = 'G'",
            (f"{self.today} 00:00:00",),
        )

    def _begin_and_stop_service(self) -> None:
        """Pending starts and stops whose day has come."""
        for before, after, column in (("10", "20", "START_DT"), ("30", "40", "END_DT")):
            self.connection.execute(
                f"UPDATE CI_SA SET SA_STATUS_FLG = ?, VERSION = VERSION + 1"  # noqa: S608 (column named above)
                f" WHERE SA_STATUS_FLG = ? AND {column} <= ?",
                (after, before, f"{self.today} 23:59:59"),
            )

    def _receive_payments(self) -> None:
        """Each bill has its own day on which it is paid, from 15 days before to 25 days after it is due, or none."""
        bills = stored(
            self.connection,
            "SELECT BILL_ID, ACCT_ID, DUE_DT FROM CI_BILL WHERE BILL_STAT_FLG = 'C' AND DUE_DT BETWEEN ? AND ?"
            " ORDER BY BILL_ID",
            f"{self.today - timedelta(days=30)} 00:00:00",
            f"{self.today + timedelta(days=16)} 00:00:00",
        )
        for bill in list(bills):
            chance = seeded(self.seed, bill["BILL_ID"])
            planned = (day_of(bill["DUE_DT"]) or self.today) + timedelta(days=int(chance.random() * 44) - 15)
            if not cycles.is_business_day(planned):
                planned = cycles.next_business_day(planned)
            if planned == self.today and chance.random() < 0.93:
                self._pay(str(bill["ACCT_ID"]), str(bill["BILL_ID"]), chance)

    def _pay(self, account_id: str, bill_id: str, chance: Random) -> None:
        """Pay what a bill asked for, in part now and then, if it is still owed."""
        query = "SELECT SUM(CUR_AMT) FROM CI_BILL_SA WHERE BILL_ID = ?"
        asked = round((self.connection.execute(query, (bill_id,)).fetchone()[0] or 0) * 100)
        ledger, _ = ledger_of(self.rows, self.keys, account_id, self.today)
        amount = min(asked, ledger.balance)
        if chance.random() < 0.06:
            amount = amount * 2 // 3
        if amount > 0:
            ledger.pay(self.today, amount, chance.choice(("ACH", "ACH", "CARD", "CASH", "APAY")))
            ledger.write()
            self.rows.flush()

    def _correct_balances(self) -> None:
        """A goodwill credit, and a late payment charge taken back."""
        for account_id in self._some_accounts(self.changes):
            ledger, _ = ledger_of(self.rows, self.keys, account_id, self.today)
            if ledger.agreements and ledger.balance > 2000:
                ledger.adjust(self.today, ledger.home, "GOODWILL", -self.random.randint(5, 20) * 100)
                ledger.write()
                self.rows.flush()
        charged = self.connection.execute(
            "SELECT A.ADJ_ID, S.ACCT_ID FROM CI_ADJ A JOIN CI_SA S ON S.SA_ID = A.SA_ID"
            " WHERE A.ADJ_TYPE_CD = 'LPC' AND A.ADJ_STATUS_FLG = '50' AND A.CRE_DT >= ? ORDER BY A.ADJ_ID LIMIT 1",
            (f"{self.today - timedelta(days=15)} 00:00:00",),
        ).fetchone()
        if charged:
            self._take_back(*charged)

    def _take_back(self, adjustment_id: str, account_id: str) -> None:
        ledger, _ = ledger_of(self.rows, self.keys, account_id, self.today)
        row = next(stored(self.connection, "SELECT * FROM CI_ADJ WHERE ADJ_ID = ?", adjustment_id))
        query = "SELECT * FROM CI_FT WHERE SA_ID = ? AND SIBLING_ID = ? AND FT_TYPE_FLG = 'AD'"
        transaction = next(stored(self.connection, query, str(row["SA_ID"]), adjustment_id))
        ledger.cancel_adjustment((row, transaction), self.today)
        ledger.changed.append(("CI_ADJ", {**row, "VERSION": int(str(row["VERSION"])) + 1}))
        ledger.write()
        self.rows.flush()

    def _change_customers(self) -> None:
        """Phones, e-mail addresses, names and representatives change; a person's own VERSION need not."""
        for account_id in self._some_accounts(3 * self.changes):
            query = "SELECT PER_ID FROM CI_ACCT_PER WHERE ACCT_ID = ? ORDER BY MAIN_CUST_SW DESC, PER_ID LIMIT 1"
            found = self.connection.execute(query, (account_id,)).fetchone()
            if found is None:
                continue
            change = self.random.choice((self._new_phone, self._new_email, self._new_name))
            change(found[0])
        for account_id in self._some_accounts(1):
            people.write_characteristic(
                self.rows,
                "CI_ACCT_CHAR",
                "ACCT_ID",
                account_id,
                codes.CHARACTERISTIC_REPRESENTATIVE,
                self.today,
                self.random.choice(codes.REPRESENTATIVES),
            )
        self.rows.flush()

    def _new_phone(self, person_id: str) -> None:
        if self.is_c2m:
            self._new_contact_detail(person_id, words.phone(self.random), email=False)
            return
        self.connection.execute(
            "UPDATE CI_PER_PHONE SET PHONE = ?, VERSION = VERSION + 1 WHERE PER_ID = ? AND SEQ_NUM = 1",
            (words.phone(self.random), person_id),
        )

    def _new_email(self, person_id: str) -> None:
        email = f"customer{self.random.randint(1000, 9999)}@mail.example"
        if self.is_c2m:
            self._new_contact_detail(person_id, email, email=True)
            return
        self.connection.execute(
            "UPDATE CI_PER SET EMAILID = ?, VERSION = VERSION + 1 WHERE PER_ID = ?", (email, person_id)
        )

    def _new_contact_detail(self, person_id: str, value: str, *, email: bool) -> None:
        """Another value of the person's primary e-mail address or phone, where there is one."""
        self.connection.execute(
            "UPDATE C1_PER_CONTDET SET CONTACT_VALUE = ?, VERSION = VERSION + 1"
            " WHERE PER_ID = ? AND CND_PRIMARY_FLG = 'C1YS' AND (COMM_RTE_TYPE_CD = ?) = ?",
            (value, person_id, variants.EMAIL, email),
        )

    def _new_name(self, person_id: str) -> None:
        """Humans take another last name; a business adds where it trades."""
        query = "SELECT ENTITY_NAME FROM CI_PER_NAME WHERE PER_ID = ? AND PRIM_NAME_SW = 'Y'"
        found = self.connection.execute(query, (person_id,)).fetchone()
        if found is None:
            return
        last, comma, first = found[0].partition(",")
        name = f"{self.random.choice(words.LAST_NAMES)},{first}" if comma else f"{last} of Maine"
        self.connection.execute(
            "UPDATE CI_PER_NAME SET ENTITY_NAME = ?, ENTITY_NAME_UPR = ?, VERSION = VERSION + 1"
            " WHERE PER_ID = ? AND PRIM_NAME_SW = 'Y'",
            (name, name.upper(), person_id),
        )

    def _new_customers(self) -> None:
        """People who asked for service, with a note of their call."""
        first_month = cycles.months_back(self.today, 26)[0]
        maker = AccountMaker(self.rows, self.keys, self.random, self.today, first_month)
        for _ in range(self.changes):
            account: Account = maker.make(self.keys.root("ACCT_ID"), _PENDING_START)
            notes.write_notes(self.rows, self.keys, self.random, account, self.today)
            self.rows.flush()

    def _make_bills(self) -> None:
        """Bill the accounts whose cycle has its day, the last cycles of a short month together."""
        due = [n for n in range(1, cycles.CYCLES + 1) if cycles.bill_date(n, self.today) == self.today]
        last_month = self.today.replace(day=1) - timedelta(days=1)
        latest = f"{self.today - timedelta(days=_LEAST_DAYS_BETWEEN_BILLS)} 00:00:00"
        for cycle in due:
            query = (
                "SELECT ACCT_ID FROM CI_ACCT A WHERE BILL_CYC_CD = ? AND NOT EXISTS (SELECT 1 FROM CI_BILL B"
                " WHERE B.ACCT_ID = A.ACCT_ID AND B.BILL_DT > ?) ORDER BY ACCT_ID"
            )
            for account_id, *_ in self.connection.execute(query, (f"{cycle:02d}", latest)).fetchall():
                ledger, budget = ledger_of(self.rows, self.keys, account_id, self.today)
                since = cycles.bill_date(cycle, last_month)
                chance = seeded(self.seed, account_id, self.today)
                charges = due_charges(ledger, self.today, since, chance, budget)
                if charges or ledger.unbilled:
                    ledger.bill(self.today, self.today + cycles.DUE_AFTER, charges)
                    ledger.write()
                    self.rows.flush()
                    self._drop_pending(account_id)

    def _drop_pending(self, account_id: str) -> None:
        """Take away a bill under work, its segments and their transactions, once the complete bill is there.

        Not before: a key that was free again would be given to another row.
        """
        prefix = account_id[:SHARED_DIGITS]
        query = "SELECT BILL_ID FROM CI_BILL WHERE ACCT_ID = ? AND BILL_STAT_FLG = 'P'"
        for (bill_id,) in self.connection.execute(query, (account_id,)).fetchall():
            query = "SELECT BSEG_ID FROM CI_BSEG WHERE BSEG_ID >= ? AND BSEG_ID < ? AND BILL_ID = ?"
            for segment in self.connection.execute(query, (prefix, f"{prefix}:", bill_id)).fetchall():
                self.connection.execute(
                    "DELETE FROM CI_FT WHERE FT_ID >= ? AND FT_ID < ? AND SIBLING_ID = ?",
                    (prefix, f"{prefix}:", *segment),
                )
                for table in ("CI_BSEG_CALC", "CI_BSEG_SQ", "CI_BSEG"):
                    self.connection.execute(f"DELETE FROM {table} WHERE BSEG_ID = ?", segment)  # noqa: S608
            self.connection.execute("DELETE FROM CI_BILL WHERE BILL_ID = ?", (bill_id,))

    def _some_accounts(self, count: int) -> list[str]:
        """Accounts outside the story, drawn by the day's chance."""
        query = "SELECT ACCT_ID FROM CI_ACCT WHERE ACCT_MGMT_GRP_CD <> 'KEYACCT' ORDER BY ACCT_ID"
        ids = [each[0] for each in self.connection.execute(query)]
        return self.random.sample(ids, min(count, len(ids)))
