"""A stream joined with what describe shows the integration user: what is missing or hidden, and what has grown."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sync.models import SalesforceConnection
from sync.stream import Stream
from sync.systems.base import Fitted, SourceError
from sync.systems.fitting import WIDENED, room
from sync.systems.salesforce.errors import PERMISSION_SET
from sync.systems.salesforce.soql import ID, expressions

Describe = Callable[[str], "Described | None"]


@dataclass(frozen=True)
class Described:
    """An object as the integration user sees it: each field by its name in lower case, as describe gives it."""

    name: str
    fields: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Described":
        """From the answer to a describe call."""
        return cls(str(body["name"]), {str(field["name"]).lower(): field for field in body["fields"]})

    def parents(self, relationship: str) -> tuple[str, ...]:
        """The objects that a relationship may lead to; none where there is no such relationship."""
        for field in self.fields.values():
            if str(field.get("relationshipName") or "").lower() == relationship.lower():
                return tuple(field["referenceTo"])
        return ()


@dataclass(frozen=True)
class Missing:
    """What a stream reads and the user does not see: a whole object, with no fields, or fields of one."""

    object: str
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        """`Account.Phone, Account.Fax`, or `Account` alone."""
        return ", ".join(f"{self.object}.{field}" for field in self.fields) if self.fields else self.object

    @property
    def permission(self) -> str:
        """What the permission set grants for it, in words."""
        if not self.fields:
            return f"Read and View All Records on the object {self.object}"
        return f"read access to {'the field' if len(self.fields) == 1 else 'the fields'} {self}"


def missing(stream: Stream, describe: Describe) -> Missing | None:
    """What the stream reads and the user does not see; None where everything is there.

    Raises Refusal where Salesforce does not say.
    """
    described = describe(stream.source)
    if described is None:
        return Missing(stream.source)
    wanted = dict.fromkeys((*expressions(stream).values(), ID))
    absent = tuple(path for path in wanted if not _has(described, path, describe))
    return Missing(described.name, absent) if absent else None


def _has(described: Described, path: str, describe: Describe) -> bool:
    first, _, rest = path.partition(".")
    if not rest:
        return first.lower() in described.fields
    parents = (describe(name) for name in described.parents(first))
    return any(parent is not None and _has(parent, rest, describe) for parent in parents)


def fit(stream: Stream, describe: Describe, settings: SalesforceConnection) -> Fitted:
    """The stream as this org is to be read, with the overlap and the hold-back that the settings say.

    Raises SourceError where an object or a field is missing or hidden: the sentence names it and what to grant;
    Refusal where Salesforce does not say.
    """
    if absent := missing(stream, describe):
        raise SourceError(
            f"{stream.title} could not be read: {absent} {'are' if len(absent.fields) > 1 else 'is'} missing in"
            f" Salesforce, or hidden from the integration user. The mirror is as it was after the last good run, and"
            f" the other streams go on. Assign the permission set {PERMISSION_SET} to the user; it must grant"
            f" {absent.permission}."
        )
    cursor = stream.cursor and replace(stream.cursor, overlap=settings.overlap, hold_back=settings.hold_back)
    return Fitted(replace(stream, cursor=cursor), tuple(_widened(stream, describe)))


def _widened(stream: Stream, describe: Describe) -> Iterator[dict[str, Any]]:
    """A warning for every text that may be longer in Salesforce than our field. What does not fit is rejected."""
    described = describe(stream.source)
    for line in stream.fields:
        field = described.fields.get(line.theirs.lower()) if described else None
        most, longest = room(line, stream.model_field(line.ours)), _longest(field) if field else 0
        if most is not None and longest > most:
            yield {
                "field": line.ours,
                "rows": None,
                "detail": f"{WIDENED}{stream.source}.{line.theirs} takes {longest} characters and {line.ours} only"
                f" {most}. Values that fit are taken, longer ones rejected. Widen the field.",
            }


def _longest(field: Mapping[str, Any]) -> int:
    """The characters that a field may hold: of a restricted picklist those of its longest value."""
    if field.get("restrictedPicklist"):
        return max((len(str(choice["value"])) for choice in field["picklistValues"]), default=0)
    return int(field.get("length") or 0)
