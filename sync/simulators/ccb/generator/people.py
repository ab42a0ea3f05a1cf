"""Customers: CC&B's persons with names, phones and relations, and the companies that hold several accounts."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from sync.simulators.ccb.generator import codes, words
from sync.simulators.ccb.generator.keys import Keys
from sync.simulators.ccb.generator.rows import RowWriter, Value


@dataclass(frozen=True)
class Address:
    """An American address: street, unit, town."""

    street: str
    town: words.Town
    unit: str = ""

    def columns(self) -> dict[str, Value]:
        """The address columns that persons, premises and account overrides share."""
        return {
            "ADDRESS1": self.street,
            "ADDRESS2": self.unit,
            "CITY": self.town.name,
            "COUNTY": self.town.county,
            "POSTAL": self.town.postal,
            "STATE": "ME",
            "COUNTRY": "USA",
        }


@dataclass(frozen=True)
class Person:
    """A CC&B person, human ("Last,First") or business; `mailing` only where the person has an address of its own."""

    person_id: str
    name: str
    business: bool
    email: str = ""
    phones: tuple[tuple[str, str], ...] = ()
    mailing: Address | None = None
    sic: str = ""
    activity: str = ""
    former_name: str = ""
    language: str = "ENG"


def write_person(rows: RowWriter, person: Person, since: date) -> None:
    """Collect a person's rows: the person, its names, phones and characteristics."""
    address = person.mailing.columns() if person.mailing else {}
    rows.put(
        "CI_PER",
        {
            "PER_ID": person.person_id,
            "LANGUAGE_CD": person.language,
            "PER_OR_BUS_FLG": "B" if person.business else "P",
            "EMAILID": person.email,
            "RECV_MKTG_INFO_FLG": "C1YS",
            **address,
        },
    )
    # A former name may stand first: the primary one is marked, not numbered.
    names = [person.former_name, person.name] if person.former_name else [person.name]
    for number, name in enumerate(names, 1):
        rows.add(
            "CI_PER_NAME",
            per_id=person.person_id,
            seq_num=number,
            entity_name=name,
            entity_name_upr=name.upper(),
            name_type_flg="PRIM" if name is person.name else "ALT",
            prim_name_sw="Y" if name is person.name else "N",
        )
    for number, (kind, phone) in enumerate(person.phones, 1):
        rows.add("CI_PER_PHONE", per_id=person.person_id, seq_num=number, phone_type_cd=kind, phone=phone)
    if person.activity:
        write_characteristic(
            rows, "CI_PER_CHAR", "PER_ID", person.person_id, codes.CHARACTERISTIC_BUSINESS, since, person.activity
        )
    if person.sic:
        industry = codes.SIC_CODES[person.sic]
        write_characteristic(
            rows, "CI_PER_CHAR", "PER_ID", person.person_id, codes.CHARACTERISTIC_INDUSTRY, since, industry
        )


def write_characteristic(
    rows: RowWriter, table: str, key: str, key_value: str, kind: str, effective: date, value: str
) -> None:
    """Collect a free-text characteristic in force from a date."""
    rows.put(
        table,
        {
            key: key_value,
            "CHAR_TYPE_CD": kind,
            "EFFDT": effective,
            "ADHOC_CHAR_VAL": value,
            "SRCH_CHAR_VAL": value[:50].upper(),
        },
    )


def write_relation(rows: RowWriter, first: str, second: str, kind: str, start: date, end: date | None = None) -> None:
    """Collect a relation of two persons; of PARENT, the first is the parent."""
    rows.add(
        "CI_PER_PER",
        per_id1=first,
        per_id2=second,
        per_rel_type_cd=kind,
        start_dt=start,
        end_dt=end,
        finan_rel_sw="Y" if kind == "PARENT" else "N",
    )


