"""Accounts of all classes: who holds them, where they are served and by which agreements."""

from collections import deque
from datetime import date, datetime, time, timedelta
from random import Random

from sync.simulators.ccb.generator import codes, cycles, people, service, words
from sync.simulators.ccb.generator.accounts import Account, write_account, write_account_person
from sync.simulators.ccb.generator.keys import Keys
from sync.simulators.ccb.generator.postings import Agreement
from sync.simulators.ccb.generator.rows import RowWriter

# Every forty accounts: their classes in proportion, spread out.
_CLASSES = [
    *("RES", "RES", "COMS", "RES", "RES", "RES", "RES", "COML", "RES", "RES"),
    *("RES", "COMS", "RES", "RES", "IND", "RES", "RES", "RES", "COMS", "RES"),
    *("RES", "COML", "RES", "RES", "RES", "RES", "COMS", "RES", "RES", "MUN"),
    *("RES", "RES", "COMS", "RES", "RES", "RES", "COML", "IND", "COMS", "RES"),
]

# Where an account of every fifty stands in its life; all others are simply served.
_LIVES = {
    2: "pending start",
    7: "closed long ago",
    12: "written off",
    17: "new",
    22: "moved",
    27: "new",
    32: "closed",
    34: "pending stop",
    37: "new",
    41: "reactivated",
    47: "closed",
}

# Class -> agreement types with the share of accounts that have them; the first one always.
_SERVICES: dict[str, tuple[tuple[str, float], ...]] = {
    "RES": (("E-RES", 1), ("G-RES", 0.5), ("W-RES", 0.55), ("WW-RES", 0.4), ("OL-1", 0.04)),
    "COMS": (("E-SG", 1), ("G-COM", 0.5), ("W-COM", 0.65), ("WW-COM", 0.5), ("OL-2", 0.2)),
    "COML": (("E-LG-TOU", 1), ("G-COM", 0.75), ("W-COM", 0.85), ("WW-COM", 0.5), ("OL-2", 0.45)),
    "IND": (("E-IND", 1), ("G-COM", 0.9), ("W-COM", 0.9), ("OL-2", 0.5)),
    "MUN": (("E-SG", 1), ("W-COM", 0.9), ("WW-COM", 0.7), ("OL-2", 0.9)),
}
# Agreement type -> use a month in its unit, least and most.
_USE = {
    "E-RES": (380, 1150),
    "E-SG": (900, 6200),
    "E-LG-TOU": (14000, 72000),
    "E-IND": (95000, 880000),
    "G-RES": (18, 85),
    "G-COM": (140, 1900),
    "W-RES": (3, 9),
    "W-COM": (12, 110),
}
_PREMISE_KINDS = {"COMS": "COM", "COML": "COM", "IND": "IND", "MUN": "PUB"}


