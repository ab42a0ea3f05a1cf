"""Signing in to the simulated Salesforce: what is checked, and what a refusal says."""

import base64
import hashlib
import hmac
import time
from typing import Any

import jwt
import pytest

from sync.simulators.salesforce import certificates, oauth, store
from sync.simulators.salesforce.server import Simulator
from tests.sync.simulators.salesforce.wire import Wire

BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
Claims = dict[str, Any]


@pytest.fixture
def claims(simulator: Simulator) -> Claims:
    client = simulator.client
    return {"iss": client.consumer_key, "sub": client.username, "aud": simulator.url, "exp": int(time.time()) + 120}


def assertion(simulator: Simulator, claims: Claims, key: str | None = None, algorithm: str = "RS256") -> dict[str, str]:
    signing = simulator.client.key_file.read_text() if key is None else key
    return {"grant_type": BEARER, "assertion": jwt.encode(claims, signing, algorithm=algorithm)}


def test_client_credentials_earn_a_token_with_a_true_signature(simulator: Simulator) -> None:
    told = Wire(simulator).token().json()
    secret = simulator.client.secret_file.read_bytes()
    signed = hmac.new(secret, (told["id"] + told["issued_at"]).encode(), hashlib.sha256).digest()
    assert told["signature"] == base64.b64encode(signed).decode()
    assert told["access_token"].startswith("00D")
    assert told["access_token"][15] == "!"
    assert (told["token_type"], told["scope"], told["instance_url"]) == ("Bearer", "api", simulator.url)
    assert abs(int(told["issued_at"]) / 1000 - time.time()) < 60


def test_a_token_says_whom_it_stands_for(wire: Wire) -> None:
    told = wire.get("/services/oauth2/userinfo").json()
    assert told["preferred_username"] == store.INTEGRATION_USERNAME
    assert wire.get(f"sobjects/User/{told['user_id']}").json()["Username"] == store.INTEGRATION_USERNAME
    path = told["id"].removeprefix(wire.simulator.url)
    assert wire.get(path).json() == told


@pytest.mark.parametrize("audience", ["own", "https://login.salesforce.com", "https://test.salesforce.com"])
def test_an_assertion_signed_with_the_registered_key_earns_a_token(
    simulator: Simulator, claims: Claims, audience: str
) -> None:
    if audience != "own":
        claims["aud"] = audience
    wire = Wire(simulator)
    told = wire.token(**assertion(simulator, claims))
    assert told.status_code == 200
    assert sorted(told.json()) == ["access_token", "id", "instance_url", "scope", "token_type"]
    wire.headers["Authorization"] = f"Bearer {told.json()['access_token']}"
    assert wire.get("limits").status_code == 200


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"iss": "another"}, ("invalid_client_id", "client identifier invalid")),
        ({"sub": "admin@utility.example"}, ("invalid_grant", "user hasn't approved this consumer")),
        ({"aud": "https://login.example.com"}, ("invalid_grant", "audience is invalid")),
        ({"exp": int(time.time()) - 3600}, ("invalid_grant", "expired authorization code")),
        ({"exp": None}, ("invalid_grant", "invalid assertion")),
        ({"sub": None}, ("invalid_grant", "invalid assertion")),
    ],
)
def test_each_claim_of_an_assertion_is_checked(
    simulator: Simulator, claims: Claims, changed: Claims, refusal: tuple[str, str]
) -> None:
    given = {name: value for name, value in (claims | changed).items() if value is not None}
    told = Wire(simulator).token(**assertion(simulator, given))
    assert (told.status_code, told.json()) == (400, {"error": refusal[0], "error_description": refusal[1]})


@pytest.mark.parametrize("forged", ["another key", "no signature", "the certificate as a secret", "no assertion"])
def test_an_assertion_that_the_registered_key_did_not_sign_is_refused(
    simulator: Simulator, claims: Claims, forged: str
) -> None:
    form = {"grant_type": BEARER, "assertion": "nothing"}
    if forged == "another key":
        form = assertion(simulator, claims, certificates.client_key()[0].decode())
    elif forged == "no signature":
        form = assertion(simulator, claims, "", "none")
    elif forged == "the certificate as a secret":
        form = assertion(simulator, claims, "the public certificate is no secret, as all may read it", "HS256")
    told = Wire(simulator).token(**form)
    assert (told.status_code, told.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("form", "refusal"),
    [
        ({"grant_type": "client_credentials", "client_secret": "wrong"}, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "nobody"}, "invalid_client_id"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({}, "unsupported_grant_type"),
    ],
)
def test_a_refusal_is_an_object_unlike_the_errors_of_rest(
    simulator: Simulator, form: dict[str, str], refusal: str
) -> None:
    told = Wire(simulator).token(**{"client_id": simulator.client.consumer_key, "client_secret": "", **form})
    assert told.status_code == 400
    assert sorted(told.json()) == ["error", "error_description"]
    assert told.json()["error"] == refusal


def test_credentials_may_come_in_a_basic_header(simulator: Simulator) -> None:
    client, wire = simulator.client, Wire(simulator)
    told = wire.session.post(
        f"{simulator.url}/services/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=(client.consumer_key, client.secret_file.read_text()),
    )
    assert told.status_code == 200


def test_a_revoked_or_expired_token_is_worth_nothing(simulator: Simulator) -> None:
    wire = Wire(simulator).sign_in()
    token = wire.headers["Authorization"].removeprefix("Bearer ")
    assert wire.get("limits").status_code == 200
    assert wire.call("POST", "/services/oauth2/revoke", data={"token": token}).status_code == 200
    refused = wire.get("limits")
    assert (refused.status_code, refused.json()) == (
        401,
        [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}],
    )
    assert wire.call("POST", "/services/oauth2/revoke", data={"token": token}).json()["error"] == "invalid_token"

    settings = f"{simulator.url}/simulator/settings"
    wire.session.patch(settings, json={"session_seconds": 0.01})
    wire.sign_in()
    time.sleep(0.05)
    assert wire.get("limits").status_code == 401
    wire.session.patch(settings, json={"session_seconds": 7200})


def test_an_inactive_user_cannot_sign_in(simulator: Simulator) -> None:
    connection = store.connect(simulator.path)
    store.insert_rows(connection, "User", [{"Username": "left@utility.example", "LastName": "Gone", "IsActive": False}])
    oauth.register_app(connection, "left", secret="s", certificate_pem=None, username="left@utility.example")
    connection.close()
    told = Wire(simulator).token(grant_type="client_credentials", client_id="left", client_secret="s")
    assert (told.status_code, told.json()) == (
        400,
        {"error": "invalid_grant", "error_description": "authentication failure"},
    )


def test_credentials_lie_in_files_that_only_their_owner_may_read(simulator: Simulator) -> None:
    for file in (simulator.client.secret_file, simulator.client.key_file):
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent == simulator.path.parent
