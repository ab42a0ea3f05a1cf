"""Signing in to Salesforce: OAuth by our own POST, with a signed assertion or with the app's secret."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import jwt
import requests
from django.conf import settings

from sync.models import SalesforceConnection
from sync.systems.base import SourceError
from sync.systems.salesforce.errors import FINE, WHERE, Refusal, refusal

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_SECONDS = 180
"""How long an assertion may be used; Salesforce takes none that is good for more than five minutes."""
_OK, _SERVER, _TOO_MANY = 200, 500, 429
_APP = "the external client app's settings in Salesforce"
_ADVICE = {
    "invalid_client_id": f"Correct the consumer key {WHERE}.",
    "invalid_client": "Correct SALESFORCE_CONSUMER_SECRET (SALESFORCE_CONSUMER_SECRET_FILE), or upload the certificate"
    f" of the private key in {_APP}.",
    "invalid_app_access": f"The user may not use the app: pre-authorise the integration user in {_APP}.",
    "inactive_user": "The integration user is inactive. Ask Salesforce's administrator to activate it.",
    "inactive_org": "The org is locked or closed. Ask Salesforce's support.",
    "unsupported_grant_type": f"Switch on the chosen way to sign in in {_APP}, or choose the other {WHERE}.",
}
_ADVICE_BY_WORDS = (
    ("approved", f"Pre-authorise the integration user in {_APP}."),
    ("audience", f"Correct the login address {WHERE}."),
    ("expired", "Set this machine's clock: the assertion was out of date when it came."),
    ("assertion", f"The certificate in {_APP} must be that of the private key in SALESFORCE_PRIVATE_KEY_FILE."),
    ("client credentials", f"Name the user as whom the app runs in {_APP}."),
)
_USUAL_ADVICE = f"Check user name and login address {WHERE}, and that the user may sign in through the API."


@dataclass(frozen=True)
class Session:
    """A session: its token, where the org is, whose it is, and the org's clock when it began, without a zone."""

    token: str
    instance_url: str
    organization_id: str
    user_id: str
    began: datetime

    def __repr__(self) -> str:
        """Without the token."""
        return f"<Session of {self.user_id}>"


def sign_in(wanted: SalesforceConnection, http: requests.Session) -> Session:
    """A new session by the settings.

    Raises SourceError where a secret is missing or Salesforce refuses, Refusal where asking again may help, and
    requests' own errors where there was no answer.
    """
    answer = http.post(f"{wanted.login_url}/services/oauth2/token", data=_proof(wanted))
    try:
        body = answer.json()
    except requests.exceptions.JSONDecodeError:
        body = None
    if answer.status_code != _OK or not isinstance(body, dict) or "access_token" not in body:
        raise _refused(answer.status_code, body)
    *_, organization, user = str(body.get("id", "/")).split("/")
    return Session(str(body["access_token"]), str(body["instance_url"]), organization, user, _clock(answer))


def _proof(wanted: SalesforceConnection) -> dict[str, str]:
    """The form that proves who we are."""
    if wanted.sign_in == SalesforceConnection.SignIn.CLIENT_CREDENTIALS:
        return {
            "grant_type": "client_credentials",
            "client_id": wanted.consumer_key,
            "client_secret": secret("consumer_secret"),
        }
    claims = {
        "iss": wanted.consumer_key,
        "sub": wanted.user,
        "aud": wanted.audience,
        "exp": int(time.time()) + ASSERTION_SECONDS,
    }
    try:
        assertion = jwt.encode(claims, secret("private_key"), algorithm="RS256")
    except (ValueError, TypeError, jwt.PyJWTError) as error:
        raise SourceError(
            f"Salesforce could not be read: the private key is none ({type(error).__name__}). {FINE} Put an RSA key in"
            " PEM form, without a password, where SALESFORCE_PRIVATE_KEY_FILE points."
        ) from error
    return {"grant_type": JWT_BEARER, "assertion": assertion}


def secret(name: str) -> str:
    """A secret of the environment, or of the file that it names, read anew each time: a file may be replaced.

    Raises SourceError where there is none.
    """
    variable, file = f"SALESFORCE_{name.upper()}", settings.SALESFORCE[f"{name}_file"]
    if not file and not settings.SALESFORCE[name]:
        raise SourceError(
            f"Salesforce could not be read: neither {variable} nor {variable}_FILE is set. {FINE} Set {variable}_FILE,"
            f" or choose another way to sign in {WHERE}."
        )
    if not file:
        return str(settings.SALESFORCE[name])
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(
            f"The file that {variable}_FILE names cannot be read ({type(error).__name__}). {FINE} Correct"
            f" {variable}_FILE, or let the portal's account read the file."
        ) from error


def _refused(status: int, body: object) -> Exception:
    told = refusal(status, body)
    if status >= _SERVER or status == _TOO_MANY:
        return told
    words = told.message.lower()
    advice = _ADVICE.get(told.code) or next((advice for part, advice in _ADVICE_BY_WORDS if part in words), "")
    said = f"{told.code}: {told.message}" if told.message else told.code
    return SourceError(f"Salesforce refused the sign-in ({said}). {FINE} {advice or _USUAL_ADVICE}")


def _clock(answer: requests.Response) -> datetime:
    """The org's clock by the answer's Date header, in whole seconds of UTC, without a zone.

    Raises Refusal for an answer without one: what answered is not Salesforce.
    """
    try:
        moment = parsedate_to_datetime(answer.headers["Date"])
    except (KeyError, ValueError) as error:
        raise Refusal("NO_JSON", "an answer without a date", answer.status_code) from error
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
