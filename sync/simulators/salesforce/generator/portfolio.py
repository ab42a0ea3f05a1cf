"""Which customers the org knows: corporations at three levels, most businesses, many homes, duplicates, prospects."""

from collections.abc import Callable, Iterator
from random import Random

from sync.simulators.salesforce.generator import register
from sync.simulators.salesforce.generator.accounts import AccountWriter
from sync.simulators.salesforce.generator.prospects import ProspectWriter

_PROSPECTS = 0.13
_DUPLICATES = 0.04
# Accounts of corporations take up no more than this of the org.
_CORPORATE = 0.35
# Of CC&B's customers so many are known to sales people at the most: the others are in CC&B alone.
_BUSINESSES_KNOWN, _HOMES_KNOWN = 0.92, 0.8


class Portfolio:
    """Fills the org with accounts up to a number, beside those that a story has made already."""

    def __init__(self, accounts: AccountWriter, prospects: ProspectWriter, random: Random, told: set[str]) -> None:
        self._accounts, self._prospects, self._random = accounts, prospects, random
        self._told = set(told)

    def fill(self, count: int) -> None:
        """Make accounts until there are `count`; a small org may hold the story alone."""
        made, random = self._accounts.made, self._random
        of_customers = count - round(count * (_PROSPECTS + _DUPLICATES))
        self._corporations(round(count * _CORPORATE))
        for customer in self._customers():
            if len(made) >= of_customers:
                break
            self._customer(customer, lambda: of_customers - len(made))
        duplicates = round(count * _DUPLICATES) if len(made) >= of_customers else round(len(made) * _DUPLICATES)
        originals = self._accounts.originals()
        for original, customer in random.sample(originals, max(0, min(duplicates, len(originals), count - len(made)))):
            self._accounts.customer(customer, original.billed, duplicate_of=original.id)
        while len(made) < count:
            self._prospects.next()

    def _corporations(self, room: int) -> None:
        """C1 and C2 accounts; nine of ten accounts below them have their parent, some hang on the C1 itself."""
        known, random = self._accounts.known, self._random
        for head in known.corporations():
            parts = [known.customers[key] for key in known.children[head.person_id]]
            if head.person_id in self._told or not all(part.business for part in parts):
                continue
            if len(self._accounts.made) >= room:
                return
            self._told.update(each.person_id for each in known.below(head.person_id))
            if random.random() < 0.08:
                continue  # Known to CC&B alone.
            top = self._accounts.customer(head, None, level="C1")
            for part in parts:
                # A few divisions were never put under their enterprise.
                parent = top.id if random.random() < 0.95 else None
                division = self._accounts.customer(part, None, level="C2", parent=parent)
                for holder in known.below(part.person_id):
                    for billed in holder.accounts:
                        self._below(holder, billed, division.id, top.id)

    def _below(self, holder: register.Customer, billed: register.Account, division: str, top: str) -> None:
        chance = self._random.random()
        if chance < 0.06:
            return
        level, parent = ("C3", division) if chance < 0.85 else ("C3", top) if chance < 0.92 else ("", None)
        self._accounts.customer(holder, billed, level=level, parent=parent)

    def _customers(self) -> Iterator[register.Customer]:
        """The customers that sales people know, businesses and homes mixed as the org's size allows."""
        random = self._random
        known = [
            customer
            for _, customer in sorted(self._accounts.known.customers.items())
            if customer.accounts and customer.person_id not in self._told
        ]
        businesses = [each for each in known if each.business and random.random() < _BUSINESSES_KNOWN]
        homes = [each for each in known if not each.business and random.random() < _HOMES_KNOWN]
        random.shuffle(businesses)
        random.shuffle(homes)
        # Customers who share a name come first: sales people must tell them apart, and so must a matcher.
        businesses.sort(key=self._accounts.known.namesakes)
        homes.sort(key=self._accounts.known.namesakes)
        while businesses or homes:
            # Three businesses to four homes, as long as there are both.
            if businesses and (not homes or random.random() < 3 / 7):
                yield businesses.pop()
            elif homes:
                yield homes.pop()

    def _customer(self, customer: register.Customer, room: Callable[[], int]) -> None:
        """One record for the customer's only account; of several accounts one for all, or one for each known one."""
        if len(customer.accounts) == 1:
            self._accounts.customer(customer, customer.accounts[0])
        elif self._random.random() < 0.45:
            # Only an address of the customer's own says nothing of an account.
            billed = None if customer.mailing else self._random.choice(customer.accounts)
            self._accounts.customer(customer, billed)
        else:
            for billed in customer.accounts:
                if room() > 0 and self._random.random() < 0.8:
                    self._accounts.customer(customer, billed)
