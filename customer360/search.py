"""Search for accounts by what a caller can say: an account ID, a name, an address, the number on a meter.

Finding a record by a field discloses the field, so the search looks only at fields that the viewer may VIEW.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.urls import reverse

from customer360 import search_keys
from customer360.models import Account, AccountCustomer, AccountSummary, Customer, Premise, ServiceAgreement
from customer360.selectors import ENDED_STATUSES, Slice
from customer360.visibility.viewer import Viewer, VisibleRecord

LIMIT = 50
SHORTEST_TEXT = 2
"""Characters: less than this would match half of all accounts."""

MOST_WORDS_APART = 8
"""More words than this are looked for in one field together, and no longer each in any field."""

ADDRESS = ("address1", "address2", "address3", "address4", "city", "postal_code")


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, without the quotes around them and the commas between them."""
    return tuple(word for part in re.split(r"[\s,;]+", text) if (word := part.strip("\"'“”‘’")))


@dataclass(frozen=True)
class Typed:
    """What was typed, taken apart."""

    text: str
    words: tuple[str, ...]
    number: str

    @classmethod
    def parse(cls, text: str) -> "Typed":
        """Split into words; `number` is the text without spaces and dashes."""
        text = text.replace("\0", "").strip()[:200]
        return cls(text, words_of(text), re.sub(r"[\s\-.]", "", text))

    @property
    def numbers(self) -> tuple[str, ...]:
        """The spellings by which one number is looked up: as typed, and without spaces and dashes."""
        return tuple(dict.fromkeys((self.text, self.text.upper(), self.number)))

    @property
    def is_long_enough(self) -> bool:
        """Whether there is enough to search by."""
        return len("".join(self.words)) >= SHORTEST_TEXT

    def occurs_in(self, value: Any) -> bool:
        """Whether every word occurs in the value, in any case."""
        return isinstance(value, str) and all(word.casefold() in value.casefold() for word in self.words)


@dataclass
class FoundAccount:
    """An account that matches, with what tells it from its neighbours.

    `matched_url` is the page about the customer that matched, where the account's own name did not.
    """

    account: VisibleRecord
    matched: str = ""
    matched_text: str = ""
    matched_url: str = ""
    premise: VisibleRecord | None = None
    summary: VisibleRecord | None = None


@dataclass
class Found:
    """One page of the accounts found, the closest first."""

    accounts: list[FoundAccount]
    page: Slice | None = None
    has_exact: bool = False
    is_too_short: bool = False

    @property
    def has_more(self) -> bool:
        """Whether there are more accounts than this page has."""
        return self.page is not None and self.page.pages > 1

    @property
    def only(self) -> FoundAccount | None:
        """The one account that was meant: the only one found, or the one whose ID was typed in full."""
        return self.accounts[0] if self.has_exact or (len(self.accounts) == 1 and not self.has_more) else None


def searchable(viewer: Viewer) -> list[str]:
    """What this viewer may search by, in words; nothing if they may not see what a result is known by."""
    if not viewer.may(Account, "account_id"):
        return []
    kinds = (
        ("name", _sees_names(viewer)),
        ("account ID", True),
        ("service address", bool(_premise_fields(viewer))),
        ("mailing address", bool(_mailing_fields(viewer))),
    )
    return [kind for kind, may in kinds if may] + [key.kind for key in search_keys.keys_for(viewer)]


def find_accounts(viewer: Viewer, text: str, page: str | None = None, limit: int = LIMIT) -> Found:
    """The accounts in scope that match the text: by ID first, then by name, service address and mailing address.

    The number of a meter, an agreement, a person or a premise leads to its accounts.

    `page` is the number of the page asked for, of `limit` accounts each.
    """
    typed = Typed.parse(text)
    if not typed.is_long_enough or not searchable(viewer):
        return Found([], is_too_short=not typed.is_long_enough)
    conditions = list(_conditions(viewer, typed))
    closeness = Case(
        *(When(condition, then=Value(rank)) for rank, condition in enumerate(conditions)), output_field=IntegerField()
    )
    order = ["name"] if viewer.may(Account, "name") else []
    accounts = viewer.records(Account.objects.filter(reduce(or_, conditions))).annotate(closeness=closeness)
    ordered = accounts.select_related("customer").order_by("closeness", *order, "account_id")
    listed = _listed(viewer, ordered, page, limit)
    found = [FoundAccount(record) for record in listed.records]
    _add_what_tells_apart(viewer, typed, found)
    exact = listed.number == 1 and bool(found) and found[0].account.account_id == typed.number
    return Found(found, listed, has_exact=exact)


def _listed(viewer: Viewer, ordered: QuerySet[Account], page: str | None, limit: int) -> Slice:
    """The page that is asked for. Most searches end on the first, and there nothing is counted."""
    if page in (None, "", "1"):
        records = viewer.see_all(ordered[: limit + 1])
        if len(records) <= limit:
            return Slice.of_list(records, None, limit)
    return Slice.of(viewer, ordered, page, limit)


def _conditions(viewer: Viewer, typed: Typed) -> Iterable[Q]:
    """One condition for each kind of match, the closest first, of the fields that the viewer may see."""
    yield Q(account_id=typed.number)
    yield from search_keys.conditions(viewer, typed.numbers)
    if typed.number.isdigit() and len(typed.number) >= 4:
        yield Q(account_id__startswith=typed.number)
    together = list(_conditions_on_text(viewer, typed.words))
    yield from together
    # A name with its town, as one says it: no field has all the words, yet each word is in a field.
    if together and 1 < len(typed.words) <= MOST_WORDS_APART:
        yield reduce(and_, (reduce(or_, _conditions_on_text(viewer, (word,))) for word in typed.words))


