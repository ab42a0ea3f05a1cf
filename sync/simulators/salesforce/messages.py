"""What goes over the wire: a request as the routes read it, and a reply as they give it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote

from sync.simulators.salesforce.errors import OrgError

JSON = "application/json;charset=UTF-8"
CSV = "text/csv;charset=UTF-8"
HTML = "text/html;charset=UTF-8"
_SURROGATE = b"\\ud"


class Headers(Protocol):
    """The headers of a request, by name in any case."""

    def get(self, name: str, default: str, /) -> Any:
        """The value of a header, or that default."""
        ...


class NoReply(Exception):
    """The connection is to be closed without an answer."""


@dataclass
class Reply:
    """An answer: its status, and its body whole or in pieces (which then go out chunked)."""

    status: int = 200
    body: bytes | Iterable[bytes] = b""
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    # The connection ends in the middle of the body, before its last byte.
    cut: bool = False


@dataclass
class Request:
    """One request. Its path has no trailing slash; the parts of a matched route are still percent-encoded in it."""

    method: str
    path: str
    query: dict[str, str]
    headers: Headers
    body: bytes
    # The scheme, host and port that the client used.
    origin: str = ""
    number: str = ""
    user_id: str = ""
    version: str = ""
    # The API names of the objects that it reads or writes; known while faults are armed, which go by them.
    objects: frozenset[str] = frozenset()
    # The path of the composite request that it is a part of.
    within: str = ""

    @classmethod
    def of(cls, method: str, target: str, headers: Headers, body: bytes) -> "Request":
        """From a request line's target; a `_HttpMethod` parameter stands for the method, as Salesforce has it."""
        path, _, query = target.partition("?")
        # Some clients add a second query to an address that has one.
        given = dict(parse_qsl(query.replace("?", "&"), keep_blank_values=True))
        return cls(given.pop("_HttpMethod", method).upper(), path.rstrip("/") or "/", given, headers, body)

    def json(self) -> Any:
        """The body's JSON. Raises OrgError JSON_PARSER_ERROR."""
        try:
            value = json.loads(self.body or b"{}")
            if _SURROGATE in self.body.lower():
                # Half of a character, written as an escape: it is in no text.
                json.dumps(value, ensure_ascii=False).encode()
        except (json.JSONDecodeError, UnicodeError) as error:
            raise OrgError("JSON_PARSER_ERROR", f"Unexpected character in the body: {error}") from error
        return value

    def document(self) -> dict[str, Any]:
        """The body's JSON object. Raises OrgError JSON_PARSER_ERROR for anything else."""
        value = self.json()
        if not isinstance(value, dict):
            raise OrgError("JSON_PARSER_ERROR", "The body is not a JSON object.")
        return value

    def form(self) -> dict[str, str]:
        """The fields of a form, of the body and of the query."""
        posted = parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return self.query | dict(posted)


def json_reply(value: Any, status: int = 200, **headers: str) -> Reply:
    """A value as JSON, with the spacing of Salesforce; a header's name is given with _ for -."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(status, body, headers={name.replace("_", "-"): text for name, text in headers.items()})


def error_reply(error: OrgError) -> Reply:
    """An error as Salesforce gives it: a list."""
    return json_reply([error.body()], error.status)


def decoded(part: str) -> str:
    """A part of a path as it was before it was percent-encoded."""
    return unquote(part)
