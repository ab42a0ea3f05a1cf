"""What speaks for a proposal and against it, in words, as far as a person may see the fields that it is about.

To say that two telephone numbers are the same is to tell the one whose other one is visible: both sides count.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from customer360.models import (
    Account,
    AccountCustomer,
    Customer,
    Premise,
    SalesforceAccount,
    ServiceAgreement,
    VisibleModel,
)
from customer360.visibility.viewer import Viewer
from sync.matching.objects import Matched
from sync.models import MatchObject
from sync.models.matching import CCB_FIELDS, COMPARED_FIELDS

GOOD, FAIR, BAD = "ok", "", "warn"
"""How a finding is drawn: it speaks for the proposal, neither way, or against it."""

_SAID, _NUMBER, _NAME, _PLACE, _PHONE, _MAIL, _ROLE, _LINK, _ALL = (
    "said", "number", "name", "place", "phone", "mail", "role", "link", "all",
)  # fmt: skip
"""What a finding is about: `_ALL` is everything that is compared, of every record."""

TEXTS: dict[str, tuple[str, str, str]] = {
    "said.same": ("Salesforce holds this key", GOOD, _SAID),
    "field.same": ("The compared field holds this key", GOOD, _NUMBER),
    "name.same": ("Same name", GOOD, _NAME),
    "name.close": ("Name nearly the same", FAIR, _NAME),
    "name.part": ("Part of the name", FAIR, _NAME),
    "name.other": ("Another name", BAD, _NAME),
    "name.kin": ("Another generation or initial", BAD, _NAME),
    "place.same": ("Same address", GOOD, _PLACE),
    "place.near": ("Address nearly the same", FAIR, _PLACE),
    "place.street": ("Same street, another house", BAD, _PLACE),
    "place.town": ("Same town only", BAD, _PLACE),
    "place.other": ("Another town", BAD, _PLACE),
    "place.none": ("No address to compare", FAIR, _PLACE),
    "phone.same": ("Same telephone number", GOOD, _PHONE),
    "email.same": ("Same e-mail address", GOOD, _MAIL),
    "account.same": ("Has a role on the account", GOOD, _ROLE),
    "account.other": ("Has no role on the account that is linked", BAD, _ROLE),
    "key.other": ("Salesforce holds another key", BAD, _ALL),
    "key.twice": ("Another record of Salesforce holds this key", BAD, _ALL),
    "several": ("Its customer has several accounts", BAD, _ALL),
    "close": ("Others fit about as well", BAD, _ALL),
    "parent": ("Other accounts of Salesforce stand below it", BAD, _ALL),
    "taken": ("Linked to another record of Salesforce already", BAD, _LINK),
    "rival": ("Another record of Salesforce fits better", BAD, _ALL),
    "shared": ("Another record of Salesforce looks like it too", FAIR, _ALL),
    "undone": ("A person took this link back", BAD, _LINK),
    "merge.two": ("Merged in Salesforce, and both were linked: which is it?", BAD, _LINK),
}


Fields = Mapping[type[VisibleModel], tuple[str, ...]]
"""Fields by their model."""


def _needs(matched: Matched) -> dict[str, Fields]:
    """By what a finding is about, the fields of both sides that it tells of: who may not VIEW them is not told."""
    ours: type[VisibleModel] = matched.model
    theirs: type[VisibleModel] = matched.target
    key = theirs._meta.pk.name
    needs: dict[str, Fields] = {
        _SAID: {ours: (matched.said,), theirs: (key,)},
        _NUMBER: {ours: _of(ours, *COMPARED_FIELDS[matched.object]), theirs: CCB_FIELDS[matched.object]},
        _NAME: {ours: (*matched.named_by, *_of(ours, "full_name")), theirs: ("display_name",), Customer: ("name",)},
        _PLACE: {
            ours: ("street", "city", "postal_code"), Account: ("address",), Customer: ("address",),
            Premise: ("address",), ServiceAgreement: ("account", "premise", "status"),
        },
        _PHONE: {ours: _of(ours, "phone", "mobile_phone"), Customer: ("phone",)},
        _MAIL: {ours: _of(ours, "email"), Customer: ("email",)},
        _ROLE: {
            ours: _of(ours, "salesforce_account"), SalesforceAccount: ("account",),
            AccountCustomer: ("account", "customer"),
        },
        _LINK: {ours: (matched.link,), theirs: (key,)},
    }  # fmt: skip
    everything: dict[type[VisibleModel], tuple[str, ...]] = {ours: _of(ours, "parent"), Account: ("customer",)}
    for part in needs.values():
        everything |= {model: (*everything.get(model, ()), *names) for model, names in part.items()}
    if matched.object == MatchObject.CONTACTS:
        everything[SalesforceAccount] = (*everything[SalesforceAccount], "name", "street", "city", "postal_code")
    return needs | {_ALL: everything}


def _of(model: type[VisibleModel], *names: str) -> tuple[str, ...]:
    """Those of the names that are fields of the model."""
    present = {field.name for field in model._meta.concrete_fields}
    return tuple(name for name in names if name in present)


def sees_everything(viewer: Viewer) -> bool:
    """Whether every account, and what belongs to none, is in the viewer's scope."""
    accounts = Account.objects.all()
    return viewer.records(accounts) is accounts


def may_weigh(viewer: Viewer, matched: Matched) -> bool:
    """Whether the viewer may see all that is compared: a score, or that something is exact, tells of every part."""
    return sees_everything(viewer) and _may(viewer, _needs(matched)[_ALL])


def may_see_links(viewer: Viewer, matched: Matched) -> bool:
    """Whether the viewer may see to what records of the object are linked, and so what is proposed for them."""
    return _may(viewer, _needs(matched)[_LINK])


def _may(viewer: Viewer, fields: Fields) -> bool:
    return all(viewer.may(model, *names) for model, names in fields.items())


@dataclass(frozen=True)
class Finding:
    """One thing that speaks for a proposal or against it, and how it is drawn."""

    text: str
    style: str


def findings(viewer: Viewer, matched: Matched, codes: Iterable[str]) -> tuple[Finding, ...]:
    """The findings in words; without those about a field of either side that is hidden from the viewer."""
    needs = _needs(matched)
    told = []
    for code in codes:
        text, style, about = TEXTS[code]
        if _may(viewer, needs[about]) and (about != _ALL or sees_everything(viewer)):
            told.append(Finding(text, style))
    return tuple(told)
