"""The figures of an account: what is owed and when, what came in and was billed last, revenue, and collection."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils import timezone

from customer360.models import Account, AccountSummary
from customer360.pages import Visit
from customer360.tables import Cell, Column, lines, readable
from customer360.visibility.viewer import Viewer, VisibleRecord


@dataclass(frozen=True)
class Segment:
    """One part of a bar, in percent of its length, with the class that colours it."""

    start: float
    length: float
    style: str


@dataclass(frozen=True)
class Figure:
    """One number of the strip, lines of the parts that explain it, and a bar of them."""

    cell: Cell
    lines: list[list[Cell]]
    bar: list[Segment] = field(default_factory=list)
    is_wide: bool = False


def _of_summary(name: str, kind: str = "money", label: str = "") -> Column:
    return Column(AccountSummary, name, kind, label)


BALANCE = _of_summary("balance")
# The label of a part is the text after its value.
BALANCE_PARTS = (
    _of_summary("not_past_due", label="current"),
    _of_summary("disputed", label="in dispute"),
    _of_summary("past_due", "money_owed", "past due"),
)
AGES = (
    _of_summary("past_due_1_30", label="1–30 days"),
    _of_summary("past_due_31_60", label="31–60 days"),
    _of_summary("past_due_61_90", label="61–90 days"),
    _of_summary("past_due_over_90", label="over 90 days"),
)
NEXT_DUE = _of_summary("due_date", "date", "Next due")
LAST_DUE = _of_summary("due_date", "date", "Last due")
STILL_DUE = _of_summary("not_past_due")
DUE_IN = _of_summary("due_date", "days_away")
# Each number with the day that it is of.
DATED = (
    (_of_summary("last_payment_amount"), _of_summary("last_payment_date", "date")),
    (_of_summary("last_bill_amount"), _of_summary("last_bill_date", "date")),
)

BAR_STYLES = {
    "not_past_due": "fa0", "disputed": "fv2", "past_due": "fa1",
    "past_due_1_30": "fa1", "past_due_31_60": "fa2", "past_due_61_90": "fa3", "past_due_over_90": "fa4",
}  # fmt: skip


def balance(visit: Visit) -> list[Figure]:
    """The figures of the account that a caller asks about, as far as the viewer may see them."""
    summary = getattr(visit.record, "summary", None)
    if summary is None:
        return []
    viewer, currency = visit.viewer, currency_of(visit.viewer, visit.record)
    figures = []
    for cell in lines(viewer, summary, [BALANCE], currency):
        parts = _explaining(lines(viewer, summary, BALANCE_PARTS, currency))
        ages = _explaining(lines(viewer, summary, AGES, currency))
        not_aged = [part for part in parts if part.column.path != "past_due"]
        explained = [line for line in (parts, ages) if line]
        figures.append(Figure(cell, explained, _bar([*not_aged, *ages] if ages else parts), is_wide=True))
    figures += _due(viewer, summary, currency)
    for amount, day in DATED:
        dated = lines(viewer, summary, [day])
        figures += [Figure(cell, [dated]) for cell in lines(viewer, summary, [amount], currency)]
    return figures


def _due(viewer: Viewer, summary: VisibleRecord, currency: str) -> list[Figure]:
    """The day by which the latest bill is to be paid, with what is still open until then; or that it has passed."""
    day = readable(viewer, summary, AccountSummary, "due_date")
    is_ahead = day is not None and day >= timezone.localdate()
    figures = []
    for cell in lines(viewer, summary, [NEXT_DUE if is_ahead else LAST_DUE]):
        # A credit asks for nothing: what is to be paid by then is never less than nothing.
        open_until_then = [
            Cell(part.column, part.value if part.is_masked else max(part.value, Decimal(0)), part.row, currency)
            for part in (lines(viewer, summary, [STILL_DUE], currency) if is_ahead else ())
        ]
        in_days = lines(viewer, summary, [DUE_IN]) if day else []
        figures.append(Figure(cell, [[*open_until_then, *in_days]]))
    return figures


def _explaining(parts: list[Cell]) -> list[Cell]:
    """The parts that say more than the number itself: none that is nothing, and no credit that stands alone.

    A credit that relieves no debt yet stands beside the debt, so that the parts add up to the number.
    """
    parts = [part for part in parts if part.is_masked or part.value != 0]
    amounts = [part for part in parts if not part.is_masked]
    return parts if any(part.value > 0 for part in amounts) else [part for part in parts if part not in amounts]


def _bar(parts: Iterable[Cell]) -> list[Segment]:
    """The parts as segments of one bar; no bar where one is masked or is a credit."""
    amounts = [(part.column.path, part.value) for part in parts]
    if not all(isinstance(amount, Decimal) and amount > 0 for _, amount in amounts):
        return []
    total = sum(amount for _, amount in amounts)
    segments, start = [], 0.0
    for path, amount in amounts:
        length = float(amount / total) * 100
        segments.append(Segment(round(start, 2), round(length, 2), BAR_STYLES[path]))
        start += length
    return segments


def currency_of(viewer: Viewer, account: VisibleRecord) -> str:
    """The currency of the account's money, where the viewer may see it."""
    return readable(viewer, account, Account, "currency") or ""


REVENUE_LINES = (
    _of_summary("revenue_12m", label="12 months"),
    _of_summary("revenue_change_percent", "percent", "On the 12 before"),
    _of_summary("revenue_fytd", label="Fiscal year to date"),
    _of_summary("fiscal_year_start", "date"),
)


def revenue(visit: Visit) -> list[Cell]:
    """What the account was billed, and how that moved."""
    summary = getattr(visit.record, "summary", None)
    return lines(visit.viewer, summary, REVENUE_LINES, currency_of(visit.viewer, visit.record)) if summary else []


CREDIT_LINES = (Column(Account, "collection_class"), Column(Account, "credit_review_date", "date"))


def credit(visit: Visit) -> list[Cell]:
    """How debt on the account is collected."""
    return lines(visit.viewer, visit.record, CREDIT_LINES)
