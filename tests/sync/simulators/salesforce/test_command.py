"""`manage.py simulator salesforce ...` does at the command line what the control interface does in Python."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from sync.simulators.salesforce import faults, oauth, store
from sync.simulators.salesforce.control import Control
from sync.simulators.salesforce.server import Simulator


@pytest.fixture(autouse=True)
def _development(settings: Any) -> None:
    """The command runs in development only; the test runner turns DEBUG off."""
    settings.DEBUG = True


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "org.sqlite3"


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("simulator", "salesforce", *arguments, stdout=output)
    return output.getvalue()


def test_a_record_is_inserted_changed_and_deleted_and_the_ledger_tells_it(path: Path) -> None:
    told = run("edit", "Account", "--insert", "Name=A=B Mills", "Site=Dock", "--path", str(path))
    record = told.split()[1]
    assert told == f"Account {record} inserted.\n"
    assert run("edit", "account", record, "--set", "Site=", "--path", str(path)) == f"account {record} changed.\n"
    with Control(path) as control:
        kept = control.get("Account", record)
        assert kept is not None
        assert (kept["Name"], kept["Site"]) == ("A=B Mills", None)
    run("edit", "Account", record, "--delete", "--path", str(path))
    entries = [json.loads(line) for line in run("ledger", "--object", "Account", "--path", str(path)).splitlines()]
    assert [(each["operation"], each["id"]) for each in entries] == [
        ("insert", record),
        ("update", record),
        ("delete", record),
    ]
    after = str(entries[1]["sequence"])
    assert len(run("ledger", "--after", after, "--path", str(path)).splitlines()) == 1


@pytest.mark.parametrize("held", [None, b"", b"no database at all" * 100])
def test_an_org_of_no_ccb_is_refused_in_a_sentence(path: Path, tmp_path: Path, held: bytes | None) -> None:
    ccb = tmp_path / "which #1?.sqlite3"
    if held is not None:
        ccb.write_bytes(held)
    with pytest.raises(CommandError, match=r"holds no CC&B data .* fill the CC&B simulator first"):
        run("fill", "--path", str(path), "--ccb", str(ccb))
    assert ccb.exists() is (held is not None)


def test_a_fault_is_armed_and_disarmed(path: Path) -> None:
    told = run(
        *("fault", "lock-row", "row=7", "--object", "Account", "--match", "/composite", "--method", "patch"),
        *("--after", "2", "--count", "0", "--path", str(path)),
    )
    assert told == "Armed: lock-row.\n"
    connection = store.connect(path)
    (armed,) = faults.armed(connection)
    assert {name: armed[name] for name in ("name", "method", "path", "object", "after", "count", "row")} == {
        "name": "lock-row",
        "method": "PATCH",
        "path": "/composite",
        "object": "Account",
        "after": 2,
        "count": None,
        "row": 7,
    }
    run("fault", "disarm", "--path", str(path))
    assert faults.armed(connection) == []
    connection.close()


def test_a_filled_org_has_an_app_by_which_the_portal_signs_in(path: Path, few: Path) -> None:
    assert "accounts." in run("fill", "--ccb", str(few), "--accounts", "8", "--path", str(path))
    connection = store.connect(path)
    assert connection.execute("SELECT COUNT(*) FROM Account").fetchone()[0] >= 8
    assert oauth.knows(connection, "3MVG9.Customer360.simulator")
    connection.close()
    assert path.with_name("org-client.secret").stat().st_mode & 0o777 == 0o600
    assert run("day", "2", "--path", str(path)).startswith("The org's clock tells ")
    with pytest.raises(CommandError, match="holds accounts already"):
        run("fill", "--ccb", str(few), "--path", str(path))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("edit", "Account", "--set", "Name=x"), "Name the record to change or delete by its id"),
        (("edit", "Account", "001", "--insert", "Name=x"), "a new one has none"),
        (("edit", "Account", "--insert", "Name"), "not of the form NAME=VALUE"),
        (("edit", "Account", "--insert", "Site=x"), "REQUIRED_FIELD_MISSING: Required fields are missing"),
        (("edit", "Account", "--insert", "Nothing=x"), "INVALID_FIELD: No such column 'Nothing'"),
        (("edit", "Nothing", "--insert", "Name=x"), "The requested resource does not exist"),
        (("fault", "slow"), "needs the option 'seconds'"),
        (("fault", "hide-field", "field=Account.Nothing"), "The org has no field Account.Nothing"),
        (("fault", "unavailable", "--count", "-1"), "strikes once at least"),
        (("serve", "--port", "99999"), "There is no port 99999"),
        (("day",), "The simulated org holds no data yet: fill it first"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(path: Path, arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run(*arguments, "--path", str(path))


def test_a_port_that_is_taken_is_said_so(path: Path) -> None:
    with Simulator(path) as simulator, pytest.raises(CommandError, match="is taken"):
        run("serve", "--port", str(simulator.port), "--path", str(path))


def test_it_does_not_run_while_debug_is_off(path: Path, settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="stands in for Salesforce in development only"):
        run("fault", "disarm", "--path", str(path))
    assert not path.exists()


def test_a_file_that_is_no_org_is_refused_and_left_as_it_is(path: Path) -> None:
    path.write_bytes(b"no database at all" * 300)
    for task in (("serve", "--port", "0"), ("ledger",), ("edit", "Account", "--insert", "Name=x")):
        with pytest.raises(CommandError, match="cannot be used as the simulator's file"):
            run(*task, "--path", str(path))
    assert path.read_bytes() == b"no database at all" * 300