class AccountMaker:
    """Makes accounts one after the other; each has the premise it is served at, and older agreements elsewhere."""

    def __init__(self, rows: RowWriter, keys: Keys, random: Random, today: date, first_month: date) -> None:
        self._rows, self._keys, self._random = rows, keys, random
        self._today, self._first_month = today, first_month
        self._companies = people.Companies(rows, random, keys, today)
        self._premises: deque[service.Premise] = deque(maxlen=60)
        self._last_human: people.Person | None = None

    def make(self, account_id: str, number: int) -> Account:
        """The `number`-th account (from 0) under a given key, its rows collected."""
        random = self._random
        customer_class = _CLASSES[number % len(_CLASSES)]
        life = _LIVES.get(number % 50, "served")
        setup = self._setup(life)
        person = self._person(customer_class, setup, renamed=number % 25 == 4)
        premise = self._premise(customer_class, setup)
        account = Account(
            account_id,
            number,
            customer_class,
            life,
            cycle=random.randint(1, cycles.CYCLES),
            division=premise.division,
            person=person,
            premise=premise,
            setup=setup,
            agreements=[],
        )
        if customer_class == "RES" and number % 12 == 3:
            account.budget = random.randint(80, 210) * 100
        review = self._today + timedelta(days=random.randint(1, 60)) if random.random() < 0.9 else None
        write_account(self._rows, account, representative=self._representative(account), credit_review=review)
        write_account_person(self._rows, account_id, person.person_id, "MAIN", main=True, address=self._source(account))
        self._second_person(account)
        self._agreements(account)
        self._older_agreements(account)
        self._premises.append(premise)
        return account

    def _setup(self, life: str) -> date:
        random, today = self._random, self._today
        if life == "new":
            return today - timedelta(days=random.randint(45, 330))
        if life == "pending start":
            return today - timedelta(days=random.randint(1, 10))
        return self._first_month - timedelta(days=random.randint(60, 9500))

    def _person(self, customer_class: str, setup: date, *, renamed: bool) -> people.Person:
        """Small businesses and households have their own person, landlords and companies several accounts."""
        random = self._random
        if customer_class in ("COML", "IND", "MUN"):
            return self._companies.next()
        if customer_class == "RES" and not renamed and self._last_human and random.random() < 0.1:
            return self._last_human
        if customer_class == "COMS":
            person = people.company(random, self._keys, large=False)
        else:
            person = self._last_human = people.human(random, self._keys, renamed=renamed)
        people.write_person(self._rows, person, setup)
        return person

    def _second_person(self, account: Account) -> None:
        """Some accounts have a spouse, a co-tenant or a contact beside the main customer."""
        random, rows = self._random, self._rows
        share = 0.3 if account.customer_class in ("COML", "IND", "MUN") else 0.03
        if random.random() >= share:
            return
        second = people.human(random, self._keys)
        people.write_person(rows, second, account.setup)
        if account.person.business:
            kind = random.choice(("APMGR", "FACMGR", "PLANT24"))
        else:
            kind = random.choice(("SPOUSE", "TENANT", "THIRD"))
        if kind == "SPOUSE":
            people.write_relation(rows, account.person.person_id, second.person_id, "SPOUSE", account.setup)
        write_account_person(rows, account.account_id, second.person_id, kind, main=False, address="PER")

    def _premise(self, customer_class: str, setup: date) -> service.Premise:
        random, rows, keys = self._random, self._rows, self._keys
        kind = _PREMISE_KINDS.get(customer_class) or ("MFR" if random.random() < 0.3 else "SFR")
        unit = f"Apt {random.randint(1, 12)}{random.choice('ABC')}" if kind == "MFR" else ""
        premise = service.write_premise(
            rows,
            random,
            keys.root("PREM_ID"),
            people.Address(words.street_address(random), words.town(random), unit),
            kind,
            parent=self._premises[-1].premise_id if unit and self._premises and random.random() < 0.3 else "",
            life_support=customer_class == "RES" and random.random() < 0.01,
            coordinates=random.random() < 0.94,
        )
        installed = setup - timedelta(days=random.randint(30, 4000))
        for name, share in (("E", 1.0), ("G", 0.45), ("W", 0.55), ("WW", 0.1)):
            if random.random() < share:
                self._service_point(premise, name, installed)
        return premise

    def _service_point(self, premise: service.Premise, name: str, installed: date) -> str:
        random, rows, keys = self._random, self._rows, self._keys
        sp_id = service.add_service_point(rows, keys, premise, name, installed, connected=random.random() < 0.93)
        if name not in ("E", "G", "W"):
            return sp_id
        serial = f"{random.randint(10**8, 10**9 - 1)}"
        badge = f"{name}-{keys.root('MTR_ID')[3:]}"
        if random.random() < 0.12:
            swapped = self._first_month + timedelta(days=random.randint(0, 300))
            service.install_meter(
                rows, keys, sp_id, name, f"{badge}X", serial[::-1], installed, min(swapped, self._today)
            )
            installed = min(swapped, self._today)
        meter = service.install_meter(rows, keys, sp_id, name, badge, serial, installed)
        reading = random.randint(1000, 60000)
        for days_ago in (random.randint(31, 60), random.randint(1, 30)):
            moment = datetime.combine(self._today - timedelta(days=days_ago), time(3, 15))
            reading += random.randint(3, 900)
            if moment.date() > installed:
                service.read_meter(rows, keys, meter, moment, reading)
        return sp_id

    def _agreements(self, account: Account) -> None:
        random = self._random
        leaving = self._today - timedelta(days=random.randint(120, 300))
        for position, (code, share) in enumerate(_SERVICES[account.customer_class]):
            if random.random() < share:
                start, end, status = self._term(account, leaving, first=position == 0)
                account.agreements.append(self._agreement(account, code, account.premise, start, end, status))
        if account.life == "written off":
            account.agreements.append(self._agreement(account, "WRITEOFF", None, self._today, None, "20"))
        if account.life == "moved":
            self._new_home(account)
        if account.customer_class in ("RES", "COMS") and random.random() < 0.22:
            account.agreements.append(
                self._agreement(account, "DEPOSIT", None, account.setup, None, "20" if account.life == "new" else "40")
            )

    def _new_home(self, account: Account) -> None:
        """The customer moved: the same services again at another premise from the day the old ones ended."""
        former = account.agreements[:]
        account.premise = self._premise(account.customer_class, account.setup)
        for each in former:
            start = each.end or account.setup
            account.agreements.append(self._agreement(account, each.type_code, account.premise, start, None, "20"))

    def _term(self, account: Account, leaving: date, *, first: bool) -> tuple[date, date | None, str]:
        """Start, end and status of a present agreement according to where its account stands."""
        random, today = self._random, self._today
        start = account.setup + timedelta(days=0 if first else random.randint(0, 20))
        if account.life == "pending start":
            return today + timedelta(days=random.randint(3, 15)), None, "10"
        if account.life == "closed long ago":
            return start, self._first_month - timedelta(days=random.randint(10, 50)), "60"
        if account.life in ("closed", "written off", "moved"):
            return start, leaving, "60"
        if account.life == "pending stop":
            return start, today + timedelta(days=random.randint(2, 12)), "30"
        if account.life == "reactivated" and first:
            return start, today - timedelta(days=4), "50"
        return start, None, "20"

    def _agreement(
        self, account: Account, code: str, premise: service.Premise | None, start: date, end: date | None, status: str
    ) -> Agreement:
        kind = codes.AGREEMENT_TYPES[code]
        sp_id = ""
        if premise:
            sp_id = premise.service_points.get(kind.service) or self._service_point(premise, kind.service, start)
        low, high = _USE.get(code, (0, 0))
        agreement = Agreement(
            self._keys.child("SA_ID", account.account_id),
            code,
            account.division,
            premise.premise_id if premise else "",
            start,
            end,
            status,
            base_use=self._random.uniform(low, high),
        )
        # Households carry no industry; a code or a description is missing on some commercial agreements too.
        contract = code in ("E-LG-TOU", "E-IND") and status == "20" and self._random.random() < 0.6
        told = account.person.sic if account.customer_class != "RES" and self._random.random() < 0.9 else ""
        return service.write_agreement(
            self._rows,
            self._keys,
            account.account_id,
            agreement,
            sp_id,
            sic=told,
            activity=account.person.activity if told else "",
            amount_to_bill=account.budget if code == "E-RES" and status == "20" else 0,
            expires=self._today + timedelta(days=self._random.randint(20, 1000)) if contract else None,
        )

    def _older_agreements(self, account: Account) -> None:
        """Agreements that ended before the money begins: earlier homes, earlier rates, and requests never followed."""
        random = self._random
        for _ in range(random.choice((0, 1, 2, 3, 3, 4, 5, 6, 7))):
            ended = self._first_month - timedelta(days=random.randint(70, 4000))
            began = ended - timedelta(days=random.randint(90, 2000))
            elsewhere = bool(self._premises) and random.random() < 0.4
            premise = random.choice(self._premises) if elsewhere else account.premise
            possible = [
                code
                for code, _ in _SERVICES[account.customer_class]
                if codes.AGREEMENT_TYPES[code].service in premise.service_points
            ]
            status = random.choices(("60", "70", "05"), weights=(95, 4, 1))[0]
            self._agreement(account, random.choice(possible), premise, began, ended if status == "60" else None, status)

    def _representative(self, account: Account) -> str:
        if account.customer_class in ("COML", "IND", "MUN") and self._random.random() < 0.93:
            return self._random.choice(codes.REPRESENTATIVES)
        return ""

    def _source(self, account: Account) -> str:
        """Where bills go (BILL_ADDR_SRCE_FLG): the person's own address, an override for the account, the premise."""
        if account.person.mailing:
            return "PER"
        if self._random.random() >= 0.05:
            return "PREM"
        self._rows.put(
            "CI_PER_ADDR_OVRD",
            {
                "ACCT_ID": account.account_id,
                "PER_ID": account.person.person_id,
                **people.Address(words.street_address(self._random), words.town(self._random)).columns(),
            },
        )
        return "ACOV"
