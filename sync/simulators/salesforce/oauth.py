"""Signing in: client credentials and JWT bearer assertions, the tokens that they earn, and whom a token stands for."""

import base64
import hashlib
import hmac
import secrets
import sqlite3
import time
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from sync.simulators.salesforce import store
from sync.simulators.salesforce.errors import OrgError
from sync.simulators.salesforce.messages import Reply, Request, json_reply

SESSION_SECONDS = "session_seconds"
DEFAULT_SESSION_SECONDS = 2 * 60 * 60
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLIENT_CREDENTIALS = "client_credentials"
# The hosts of Salesforce itself, by which a client may name the audience of an assertion.
LOGIN_HOSTS = ("https://login.salesforce.com", "https://test.salesforce.com")
# The clocks may differ a little.
_SKEW_SECONDS = 30
_SCOPE = "api"


class Refused(Exception):
    """A sign-in that fails: what OAuth calls it, and why."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


@dataclass(frozen=True)
class App:
    """A client app registered with the org, and the user that its sessions run as."""

    consumer_key: str
    secret: str
    certificate: str | None
    username: str


def register_app(
    connection: sqlite3.Connection,
    consumer_key: str,
    *,
    secret: str,
    certificate_pem: str | bytes | None,
    username: str,
) -> None:
    """Register a client app, or change it; the caller commits.

    `username` is the user whom client credentials run as, and the one user who has approved the app for assertions.
    Raises ValueError for a certificate that is none, or that holds no RSA key.
    """
    pem = certificate_pem.decode() if isinstance(certificate_pem, bytes) else certificate_pem
    if pem is not None:
        _public_key(pem)
    connection.execute(
        "INSERT OR REPLACE INTO simulator_app VALUES (?, ?, ?, ?)", (consumer_key, secret, pem, username)
    )


def knows(connection: sqlite3.Connection, consumer_key: str) -> bool:
    """Whether an app is registered by that key."""
    found = connection.execute("SELECT 1 FROM simulator_app WHERE consumer_key = ?", (consumer_key,))
    return found.fetchone() is not None


def token(connection: sqlite3.Connection, request: Request) -> Reply:
    """POST /services/oauth2/token; the caller commits. A refusal is an object, unlike all of REST's errors."""
    form = request.form()
    client_id, secret = _client(request, form)
    try:
        if form.get("grant_type") == CLIENT_CREDENTIALS:
            app = _by_secret(connection, client_id, secret)
            user_id = _user(connection, app.username)
        elif form.get("grant_type") == JWT_BEARER:
            app, user_id = _by_assertion(connection, form.get("assertion", ""), request.origin)
        else:
            raise Refused("unsupported_grant_type", "grant type not supported")
    except Refused as refused:
        return json_reply({"error": refused.error, "error_description": refused.description}, refused.status)
    body = {
        "access_token": _issue(connection, app, user_id),
        "scope": _SCOPE,
        "instance_url": request.origin,
        "id": f"{request.origin}/id/{store.organization_id(connection)}/{user_id}",
        "token_type": "Bearer",
    }
    if form["grant_type"] == CLIENT_CREDENTIALS:
        # An assertion's answer has neither.
        issued_at = str(int(time.time() * 1000))
        body |= {"issued_at": issued_at, "signature": signature(app.secret, body["id"], issued_at)}
    return json_reply(body, Cache_Control="no-cache,must-revalidate,max-age=0,no-store,private")


def signature(secret: str, identity: str, issued_at: str) -> str:
    """By which a client proves that a token's answer comes from Salesforce."""
    signed = hmac.new(secret.encode(), (identity + issued_at).encode(), hashlib.sha256)
    return base64.b64encode(signed.digest()).decode()


