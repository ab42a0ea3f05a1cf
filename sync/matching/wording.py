"""What speaks for a proposal and against it, in words, as far as a person may see the fields that it is about."""

from collections.abc import Iterable
from dataclasses import dataclass

from customer360.visibility.viewer import Viewer
from sync.matching.objects import Matched

GOOD, FAIR, BAD = "ok", "", "warn"
"""How a finding is drawn: it speaks for the proposal, neither way, or against it."""

_ADDRESS = ("street", "city", "postal_code")
_TEXTS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "said.same": ("Salesforce holds this key", GOOD, ("{said}",)),
    "field.same": ("The compared field holds this key", GOOD, ("{said}",)),
    "name.same": ("Same name", GOOD, ()),
    "name.close": ("Name nearly the same", FAIR, ()),
    "name.part": ("Part of the name", FAIR, ()),
    "name.other": ("Another name", BAD, ()),
    "name.kin": ("Another generation or initial", BAD, ()),
    "place.same": ("Same address", GOOD, _ADDRESS),
    "place.near": ("Address nearly the same", FAIR, _ADDRESS),
    "place.street": ("Same street, another house", BAD, _ADDRESS),
    "place.town": ("Same town only", BAD, _ADDRESS),
    "place.other": ("Another town", BAD, _ADDRESS),
    "place.none": ("No address to compare", FAIR, _ADDRESS),
    "phone.same": ("Same telephone number", GOOD, ("phone",)),
    "email.same": ("Same e-mail address", GOOD, ("email",)),
    "account.same": ("Has a role on the account", GOOD, ()),
    "account.other": ("Has no role on the account that is linked", BAD, ()),
    "key.other": ("Salesforce holds another key", BAD, ("{said}",)),
    "key.twice": ("Another record of Salesforce holds this key", BAD, ("{said}",)),
    "several": ("Its customer has several accounts", BAD, ()),
    "close": ("Others fit about as well", BAD, ()),
    "parent": ("Other accounts of Salesforce stand below it", BAD, ()),
    "taken": ("Linked to another record of Salesforce already", BAD, ()),
    "rival": ("Another record of Salesforce fits better", BAD, ()),
    "shared": ("Another record of Salesforce looks like it too", FAIR, ()),
    "undone": ("A person took this link back", BAD, ()),
    "merge.two": ("Merged in Salesforce, and both were linked: which is it?", BAD, ()),
}


@dataclass(frozen=True)
class Finding:
    """One thing that speaks for a proposal or against it, and how it is drawn."""

    text: str
    style: str


def findings(viewer: Viewer, matched: Matched, codes: Iterable[str]) -> tuple[Finding, ...]:
    """The findings in words; without those about a field of Salesforce that is hidden from the viewer."""
    told = []
    for code in codes:
        text, style, needs = _TEXTS[code]
        fields = [name.format(said=matched.said) for name in needs or matched.named_by]
        if viewer.may(matched.model, *fields):
            told.append(Finding(text, style))
    return tuple(told)
