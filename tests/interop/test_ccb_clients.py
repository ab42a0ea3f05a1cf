"""Clients that share no code with python-oracledb read the CC&B simulator and get the same rows.

node-oracledb (JavaScript) and the ADBC driver for Oracle (Go) are installed under build/interop, never among the
project's own packages. `make interop` runs this; it needs Node.js and a package index.
"""

import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import oracledb
import pytest

from sync.simulators.ccb import store
from sync.simulators.ccb.generator import fill
from sync.simulators.ccb.server import Simulator

pytestmark = pytest.mark.interop

HERE = Path(__file__).parent
TOOLS = HERE.parent.parent / "build" / "interop"
NODE_PACKAGE = "oracledb@26.0.0"
ADBC_PACKAGES = ("adbc-driver-oracle==1.0.1", "pyarrow")
USER, PASSWORD = "CISREAD", "customer360"
STATEMENTS = (
    "SELECT PER_ID, PER_OR_BUS_FLG, EMAILID FROM CI_PER ORDER BY PER_ID",
    "SELECT n.ENTITY_NAME, TRIM(n.PER_ID), n.SEQ_NUM FROM CI_PER_NAME n ORDER BY n.PER_ID, n.SEQ_NUM",
    "SELECT FT_ID, SA_ID, FT_TYPE_FLG, CUR_AMT, TOT_AMT, CRE_DTTM, ARS_DT, VERSION FROM CI_FT ORDER BY FT_ID",
    "SELECT s.ACCT_ID, COUNT(*), SUM(f.CUR_AMT) FROM CI_FT f JOIN CI_SA s ON s.SA_ID = f.SA_ID"
    " WHERE f.FREEZE_SW = 'Y' GROUP BY s.ACCT_ID ORDER BY s.ACCT_ID",
    "SELECT PER_ID FROM CI_PER WHERE PER_ID = 'nobody'",
)
Run = Callable[[str], list[str]]


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    path = tmp_path_factory.mktemp("ccb") / "ccb.sqlite3"
    connection = store.connect(path)
    fill(connection, accounts=40, months=3, today=date(2026, 11, 24))
    connection.commit()
    connection.close()
    with Simulator(path) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def node() -> Run:
    """node-oracledb, as a function of the connect string."""
    program = shutil.which("node")
    assert program, "Node.js is not installed; `make interop` needs it."
    modules = TOOLS / "node" / "node_modules"
    if not (modules / "oracledb").is_dir():
        modules.parent.mkdir(parents=True, exist_ok=True)
        install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(modules.parent)]
        subprocess.run([*install, NODE_PACKAGE], check=True)
    client = str(HERE / "ccb_node_client.js")
    return lambda dsn: _output([program, client, str(modules), dsn, USER, PASSWORD, *STATEMENTS])


@pytest.fixture(scope="module")
def adbc() -> Run:
    """The ADBC driver in a virtual environment of its own, as a function of the connect string."""
    python = TOOLS / "adbc" / "bin" / "python"
    if not (python.parent.parent / "complete").exists():
        venv.create(python.parent.parent, with_pip=True, clear=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *ADBC_PACKAGES], check=True)
        (python.parent.parent / "complete").touch()
    client = str(HERE / "ccb_adbc_client.py")
    return lambda dsn: _output([str(python), client, dsn, USER, PASSWORD, *STATEMENTS])


@pytest.fixture(scope="module")
def expected(simulator: Simulator) -> list[list[list[Any]]]:
    """The rows of every statement as python-oracledb reads them."""
    with oracledb.connect(user=USER, password=PASSWORD, dsn=simulator.dsn) as connection:
        rows = [connection.cursor().execute(statement).fetchall() for statement in STATEMENTS]
    assert [bool(each) for each in rows] == [True, True, True, True, False]
    return [[[_comparable(value) for value in row] for row in each] for each in rows]


@pytest.mark.parametrize("client", ["node", "adbc"])
def test_an_independent_client_reads_the_same_rows(
    request: pytest.FixtureRequest, simulator: Simulator, expected: list[list[list[Any]]], client: str
) -> None:
    run: Run = request.getfixturevalue(client)
    *lines, failure = run(simulator.dsn)
    read = [[[_comparable(value) for value in row] for row in json.loads(line)] for line in lines]
    assert read == expected
    assert failure == "ORA-00942"


def _output(command: list[str]) -> list[str]:
    environment = {"PATH": str(Path(sys.executable).parent), "TZ": "UTC"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def _comparable(value: Any) -> Any:
    """Numbers as exact decimals and moments as ISO text, whatever a client makes of them."""
    if isinstance(value, datetime):
        return value.isoformat()[:19]
    if isinstance(value, float | int):
        return Decimal(str(value))
    if isinstance(value, str) and value[:1] in "-.0123456789" and value[:1]:
        try:
            return Decimal(value)
        except ArithmeticError:
            return value
    return value
