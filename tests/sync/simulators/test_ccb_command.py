"""`manage.py simulator ccb ...` does at the command line what the control interface does in Python."""

import os
import signal
import sqlite3
import subprocess
import sys
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import oracledb
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from sync.simulators.ccb.control import Control

MANAGE = settings.BASE_DIR / "manage.py"


@pytest.fixture(autouse=True)
def _development(settings: Any) -> None:
    """The command runs in development only; the test runner turns DEBUG off."""
    settings.DEBUG = True


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ccb.sqlite3"


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("simulator", "ccb", *arguments, stdout=output)
    return output.getvalue()


def test_a_row_is_inserted_changed_and_deleted(path: Path, control: Control) -> None:
    run("edit", "ci_per", "per_id=42", "--insert", "EMAILID=a=b@example.com", "--path", str(path))
    assert control.rows("CI_PER", PER_ID="42")[0]["EMAILID"] == "a=b@example.com"
    assert run("edit", "CI_PER", "PER_ID=42", "--set", "EMAILID=", "PER_OR_BUS_FLG=B", "--path", str(path)) == (
        "1 row of CI_PER changed.\n"
    )
    (row,) = control.rows("CI_PER")
    assert (row["EMAILID"], row["PER_OR_BUS_FLG"]) == (" ", "B ")
    run("edit", "CI_PER", "PER_ID=42", "--delete", "--path", str(path))
    assert control.rows("CI_PER") == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("edit", "CI_PER", "PER_ID=1", "--set", "EMAILID=x"), "0 rows"),
        (("edit", "CI_PER", "PER_ID=1", "--insert", "NOPE=x"), "^CI_PER has no column NOPE; nothing was changed.$"),
        (("edit", "CI_NOPE", "PER_ID=1", "--delete"), "^CC&B has no table CI_NOPE; nothing was changed.$"),
        (
            ("edit", "CI_ACCT", "ACCT_ID=1", "--insert", "SETUP_DT=soon"),
            "SETUP_DT takes a date such as 2026-11-24, not",
        ),
        (("edit", "CI_FT", "FT_ID=1", "--insert", "CUR_AMT=much"), "CUR_AMT takes a number, not 'much'"),
        (("fault", "error", "code=x"), "code of the fault error takes a number, not 'x'"),
        (("fault", "slow", "seconds=-1"), "is not below 0"),
        (("fault", "error", "code=942", "--count", "-1"), "once at least"),
        (("serve", "--port", "99999"), "There is no port 99999"),
        (("edit", "CI_PER", "PER_ID", "--delete"), "not of the form NAME=VALUE"),
        (("fault", "error"), "needs the option 'code'"),
        (("serve", "--port", "0", "--certificate", "none.pem"), "none.pem holds no certificate with its key"),
        (("day",), "no business date"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(path: Path, arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run(*arguments, "--path", str(path))


def test_a_fault_is_armed_and_disarmed(path: Path, control: Control) -> None:
    run("fault", "error", "code=1555", "rows=10", "--match", "CI_FT", "--count", "0", "--path", str(path))
    armed = control.connection.execute("SELECT fault, match, remaining, options FROM simulator_fault").fetchall()
    assert [tuple(row) for row in armed] == [("error", "CI_FT", None, '{"code": 1555, "rows": 10}')]
    run("fault", "disarm", "--path", str(path))
    assert control.connection.execute("SELECT COUNT(*) FROM simulator_fault").fetchone()[0] == 0


def test_a_filled_simulator_lives_through_a_day(path: Path, control: Control) -> None:
    assert "rows in" in run("fill", "--accounts", "10", "--months", "2", "--path", str(path))
    start = control.business_date
    assert start == date.today()
    accounts = len(control.rows("CI_ACCT"))
    assert accounts >= 10
    run("day", "2", "--path", str(path))
    assert control.business_date is not None
    assert control.business_date > start


def test_it_does_not_run_while_debug_is_off(path: Path, settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="does not run while DEBUG is off"):
        run("fault", "disarm", "--path", str(path))
    assert not path.exists()


@pytest.mark.parametrize(
    ("made", "message"), [("noise", "cannot be used as the simulator's file"), ("older", "made by another version")]
)
def test_a_file_that_is_none_of_its_own_is_refused_and_left_as_it_is(tmp_path: Path, made: str, message: str) -> None:
    path = tmp_path / "given.sqlite3"
    if made == "noise":
        path.write_bytes(b"no database at all" * 300)
    else:
        with sqlite3.connect(path) as older:
            older.execute("CREATE TABLE CI_PER (PER_ID TEXT PRIMARY KEY)")
        older.close()
    for task in (("serve", "--port", "0"), ("day",), ("edit", "CI_PER", "PER_ID=1", "--insert")):
        with pytest.raises(CommandError, match=message):
            run(*task, "--path", str(path))
    if made == "older":
        with sqlite3.connect(path) as left:
            assert left.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall() == [("CI_PER",)]
        left.close()


def test_it_serves_until_it_is_told_to_end(path: Path, control: Control) -> None:
    control.insert("CI_PER", PER_ID="42")
    command = [sys.executable, str(MANAGE), "simulator", "ccb", "serve", "--port", "0", "--path", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "DEBUG": "1"}) as server:
        assert server.stdout is not None
        dsn = server.stdout.readline().split(",")[0].rsplit(" ", 1)[1]
        with oracledb.connect(user="CISREAD", password="customer360", dsn=dsn) as connection:
            assert connection.cursor().execute("SELECT TRIM(PER_ID) FROM CI_PER").fetchall() == [("42",)]
        server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 0


def test_a_port_that_is_taken_is_said_so(path: Path, simulator: Any) -> None:
    with pytest.raises(CommandError, match="is taken"):
        run("serve", "--port", str(simulator.port), "--path", str(path))
