"""Requests of any shape are answered by the simulated Salesforce, and never by an error of its own."""

import socket
import ssl
from typing import Any

import pytest

from tests.sync.simulators.salesforce.wire import VERSION, Wire

ODD: list[Any] = [
    None,
    7,
    "text",
    [],
    {},
    [None],
    {"records": 7},
    {"records": [None]},
    {"records": [{"attributes": 7}]},
]
ODD += [{"compositeRequest": [7]}, {"compositeRequest": [{}]}, {"compositeRequest": [{"url": 7, "method": []}]}]
ODD += [{"compositeRequest": [{"method": "GET", "url": "/simulator/faults", "referenceId": [], "httpHeaders": 3}]}]
ODD += [{"compositeRequest": [{"referenceId": {"a": 1}}, {"referenceId": "b"}]}]
ODD += [{"ids": 7, "fields": None}, {"ids": [None, {}], "fields": [7]}, {"object": [], "operation": {}}, {"state": []}]
ODD += [{"object": "Account", "operation": "insert", "lineEnding": [], "columnDelimiter": {}}]
ODD += [{"operation": "query", "query": 7}, {"Name": {"deep": []}}, {"Name": "\x00\ud800"}, {"": ""}, {"Id": []}]
TARGETS = (
    ("POST", "sobjects/Account"),
    ("PATCH", "sobjects/Account/001000000000000AAA"),
    ("PATCH", "sobjects/Account/CCB_Account_ID__c/%00%FF"),
    ("POST", "composite"),
    ("POST", "composite/sobjects"),
    ("PATCH", "composite/sobjects"),
    ("PATCH", "composite/sobjects/Account/CCB_Account_ID__c"),
    ("POST", "composite/sobjects/Account"),
    ("POST", "jobs/ingest"),
    ("POST", "jobs/query"),
    ("PATCH", "jobs/ingest/7505e0000000001AAA"),
    ("POST", "/services/oauth2/token"),
)


@pytest.mark.parametrize(("method", "path"), TARGETS)
def test_a_body_of_any_shape_is_answered(wire: Wire, method: str, path: str) -> None:
    wire.arm("slow", seconds=0, path="/never", count=None)
    for body in ODD:
        told = wire.call(method, path, json=body)
        assert told.status_code < 500, (body, told.text)


@pytest.mark.parametrize(
    "path",
    [
        "query?q=%00", "query?q=SELECT", "query/01g-", "query/-1", "query/01g5e0000000001AAA-99999999999999999999",
        "query/01g5e0000000001AAA-%C2%B2", f"query/01g5e0000000001AAA-{'9' * 5000}",
        "jobs/query/7505e0000000001AAA/results?locator=%00&maxRecords=-1", "sobjects/Account/%27%20OR%201",
        "sobjects/Account/CCB_Account_ID__c/%27%5C", "sobjects/Account/001000000000000AAA?fields=%27,,--",
        "sobjects/Account/updated?start=x&end=y", "sobjects/Account/deleted?start=9999-12-31T23:59:59Z&end=0001-01-01",
        "limits/recordCount?sObjects=%00,,%27", "composite/sobjects?ids=,,%00", "//", "sobjects//describe",
    ],
)  # fmt: skip
def test_an_address_of_any_shape_is_answered(wire: Wire, path: str) -> None:
    for method in ("GET", "DELETE"):
        assert wire.call(method, path).status_code < 500


@pytest.mark.parametrize("size", ["0", "\u00b2", "9" * 5000, "-1", "x"])
def test_a_page_size_of_any_shape_is_answered(wire: Wire, size: str) -> None:
    soql = "SELECT Id FROM Account"
    options = {"Sforce-Query-Options": f"batchSize={size}".encode()}
    assert wire.get("query", params={"q": soql}, headers=options).status_code == 200
    job = wire.call("POST", "jobs/query", json={"operation": "query", "query": soql}).json()["id"]
    wire.ended(job, "query")
    assert wire.get(f"jobs/query/{job}/results", params={"maxRecords": size}).status_code == 200
    for locator in ("LTU", "wrI"):  # -5, and a digit that is none
        assert wire.get(f"jobs/query/{job}/results", params={"locator": locator}).status_code == 400


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nshort",
        b"nothing\r\n\r\n",
        b"\x00" * 100,
    ],
)
def test_what_is_no_request_closes_its_connection_alone(wire: Wire, sent: bytes) -> None:
    context = ssl.create_default_context(cafile=wire.simulator.ca_file)
    with (
        socket.create_connection(("127.0.0.1", wire.simulator.port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1000)
    assert wire.get(f"/services/data/{VERSION}/limits").status_code == 200


@pytest.mark.parametrize("data", [b"\xff\xfe", b'Name\n"open', b"Name\n\x00\n", b",\n,\n", b"Name\n" + b"x" * 200_000])
def test_an_upload_of_any_shape_ends_its_job(wire: Wire, data: bytes) -> None:
    job = wire.call("POST", "jobs/ingest", json={"object": "Account", "operation": "insert"}).json()["id"]
    wire.call("PUT", f"jobs/ingest/{job}/batches", data=data)
    wire.close(job)
    told = wire.ended(job)
    assert not told.get("errorMessage", "").startswith("InternalServerError")
    for file in ("successfulResults", "failedResults", "unprocessedrecords"):
        assert wire.get(f"jobs/ingest/{job}/{file}").status_code == 200