def human(random: Random, keys: Keys, *, renamed: bool = False) -> Person:
    """A human customer; a renamed one keeps the former name beside the present one."""
    name = words.human_name(random)
    last, _, first = name.partition(",")
    handle = f"{first.split()[0]}.{last}{random.randint(1, 99)}".lower().replace("'", "")
    phones = [("HOME", words.phone(random))] if random.random() < 0.45 else []
    if random.random() < 0.85 or not phones:
        phones.append(("CELL", words.phone(random)))
    return Person(
        keys.root("PER_ID"),
        name,
        business=False,
        email=f"{handle}@mail.example" if random.random() < 0.7 else "",
        phones=tuple(phones),
        mailing=_box(random) if random.random() < 0.06 else None,
        former_name=f"{random.choice(words.LAST_NAMES)},{first}" if renamed else "",
        language="SPA" if random.random() < 0.06 else "ENG",
    )


def company(random: Random, keys: Keys, *, large: bool) -> Person:
    """A company of a trade that fits its size."""
    trade = random.choice(words.LARGE_TRADES if large else words.SMALL_TRADES)
    sic, activity, endings = words.TRADES[trade]
    name = f"{random.choice(words.COMPANY_NAMES)} {random.choice(endings)}"
    return business(random, keys, name, sic, activity)


def business(random: Random, keys: Keys, name: str, sic: str = "", activity: str = "") -> Person:
    """A business customer of a given name."""
    host = "".join(letter for letter in name.lower() if letter.isalnum())[:30]
    return Person(
        keys.root("PER_ID"),
        name,
        business=True,
        email=f"billing@{host}.example",
        phones=(("BUS", words.phone(random)),),
        mailing=_box(random) if random.random() < 0.4 else None,
        sic=sic,
        activity=activity,
    )


def _box(random: Random) -> Address:
    return Address(f"PO Box {random.randint(10, 4999)}", words.town(random))


class Companies:
    """Hands out the main customers of commercial accounts, several accounts to one company.

    Half of the accounts go to corporations: a parent person without accounts of its own, subsidiaries below it, and
    accounts below those. `write` is called for each person once, when it first appears.
    """

    def __init__(self, rows: RowWriter, random: Random, keys: Keys, today: date) -> None:
        self._rows, self._random, self._keys, self._today = rows, random, keys, today
        self._corporations = iter(words.CORPORATIONS)
        self._holders = self._endless()

    def next(self) -> Person:
        """The main customer of the next commercial account."""
        return next(self._holders)

    def _endless(self) -> Iterator[Person]:
        while True:
            holders = self._corporation() if self._random.random() < 0.35 else [self._company()]
            for holder in holders:
                for _ in range(self._random.choice((1, 2, 2, 3, 4))):
                    yield holder

    def _company(self) -> Person:
        person = company(self._random, self._keys, large=True)
        write_person(self._rows, person, self._long_ago())
        return person

    def _corporation(self) -> list[Person]:
        """A parent and its subsidiaries, related by CI_PER_PER; some have an older relation that has ended."""
        random, keys = self._random, self._keys
        known = next(self._corporations, None)
        if known is None:
            sic, activity, _ = words.TRADES[random.choice(words.LARGE_TRADES)]
            base = random.choice(words.COMPANY_NAMES)
            parts = random.sample(("North", "South", "Logistics", "Properties", "Operations", "Retail"), 3)
            known = (f"{base} Holdings Inc", sic, activity, tuple(f"{base} {part}" for part in parts))
        name, sic, activity, parts_of = known
        parent = replace(business(random, keys, name, sic, activity), mailing=_box(random))
        write_person(self._rows, parent, self._long_ago())
        subsidiaries = [business(random, keys, part, sic, activity) for part in parts_of]
        for subsidiary in subsidiaries:
            since = self._long_ago()
            write_person(self._rows, subsidiary, since)
            write_relation(self._rows, parent.person_id, subsidiary.person_id, "PARENT", since)
        return subsidiaries

    def _long_ago(self) -> date:
        return self._today - timedelta(days=self._random.randint(900, 9000))
