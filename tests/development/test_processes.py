"""Child processes: they end with their launcher, when asked, and not silently."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from customer360.development import processes
from customer360.development.errors import DevelopmentError

LAUNCHER = """
import sys, time
from pathlib import Path
from customer360.development import processes
child = processes.start("Sleeper", ["sleep", "60"], log=Path(sys.argv[1]))
print(child.process.pid, flush=True)
time.sleep(60)
"""
# Prints the number of a child of its own, and ignores all polite requests.
STUBBORN = "trap '' TERM; sleep 60 & echo $!; while :; do sleep 0.05; done"


def ends_within(seconds: float, pid: int) -> bool:
    """Whether the process is gone, or dead and not yet collected, before the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_a_child_ends_when_its_launcher_is_killed(tmp_path: Path) -> None:
    launcher = subprocess.Popen([sys.executable, "-c", LAUNCHER, tmp_path / "log"], stdout=subprocess.PIPE, text=True)
    assert launcher.stdout is not None
    child = int(launcher.stdout.readline())
    launcher.kill()
    launcher.wait()
    launcher.stdout.close()
    assert ends_within(5, child)


def test_a_stubborn_child_is_killed_with_its_whole_group_after_the_timeout(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = processes.start("Stubborn", ["/bin/sh", "-c", STUBBORN], log=log)
    processes.wait_until(lambda: log.read_text().endswith("\n"), child, timeout=5)
    child.stop(timeout=0.2)
    assert child.process.returncode == -signal.SIGKILL
    assert ends_within(5, int(log.read_text()))


def test_somebody_in_a_hurry_need_not_wait_for_the_timeout(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = processes.start("Stubborn", ["/bin/sh", "-c", STUBBORN], log=log)
    processes.wait_until(lambda: log.read_text().endswith("\n"), child, timeout=5)
    began = time.monotonic()
    child.stop(timeout=60, hurry=lambda: True)
    assert time.monotonic() - began < 5


def test_a_service_that_dies_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    script = "for line in 1 2 3 4 5 6 7 8 9 10; do echo line $line; done; exit 3"
    child = processes.start("The worker", ["/bin/sh", "-c", script], log=tmp_path / "log")
    with pytest.raises(DevelopmentError) as caught:
        processes.wait_until(lambda: False, child, timeout=5)
    assert str(caught.value).startswith(f"The worker stopped by itself with exit code 3; its log is {tmp_path}/log.")
    assert "line 10" in str(caught.value)
    assert "line 2\n" not in str(caught.value)


def test_a_service_that_never_answers_is_given_up(tmp_path: Path) -> None:
    child = processes.start("The mute", ["sleep", "60"], log=tmp_path / "log")
    with pytest.raises(DevelopmentError, match="The mute did not answer within 0 seconds"):
        processes.wait_until(lambda: False, child, timeout=0.1)
    child.stop()


def test_a_command_that_does_not_exist_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DevelopmentError, match="The ghost could not be started"):
        processes.start("The ghost", [str(tmp_path / "ghost")], log=tmp_path / "log")


def test_a_step_returns_its_exit_code_and_keeps_its_output(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = ["/bin/sh", "-c", "echo $GREETING; exit 4"]
    code = processes.run_step(command, environment={"GREETING": "hello"}, directory=tmp_path, quiet_log=log)
    assert (code, log.read_text()) == (4, "hello\n")


def test_an_interrupted_step_is_stopped(tmp_path: Path) -> None:
    began = time.monotonic()
    code = processes.run_step(
        ["sleep", "60"], environment={"PATH": os.defpath}, directory=tmp_path, interrupted=lambda: True
    )
    assert code == -signal.SIGINT
    assert time.monotonic() - began < 5


def test_a_port_in_use_is_noticed() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        other.listen()
        assert not processes.port_is_free(port)
        assert processes.accepts_connections(port)
    assert processes.port_is_free(port)
    assert not processes.accepts_connections(port)
