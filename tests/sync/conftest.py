"""A simulated CC&B of one's own in each test, and a mirror that was loaded from an equal one.

pytest may read this file before Django is set up, so whatever needs the settings is imported where it is used.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sync.models import SyncRun
    from sync.stream import Stream
    from tests.sync.support import Ccb


def _fill(path: Path, *, accounts: int, months: int) -> Path:
    from sync.simulators.ccb.generator import fill
    from sync.simulators.ccb.store import connect
    from tests.sync.support import TODAY

    connection = connect(path)
    fill(connection, accounts=accounts, months=months, today=TODAY)
    connection.close()
    return path


@contextmanager
def _serve(filled: Path, at: Path, settings: Any) -> Iterator["Ccb"]:
    """A simulator with a copy of the filled file, which the settings name."""
    from sync.simulators.ccb.control import Control
    from sync.simulators.ccb.server import Simulator
    from tests.sync.support import TIME_ZONE, Ccb

    source, target = sqlite3.connect(filled), sqlite3.connect(at)
    source.backup(target)
    source.close()
    target.close()
    before = settings.CCB
    with Simulator(at) as simulator, Control(at) as control:
        settings.CCB = before | {"dsn": simulator.dsn, "time_zone": TIME_ZONE, "language": "ENG", "batch_rows": 1000}
        yield Ccb(simulator, control)
    settings.CCB = before


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a simulated CC&B with 40 accounts, the planted dirt among them, and 26 months of money."""
    return _fill(tmp_path_factory.mktemp("ccb") / "filled.sqlite3", accounts=40, months=26)


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a simulated CC&B that is read in a moment."""
    return _fill(tmp_path_factory.mktemp("ccb") / "few.sqlite3", accounts=12, months=3)


@pytest.fixture(scope="session")
def hundreds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a simulated CC&B with a few hundred accounts, for workers to share."""
    return _fill(tmp_path_factory.mktemp("ccb") / "hundreds.sqlite3", accounts=120, months=3)


@pytest.fixture
def ccb(filled: Path, tmp_path: Path, settings: Any) -> "Iterator[Ccb]":
    """A running CC&B of 40 accounts, equal to the one that `mirror` was loaded from."""
    with _serve(filled, tmp_path / "ccb.sqlite3", settings) as running:
        yield running


@pytest.fixture
def small_ccb(few: Path, tmp_path: Path, settings: Any) -> "Iterator[Ccb]":
    """A running CC&B of a few accounts, for tests that commit."""
    with _serve(few, tmp_path / "ccb.sqlite3", settings) as running:
        yield running


@pytest.fixture
def shared_ccb(hundreds: Path, tmp_path: Path, settings: Any) -> "Iterator[Ccb]":
    """A running CC&B of a few hundred accounts, for workers to share."""
    with _serve(hundreds, tmp_path / "ccb.sqlite3", settings) as running:
        yield running


@pytest.fixture(scope="module")
def loaded(
    filled: Path, tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Iterator[None]:
    """One transaction around a module's tests, in which everything was loaded once."""
    from django.conf import settings
    from django.db import transaction

    from tests.sync.support import run_all

    with django_db_blocker.unblock(), transaction.atomic():
        with _serve(filled, tmp_path_factory.mktemp("ccb") / "loaded.sqlite3", settings):
            run_all()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def mirror(loaded: None, django_db_blocker: Any) -> Iterator[None]:
    """The mirror after the first load of everything; what a test does to it is rolled back."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def loaded_parents(stream: "Stream", keep_rows: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    """The golden rows of the streams of its system that come before, loaded once for all tests of a stream."""
    from tests.sync.support import load_samples

    with keep_rows():
        load_samples(before=stream)
        yield


@pytest.fixture
def parents(loaded_parents: None, db: None) -> None:
    """The golden rows of the streams that come before; what a test loads on top of them is rolled back."""


@pytest.fixture
def in_ranges(settings: Any) -> "Callable[[int], None]":
    """`in_ranges(rows)`: from now on ranges of so many rows."""

    def cut(rows: int) -> None:
        settings.SYNC_RANGE_ROWS = rows

    return cut


@pytest.fixture
def planned(ccb: "Ccb", mirror: None, in_ranges: "Callable[[int], None]") -> "SyncRun":
    """A full compare of payments of which the first range failed, and nobody works on."""
    from tests.sync.support import run_one

    in_ranges(100)
    ccb.control.arm("error", match="p.PAY_ID < :upper OR", code=942)
    return run_one("ccb.payments", full=True)[0]
