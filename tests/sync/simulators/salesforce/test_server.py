"""The simulated Salesforce's HTTPS server: its certificates, its manners on the wire, its start and end."""

import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from django.conf import settings
from simple_salesforce import Salesforce

from sync.simulators.salesforce import certificates
from sync.simulators.salesforce.server import Simulator
from tests.sync.simulators.salesforce.wire import VERSION, Wire


def test_only_who_trusts_its_authority_talks_to_it(simulator: Simulator, tmp_path: Path) -> None:
    url = f"{simulator.url}/services/data"
    session = requests.Session()
    session.trust_env = False
    with pytest.raises(requests.exceptions.SSLError):
        session.get(url)
    other = certificates.ensure(tmp_path / "other.sqlite3").ca_file
    with pytest.raises(requests.exceptions.SSLError):
        session.get(url, verify=str(other))
    assert session.get(url, verify=simulator.ca_file).status_code == 200


def test_certificates_stay_the_same_until_they_are_about_to_expire(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "org.sqlite3"
    first = certificates.ensure(path)
    authority, server = first.ca_file.read_bytes(), first.server_file.read_bytes()
    assert first.server_file.stat().st_mode & 0o777 == 0o600
    assert b"PRIVATE" not in authority
    assert certificates.ensure(path).ca_file.read_bytes() == authority
    assert x509.load_pem_x509_certificates(server)[0].extensions.get_extension_for_class(x509.BasicConstraints)

    monkeypatch.setattr(certificates, "_RENEWED_BEFORE", certificates._VALID)
    assert certificates.ensure(path).ca_file.read_bytes() != authority
    monkeypatch.undo()
    first.server_file.write_bytes(server)
    renewed = certificates.ensure(path)
    assert ssl.create_default_context(cafile=str(renewed.ca_file))
    assert renewed.server_file.read_bytes() != server, "a certificate of another authority is made anew"


def test_every_version_is_served_with_and_without_a_trailing_slash(wire: Wire) -> None:
    versions = {each["version"] for each in wire.get("/services/data").json()}
    assert {"50.0", "59.0", "66.0"} <= versions
    for version in ("50.0", "51.0", "61.0", "66.0", "71.0"):
        for slash in ("", "/"):
            told = wire.get(f"/services/data/v{version}/query{slash}", params={"q": "SELECT Id FROM Account LIMIT 1"})
            assert told.status_code == 200
            assert f"/v{version}/" in told.json()["records"][0]["attributes"]["url"]


def test_versions_are_told_to_anybody_and_the_rest_is_not(simulator: Simulator) -> None:
    stranger = Wire(simulator)
    assert stranger.get("/services/data").status_code == 200
    for path in (f"/services/data/{VERSION}", "limits", "sobjects", "/services/oauth2/userinfo"):
        assert stranger.get(path).json() == [
            {"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}
        ]


def test_answers_carry_salesforces_headers(wire: Wire) -> None:
    told = wire.get("limits")
    assert told.headers["Server"] == "sfdcedge"
    assert told.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert len(told.headers["X-SFDC-Request-Id"]) == 32
    used, allowed = told.headers["Sforce-Limit-Info"].removeprefix("api-usage=").split("/")
    again = wire.get("limits")
    assert again.headers["Sforce-Limit-Info"] == f"api-usage={int(used) + 1}/{allowed}"
    assert again.json()["DailyApiRequests"] == {"Max": int(allowed), "Remaining": int(allowed) - int(used) - 1}


def test_an_address_that_leads_nowhere_and_a_method_it_does_not_have(wire: Wire) -> None:
    missing = {"message": "The requested resource does not exist", "errorCode": "NOT_FOUND"}
    for path in ("nothing", "/services/data/v60", "/services/other", "sobjects/Nothing/describe"):
        told = wire.get(path)
        assert (told.status_code, told.json()) == (404, [missing])
    told = wire.call("PUT", "query")
    assert (told.status_code, told.json()[0]["errorCode"]) == (405, "METHOD_NOT_ALLOWED")


def test_a_connection_stays_open_for_many_requests_and_chunked_bodies_are_read(wire: Wire) -> None:
    context = ssl.create_default_context(cafile=wire.simulator.ca_file)
    connection = HTTPSConnection("127.0.0.1", wire.simulator.port, context=context, timeout=10)
    job = wire.call("POST", "jobs/ingest", json={"object": "Account", "operation": "insert"}).json()
    pieces = iter([b"Name\n", b"From a chunk", b"\n"])
    path = f"/services/data/{VERSION}/jobs/ingest/{job['id']}"
    connection.request("PUT", f"{path}/batches", body=pieces, headers=wire.headers, encode_chunked=True)
    first = connection.getresponse()
    assert (first.status, first.read()) == (201, b"")
    held = connection.sock
    connection.request("GET", path, headers=wire.headers)
    second = connection.getresponse()
    assert (second.status, connection.sock) == (200, held)
    second.read()
    connection.close()


def test_an_address_longer_than_salesforce_takes_is_refused(wire: Wire) -> None:
    soql = f"SELECT {', '.join(['Name'] * 3000)} FROM Account"
    assert wire.get("query", params={"q": soql}).status_code == 414
    assert wire.get("limits").status_code == 200


def test_a_body_that_is_no_json_is_refused(wire: Wire) -> None:
    told = wire.call("POST", "sobjects/Account", data=b"{", headers={"Content-Type": "application/json"})
    assert (told.status_code, told.json()[0]["errorCode"]) == (400, "JSON_PARSER_ERROR")


def test_a_client_that_hangs_in_the_handshake_holds_nobody_up(wire: Wire) -> None:
    with socket.create_connection(("127.0.0.1", wire.simulator.port)):
        assert wire.get("limits").status_code == 200


def test_it_ends_while_clients_are_connected(tmp_path: Path) -> None:
    simulator = Simulator(tmp_path / "org.sqlite3").start()
    wire = Wire(simulator).sign_in()
    assert wire.get("limits").status_code == 200
    simulator.stop()
    with pytest.raises(requests.exceptions.ConnectionError):
        wire.get("limits")


def test_what_it_counted_is_known_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "org.sqlite3"
    used = []
    for _ in range(2):
        with Simulator(path) as simulator:
            wire = Wire(simulator).sign_in()
            used.append(wire.get("limits").json()["DailyApiRequests"]["Remaining"])
    assert used == [99_999, 99_998]


@pytest.fixture
def library(wire: Wire) -> Iterator[Salesforce]:
    """The library through which the portal talks to Salesforce."""
    token = wire.headers["Authorization"].removeprefix("Bearer ")
    yield Salesforce(instance_url=wire.simulator.url, session_id=token, session=wire.session, version="60.0")


def test_simple_salesforce_describes_and_reads_every_page(library: Salesforce) -> None:
    described: Any = library.describe()
    assert {"Account", "Contact", "Customer__c"} <= {each["name"] for each in described["sobjects"]}
    fields = {field["name"]: field for field in library.Account.describe()["fields"]}
    assert fields["CCB_Account_ID__c"]["externalId"] is True
    read = library.query_all("SELECT Id, Name, Owner.Name FROM Account")
    assert (read["totalSize"], len(read["records"])) == (4500, 4500)
    assert len({record["Id"] for record in read["records"]}) == 4500
    assert library.api_usage["api-usage"].total == 100_000


def test_it_serves_from_the_command_line_until_it_is_told_to_end(tmp_path: Path) -> None:
    manage = str(settings.BASE_DIR / "manage.py")
    serve = ("simulator", "salesforce", "serve", "--port", "0", "--path", str(tmp_path / "org.sqlite3"))
    environment = {**os.environ, "DEBUG": "1"}
    with subprocess.Popen(
        [sys.executable, manage, *serve], stdout=subprocess.PIPE, text=True, env=environment
    ) as server:
        assert server.stdout is not None
        url = server.stdout.readline().split(",")[0].rsplit(" ", 1)[1]
        trusted = server.stdout.readline().split(";")[0].removeprefix("Trust ")
        session = requests.Session()
        session.trust_env = False
        form = {
            "grant_type": "client_credentials",
            "client_id": "3MVG9.Customer360.simulator",
            "client_secret": (tmp_path / "org-client.secret").read_text(),
        }
        assert session.post(f"{url}/services/oauth2/token", data=form, verify=trusted).status_code == 200
        server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 0
