"""Short private folders for sockets."""

import os
import tempfile
from pathlib import Path

import pytest

from customer360.development import runtime
from customer360.development.errors import DevelopmentError
from customer360.development.runtime import Account, RuntimeDirectory

OURS = Account(os.geteuid(), os.getegid())


@pytest.fixture
def temporary(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's temporary folder, for the length of a test."""
    monkeypatch.setattr(tempfile, "tempdir", str(open_folder))
    return open_folder


def test_the_folder_is_private_and_gone_after_use(temporary: Path) -> None:
    directory = RuntimeDirectory(OURS)
    assert directory.path.parent == temporary
    assert directory.path.stat().st_mode & 0o777 == 0o700
    directory.remove()
    assert not directory.path.exists()


def test_folders_of_killed_processes_are_removed_and_those_in_use_are_not(temporary: Path) -> None:
    in_use, abandoned, killed_early = RuntimeDirectory(OURS), temporary / "c360-abandond", temporary / "c360-early000"
    for folder in (abandoned, killed_early):
        folder.mkdir(mode=0o700)
    (abandoned / "lock").touch()
    (abandoned / ".s.PGSQL.5432").touch()
    (temporary / "c360-other").mkdir()
    second = RuntimeDirectory(OURS)
    assert not abandoned.exists()
    assert in_use.path.exists()
    assert killed_early.exists(), "it may be one that is being made at this moment"
    assert (temporary / "c360-other").exists()
    second.remove()
    in_use.remove()


def test_a_symbolic_link_named_like_a_folder_of_ours_is_not_followed(temporary: Path) -> None:
    precious = temporary / "precious"
    precious.mkdir()
    (precious / "lock").touch()
    (temporary / "c360-12345678").symlink_to(precious)
    RuntimeDirectory(OURS).remove()
    assert (precious / "lock").exists()


def test_a_temporary_folder_with_a_long_name_is_passed_over(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long_folder = temporary / ("long-" * 20)
    long_folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long_folder))
    directory = RuntimeDirectory(OURS)
    assert not directory.path.is_relative_to(long_folder)
    assert len(os.fsencode(f"{directory.path}{runtime.LONGEST_NAME}")) <= runtime.LONGEST_PATH
    directory.remove()


def test_no_usable_temporary_folder_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "LONGEST_PATH", 10)
    with pytest.raises(DevelopmentError, match="set TMPDIR to one"):
        RuntimeDirectory(OURS)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can try another account")
def test_an_account_s_rights_are_tried_and_not_guessed(open_folder: Path, tmp_path: Path) -> None:
    nobody = runtime.database_account()
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    assert nobody.can_enter(open_folder)
    assert not nobody.can_enter(closed)
    assert not nobody.can_run(str(closed / "missing"))
