"""Processes of their own on a test's database and CC&B: `manage.py sync` and Celery workers, which a test may kill."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings as django_settings
from django.db import connection

from sync.crashpoints import VARIABLE
from tests.sync.support import TODAY, Ccb

ROOT = Path(__file__).parents[2]


def surroundings(crash_at: str = "", **more: str) -> dict[str, str]:
    """What points a process of its own at this test's database."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    return os.environ | {"DATABASE_URL": url, "DATABASE_OWNER_URL": url, VARIABLE: crash_at} | more


def environment(ccb: Ccb, crash_at: str = "", **more: str) -> dict[str, str]:
    """What points a process of its own at this test's database and CC&B."""
    given = {
        "CCB_DSN": ccb.simulator.dsn, "CCB_TIME_ZONE": django_settings.CCB["time_zone"], "CCB_BATCH_ROWS": "50",
        "SYNC_RANGE_ROWS": str(django_settings.SYNC_RANGE_ROWS),
    }  # fmt: skip
    return surroundings(crash_at, **(given | more))


def sync(ccb: Ccb, *streams: str, crash_at: str = "") -> subprocess.Popen[str]:
    """`manage.py sync` in a process of its own."""
    command = [sys.executable, "manage.py", "sync", *(streams or ("all",)), "--business-date", TODAY.isoformat()]
    return start(command, environment(ccb, crash_at))


def killed(ccb: Ccb, *streams: str, crash_at: str) -> None:
    """Run `manage.py sync` until it dies at the crash point, which it must."""
    process = sync(ccb, *streams, crash_at=crash_at)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL, said


def worker(ccb: Ccb, crash_at: str = "") -> subprocess.Popen[str]:
    """A Celery worker that does one task at a time, in one process."""
    command = [sys.executable, "-m", "celery", "-A", "customer360", "worker", "--pool=solo", "--loglevel=warning"]
    own = ("--without-gossip", "--without-mingle", f"--hostname={uuid4().hex}@%h")
    return start([*command, *own], environment(ccb, crash_at))


def start(command: list[str], environment: dict[str, str]) -> subprocess.Popen[str]:
    """A process of its own; what it says is kept."""
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def until(holds: Callable[[], Any], *living: subprocess.Popen[str], seconds: float = 60) -> float:
    """Wait until something holds, while the processes live; return how many seconds it took."""
    began = time.monotonic()
    while not holds():
        for process in living:
            assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() - began < seconds, "it did not come to that"
        time.sleep(0.05)
    return time.monotonic() - began
