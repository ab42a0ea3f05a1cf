"""Composite: up to 25 calls in one, each of which may use what those before it answered."""

import json
import re
from typing import Any

from sync.simulators.salesforce import faults, store
from sync.simulators.salesforce.calls import Call, refusal
from sync.simulators.salesforce.errors import OrgError
from sync.simulators.salesforce.messages import Reply, Request, json_reply

MOST_PARTS = 25
_REFERENCE = re.compile(r"@\{([^}]+)\}")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_HALTED = {
    "errorCode": "PROCESSING_HALTED",
    "message": "The transaction was rolled back since another operation in the same transaction failed.",
}


class _RolledBack(Exception):
    """Ends the transaction of a request that stands or falls as a whole."""


def composite(call: Call) -> Reply:
    """POST composite: 200, with the status of each part in its result."""
    body = call.request.document()
    parts = body.get("compositeRequest")
    if not isinstance(parts, list) or not parts:
        raise OrgError("INVALID_INPUT", "The request has no compositeRequest.")
    if not all(isinstance(part, dict) for part in parts):
        raise OrgError("INVALID_INPUT", "A subrequest is not a JSON object.")
    references = [part.get("referenceId") for part in parts]
    if not all(isinstance(each, str | None) for each in references):
        raise OrgError("INVALID_INPUT", "A referenceId is a text.")
    if len(parts) > MOST_PARTS:
        raise OrgError("LIMIT_EXCEEDED", f"A composite request holds at most {MOST_PARTS} subrequests.")
    if body.get("allOrNone") is True:
        return json_reply({"compositeResponse": _all_or_none(call, parts)})
    answers: list[dict[str, Any]] = []
    for part in parts:
        answers.append(_answer(call, part, answers))
    return json_reply({"compositeResponse": answers})


def _all_or_none(call: Call, parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers of parts that stand or fall together: beside the one that failed, the others were halted."""
    answers: list[dict[str, Any]] = []
    struck: list[tuple[int, int | None, int]] = []
    try:
        with store.transaction(call.connection):
            for part in parts:
                answers.append(_answer(call, part, answers))
                if answers[-1]["httpStatusCode"] >= 400:
                    struck = faults.used(call.connection)
                    raise _RolledBack
    except _RolledBack:
        faults.keep_used(call.connection, struck)
        culprit = len(answers) - 1
        return [answers[-1] if place == culprit else _halted(part) for place, part in enumerate(parts)]
    return answers


def _halted(part: dict[str, Any]) -> dict[str, Any]:
    return {"body": [_HALTED], "httpHeaders": {}, "httpStatusCode": 400, "referenceId": part.get("referenceId")}


def _answer(call: Call, part: dict[str, Any], before: list[dict[str, Any]]) -> dict[str, Any]:
    """The answer to one part, which is routed as a call of its own."""
    reference = part.get("referenceId")
    try:
        part = _resolved(part, {each["referenceId"]: each["body"] for each in before})
        target, method = str(part.get("url", "")), str(part.get("method", ""))
        body = json.dumps(part["body"]).encode() if part.get("body") is not None else b""
        request = Request.of(method, target, _headers(part), body)
        outer = call.request
        request.origin, request.number, request.user_id = outer.origin, outer.number, outer.user_id
        request.objects, request.within = outer.objects, outer.path
        if request.path.rstrip("/").endswith("/composite"):
            # Its parts would end the transaction that they are in, or outlast it.
            raise OrgError("INVALID_INPUT", "A composite request cannot be a subrequest of another one.")
        reply = call.application.run(Call(call.application, call.connection, request))
    except OrgError as error:
        reply = refusal(error)
    whole = reply.body if isinstance(reply.body, bytes) else b"".join(reply.body)
    return {
        "body": json.loads(whole) if whole else None,
        "httpHeaders": {name: value for name, value in reply.headers.items() if name == "Location"},
        "httpStatusCode": reply.status,
        "referenceId": reference,
    }


def _headers(part: dict[str, Any]) -> dict[str, str]:
    given = part.get("httpHeaders")
    return {str(name): str(value) for name, value in given.items()} if isinstance(given, dict) else {}


def _resolved(value: Any, answered: dict[str, Any]) -> Any:
    """A value with every `@{reference.path}` replaced. Raises OrgError PROCESSING_HALTED for one without an answer."""
    if isinstance(value, dict):
        return {name: _resolved(each, answered) for name, each in value.items()}
    if isinstance(value, list):
        return [_resolved(each, answered) for each in value]
    if not isinstance(value, str):
        return value
    return _REFERENCE.sub(lambda found: str(_referred(found[1], answered)), value)


def _referred(path: str, answered: dict[str, Any]) -> Any:
    found: Any = answered
    try:
        for name, place in _STEP.findall(path):
            found = found[name] if name else found[int(place)]
    except (KeyError, IndexError, TypeError) as error:
        text = f"Invalid reference specified. No value for {path} found in the response."
        raise OrgError("PROCESSING_HALTED", text) from error
    return found
