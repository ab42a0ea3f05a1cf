"""A simulated Salesforce of one's own in each test.

pytest may read this file before Django is set up, so whatever needs the settings is imported where it is used.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sync.salesforce.support import Org

MANY, PAGE_ROWS = 500, 200
"""Accounts of an org: three pages, by REST as by the Bulk API."""


@pytest.fixture(autouse=True)
def small_and_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long before a call is made again; pages are short."""
    from sync.systems.salesforce import bulk, client

    monkeypatch.setattr(client, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(client, "JITTER_SECONDS", 0.01)
    monkeypatch.setattr(client, "MOST_SECONDS", 0.05)
    monkeypatch.setattr(client, "PAGE_ROWS", PAGE_ROWS)
    monkeypatch.setattr(bulk, "PAGE_ROWS", PAGE_ROWS)
    monkeypatch.setattr(bulk, "FIRST_POLL_SECONDS", 0.02)
    monkeypatch.setattr(bulk, "MOST_POLL_SECONDS", 0.2)


def _made(folder: Path, accounts: int) -> Path:
    """A folder with an org's file, its certificates and its client's key."""
    from sync.simulators.salesforce import store
    from sync.simulators.salesforce.server import Simulator

    connection = store.create(folder / "org.sqlite3")
    store.insert_rows(
        connection,
        "Account",
        [{"Name": f"Account {number:04d}", "Phone": f"555-{number:04d}"} for number in range(accounts)],
    )
    connection.close()
    simulator = Simulator(folder / "org.sqlite3")
    simulator.start()
    simulator.stop()
    return folder


@pytest.fixture(scope="session")
def many_accounts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _made(tmp_path_factory.mktemp("salesforce"), MANY)


@pytest.fixture(scope="session")
def no_accounts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _made(tmp_path_factory.mktemp("salesforce"), 0)


def _serve(folder: Path, at: Path, settings: Any) -> "Iterator[Org]":
    from sync.simulators.salesforce.control import Control
    from sync.simulators.salesforce.server import Simulator
    from tests.sync.salesforce.support import Org, connect

    shutil.copytree(folder, at)
    before = settings.SALESFORCE
    with Simulator(at / "org.sqlite3") as simulator, Control(at / "org.sqlite3") as control:
        settings.SALESFORCE = before | connect(simulator)
        yield Org(simulator, control)
    settings.SALESFORCE = before


@pytest.fixture
def org(no_accounts: Path, tmp_path: Path, settings: Any) -> "Iterator[Org]":
    """A running org that holds nothing but its users."""
    yield from _serve(no_accounts, tmp_path / "org", settings)


@pytest.fixture
def big_org(many_accounts: Path, tmp_path: Path, settings: Any) -> "Iterator[Org]":
    """A running org of 500 accounts."""
    yield from _serve(many_accounts, tmp_path / "org", settings)
