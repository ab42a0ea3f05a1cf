"""The money of an ordinary account: what it is billed month by month and how it pays."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from sync.simulators.ccb.generator import cycles
from sync.simulators.ccb.generator.accounts import Account
from sync.simulators.ccb.generator.ledger import Ledger, Payment
from sync.simulators.ccb.generator.postings import Agreement, Charge

# Service -> share of an average month's use, January to December.
SEASONS = {
    "E": (1.1, 1.05, 0.95, 0.85, 0.85, 1.0, 1.2, 1.2, 1.0, 0.85, 0.9, 1.05),
    "G": (2.2, 2.0, 1.6, 1.0, 0.6, 0.3, 0.2, 0.2, 0.3, 0.7, 1.2, 1.7),
    "W": (0.9, 0.9, 0.9, 0.95, 1.05, 1.15, 1.25, 1.2, 1.0, 0.95, 0.9, 0.85),
}

# When debt is written off: that day's bills are made already.
_AFTER_BILLING = "23:30:00"

# How an account of every hundred and twenty pays, where it is not by bank order or promptly. A number is how many of
# the latest bills stay unpaid.
_HABITS: dict[int, str | int] = {
    5: 2,
    8: "late",
    14: "partial",
    15: 3,
    19: "ahead",
    25: 4,
    28: 6,
    53: "late",
    58: "skip",
    74: "late",
    86: "ahead",
    101: "late",
    105: 2,
    113: "partial",
}


def habit(number: int) -> str | int:
    """How the `number`-th account pays."""
    return _HABITS.get(number % 120, "auto" if number % 3 == 0 else "prompt")


def charge(agreement: Agreement, start: date, end: date, random: Random, *, closing: bool = False) -> Charge:
    """What an agreement is billed for the days from `start` to `end`: use by season at its type's price."""
    kind, days = agreement.type, (end - start).days
    quantity = 0.0
    if kind.metered:
        season = SEASONS[kind.service][end.month - 1]
        quantity = round(agreement.base_use * season * random.uniform(0.88, 1.12) * days / 30, 1)
    amount = round(quantity * kind.price + kind.fixed * min(days / 30, 1.0))
    estimated = kind.metered and random.random() < 0.03
    return Charge(agreement, start, end, amount, quantity, estimated=estimated, closing=closing)


def due_charges(ledger: Ledger, on: date, first_day: date, random: Random, budget: int = 0) -> list[Charge]:
    """The charges of the bill made on a day: every agreement from where it was last billed to its end or the day.

    Under budget billing the first agreement in service asks for the level amount (cents) whatever its use came to.
    """
    charges = []
    for agreement in ledger.agreements:
        if agreement.type.special_role or agreement.status in ("05", "10", "70"):
            continue
        start = agreement.billed_to or max(agreement.start, first_day)
        end = min(on, agreement.end) if agreement.end else on
        if (end - start).days < 3:
            continue
        found = charge(agreement, start, end, random, closing=end == agreement.end)
        if budget and agreement is ledger.home:
            found = Charge(agreement, start, end, found.amount, found.quantity, budget, found.estimated, found.closing)
        charges.append(found)
    return charges


