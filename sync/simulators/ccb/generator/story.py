"""The story: Northgate Foods Group, its companies, and Harborview Cold Storage LLC with its account 4218665007.

Dates are those of 24 November 2026 and move with the business date. On that day Harborview owes 4,912.35: 1,284.60 of
the bill of 21 October, 13 days past due since a payment fell short, and the bill of 19 November, 3,627.75.
"""

from datetime import date, datetime, time, timedelta

from sync.simulators.ccb.generator import codes, cycles, notes, people, service, story_money, story_siblings
from sync.simulators.ccb.generator.accounts import Account, write_account, write_account_person
from sync.simulators.ccb.generator.keys import Keys, seeded
from sync.simulators.ccb.generator.ledger import Ledger
from sync.simulators.ccb.generator.postings import Agreement
from sync.simulators.ccb.generator.rows import RowWriter
from sync.simulators.ccb.generator.story_money import CYCLE, SERVICES, ToldService
from sync.simulators.ccb.generator.words import TOWNS

TOLD_ON = date(2026, 11, 24)
ACCOUNT_ID = "4218665007"
ACCOUNTS = 1 + len(story_siblings.SIBLINGS)
_BILLED_ON = {(2026, 6): date(2026, 6, 19)}
PORT_ELLERY, ELLERY_FALLS = TOWNS[0], TOWNS[1]


