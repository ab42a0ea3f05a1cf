"""Child processes that start in a group of their own, never outlive their launcher, and stop in order."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from customer360.development.errors import DevelopmentError
from customer360.development.runtime import Account

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
LOG_LINES_SHOWN = 8


@dataclass
class Child:
    """A running service: its name for people, its process, where its output goes, the signal that ends it well."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self.process.poll() is None

    def stop(self, timeout: float = 15.0, hurry: Callable[[], bool] = lambda: False) -> None:
        """End the service: ask its first process, then kill what is left after `timeout` seconds or once in a hurry.

        Only the first process is asked: it ends its own workers, and lets a running task finish.
        """
        if self.alive:
            self.process.send_signal(self.stop_signal)
            deadline = time.monotonic() + timeout
            while self.alive and time.monotonic() < deadline and not hurry():
                time.sleep(0.02)
        _kill_group(self.process)

    def obituary(self) -> str:
        """One sentence about a service that ended by itself, and the end of its log below it."""
        code = self.process.returncode
        how = f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
        return f"{self.name} stopped by itself with {how}; its log is {self.log}.{last_lines(self.log)}"


def start(
    name: str,
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    account: Account | None = None,
    directory: Path | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
) -> Child:
    """Start a service with its output in `log`; it gets `stop_signal` when this process dies, however it dies.

    Raises:
        DevelopmentError: the command cannot be run.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=directory,
                process_group=0,
                preexec_fn=_bound_to_parent(stop_signal),
                **(account.popen_arguments() if account else {}),
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise DevelopmentError(f"{name} could not be started: {error}.") from error
    return Child(name, process, log, stop_signal)


def run_step(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    directory: Path,
    quiet_log: Path | None = None,
    interrupted: Callable[[], bool] = lambda: False,
) -> int:
    """Run a command to its end and return its exit code; its output goes to the terminal, or to `quiet_log`.

    The command has a group of its own, so Ctrl-C reaches only us: when `interrupted` turns true the command is asked
    to stop, and -2 (SIGINT) is returned.
    """
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(quiet_log.open("wb")) if quiet_log else None
        process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            env=environment,
            cwd=directory,
            process_group=0,
            preexec_fn=_bound_to_parent(signal.SIGTERM),
        )
        while process.poll() is None:
            if interrupted():
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=5)
                _kill_group(process)
                return -signal.SIGINT
            time.sleep(0.02)
    return process.returncode


def last_lines(log: Path) -> str:
    """The last lines of a log, indented under a sentence; empty where there are none."""
    try:
        with log.open(encoding="utf-8", errors="replace") as lines:
            tail = deque((line.rstrip() for line in lines if line.strip()), maxlen=LOG_LINES_SHOWN)
    except OSError:
        return ""
    return "".join(f"\n    {line}" for line in tail)


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def accepts_connections(port: int, host: str = "127.0.0.1") -> bool:
    """Whether something listens on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def wait_until(
    ready: Callable[[], bool], child: Child, *, timeout: float, interrupted: Callable[[], bool] = lambda: False
) -> None:
    """Wait until the service answers, or until `interrupted` turns true.

    Raises:
        DevelopmentError: the service ended, or did not answer within `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    while not interrupted():
        if ready():
            return
        if not child.alive:
            raise DevelopmentError(child.obituary())
        if time.monotonic() > deadline:
            raise DevelopmentError(
                f"{child.name} did not answer within {timeout:.0f} seconds; "
                f"its log is {child.log}.{last_lines(child.log)}"
            )
        time.sleep(0.03)


def _bound_to_parent(signal_number: signal.Signals) -> Callable[[], None] | None:
    """What the child does before it runs the command: ask Linux for `signal_number` when its parent dies."""
    if sys.platform != "linux":
        return None
    parent = os.getpid()

    def bind() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return bind


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
