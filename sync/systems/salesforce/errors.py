"""What Salesforce's refusals mean: one table of its error codes, for reading and for writing alike.

Salesforce publishes no such list. The split follows what the codes are documented to mean: whether the same call may
simply be made again, needs a new session, must wait for the org's allowance, or is for a person to look at.
"""

import re
from enum import Enum
from typing import Any

import requests
from simple_salesforce.exceptions import SalesforceError

from sync.systems.base import SourceError

FINE = "The mirror is as it was after the last good run."
WHERE = "in admin under Salesforce connection"
PERMISSION_SET = "Customer360 Integration"
"""The permission set that grants the integration user everything the streams read."""


class Reaction(Enum):
    """What to do about a refusal."""

    RETRY = "the same call again, after a while"
    SIGN_IN = "sign in again, then the same call"
    WAIT = "wait until the org has calls to spare again"
    PERSON = "a person must change something in Salesforce or here"
    NEVER = "never the same call again"


def _reactions(reaction: Reaction, codes: str) -> dict[str, Reaction]:
    return dict.fromkeys(codes.split(), reaction)


REACTIONS: dict[str, Reaction] = {
    **_reactions(
        Reaction.RETRY,
        "UNABLE_TO_LOCK_ROW SERVER_UNAVAILABLE SERVICE_UNAVAILABLE UNKNOWN_EXCEPTION QUERY_TIMEOUT TOO_MANY_REQUESTS"
        " TOO_MANY_APEX_REQUESTS API_TASK_LIMIT_REACHED CONCURRENT_REQUESTS_LIMIT_EXCEEDED ALL_OR_NONE_OPERATION"
        "_ROLLED_BACK PROCESSING_HALTED",
    ),
    **_reactions(Reaction.SIGN_IN, "INVALID_SESSION_ID InvalidSessionId SESSION_EXPIRED"),
    **_reactions(Reaction.WAIT, "REQUEST_LIMIT_EXCEEDED EXCEEDED_QUOTA"),
    **_reactions(
        Reaction.PERSON,
        "STORAGE_LIMIT_EXCEEDED LIMIT_EXCEEDED TXN_SECURITY_NO_ACCESS API_DISABLED_FOR_ORG API_CURRENTLY_DISABLED"
        " INSUFFICIENT_ACCESS INSUFFICIENT_ACCESS_OR_READONLY INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"
        " ENTITY_IS_LOCKED INACTIVE_OWNER_OR_USER CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY CANNOT_EXECUTE_FLOW_TRIGGER"
        " FUNCTIONALITY_NOT_ENABLED UNSUPPORTED_API_VERSION",
    ),
    **_reactions(
        Reaction.NEVER,
        "REQUIRED_FIELD_MISSING FIELD_CUSTOM_VALIDATION_EXCEPTION DUPLICATES_DETECTED DUPLICATE_VALUE"
        " DUPLICATE_EXTERNAL_ID INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST STRING_TOO_LONG NUMBER_OUTSIDE_VALID_RANGE"
        " INVALID_EMAIL_ADDRESS FIELD_INTEGRITY_EXCEPTION INVALID_CROSS_REFERENCE_KEY INVALID_FIELD_FOR_INSERT_UPDATE"
        " CIRCULAR_DEPENDENCY MIXED_DML_OPERATION ENTITY_IS_DELETED INVALID_FIELD INVALID_TYPE MALFORMED_QUERY"
        " MALFORMED_ID NOT_FOUND INVALID_QUERY_LOCATOR INVALID_REPLICATION_DATE EXCEEDED_ID_LIMIT",
    ),
}
"""What to do about each error code. `ALL_OR_NONE…` and `PROCESSING_HALTED` are not the row's own fault."""

