"""The accounts beside Harborview's in Northgate Foods Group, each with one electric agreement and a simple story."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sync.simulators.ccb.generator import cycles, people, service
from sync.simulators.ccb.generator.accounts import Account, write_account, write_account_person
from sync.simulators.ccb.generator.keys import Keys
from sync.simulators.ccb.generator.ledger import Ledger
from sync.simulators.ccb.generator.money import SEASONS
from sync.simulators.ccb.generator.postings import Agreement, Charge
from sync.simulators.ccb.generator.rows import RowWriter
from sync.simulators.ccb.generator.story_money import CYCLE
from sync.simulators.ccb.generator.words import TOWNS

# Name, SIC code, what it does.
SUBSIDIARIES = (
    ("Northgate Logistics", "4225", "Warehousing and distribution for the group"),
    ("Northgate Retail Kitchens", "5812", "Kitchens that cook for the group's stores"),
)


@dataclass(frozen=True)
class Sibling:
    """An account billed about `usual` cents a month.

    `last_bill` cents are billed last and `open_of_last` of it is still open; so is `open_before` of the bill before,
    which is past due. An account that `closed` has no bill after its closing one.
    """

    name: str
    subsidiary: str
    sic: str
    activity: str
    address: people.Address
    usual: int
    last_bill: int
    open_of_last: int
    open_before: int = 0
    closed: date | None = None
    representative: str = "Maria Okafor"

    def write(
        self,
        rows: RowWriter,
        keys: Keys,
        random: Random,
        company: people.Person,
        bill_dates: list[date],
        moved: Callable[[date], date],
        today: date,
    ) -> None:
        """Collect the account; dates are told ones and go through `moved` to the business date's."""
        setup = moved(date(2015, 6, 1))
        premise = service.write_premise(rows, random, keys.root("PREM_ID"), self.address, "COM")
        sp_id = service.add_service_point(rows, keys, premise, "E", setup, connected=self.closed is None)
        account_id = keys.root("ACCT_ID")
        agreement = Agreement(
            keys.child("SA_ID", account_id),
            "E-LG-TOU",
            premise.division,
            premise.premise_id,
            setup,
            moved(self.closed) if self.closed else None,
            "40" if self.closed else "20",
            base_use=self.usual / 11.2,
        )
        account = Account(
            account_id, 1, "COML", "served", CYCLE, premise.division, company, premise, setup, [agreement]
        )
        write_account(rows, account, representative=self.representative, manage_group="KEYACCT")
        write_account_person(rows, account_id, company.person_id, "MAIN", main=True, address="PREM")
        service.write_agreement(rows, keys, account_id, agreement, sp_id, sic=company.sic, activity=company.activity)
        badge = f"E-{keys.root('MTR_ID')[3:]}"
        service.install_meter(rows, keys, sp_id, "E", badge, badge[2:], setup)
        ledger = Ledger(rows, keys, account_id, CYCLE, account.agreements, general_ledger=True, today=today)
        self._money(ledger, agreement, random, bill_dates, moved)
        ledger.write()

    def _money(
        self,
        ledger: Ledger,
        agreement: Agreement,
        random: Random,
        bill_dates: list[date],
        moved: Callable[[date], date],
    ) -> None:
        """Every bill is paid before the next but for what is told to be open."""
        if self.closed:
            bill_dates = [day for day in bill_dates if day < self.closed + timedelta(days=25)]
        if not bill_dates:
            return
        start = bill_dates[0] - timedelta(days=30)
        for left, on in zip(range(len(bill_dates) - 1, -1, -1), bill_dates, strict=True):
            end = min(on, self.closed) if self.closed else on
            usual = round(self.usual * SEASONS["E"][on.month - 1] * random.uniform(0.94, 1.06))
            amount = self.last_bill if left == 0 else max(usual, self.open_before if left == 1 else 0)
            charge = Charge(
                agreement, moved(start), moved(end), amount, round(amount / 11.2, 1), closing=end == self.closed
            )
            ledger.bill(moved(on), moved(on + cycles.DUE_AFTER), [charge])
            paid = amount - {0: self.open_of_last, 1: self.open_before}.get(left, 0)
            if paid:
                ledger.pay(moved(on + timedelta(days=4 if left == 0 else 17)), paid, "ACH")
            start = on


_ELLERY, _FALLS, _HARBOR, _LAKELAND = TOWNS[0], TOWNS[1], TOWNS[2], TOWNS[5]
_LOGISTICS, _KITCHENS = (name for name, _, _ in SUBSIDIARIES)

SIBLINGS = (
    Sibling(
        "Northgate Trucking Depot", _LOGISTICS, "4213", "Truck depot and repair",
        people.Address("400 Depot Road", _ELLERY), 1780000, 1782010, 182010,
    ),
    Sibling(
        "Ellery Crossdock", _LOGISTICS, "4225", "Cross-docking terminal",
        people.Address("77 Foundry Street", _ELLERY), 8180000, 8140677, 940677,
    ),
    Sibling(
        "Pier 4 Reefer Terminal", _LOGISTICS, "4222", "Plug-in yard for refrigerated containers",
        people.Address("4 Pier Road", _ELLERY), 19500000, 9218040, 9218040, open_before=11820415,
    ),
    Sibling(
        "Falls Warehouse", _LOGISTICS, "4225", "General warehouse",
        people.Address("12 River Street", _FALLS), 5460000, 5498320, 5498320,
    ),
    Sibling(
        "Quarry Lane Yard", _LOGISTICS, "4225", "Storage yard",
        people.Address("15 Quarry Lane", _FALLS), 983000, 601244, 601244, closed=date(2026, 9, 30),
    ),
    Sibling(
        "Northgate Kitchen 1", _KITCHENS, "5812", "Central kitchen",
        people.Address("210 Market Street", _ELLERY), 2500000, 2418855, 2418855, representative="Sayaka Ito",
    ),
    Sibling(
        "Northgate Kitchen 2", _KITCHENS, "5812", "Central kitchen",
        people.Address("9 Commercial Street", _HARBOR), 3100000, 3075410, 0, representative="Sayaka Ito",
    ),
    Sibling(
        "Northgate Kitchen 3", _KITCHENS, "5812", "Central kitchen",
        people.Address("55 Lake Avenue", _LAKELAND), 2100000, 2056690, 2056690, open_before=742500,
        representative="Sayaka Ito",
    ),
)  # fmt: skip
