"""How sales people spell what CC&B knows: names, addresses, telephone and account numbers, each with what was changed.

Every function takes the source of chance first and returns what Salesforce holds together with the names of the
distortions, none of which means that it was copied faithfully.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from sync.simulators.salesforce.generator import words
from sync.simulators.salesforce.generator.register import Address

How = set[str]


@dataclass(frozen=True)
class HumanName:
    """A human's name in parts."""

    first: str
    last: str
    middle: str = ""

    @classmethod
    def parse(cls, name: str) -> "HumanName":
        """From CC&B's "Last,First M"; without a comma all of it is the last name."""
        last, _, rest = name.partition(",")
        first, _, middle = rest.strip().partition(" ")
        return cls(first, last.strip(), middle)


def typo(random: Random, text: str) -> str:
    """One slip of the keys inside a word: a letter left out, doubled, or two of them swapped."""
    places = [at for at in range(1, len(text) - 1) if text[at].isalpha() and text[at + 1].isalpha()]
    if not places:
        return text
    at = random.choice(places)
    kind = random.randrange(3)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def business(random: Random, name: str) -> tuple[str, How]:
    """A company's name."""
    how: How = set()
    parts = name.split()
    ending = parts[-1]
    if ending in words.LEGAL_FORMS and random.random() < 0.6:
        form = random.choice(words.LEGAL_FORMS[ending])
        parts = parts[:-1] if not form.startswith(",") else [*parts[:-2], f"{parts[-2]},"]
        parts += [form.lstrip(", ")] if form else []
        how.add("legal form")
    if random.random() < 0.22:
        known = [at for at, word in enumerate(parts) if word in words.SHORTENED]
        if known:
            at = random.choice(known)
            parts[at] = random.choice(words.SHORTENED[parts[at]])
            how.add("abbreviation")
    text = " ".join(parts)
    if random.random() < 0.05 and not text.startswith("The "):
        text = f"The {text}"
        how.add("article")
    if random.random() < 0.06:
        text = typo(random, text)
        how.add("typo")
    return _case(random, text, how), how


def _case(random: Random, text: str, how: How) -> str:
    chance = random.random()
    if chance < 0.12:
        how.add("case")
        return text.upper()
    if chance < 0.15:
        how.add("case")
        return text.lower()
    if chance < 0.18:
        how.add("spaces")
        return text.replace(" ", "  ", 1) + " "
    return text


def acronym(name: str) -> str:
    """A company's initials: Blue Mesa Semiconductor is BMS."""
    return "".join(word[0] for word in name.split() if word[0].isalpha() and word not in words.LEGAL_FORMS).upper()


def human(random: Random, name: HumanName) -> tuple[HumanName, How]:
    """A human's name in the parts of a contact."""
    how: How = set()
    first, last, middle = name.first, name.last, name.middle
    if middle and random.random() < 0.6:
        middle = ""
        how.add("no middle initial")
    if first in words.NICKNAMES and random.random() < 0.3:
        first = random.choice(words.NICKNAMES[first])
        how.add("nickname")
    elif random.random() < 0.03:
        first = f"{first[0]}."
        how.add("initial only")
    if random.random() < 0.04:
        last = typo(random, last)
        how.add("typo")
    elif "'" in last and random.random() < 0.5:
        last = last.replace("'", "")
        how.add("punctuation")
    chance = random.random()
    if chance < 0.05:
        first, last = first.upper(), last.upper()
        how.add("case")
    elif chance < 0.07:
        first, last = first.lower(), last.lower()
        how.add("case")
    elif chance < 0.09 and not first.endswith("."):
        first, last = last, first
        how.add("first and last name swapped")
    return HumanName(first, last, middle), how


def household(random: Random, name: HumanName, partner: HumanName | None) -> tuple[str, How]:
    """The name of the account of a human customer."""
    spelled, how = human(random, name)
    middle = f" {spelled.middle}" if spelled.middle else ""
    chance = random.random()
    if partner and chance < 0.5:
        how.add("two people in one name")
        if partner.last == name.last:
            return f"{spelled.first} & {partner.first} {spelled.last}", how
        return f"{spelled.first} {spelled.last} and {partner.first} {partner.last}", how
    if chance < 0.14:
        how.add("last name first")
        return f"{spelled.last}, {spelled.first}{middle}", how
    if chance < 0.20:
        # As CC&B writes it: copied from its screen.
        return f"{spelled.last},{spelled.first}{middle}", how
    if chance < 0.30:
        how.add("household")
        return f"{spelled.last} {random.choice(words.RELATIONS)}", how
    return f"{spelled.first}{middle} {spelled.last}", how


