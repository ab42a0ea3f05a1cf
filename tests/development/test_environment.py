"""The script that makes the virtual environment, which runs before any package is there."""

import ast
import json
import sys
from pathlib import Path

import pytest

from customer360.development import environment


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with two locks and no virtual environment."""
    for lock in environment.LOCKS.values():
        (tmp_path / lock).write_text(f"# {lock}\n")
    (tmp_path / ".venv").mkdir()
    monkeypatch.setattr(environment, "PROJECT", str(tmp_path))
    monkeypatch.setattr(environment, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(environment, "VENV_PYTHON", str(tmp_path / ".venv/bin/python"))
    monkeypatch.setattr(environment, "STAMP", str(tmp_path / ".venv/installed.json"))
    return tmp_path


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that the script runs; all of them end well."""
    seen: list[list[str]] = []

    def call(command: list[str], **options: object) -> int:
        seen.append(command)
        return 0

    monkeypatch.setattr(environment.subprocess, "call", call)
    return seen


def test_an_old_python_can_read_the_script_and_it_needs_no_package() -> None:
    tree = ast.parse(Path(environment.__file__).read_text(), feature_version=(3, 6))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported <= sys.stdlib_module_names
    assert not any(isinstance(node, ast.ImportFrom) for node in ast.walk(tree))


def test_without_a_fitting_python_one_sentence_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(environment, "fits", lambda python: False)
    assert environment.main([]) == 1
    assert "Python 3.11, 3.12 or 3.13 is needed" in capsys.readouterr().err


def test_without_the_venv_module_one_sentence_names_the_package(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(environment, "fits", lambda python: python == sys.executable)
    monkeypatch.setattr(environment, "succeeds", lambda command: False)
    assert environment.main([]) == 1
    assert "install the package python3-venv" in capsys.readouterr().err


def test_packages_are_installed_by_their_hashes_once(folder: Path, commands: list[list[str]]) -> None:
    for _ in range(2):
        environment.install("run")
    assert len(commands) == 1
    assert {"--require-hashes", "--only-binary=:all:", str(folder / "requirements.txt")} <= set(commands[0])


def test_the_tools_bring_what_the_portal_needs_and_a_changed_lock_is_installed_again(
    folder: Path, commands: list[list[str]]
) -> None:
    environment.install("dev")
    environment.install("run")
    assert len(commands) == 1
    (folder / "requirements.txt").write_text("# newer\n")
    environment.install("run")
    environment.install("dev")
    assert [Path(command[-1]).name for command in commands[1:]] == ["requirements.txt", "requirements-dev.txt"]


def test_a_failed_installation_is_one_sentence_and_is_tried_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment.subprocess, "call", lambda command, **options: 1)
    with pytest.raises(environment.Missing, match="check the network and run this again"):
        environment.install("run")
    assert not (folder / ".venv/installed.json").exists()


def test_a_damaged_stamp_counts_as_none(folder: Path, commands: list[list[str]]) -> None:
    (folder / ".venv/installed.json").write_text("{")
    environment.install("run")
    assert json.loads((folder / ".venv/installed.json").read_text()).keys() == {"run"}
