"""The folder (`CUSTOMER360_HOME`, default `.local/`) that holds what `make run` keeps between two runs."""

import contextlib
import fcntl
import json
import os
import secrets
import shlex
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from customer360.development import postgres
from customer360.development.errors import DevelopmentError

PROJECT = Path(__file__).resolve().parents[2]
# All that lies in a home besides its lock, as patterns.
_KEPT = (
    "postgres",
    "postgres.*",
    "ccb.sqlite3*",
    "salesforce.sqlite3*",
    "salesforce-ca.pem",
    "salesforce-server.pem",
    "salesforce-client.*",
    ".salesforce-*.pem-*",
    ".salesforce-*.secret-*",
    "facts.json*",
    "secret_key*",
    "environment*",
    "log",
    "staticfiles",
    "lock",
)


class Home:
    """What lies in a home: the lock, logs, the secret key, the simulated systems' data, what is known about them."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.logs = self.path / "log"
        self.ccb_data = self.path / "ccb.sqlite3"
        self.salesforce_data = self.path / "salesforce.sqlite3"
        self.environment_file = self.path / "environment"
        self._facts = self.path / "facts.json"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Home":
        """The home that the environment names, or `.local/` in the project."""
        return cls(Path(environment.get("CUSTOMER360_HOME") or PROJECT / ".local"))

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the home for this process alone; the lock ends with the process, however it ends.

        Raises:
            DevelopmentError: another process holds it, or the home cannot be made.
        """
        try:
            postgres.make_home(self.path)
            self.logs.mkdir(exist_ok=True)
            file = os.open(self.path / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DevelopmentError(
                f"The folder {self.path} cannot be written ({error.strerror}): set CUSTOMER360_HOME to one that can."
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(file, 32, 0).decode().strip()
            os.close(file)
            raise DevelopmentError(
                f"Customer360 already runs from {self.path} (process {holder}) and is left alone: "
                "stop it with Ctrl-C first, or set CUSTOMER360_HOME and PORT to run a second one."
            ) from None
        try:
            os.truncate(file, 0)
            os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
            yield
        finally:
            os.close(file)

    def secret_key(self) -> str:
        """The key that signs sessions here, made once so that a restart signs nobody out."""
        file = self.path / "secret_key"
        if not file.exists():
            _write_private(file, secrets.token_urlsafe(64))
        return file.read_text().strip()

    def facts(self) -> dict[str, Any]:
        """What earlier runs recorded: size of the simulated data, which database was filled; empty at first."""
        try:
            facts = json.loads(self._facts.read_text())
        except (OSError, ValueError):
            return {}
        return facts if isinstance(facts, dict) else {}

    def record(self, **facts: Any) -> None:
        """Add facts to the record."""
        _write_private(self._facts, json.dumps(self.facts() | facts, indent=2) + "\n")

    @contextlib.contextmanager
    def environment(self, variables: Mapping[str, str]) -> Iterator[None]:
        """Keep the services' addresses in `HOME/environment` while they run, for `make manage` or a shell."""
        lines = [f"export {name}={shlex.quote(value)}\n" for name, value in sorted(variables.items())]
        _write_private(self.environment_file, "".join(lines))
        try:
            yield
        finally:
            self.environment_file.unlink(missing_ok=True)

    def running_environment(self) -> dict[str, str]:
        """The variables that `environment` wrote.

        Raises:
            DevelopmentError: nothing runs from this home.
        """
        try:
            if not self._is_locked():
                raise FileNotFoundError
            lines = self.environment_file.read_text().splitlines()
        except FileNotFoundError:
            raise DevelopmentError(
                f"Nothing runs from {self.path}: start it with `make run` in another terminal."
            ) from None
        return dict(shlex.split(line.removeprefix("export "))[0].split("=", 1) for line in lines)

    def _is_locked(self) -> bool:
        """Whether a process holds the home; a killed one leaves its files but not its lock."""
        with (self.path / "lock").open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def remove(self) -> None:
        """Remove what was kept here, PostgreSQL's data outside the home included; other files in the folder stay.

        Raises:
            DevelopmentError: Customer360 runs from this home.
        """
        if not self.path.exists():
            return
        with self.lock():
            data = postgres.data_folder(self.path)
            if postgres.SYSTEM_FOLDER in data.parents:
                shutil.rmtree(data.parent, ignore_errors=True)
            for name in (*_KEPT, "lock"):
                for kept in self.path.glob(name):
                    if kept.is_dir():
                        shutil.rmtree(kept)
                    else:
                        kept.unlink()
            with contextlib.suppress(OSError):  # a folder that holds other files stays
                self.path.rmdir()


def _write_private(file: Path, text: str) -> None:
    """Replace a file in one step with one that only we may read."""
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600, exist_ok=False)
    unfinished.write_text(text)
    unfinished.replace(file)
