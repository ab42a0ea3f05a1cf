"""A simulated Salesforce org on the wire, and a client signed in to it.

pytest may read this file before Django is set up, so whatever needs the settings is imported where it is used.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sync.simulators.salesforce.server import Simulator
    from tests.sync.simulators.salesforce.wire import Wire

ACCOUNTS = 4_500


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Simulator]":
    """Serves an org with 4,500 accounts: three pages of a query."""
    from sync.simulators.salesforce.server import Simulator
    from tests.sync.simulators.salesforce.wire import org_with

    path = tmp_path_factory.mktemp("salesforce") / "org.sqlite3"
    org_with(path, Account=[{"Name": f"Account {number:04d}"} for number in range(ACCOUNTS)])
    with Simulator(path) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def signed_in(simulator: "Simulator") -> "Wire":
    from tests.sync.simulators.salesforce.wire import Wire

    return Wire(simulator).sign_in()


@pytest.fixture
def wire(signed_in: "Wire") -> "Iterator[Wire]":
    """A signed-in client; no fault stays armed after the test."""
    yield signed_in
    signed_in.session.delete(f"{signed_in.simulator.url}/simulator/faults")