def _conditions_on_text(viewer: Viewer, words: tuple[str, ...]) -> Iterable[Q]:
    """One condition for each kind of text that the viewer may see: that it has all the words."""
    if viewer.may(Account, "name"):
        yield _anywhere_in(("name",), words)
    if _sees_names(viewer):
        roles = AccountCustomer.objects.filter(_anywhere_in(("customer__name",), words), account=OuterRef("pk"))
        yield Q(Exists(roles.filter(removed_at=None)))
    if fields := _premise_fields(viewer):
        served = _anywhere_in((f"premise__{name}" for name in fields), words)
        agreements = ServiceAgreement.objects.filter(served, account=OuterRef("pk"), removed_at=None)
        yield Q(Exists(agreements))
    if fields := _mailing_fields(viewer):
        yield _anywhere_in(fields, words)


def _anywhere_in(fields: Iterable[str], words: tuple[str, ...]) -> Q:
    """The condition that every word occurs in one of the fields, in any case."""
    names = tuple(fields)
    return reduce(and_, (reduce(or_, (Q(**{f"{name}__icontains": word}) for name in names)) for word in words))


def _sees_names(viewer: Viewer) -> bool:
    """Whether the viewer may see who the customers of an account are."""
    return viewer.may(AccountCustomer, "account", "customer") and viewer.may(Customer, "name")


def _premise_fields(viewer: Viewer) -> list[str]:
    """The fields of a premise's address that the viewer may see, if they may see which premises an account has."""
    if not viewer.may(ServiceAgreement, "account", "premise"):
        return []
    return [name for name in ADDRESS if viewer.may(Premise, name)]


def _mailing_fields(viewer: Viewer) -> list[str]:
    """The fields of the mailing address that the viewer may see."""
    return [name for name in ADDRESS if viewer.may(Account, name)]


def _add_what_tells_apart(viewer: Viewer, typed: Typed, found: list[FoundAccount]) -> None:
    """Add to each account what matched, its first premise in use, and its figures: four queries for all."""
    by_id = {row.account.account_id: row for row in found}
    for row in found:
        row.matched, row.matched_text = _match_in_account(viewer, typed, row.account)
    _add_matching_keys(viewer, typed, by_id)
    _add_matching_customers(viewer, typed, by_id)
    _add_premises(viewer, typed, by_id)
    for row in found:
        row.matched = row.matched or "Name and address"
    if viewer.fields(AccountSummary):
        for summary in viewer.records(AccountSummary.objects.filter(account__in=by_id)):
            by_id[summary.account_id].summary = viewer.see(summary)


def _match_in_account(viewer: Viewer, typed: Typed, account: VisibleRecord) -> tuple[str, str]:
    """Which of the account's own fields the text matched, and the text of that field."""
    if account.account_id.startswith(typed.number) and typed.number.isdigit():
        return "Account ID", account.account_id
    if viewer.may(Account, "name") and typed.occurs_in(account.name):
        return "Name", account.name
    if (fields := _mailing_fields(viewer)) and typed.occurs_in(address := _joined(account, fields)):
        return "Mailing address", address
    return "", ""


def _add_matching_keys(viewer: Viewer, typed: Typed, by_id: dict[str, FoundAccount]) -> None:
    """Name what the number belongs to, where the account's own fields do not explain the match."""
    unexplained = [key for key, row in by_id.items() if not row.matched]
    if not unexplained or len(typed.words) != 1:
        return
    for account, key in search_keys.matching(viewer, typed.numbers, unexplained).items():
        row = by_id[account]
        row.matched, row.matched_text = key.title, typed.text
        row.matched_url = reverse(key.page, args=[typed.number]) if key.page and typed.number.isalnum() else ""


def _add_matching_customers(viewer: Viewer, typed: Typed, by_id: dict[str, FoundAccount]) -> None:
    """Name the customer that matched, where the account's own fields do not explain the match."""
    unexplained = [key for key, row in by_id.items() if not row.matched]
    if not (unexplained and _sees_names(viewer)):
        return
    roles = AccountCustomer.objects.filter(account__in=unexplained, removed_at=None).select_related("customer")
    for role in viewer.records(roles):
        if typed.occurs_in(role.customer.name):
            row = by_id[role.account_id]
            row.matched, row.matched_text = "Customer", viewer.see(role.customer).name
            if viewer.may(Customer, "person_id") and role.customer_id.isalnum():
                row.matched_url = reverse("customer", args=[role.customer_id])


def _add_premises(viewer: Viewer, typed: Typed, by_id: dict[str, FoundAccount]) -> None:
    """Give each account one premise: one that matched, else one that has one of the words, else the first in use."""
    fields = _premise_fields(viewer)
    if not (by_id and fields):
        return
    names = [f"premise__{name}" for name in fields]
    a_word = reduce(or_, (_anywhere_in(names, (word,)) for word in typed.words))
    matches = Case(When(_anywhere_in(names, typed.words), then=0), When(a_word, then=1), default=2)
    order: list[Any] = ["account", matches]
    if viewer.may(ServiceAgreement, "status"):
        order.append(Case(When(status__in=ENDED_STATUSES, then=1), default=0))
    agreements = ServiceAgreement.objects.filter(account__in=by_id, premise__isnull=False, removed_at=None)
    first = agreements.select_related("premise").order_by(*order, "pk").distinct("account")
    for agreement in viewer.records(first):
        row = by_id[agreement.account_id]
        row.premise = viewer.see(agreement.premise)
        if not row.matched and typed.occurs_in(address := _joined(row.premise, fields)):
            row.matched, row.matched_text = "Service address", address


def _joined(record: VisibleRecord, fields: Iterable[str]) -> str:
    """The parts of an address that hold something, in one line."""
    return ", ".join(value for name in fields if (value := getattr(record, name)))