_ADVICE = {
    "REQUEST_LIMIT_EXCEEDED": "The org has used up its API calls of 24 hours; the next runs go on once it has calls to"
    " spare. See which integrations use them in Salesforce's Setup under System Overview.",
    "API_DISABLED_FOR_ORG": f"Assign the permission set {PERMISSION_SET}, which grants API Enabled, to the integration"
    " user.",
    "API_CURRENTLY_DISABLED": "Salesforce's API is switched off for the org. Ask Salesforce's support.",
    "INSUFFICIENT_ACCESS": f"Assign the permission set {PERMISSION_SET} to the integration user.",
    "TXN_SECURITY_NO_ACCESS": "A transaction security policy of the org refused the call: let the integration user"
    " through.",
    "UNSUPPORTED_API_VERSION": f"Correct the API version {WHERE}.",
    "INVALID_FIELD": f"A field is missing or hidden: assign the permission set {PERMISSION_SET} to the integration"
    " user.",
    "INVALID_TYPE": f"An object is missing or hidden: assign the permission set {PERMISSION_SET} to the integration"
    " user.",
    "INVALID_SESSION_ID": "The session was refused twice. Check that the integration user may still sign in.",
}
_ADVICE_BY_REACTION = {
    Reaction.RETRY: "Salesforce was asked several times; the next run tries again.",
    Reaction.SIGN_IN: _ADVICE["INVALID_SESSION_ID"],
    Reaction.WAIT: _ADVICE["REQUEST_LIMIT_EXCEEDED"],
    Reaction.PERSON: f"Assign the permission set {PERMISSION_SET} to the integration user, or ask Salesforce's"
    " administrator.",
    Reaction.NEVER: "Compare the org with the streams in sync/streams/salesforce/.",
}
NETWORK, NO_JSON, TRUNCATED = "NETWORK", "NO_JSON", "TRUNCATED"
"""Codes of ours for what comes without one of Salesforce's: no answer, an answer that is none, half an answer."""
CERTIFICATE = "CERTIFICATE"
_OWN = {NETWORK: Reaction.RETRY, NO_JSON: Reaction.RETRY, TRUNCATED: Reaction.RETRY, CERTIFICATE: Reaction.PERSON}
_OWN_ADVICE = {
    NETWORK: f"Check that the network leads to Salesforce and that the login address {WHERE} is right; the next run"
    " tries again.",
    CERTIFICATE: f"Its certificate is not trusted, or names another host. Correct the certificate authorities {WHERE}.",
}
_CONCURRENT = re.compile("concurrent", re.IGNORECASE)
_TOO_MANY, _UNAUTHORIZED, _FORBIDDEN, _SERVER = 429, 401, 403, 500


class Refusal(Exception):
    """A call that Salesforce did not answer as asked: its error code and text, and the HTTP status, 0 without one.

    `retry_after` is how many seconds it asks to wait, where it says.
    """

    def __init__(self, code: str, message: str, status: int = 0) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, " ".join(message.split()), status
        self.retry_after: float | None = None

    @property
    def reaction(self) -> Reaction:
        """What to do about it."""
        if self.code == "REQUEST_LIMIT_EXCEEDED" and _CONCURRENT.search(self.message):
            # The same code says that too many long calls run at once, which passes within moments.
            return Reaction.RETRY
        known = REACTIONS.get(self.code) or _OWN.get(self.code)
        if known:
            return Reaction.SIGN_IN if self.code == NO_JSON and self.status == _UNAUTHORIZED else known
        if self.code.startswith("TXN_SECURITY"):
            return Reaction.PERSON
        if self.status == _UNAUTHORIZED:
            return Reaction.SIGN_IN
        if self.status == _TOO_MANY or self.status >= _SERVER:
            return Reaction.RETRY
        return Reaction.PERSON if self.status == _FORBIDDEN else Reaction.NEVER

    @property
    def advice(self) -> str:
        """What a person should do, in a sentence or two."""
        return _ADVICE.get(self.code) or _OWN_ADVICE.get(self.code) or _ADVICE_BY_REACTION[self.reaction]


def reaction_to(code: str, message: str = "") -> Reaction:
    """What to do about an error code that came for one row of many, as collections and bulk jobs give them."""
    return Refusal(code, message).reaction


def understood(error: Exception) -> Refusal:
    """The failure of a call as a refusal.

    Raises the error itself where it is neither Salesforce's nor the network's.
    """
    match error:
        case Refusal():
            return error
        case SalesforceError():
            return refusal(error.status, error.content)
        case requests.exceptions.SSLError() if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return Refusal(CERTIFICATE, "certificate verify failed")
        case requests.exceptions.JSONDecodeError():
            return Refusal(NO_JSON, "the answer was cut off, or is no JSON")
        case requests.exceptions.RequestException():
            return Refusal(NETWORK, _without_address(error))
    raise error


def refusal(status: int, content: Any) -> Refusal:
    """A refusal from an answer's status and body: a list of errors, the object that OAuth gives, or no JSON at all."""
    first = content[0] if isinstance(content, list) and content else content
    if isinstance(first, dict) and ("errorCode" in first or "error" in first):
        code = str(first.get("errorCode") or first.get("error"))
        return Refusal(code, str(first.get("message") or first.get("error_description") or ""), status)
    return Refusal(NO_JSON, f"HTTP {status} without Salesforce's own words", status)


def explain(refused: Refusal, what: str) -> SourceError:
    """A refusal as sentences for a person: what happened, what is still fine, what to do."""
    told = f"{refused.code}: {refused.message}" if refused.message else refused.code
    return SourceError(f"{what} could not be read ({told[:300].rstrip('.')}). {FINE} {refused.advice}")


def _without_address(error: Exception) -> str:
    """What a network error says, without the address of the call, which may hold a query."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason or error).__name__