@dataclass
class History:
    """Plays one account's months in order of time."""

    account: Account
    ledger: Ledger
    months: list[date]
    today: date
    random: Random
    _waiting: list[tuple[date, int, Callable[[date], None]]] = field(default_factory=list)
    _last_due: date | None = None

    def play(self) -> None:
        """Post everything from the first month to today."""
        if not self.ledger.agreements:
            return
        self._deposit()
        days = (cycles.bill_date(self.account.cycle, month) for month in self.months)
        bills = [day for day in days if self.account.setup < day <= self.today]
        for number, on in enumerate(bills):
            self._until(on)
            self._before_bill(on, number)
            first_day = cycles.bill_date(self.account.cycle, on.replace(day=1) - timedelta(days=1))
            charges = due_charges(self.ledger, on, first_day, self.random, self.account.budget)
            if charges or self.ledger.unbilled:
                self._last_due = on + cycles.DUE_AFTER
                self.ledger.bill(on, self._last_due, charges)
                self._arrange_payment(on, len(bills) - number)
                self._move_balance(on, charges)
        self._until(self.today)
        self._unfinished()

    def _deposit(self) -> None:
        """A deposit is asked for when an account begins, paid, and from then on only owed back: TOT_AMT alone."""
        for agreement in self.ledger.agreements:
            if agreement.type.special_role == "CD":
                amount = self.random.randint(6, 30) * 1000
                self.ledger.adjust(agreement.start, agreement, "DEPOSIT", amount, payoff=0)
                self.ledger.bill(agreement.start, agreement.start + cycles.DUE_AFTER, [])
                paid = cycles.next_business_day(agreement.start)
                if paid <= self.today:
                    self.ledger.pay(paid, amount, "CHEC", check=self._check(), shares={agreement.sa_id: amount})

    def _before_bill(self, on: date, number: int) -> None:
        """What the office does before a bill: late charge, corrections, credits, budget settlement."""
        ledger, random = self.ledger, self.random
        home = ledger.home
        if self._last_due and self._last_due < on and ledger.balance > 2500:
            late = ledger.adjust(on, home, "LPC", round(ledger.balance * 0.015))
            if random.random() < 0.06:
                self._later(on + timedelta(days=4), lambda day: ledger.cancel_adjustment(late, day))
        if self.account.budget and number % 12 == 11 and home.payoff != home.current:
            ledger.adjust(on, home, "BUDSYNC", home.payoff - home.current, payoff=0)
        if self.account.life == "new" and number == 0:
            ledger.adjust(on, home, "CONNCHG", 3500)
        if random.random() < 0.01 and ledger.balance > 0:
            ledger.adjust(on, home, "GOODWILL", -min(random.randint(5, 40) * 100, ledger.balance))
        if random.random() < 0.006 and self.account.customer_class == "RES":
            ledger.adjust(on, home, "PLEDGE", -random.randint(20, 90) * 100, in_arrears=False)
        if random.random() < 0.012 and not self.account.budget:
            sa_id = random.choice([each.sa_id for each in ledger.agreements])
            if sa_id in ledger.segments and ledger.agreement(sa_id).status == "20":
                ledger.rebill(sa_id, on, round(ledger.segment_amount(sa_id) * random.uniform(0.7, 1.15)))

    def _move_balance(self, on: date, charges: list[Charge]) -> None:
        """When a customer has moved, the closing bill's debt follows to the new home's agreement."""
        if self.account.life != "moved":
            return
        for closing in (each.agreement for each in charges if each.closing):

            def move(day: date, closed: Agreement = closing) -> None:
                if closed.current > 0:
                    self.ledger.transfer(day, closed, self.ledger.home, closed.current)

            self._later(on + timedelta(days=2), move)

    def _arrange_payment(self, on: date, bills_left: int) -> None:
        """Put the payment of a bill just made into the calendar, as the account is used to pay."""
        asked, random, way = self.ledger.balance, self.random, habit(self.account.number)
        if asked <= 0 or (isinstance(way, int) and bills_left <= way) or self._is_lost(on):
            return
        due = on + cycles.DUE_AFTER
        if way == "auto":
            self._pay_later(due, asked, "APAY")
        elif way == "late":
            self._pay_later(due + timedelta(days=random.randint(3, 26)), asked)
        elif way == "partial":
            self._pay_later(due - timedelta(days=random.randint(0, 6)), round(asked * random.uniform(0.55, 0.9)))
        elif way == "skip":
            if bills_left % 2:
                self._pay_later(on + timedelta(days=random.randint(12, 20)), asked)
        elif way == "ahead":
            self._pay_later(on + timedelta(days=random.randint(3, 15)), (asked // 5000 + 1) * 5000)
        else:
            self._pay_later(on + timedelta(days=random.randint(6, 20)), asked)

    def _is_lost(self, on: date) -> bool:
        """Whether the account whose debt is written off in the end has stopped paying by a day."""
        end = self.ledger.home.end
        return self.account.life == "written off" and end is not None and on > end - timedelta(days=100)

    def _pay_later(self, day: date, amount: int, tender: str = "") -> None:
        tender = tender or self.random.choices(("ACH", "CHEC", "CARD", "CASH"), weights=(40, 30, 22, 8))[0]

        def pay(on: date) -> None:
            owed = self.ledger.balance
            if owed > 0:
                paying = amount if habit(self.account.number) == "ahead" else min(amount, owed)
                payment = self.ledger.pay(on, paying, tender, check=self._check() if tender == "CHEC" else "")
                if tender in ("ACH", "CHEC") and self.random.random() < 0.012:
                    self._later(on + timedelta(days=5), lambda day: self._returned(payment, paying, day))

        self._later(day, pay)

    def _returned(self, payment: Payment, amount: int, on: date) -> None:
        """The bank returns a payment: it is cancelled, charged for, and made again in cash some days later."""
        self.ledger.cancel_payment(payment, on)
        self.ledger.adjust(on, self.ledger.home, "NSFCHG", 2500)
        self._pay_later(on + timedelta(days=9), amount, "CASH")

    def _unfinished(self) -> None:
        """What today finds half done, and what a closed account's debt came to."""
        account, ledger = self.account, self.ledger
        home = ledger.home
        if account.life == "written off" and ledger.balance > 0:
            self._write_off(self.today)
        if ledger.open_item and account.number % 80 == 14:
            ledger.dispute(self.today, "Customer disputes the demand charge.")
        if account.number % 50 == 9 and home.status == "20":
            ledger.adjust(self.today, home, "GOODWILL", -1500, frozen=False, comments="Waits for approval")
        if account.number % 50 == 29 and home.status == "20":
            ledger.adjust(self.today, home, "GOODWILL", -1500, comments="Waits for the next bill")
        if account.number % 50 == 19 and home.billed_to and home.status == "20":
            ledger.pending_bill(self.today, charge(home, home.billed_to, self.today, self.random))

    def _write_off(self, on: date) -> None:
        """Move what each agreement owes to the write-off agreement and take it off there.

        No bill will show it any more, so all of it counts from the day.
        """
        target = next((each for each in self.ledger.agreements if each.type.special_role == "WO"), None)
        if target is None:
            return
        for agreement in self.ledger.agreements:
            if agreement is not target and agreement.current > 0:
                self.ledger.transfer(on, agreement, target, agreement.current, ages_from=on, clock=_AFTER_BILLING)
        self.ledger.adjust(
            on,
            target,
            "WRTOFF",
            -target.current,
            comments="Sent to the agency",
            ages_from=on,
            clock=_AFTER_BILLING,
        )

    def _later(self, day: date, action: Callable[[date], None]) -> None:
        day = day if cycles.is_business_day(day) else cycles.next_business_day(day)
        self._waiting.append((day, len(self._waiting), action))

    def _until(self, day: date) -> None:
        """Do what has come due by a day, in order of time; what is done may put more into the calendar."""
        while ready := [each for each in self._waiting if each[0] <= day]:
            nearest = min(ready, key=lambda each: each[:2])
            self._waiting.remove(nearest)
            nearest[2](nearest[0])

    def _check(self) -> str:
        return str(self.random.randint(101, 99999))
