"""A strip of sums: what a list adds up to, each leading to the list that it is the sum of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Total:
    """One sum in words, with what it means in one sentence; `is_owed` for one that ought to be nothing."""

    label: str
    help: str
    text: str
    is_owed: bool = False


@dataclass(frozen=True)
class Totals:
    """Sums of the records in one panel, on one of its tabs, and a sentence that says what was counted."""

    totals: list[Total]
    section: str
    counted: str
    tab: str | None = None
