"""A call of the API on its way to its answer: the request, who makes it, and what of the server it needs."""

import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sync.simulators.salesforce import schema
from sync.simulators.salesforce.errors import OrgError
from sync.simulators.salesforce.messages import Reply, Request, json_reply
from sync.simulators.salesforce.records import RowResult
from sync.simulators.salesforce.schema import SObject

if TYPE_CHECKING:
    from sync.simulators.salesforce.application import Application

_STATUS = {
    "ENTITY_IS_DELETED": 404,
    "NOT_FOUND": 404,
    "INSUFFICIENT_ACCESS_OR_READONLY": 403,
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": 403,
}


@dataclass
class Call:
    """One call. `parts` are the variable parts of its route, percent-decoded."""

    application: "Application"
    connection: sqlite3.Connection
    request: Request
    parts: dict[str, str] = field(default_factory=dict)

    @property
    def user_id(self) -> str:
        """The user who makes the call."""
        return self.request.user_id

    @property
    def version(self) -> str:
        """The version of the API that the call names, `59.0`."""
        return self.parts.get("version", self.request.version)

    @property
    def base(self) -> str:
        """The beginning of this version's addresses."""
        return f"/services/data/v{self.version}"

    def sobject(self) -> SObject:
        """The object that the route names. Raises OrgError NOT_FOUND if the org has none of that name."""
        found = schema.find(self.parts["object"])
        if found is None:
            raise not_found()
        return found


def not_found() -> OrgError:
    """The answer to an address, or to a record, that is not there."""
    return OrgError("NOT_FOUND", "The requested resource does not exist", status=404)


class Failed(OrgError):
    """A write of one record that the org refuses, with each of its reasons."""

    def __init__(self, result: RowResult) -> None:
        first = result.errors[0]
        super().__init__(first.code, first.message, fields=first.fields, status=_STATUS.get(first.code, 400))
        self.result = result

    def bodies(self) -> list[dict[str, object]]:
        """The list that the answer holds: every reason, each with its fields, be there none."""
        return [
            {"message": error.message, "errorCode": error.code, "fields": list(error.fields)}
            for error in self.result.errors
        ]


def refusal(error: OrgError) -> Reply:
    """The answer to a call that the org refuses: a list."""
    return json_reply(error.bodies() if isinstance(error, Failed) else [error.body()], error.status)
