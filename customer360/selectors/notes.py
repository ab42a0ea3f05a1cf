"""What was written down about an account, what to be aware of, and how many there are of what."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet, Subquery

from customer360.models import Account, AccountAlert, AccountCustomer, Bill, Note, Payment
from customer360.selectors.lists import Slice, number_of
from customer360.selectors.money import bills_of, payments_of
from customer360.visibility.viewer import Viewer, VisibleRecord


def notes_about(viewer: Viewer, about: Q) -> QuerySet[Note]:
    """The notes that a condition picks, as far as they are in the viewer's scope."""
    return viewer.records(Note.objects.filter(about, removed_at=None))


def notes_of(viewer: Viewer, account: Account | VisibleRecord) -> QuerySet[Note]:
    """The account's notes by CC&B's rule: its own, and those of its customers that name no account."""
    belongs = Q(account=account.pk)
    if viewer.may(AccountCustomer, "account", "customer") and viewer.may(Note, "customer"):
        roles = AccountCustomer.objects.filter(account=account.pk, removed_at=None)
        belongs |= Q(account=None, customer__in=roles.values("customer"))
    return notes_about(viewer, belongs)


def notes(viewer: Viewer, found: QuerySet[Note], page: str | None, page_size: int, total: int | None = None) -> Slice:
    """One page of the notes found, the newest first, with the account and the customer each is about."""
    newest_first = found.select_related("account", "customer").order_by("-written_at", "-note_id")
    return Slice.of(viewer, newest_first, page, page_size, total)


def alerts(viewer: Viewer, account: VisibleRecord, on: date) -> list[VisibleRecord]:
    """The alerts of an account that hold on a day, the newest first.

    Which alerts hold tells their dates, so a viewer who may not see these gets none.
    """
    if not viewer.may(AccountAlert, "account", "start_date", "end_date"):
        return []
    holding = AccountAlert.objects.filter(
        Q(end_date=None) | Q(end_date__gte=on), account=account.pk, removed_at=None, start_date__lte=on
    )
    return viewer.see_all(viewer.records(holding).order_by("-start_date", "-pk"))


@dataclass(frozen=True)
class Counts:
    """How many bills, payments and notes an account has; 0 where the viewer may not see whose they are."""

    bills: int
    payments: int
    notes: int


_COUNTED = {"bills": (Bill, bills_of), "payments": (Payment, payments_of), "notes": (Note, notes_of)}


def numbers(viewer: Viewer, account: Account | VisibleRecord) -> dict[str, Subquery]:
    """Subqueries that count what hangs on an account, for the question that reads the account itself."""
    return {
        f"counted_{name}": number_of(rows_of(viewer, account))
        for name, (model, rows_of) in _COUNTED.items()
        if viewer.may(model, "account")
    }


def counts(viewer: Viewer, account: VisibleRecord) -> Counts:
    """The numbers of what the account's page lists in part, as they came with the account."""
    return Counts(**{name: account.counted.get(f"counted_{name}", 0) for name in _COUNTED})