class Story:
    """Writes the story's customers, accounts and money."""

    def __init__(self, rows: RowWriter, keys: Keys, months: int, today: date) -> None:
        self._rows, self._keys, self._today = rows, keys, today
        self._months = cycles.months_back(TOLD_ON, months)
        self._shift = today - TOLD_ON
        # The story is the same under every seed.
        self._random = seeded("Northgate")

    def write(self) -> None:
        """Collect the group, its subsidiaries and all its accounts."""
        group = self._company("Northgate Foods Group", "2011", "Food processing, cold storage and distribution")
        subsidiaries: dict[str, people.Person] = {}
        for name, sic, activity in story_siblings.SUBSIDIARIES:
            subsidiaries[name] = self._company(name, sic, activity)
            self._belongs(group, subsidiaries[name])
        self._harborview(subsidiaries["Northgate Logistics"])
        for sibling in story_siblings.SIBLINGS:
            company = self._company(sibling.name, sibling.sic, sibling.activity)
            self._belongs(subsidiaries[sibling.subsidiary], company)
            sibling.write(self._rows, self._keys, self._random, company, self._bill_dates(), self._moved, self._today)

    def _moved(self, day: date) -> date:
        return day + self._shift

    def _bill_dates(self) -> list[date]:
        """When the group's accounts are billed, as told on 24 November 2026."""
        told = (_BILLED_ON.get((month.year, month.month)) or cycles.bill_date(CYCLE, month) for month in self._months)
        return [day for day in told if day <= TOLD_ON]

    def _company(self, name: str, sic: str, activity: str) -> people.Person:
        person = people.business(self._random, self._keys, name, sic, activity)
        people.write_person(self._rows, person, self._moved(date(2014, 3, 3)))
        return person

    def _belongs(self, parent: people.Person, child: people.Person) -> None:
        people.write_relation(self._rows, parent.person_id, child.person_id, "PARENT", self._moved(date(2014, 3, 3)))

    def _harborview(self, logistics: people.Person) -> None:
        rows, keys = self._rows, self._keys
        customer = people.Person(
            keys.root("PER_ID"),
            "Harborview Cold Storage LLC",
            business=True,
            email="ap@harborviewcold.example",
            phones=(("BUS", "(207) 555-0140"),),
            mailing=people.Address("PO Box 2210", PORT_ELLERY),
            sic="4222",
            activity="Refrigerated warehousing of seafood and dairy",
        )
        people.write_person(rows, customer, self._moved(date(2014, 3, 3)))
        self._belongs(logistics, customer)
        premises = self._premises()
        account = Account(
            ACCOUNT_ID,
            1,
            "COML",
            "served",
            CYCLE,
            PORT_ELLERY.division,
            customer,
            premises[0],
            self._moved(date(2014, 3, 3)),
            [],
        )
        write_account(
            rows,
            account,
            representative="Maria Okafor",
            manage_group="KEYACCT",
            alert_info="Critical load: ammonia refrigeration. Call the plant before any interruption.\n"
            "Planned outage at Pier Road, 26 Nov 08:00-12:00",
        )
        kind = codes.CHARACTERISTIC_CREDIT
        people.write_characteristic(rows, "CI_ACCT_CHAR", "ACCT_ID", ACCOUNT_ID, kind, account.setup, "Good")
        write_account_person(rows, ACCOUNT_ID, customer.person_id, "MAIN", main=True, address="PER")
        self._contacts(account)
        self._alerts()
        for each in SERVICES:
            account.agreements.append(self._agreement(account, each, premises[each.premise], customer))
        deposit = Agreement(keys.child("SA_ID", ACCOUNT_ID), "DEPOSIT", account.division, "", account.setup, None, "20")
        account.agreements.append(service.write_agreement(rows, keys, ACCOUNT_ID, deposit))
        ledger = Ledger(rows, keys, ACCOUNT_ID, CYCLE, account.agreements, general_ledger=True, today=self._today)
        story_money.post(ledger, self._bill_dates(), self._moved)
        ledger.write()
        self._notes(account)

    def _premises(self) -> list[service.Premise]:
        addresses = (
            ("5590214436", people.Address("1180 Pier Road", PORT_ELLERY, "Unit B"), "IND"),
            ("5590217781", people.Address("42 Harbor Loop", PORT_ELLERY, "Floor 2"), "COM"),
            ("5590331208", people.Address("9 Quarry Lane", ELLERY_FALLS, "Depot"), "COM"),
        )
        return [service.write_premise(self._rows, self._random, key, address, kind) for key, address, kind in addresses]

    def _contacts(self, account: Account) -> None:
        for name, role, phone, email in (
            ("Whitfield,Dana", "APMGR", "(207) 555-0142", "ap@harborviewcold.example"),
            ("Silva,Ramon", "PLANT24", "(207) 555-0187", ""),
        ):
            person = people.Person(
                self._keys.root("PER_ID"), name, business=False, email=email, phones=(("BUS", phone),)
            )
            people.write_person(self._rows, person, account.setup)
            write_account_person(self._rows, ACCOUNT_ID, person.person_id, role, main=False, address="PER")

    def _alerts(self) -> None:
        for kind, start, end in (
            ("CRITLOAD", date(2014, 3, 17), None),
            ("KEYACCT", date(2019, 1, 2), None),
            ("OUTAGE", date(2026, 11, 16), date(2026, 11, 26)),
        ):
            moved_end = self._moved(end) if end else None
            self._rows.add(
                "CI_ACCT_ALERT", acct_id=ACCOUNT_ID, alert_type_cd=kind, start_dt=self._moved(start), end_dt=moved_end
            )

    def _agreement(
        self, account: Account, told: ToldService, premise: service.Premise, customer: people.Person
    ) -> Agreement:
        """An agreement with its service point and meter, read before every bill of the last thirteen months."""
        rows, keys = self._rows, self._keys
        start, end = self._moved(told.start), self._moved(told.end) if told.end else None
        kind = codes.AGREEMENT_TYPES[told.type_code]
        sp_id = service.add_service_point(rows, keys, premise, kind.service, start, connected=end is None)
        agreement = Agreement(
            told.sa_id, told.type_code, account.division, premise.premise_id, start, end, "40" if end else "20"
        )
        service.write_agreement(
            rows,
            keys,
            ACCOUNT_ID,
            agreement,
            sp_id,
            sic=customer.sic,
            activity=customer.activity,
            expires=self._moved(told.expires) if told.expires else None,
        )
        if told.badge:
            meter = service.install_meter(rows, keys, sp_id, kind.service, told.badge, told.serial, start)
            reading = 20000.0
            for billed in self._bill_dates()[-13:]:
                day = billed - timedelta(days=told.read_before)
                if told.end and day > told.end:
                    service.read_meter(rows, keys, meter, datetime.combine(self._moved(told.end), time(9, 5)), reading)
                    break
                reading += told.quantity or 2300
                service.read_meter(rows, keys, meter, datetime.combine(self._moved(day), time(3, 15)), reading)
        return agreement

    def _notes(self, account: Account) -> None:
        told = (
            (("CRED", "REMINDER"), datetime(2026, 11, 12, 7, 30), "SYSUSER", "EMAL",
             "Past-due reminder delivered to ap@harborviewcold.example."),
            (("ACCT", "NOTE"), datetime(2026, 10, 21, 14, 5), "TBRANDT", "PHON",
             "Prefers calls before 11:00. New AP clerk from December."),
            (("BILL", "HIGHBILL"), datetime(2026, 8, 25, 9, 40), "JALVAREZ", "PHON",
             "August bill higher than last year: second blast freezer in use since June. Re-read not needed."),
            (("ACCT", "VISIT"), datetime(2026, 6, 4, 10, 0), "MOKAFOR", "VIST",
             "Walked the Pier Road plant with Ramon Silva. Interested in the demand response rebate."),
            (("SERV", "METER"), datetime(2026, 6, 30, 11, 20), "PNORTH", "PHON",
             "Quarry Lane depot closed. Final read taken, service stopped."),
        )  # fmt: skip
        for kind, moment, author, method, text in told:
            notes.write_note(self._rows, self._keys, account, kind, text, moment + self._shift, author, method=method)


def write(rows: RowWriter, keys: Keys, month_starts: list[date], today: date) -> None:
    """Collect the story's rows over as many months as are given."""
    Story(rows, keys, len(month_starts), today).write()
