"""What is posted to an account: its agreements with their balances, charges, and the segments that came of them.

Amounts are whole cents.
"""

from dataclasses import dataclass
from datetime import date

from sync.simulators.ccb.generator.codes import AGREEMENT_TYPES, AgreementType
from sync.simulators.ccb.generator.rows import Value

Row = dict[str, Value]


@dataclass
class Agreement:
    """A service agreement as money sees it, with its balances in cents."""

    sa_id: str
    type_code: str
    division: str
    premise_id: str
    start: date
    end: date | None
    status: str
    base_use: float = 0.0
    billed_to: date | None = None
    current: int = 0
    payoff: int = 0

    @property
    def type(self) -> AgreementType:
        """Its type with price and unit."""
        return AGREEMENT_TYPES[self.type_code]


@dataclass(frozen=True)
class Charge:
    """What a bill asks for one agreement over a period; `current` differs from `amount` under budget billing."""

    agreement: Agreement
    start: date
    end: date
    amount: int
    quantity: float = 0.0
    current: int | None = None
    estimated: bool = False
    closing: bool = False


@dataclass(frozen=True)
class Segment:
    """A bill segment that was posted: its row, its transaction and what it charged."""

    row: Row
    transaction: Row
    charge: Charge


def at(day: date, clock: str) -> str:
    """A moment of a day as an Oracle DATE is stored."""
    return f"{day.isoformat()} {clock}"


def cents(amount: Value) -> int:
    """The whole cents of a stored amount."""
    return round(float(str(amount)) * 100)
