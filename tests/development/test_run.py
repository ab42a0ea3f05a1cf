"""`make run` as a person meets it: from an empty folder to a page, twice, with a crash in between."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from customer360.development.home import PROJECT
from customer360.development.processes import accepts_connections

READY_SECONDS = 180
PORTS = ("PORT", "CCB_PORT", "SALESFORCE_PORT")


def free_port() -> int:
    """A port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Run:
    """A `make run` in a home of its own."""

    def __init__(self, home: Path, output: Path, **variables: str) -> None:
        taken = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "CCB_DSN", "SECRET_KEY", "DJANGO_SETTINGS_MODULE")
        environment = {name: value for name, value in os.environ.items() if name not in taken}
        environment = {name: value for name, value in environment.items() if not name.startswith("SALESFORCE_")}
        environment |= {name: str(free_port()) for name in PORTS}
        environment |= {"CUSTOMER360_HOME": str(home), "PYTHONUNBUFFERED": "1", **variables}
        self.output = output
        with output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "customer360.development.run"],
                cwd=PROJECT, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
            )  # fmt: skip

    @property
    def said(self) -> str:
        """All it printed so far."""
        return self.output.read_text()

    def wait_until_it_says(self, words: str) -> None:
        """Wait for the words; fail where it ends before it says them."""
        deadline = time.monotonic() + READY_SECONDS
        while words not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)

    def ended_with(self, signal_number: signal.Signals | None = None) -> int:
        """Send the signal, if one is given, and return the exit code."""
        if signal_number:
            self.process.send_signal(signal_number)
        return self.process.wait(timeout=60)


@pytest.fixture
def runs() -> Iterator[list[Run]]:
    """The runs of a test, ended after it."""
    started: list[Run] = []
    yield started
    for run in started:
        if run.process.poll() is None:
            run.ended_with(signal.SIGTERM)


def processes_of(home: Path) -> list[str]:
    """The command lines of processes that were started from the home: they have it in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"CUSTOMER360_HOME={home}\0".encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def sockets_named_in(home: Path) -> set[Path]:
    """The folders of the two services' sockets, from the addresses that the home keeps while they run."""
    addresses = (home / "environment").read_text()
    return {Path(folder) for folder in re.findall(r"(?:=|//)(/[^'&=?\s]*c360-[a-z0-9_]{8})", addresses)}


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_it_starts_from_nothing_survives_a_crash_keeps_its_data_and_leaves_nothing_running(
    open_folder: Path, runs: list[Run]
) -> None:
    home, port, ccb_port, salesforce_port = open_folder / "home", free_port(), free_port(), free_port()
    ports = {"PORT": str(port), "CCB_PORT": str(ccb_port), "SALESFORCE_PORT": str(salesforce_port)}

    first = Run(home, open_folder / "first", ACCOUNTS="40", **ports)
    runs.append(first)
    first.wait_until_it_says(f"Ready: http://127.0.0.1:{port}")
    assert "Filling the CC&B simulator: 40 accounts" in first.said
    assert "Filling the Salesforce simulator" in first.said
    assert "Loading CC&B and Salesforce into Customer360" in first.said
    assert re.search(r"│ Salesforce accounts +│ +\d\d │ +\d\d │", first.said), "read, and written to the mirror"
    assert re.search(r"│ Accounts +│ +\d\d │ +\d\d │", first.said.partition("Matching Salesforce's records")[2])
    assert "rep, manager, steward, executive, auditor, admin" in first.said
    assert len(processes_of(home)) >= 7, "launcher, two simulators, web with its workers, worker, scheduler"
    page = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    page.request("GET", "/health")
    assert page.getresponse().status == 200
    page.close()

    beside = Run(home, open_folder / "beside")
    runs.append(beside)
    assert beside.ended_with() == 1
    assert f"Customer360 already runs from {home} (process {first.process.pid})" in beside.said

    sockets = sockets_named_in(home)
    assert len(sockets) == 2
    assert all(folder.is_dir() for folder in sockets)
    first.ended_with(signal.SIGKILL)
    deadline = time.monotonic() + 30
    while (processes_of(home) or accepts_connections(port)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert processes_of(home) == []

    began = time.monotonic()
    second = Run(home, open_folder / "second", ACCOUNTS="50", **ports)
    runs.append(second)
    second.wait_until_it_says("Ready:")
    assert time.monotonic() - began < 60
    assert "keep their 40 accounts and 26 months" in second.said
    assert "(once)" not in second.said
    assert not any(folder.exists() for folder in sockets), "left by the killed run"
    sockets = sockets_named_in(home)
    assert second.ended_with(signal.SIGINT) == 0
    assert second.said.endswith("Stopped.\n")
    assert processes_of(home) == []
    assert not any(folder.exists() for folder in sockets)
    assert not accepts_connections(port)
    assert not accepts_connections(ccb_port)
    assert not accepts_connections(salesforce_port)
    assert not (home / "environment").exists()


@pytest.mark.parametrize("variable", PORTS)
def test_a_used_port_is_one_sentence_and_nothing_is_started(open_folder: Path, runs: list[Run], variable: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        run = Run(open_folder / "home", open_folder / "output", **{variable: str(port)})
        runs.append(run)
        assert run.ended_with() == 1
    assert run.said.startswith(f"Customer360: Port {port} is in use by another program and nothing was started")
    assert f"`make run {variable}={port + 1}`" in run.said
    assert run.said.count("\n") == 1


def test_asked_to_stop_while_it_starts_it_stops_what_it_started(open_folder: Path, runs: list[Run]) -> None:
    home = open_folder / "home"
    run = Run(home, open_folder / "output")
    runs.append(run)
    run.wait_until_it_says("Valkey (embedded)")
    assert run.ended_with(signal.SIGTERM) == 130
    assert run.said.endswith("Stopped.\n")
    assert processes_of(home) == []


def test_half_a_database_setting_is_one_sentence(open_folder: Path, runs: list[Run]) -> None:
    run = Run(open_folder / "home", open_folder / "output", DATABASE_URL="postgresql://app@db.example/customer360")
    runs.append(run)
    assert run.ended_with() == 1
    assert "DATABASE_URL is set and DATABASE_OWNER_URL is not" in run.said
    assert not (open_folder / "home").exists()
