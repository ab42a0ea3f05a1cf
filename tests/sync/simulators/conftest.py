"""A CC&B simulator with empty tables, its control interface, and connections to it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import oracledb
import pytest

from sync.simulators.ccb.control import Control
from sync.simulators.ccb.server import Simulator
from tests.sync.simulators.generated import ACCOUNTS, filled

Connect = Callable[..., oracledb.Connection]


@pytest.fixture
def control(tmp_path: Path) -> Iterator[Control]:
    with Control(tmp_path / "ccb.sqlite3") as control:
        yield control


@pytest.fixture
def simulator(control: Control, tmp_path: Path) -> Iterator[Simulator]:
    with Simulator(tmp_path / "ccb.sqlite3") as simulator:
        yield simulator


@pytest.fixture
def connect(simulator: Simulator) -> Iterator[Connect]:
    """`connect()`: a new connection as CISREAD, closed after the test."""
    with ExitStack() as stack:

        def new(**options: Any) -> oracledb.Connection:
            given = {"user": "CISREAD", "password": "customer360", "dsn": simulator.dsn, **options}
            connection = oracledb.connect(**given)
            stack.callback(_close, connection)
            return connection

        yield new


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[oracledb.Connection]:
    """One connection for many tests, to a simulator whose tables stay empty."""
    with Simulator(tmp_path_factory.mktemp("bare") / "ccb.sqlite3") as simulator:
        connection = oracledb.connect(user="CISREAD", password="customer360", dsn=simulator.dsn)
        yield connection
        connection.close()


@pytest.fixture
def ask(connect: Connect) -> Callable[..., list[tuple[Any, ...]]]:
    """`ask(sql, name=value)`: the rows of a query."""
    connection = connect()

    def rows(statement: str, **binds: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            return cursor.execute(statement, binds).fetchall()

    return rows


def _close(connection: oracledb.Connection) -> None:
    try:
        connection.close()
    except oracledb.Error:
        # A fault of the test has closed it already.
        return


@pytest.fixture(scope="module")
def generated() -> Iterator[sqlite3.Connection]:
    """A CC&B of sixty accounts that no test changes."""
    connection = filled(ACCOUNTS)
    yield connection
    connection.close()


@pytest.fixture
def living(generated: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """A copy whose days may pass."""
    connection = sqlite3.connect(":memory:")
    generated.backup(connection)
    yield connection
    connection.close()
