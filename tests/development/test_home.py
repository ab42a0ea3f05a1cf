"""What is kept between two runs, and who may hold it."""

from pathlib import Path

import pytest

from customer360.development import postgres
from customer360.development.errors import DevelopmentError
from customer360.development.home import PROJECT, Home


def test_without_a_variable_the_home_lies_in_the_project() -> None:
    assert Home.from_environment({}).path == PROJECT / ".local"
    assert Home.from_environment({"CUSTOMER360_HOME": ""}).path == PROJECT / ".local"


def test_a_second_run_in_one_home_is_refused_in_one_sentence(tmp_path: Path) -> None:
    second = Home(tmp_path / "home").lock()
    with (
        Home(tmp_path / "home").lock(),
        pytest.raises(DevelopmentError, match=r"already runs from .* \(process \d+\) and is left alone"),
    ):
        second.__enter__()
    with Home(tmp_path / "home").lock():
        pass


def test_the_secret_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    home = Home(tmp_path)
    key = home.secret_key()
    assert len(key) >= 64
    assert Home(tmp_path).secret_key() == key
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_facts_add_up_and_a_damaged_record_counts_as_none(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.record(ccb={"accounts": 40, "months": 26})
    home.record(loaded="embedded")
    assert Home(tmp_path).facts() == {"ccb": {"accounts": 40, "months": 26}, "loaded": "embedded"}
    (tmp_path / "facts.json").write_text('{"ccb":')
    assert home.facts() == {}


def test_the_services_addresses_can_be_read_while_they_run_and_only_then(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    variables = {"DATABASE_URL": "postgresql://app@/customer360?host=/tmp/it's&port=5432", "DEBUG": "1"}
    with home.lock(), home.environment(variables):
        assert Home(tmp_path / "home").running_environment() == variables
        left_by_a_killed_run = home.environment_file.read_text()
    with pytest.raises(DevelopmentError, match="Nothing runs from"):
        home.running_environment()
    home.environment_file.write_text(left_by_a_killed_run)
    with pytest.raises(DevelopmentError, match="Nothing runs from"):
        home.running_environment()


def test_starting_over_removes_our_data_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "SYSTEM_FOLDER", tmp_path / "system")
    home = Home(tmp_path / "home")
    with home.lock():
        home.secret_key()
        home.record(loaded="embedded")
    kept = ("ccb.sqlite3-wal", "salesforce.sqlite3", "salesforce-ca.pem", "salesforce-client.secret")
    for name in (*kept, ".salesforce-server.pem-x7_a1b2c"):
        (home.path / name).touch()
    (home.path / "letter.txt").write_text("mine")
    elsewhere = tmp_path / "system" / "0123456789abcdef" / "postgres"
    elsewhere.mkdir(parents=True)
    (home.path / "postgres.path").write_text(f"{elsewhere}\n")
    home.remove()
    assert [entry.name for entry in home.path.iterdir()] == ["letter.txt"]
    assert not elsewhere.parent.exists()
    (home.path / "letter.txt").unlink()
    home.remove()
    assert not home.path.exists()


def test_the_data_of_a_running_home_are_not_removed(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with home.lock():
        home.record(loaded="embedded")
        with pytest.raises(DevelopmentError, match="already runs"):
            Home(tmp_path / "home").remove()
    assert home.facts() == {"loaded": "embedded"}


def test_where_the_data_lie_is_recorded_once(tmp_path: Path) -> None:
    (tmp_path / "postgres.path").write_text("/var/lib/customer360/0123/postgres\n")
    assert postgres.data_folder(tmp_path) == Path("/var/lib/customer360/0123/postgres")