def user_of(connection: sqlite3.Connection, request: Request) -> str:
    """The id of the user whose token the request bears. Raises OrgError INVALID_SESSION_ID."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() not in ("bearer", "oauth"):
        raise invalid_session()
    row = connection.execute(
        "SELECT user_id FROM simulator_token WHERE token = ? AND expires > ?", (given.strip(), time.time())
    ).fetchone()
    if row is None:
        raise invalid_session()
    return str(row[0])


def invalid_session() -> OrgError:
    """The refusal of a token that has expired, was revoked, or never was."""
    return OrgError("INVALID_SESSION_ID", "Session expired or invalid", status=401)


def revoke(connection: sqlite3.Connection, request: Request) -> Reply:
    """POST or GET /services/oauth2/revoke; the caller commits."""
    gone = connection.execute("DELETE FROM simulator_token WHERE token = ?", (request.form().get("token", ""),))
    if not gone.rowcount:
        return json_reply({"error": "invalid_token", "error_description": "invalid token"}, 400)
    return Reply(200)


def forget(connection: sqlite3.Connection, request: Request) -> None:
    """Let the token that a request bears be worth nothing from now on."""
    given = request.headers.get("Authorization", "").partition(" ")[2].strip()
    connection.execute("DELETE FROM simulator_token WHERE token = ?", (given,))


def revoke_all(connection: sqlite3.Connection) -> int:
    """End every session, as an administrator of the org may; the caller commits. Returns how many there were."""
    return connection.execute("DELETE FROM simulator_token").rowcount


def userinfo(connection: sqlite3.Connection, request: Request) -> Reply:
    """GET /services/oauth2/userinfo and /id/<org>/<user>: who the token stands for."""
    user = store.fetch(connection, "User", request.user_id) or {}
    organization = store.organization_id(connection)
    base = f"{request.origin}/services"
    return json_reply(
        {
            "sub": f"{request.origin}/id/{organization}/{request.user_id}",
            "id": f"{request.origin}/id/{organization}/{request.user_id}",
            "user_id": request.user_id,
            "organization_id": organization,
            "preferred_username": user["Username"],
            "username": user["Username"],
            "nickname": user["Alias"],
            "name": user["Name"],
            "display_name": user["Name"],
            "email": user["Email"],
            "email_verified": True,
            "given_name": user["FirstName"],
            "family_name": user["LastName"],
            "zoneinfo": "America/New_York",
            "active": bool(user["IsActive"]),
            "user_type": "STANDARD",
            "language": "en_US",
            "locale": "en_US",
            "utcOffset": -18000000,
            "urls": {
                "enterprise": f"{base}/Soap/c/{{version}}/{organization[:15]}",
                "metadata": f"{base}/Soap/m/{{version}}/{organization[:15]}",
                "partner": f"{base}/Soap/u/{{version}}/{organization[:15]}",
                "rest": f"{base}/data/v{{version}}/",
                "sobjects": f"{base}/data/v{{version}}/sobjects/",
                "search": f"{base}/data/v{{version}}/search/",
                "query": f"{base}/data/v{{version}}/query/",
                "profile": f"{request.origin}/{request.user_id}",
            },
        }
    )


def _client(request: Request, form: dict[str, str]) -> tuple[str, str]:
    """The app's key and secret, from the form or from a Basic Authorization header."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            key, _, secret = base64.b64decode(given).decode().partition(":")
        except ValueError:
            return "", ""
        return key, secret
    return form.get("client_id", ""), form.get("client_secret", "")


def _app(connection: sqlite3.Connection, consumer_key: str) -> App:
    row = connection.execute(
        "SELECT consumer_key, secret, certificate, username FROM simulator_app WHERE consumer_key = ?",
        (consumer_key,),
    ).fetchone()
    if row is None:
        raise Refused("invalid_client_id", "client identifier invalid")
    return App(*row)


def _by_secret(connection: sqlite3.Connection, consumer_key: str, secret: str) -> App:
    app = _app(connection, consumer_key)
    if not hmac.compare_digest(app.secret.encode(), secret.encode()):
        raise Refused("invalid_client", "invalid client credentials")
    return app


def _by_assertion(connection: sqlite3.Connection, assertion: str, origin: str) -> tuple[App, str]:
    """The app that signed an assertion, and the user it names.

    Each claim is checked as Salesforce does, which lets one pass that is good for long: its own command line gives the
    end in milliseconds.
    """
    try:
        claimed: dict[str, Any] = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.InvalidTokenError as error:
        raise Refused("invalid_grant", "invalid assertion") from error
    app = _app(connection, str(claimed.get("iss", "")))
    if app.certificate is None:
        raise Refused("invalid_client", "invalid client credentials")
    try:
        jwt.decode(
            assertion,
            _public_key(app.certificate),
            algorithms=["RS256"],
            audience=[*LOGIN_HOSTS, origin],
            leeway=_SKEW_SECONDS,
            options={"require": ["iss", "sub", "aud", "exp"]},
        )
    except jwt.InvalidAudienceError as error:
        raise Refused("invalid_grant", "audience is invalid") from error
    except jwt.ExpiredSignatureError as error:
        raise Refused("invalid_grant", "expired authorization code") from error
    except jwt.InvalidTokenError as error:
        raise Refused("invalid_grant", "invalid assertion") from error
    if claimed["sub"] != app.username:
        raise Refused("invalid_grant", "user hasn't approved this consumer")
    return app, _user(connection, app.username)


def _user(connection: sqlite3.Connection, username: str) -> str:
    """The id of an active user by name."""
    row = connection.execute('SELECT "Id" FROM "User" WHERE "Username" = ? AND "IsActive" = 1', (username,)).fetchone()
    if row is None:
        raise Refused("invalid_grant", "authentication failure")
    return str(row[0])


def _issue(connection: sqlite3.Connection, app: App, user_id: str) -> str:
    """A new token. Those of sessions long over are forgotten on the way."""
    now = time.time()
    lasts = float(store.setting(connection, SESSION_SECONDS) or DEFAULT_SESSION_SECONDS)
    # Clients check that a token consists of the characters that Salesforce uses.
    unique = secrets.token_urlsafe(72).replace("-", ".")
    issued = f"{store.organization_id(connection)[:15]}!{unique}"
    connection.execute("DELETE FROM simulator_token WHERE expires < ?", (now,))
    connection.execute(
        "INSERT INTO simulator_token VALUES (?, ?, ?, ?)", (issued, app.consumer_key, user_id, now + lasts)
    )
    return issued


def _public_key(pem: str) -> RSAPublicKey:
    """The key of a certificate. Raises ValueError when there is none, or one that is not RSA."""
    key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    if not isinstance(key, RSAPublicKey):
        raise ValueError("The app's certificate holds no RSA key; assertions are signed with RS256.")
    return key
