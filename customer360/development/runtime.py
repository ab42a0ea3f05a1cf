"""Short-lived 0700 directories for unix sockets, and the account that PostgreSQL runs under.

A unix socket's path holds at most 107 bytes, and a clone may lie deeper than that, so sockets live in a directory with
a short name under the system's temporary folder. Each directory is locked by the process that made it; one whose lock
is free was left by a killed process and is removed by the next that starts.
"""

import contextlib
import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from customer360.development.errors import DevelopmentError

PREFIX = "c360-"
LOCK_NAME = "lock"
# sun_path is 108 bytes with its closing NUL (unix(7)); the longest socket name that is put into the directory:
LONGEST_PATH = 107
LONGEST_NAME = "/.s.PGSQL.5432.lock"


@dataclass(frozen=True)
class Account:
    """A user and group of this machine."""

    uid: int
    gid: int

    def popen_arguments(self) -> dict[str, Any]:
        """Arguments that make `subprocess` run a command under this account; none where it is already ours."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_run(self, *command: str) -> bool:
        """Whether the account can run the command and it succeeds: folders, mount options and libraries included."""
        try:
            done = subprocess.run(  # noqa: S603
                command, stdin=subprocess.DEVNULL, capture_output=True, cwd="/", check=False, **self.popen_arguments()
            )
        except OSError:
            return False
        return done.returncode == 0

    def can_enter(self, folder: Path) -> bool:
        """Whether the account may pass through the folder and all those above it."""
        return self.can_run("/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder))


def database_account() -> Account:
    """The account PostgreSQL runs under: ours, or `nobody` for root, whom PostgreSQL refuses.

    Raises:
        DevelopmentError: root's machine has no user `nobody`.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise DevelopmentError(
            "PostgreSQL does not run as root and this machine has no user `nobody`: "
            "run as an ordinary user, or set DATABASE_URL and DATABASE_OWNER_URL to a PostgreSQL of your own."
        ) from None
    return Account(nobody.pw_uid, nobody.pw_gid)


class RuntimeDirectory:
    """A 0700 directory with a short path, owned by `account`, that lives as long as this process wants it."""

    def __init__(self, account: Account) -> None:
        """Make the directory and lock it; remove abandoned ones first.

        Raises:
            DevelopmentError: no temporary folder is both writable and short enough.
        """
        for parent in dict.fromkeys((tempfile.gettempdir(), "/tmp", "/var/tmp")):  # noqa: S108
            room = LONGEST_PATH - len(os.fsencode(f"{parent}/{PREFIX}12345678{LONGEST_NAME}"))
            if room >= 0 and os.access(parent, os.W_OK | os.X_OK) and account.can_enter(Path(parent)):
                break
        else:
            raise DevelopmentError(
                "No temporary folder is writable and has a short enough name for a unix socket: set TMPDIR to one."
            )
        _remove_abandoned(Path(parent), account)
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        # Locked before it gets its name: a start beside this one must not take the directory for an abandoned one.
        unnamed = self.path / f"{LOCK_NAME}.unfinished"
        self._lock = os.open(unnamed, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        unnamed.rename(self.path / LOCK_NAME)
        if account.uid != os.geteuid():
            os.chown(self.path, account.uid, account.gid)

    def remove(self) -> None:
        """Remove the directory and all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def _remove_abandoned(parent: Path, account: Account) -> None:
    """Remove the directories whose maker no longer lives; those of other users are left alone."""
    ours = {os.geteuid(), account.uid}
    for folder in parent.glob(f"{PREFIX}????????"):
        with contextlib.suppress(OSError):
            if folder.is_symlink() or folder.stat().st_uid not in ours:
                continue
            lock = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)