@dataclass(frozen=True)
class PostalAddress:
    """The parts of a Salesforce address; a street may have two lines."""

    street: str = ""
    city: str = ""
    state: str = ""
    postal: str = ""
    country: str = ""

    def fields(self, prefix: str) -> dict[str, object]:
        """The columns of a compound address: Billing…, Shipping…, Mailing…; blanks are NULL."""
        return {
            f"{prefix}Street": self.street or None,
            f"{prefix}City": self.city or None,
            f"{prefix}State": self.state or None,
            f"{prefix}PostalCode": self.postal or None,
            f"{prefix}Country": self.country or None,
        }


def address(random: Random, given: Address | None) -> tuple[PostalAddress, How]:
    """An address; none at all for about one in twelve."""
    if given is None or random.random() < 0.08:
        return PostalAddress(), {"no address"}
    how: How = set()
    street = _street(random, given.street, how)
    if given.unit:
        street = _with_unit(random, street, given.unit, how)
    city = given.city
    if city in words.CITIES and random.random() < 0.1:
        city = random.choice(words.CITIES[city])
        how.add("city spelling")
    postal = given.postal
    chance = random.random()
    if chance < 0.1:
        postal = ""
        how.add("no ZIP")
    elif chance < 0.18:
        postal = f"{postal}-{random.randint(1000, 9999)}"
        how.add("ZIP+4")
    elif chance < 0.2:
        postal = postal[:3] + postal[4] + postal[3]
        how.add("wrong ZIP")
    if random.random() < 0.07:
        street, city = street.upper(), city.upper()
        how.add("case")
    state, country = random.choice(words.STATES), random.choice(words.COUNTRIES)
    return PostalAddress(street, city, state, postal, country), how


def _street(random: Random, street: str, how: How) -> str:
    if street.startswith("PO Box"):
        written = random.choice(("PO Box", "P.O. Box", "P O Box", "POB", "Box"))
        if written != "PO Box":
            how.add("abbreviated street")
        return street.replace("PO Box", written)
    number, _, name = street.partition(" ")
    body, _, kind = name.rpartition(" ")
    if kind in words.STREET_KINDS and random.random() < 0.55:
        kind = random.choice(words.STREET_KINDS[kind])
        how.add("abbreviated street")
    chance = random.random()
    if chance < 0.03:
        body = typo(random, body)
        how.add("street typo")
    elif chance < 0.05 and len(number) > 1 and number[0] != number[1] != "0":
        number = number[1] + number[0] + number[2:]
        how.add("wrong house number")
    return f"{number} {body} {kind}"


def _with_unit(random: Random, street: str, unit: str, how: How) -> str:
    kind, _, number = unit.partition(" ")
    chance = random.random()
    if chance < 0.15:
        how.add("no unit")
        return street
    if chance < 0.5 and kind in ("Apt", "Unit") and number:
        how.add("unit spelling")
        unit = random.choice((f"#{number}", f"Apartment {number}", f"Unit {number}", f"Ste {number}"))
    if chance > 0.8:
        return f"{street}\n{unit}"
    return f"{street}{random.choice((', ', ' '))}{unit}"


def phone(random: Random, number: str) -> tuple[str, How]:
    """A telephone number, given as (207) 555-0142."""
    digits = "".join(each for each in number if each.isdigit())[-10:]
    if len(digits) < 10:
        return number, set()
    area, exchange, line = digits[:3], digits[3:6], digits[6:]
    written = random.choice(
        (
            number,
            number,
            f"{area}-{exchange}-{line}",
            f"{area}.{exchange}.{line}",
            f"+1 {area} {exchange} {line}",
            digits,
            f"{number} x{random.randint(10, 99)}",
        )
    )
    return written, set() if written == number else {"phone format"}


def account_number(random: Random, account_id: str, others: Callable[[], str]) -> tuple[str, How]:
    """A CC&B account id as typed into AccountNumber: mostly right, often with dashes, sometimes another customer's."""
    chance = random.random()
    if chance < 0.55:
        return account_id, {"account number"}
    if chance < 0.75:
        dash = random.choice("- ")
        return dash.join((account_id[:3], account_id[3:6], account_id[6:])), {"account number", "account number format"}
    if chance < 0.83:
        return f"CC&B {account_id}", {"account number", "account number format"}
    if chance < 0.88 and account_id.startswith("0"):
        # A spreadsheet took it for a number.
        return account_id.lstrip("0"), {"account number", "account number format"}
    if chance < 0.95:
        return mistyped(random, account_id), {"mistyped account number"}
    return others(), {"another customer's account number"}


def mistyped(random: Random, account_id: str) -> str:
    """The id with one digit wrong."""
    at = random.randrange(len(account_id))
    return f"{account_id[:at]}{(int(account_id[at]) + random.randint(1, 9)) % 10}{account_id[at + 1 :]}"
