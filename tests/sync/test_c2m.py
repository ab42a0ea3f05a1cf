"""A CC&B within C2M, with contact details and D1 devices, fills the same mirror as a CC&B alone."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from customer360.models import BilledUse, Customer, Meter, MeterRead, ServicePoint
from sync.models import SyncRun
from sync.simulators.ccb.generator import fill
from sync.simulators.ccb.generator.days import advance
from sync.simulators.ccb.generator.variants import ABSENT, C2M
from sync.simulators.ccb.store import connect
from tests.sync.conftest import _serve
from tests.sync.support import CCB_STREAMS, TODAY, Ccb, run_all

pytestmark = pytest.mark.django_db

# A key of C2M is another key, and its meters' registers have no unit.
METER = ("service_point_id", "badge", "serial", "meter_type", "manufacturer", "installed_on", "removed_on")
READ = ("meter__service_point_id", "meter__badge", "read_at", "reading")
CUSTOMER = ("person_id", "name", "email", "phone", "industry", "business_description")


@pytest.fixture(scope="module")
def c2m_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a simulated C2M, filled as `filled` is."""
    path = tmp_path_factory.mktemp("c2m") / "filled.sqlite3"
    connection = connect(path)
    fill(connection, accounts=40, months=26, today=TODAY, variant=C2M)
    connection.close()
    return path


@pytest.fixture
def c2m(c2m_file: Path, tmp_path: Path, settings: Any) -> Iterator[Ccb]:
    """A running C2M of 40 accounts."""
    with _serve(c2m_file, tmp_path / "c2m.sqlite3", settings) as running:
        yield running


def mirrored() -> dict[str, list[tuple[Any, ...]]]:
    """What the mirror holds of what the two kinds of CC&B keep in different tables."""
    return {
        "customers": sorted(Customer.objects.values_list(*CUSTOMER)),
        "meters": sorted(Meter.objects.values_list(*METER), key=repr),
        "reads": sorted(MeterRead.objects.values_list(*READ)),
        "points": sorted(ServicePoint.objects.values_list("service_point_id", "connection", "installed_on")),
        "use": sorted(BilledUse.objects.values_list("segment_id", "unit", "quantity", "status")),
    }


def test_the_mirror_is_the_same_as_of_a_ccb_alone(c2m: Ccb, filled: Path, tmp_path: Path, settings: Any) -> None:
    runs = run_all()
    assert {run.state for run in runs.values()} == {SyncRun.State.DONE}
    assert set(runs) == {stream.name for stream in CCB_STREAMS}
    of_c2m = mirrored()
    with transaction.atomic():
        for model in (MeterRead, Meter):
            model.objects.all().delete()
        with _serve(filled, tmp_path / "alone.sqlite3", settings):
            second = run_all()
        assert second["ccb.customers"].changed == 0, "not even one contact differs"
        assert mirrored() == of_c2m
        transaction.set_rollback(True)
    assert len(of_c2m["meters"]) > 50 and any(removed for *_, removed in of_c2m["meters"])
    assert all(len(key) == 12 for key in Meter.objects.values_list("installation_id", flat=True))


def test_a_second_run_writes_nothing(c2m: Ccb) -> None:
    run_all()
    assert {(run.new, run.changed, run.removed) for run in run_all().values()} == {(0, 0, 0)}


def test_the_tables_of_ccb_alone_are_not_there(c2m: Ccb) -> None:
    tables = c2m.ids("SELECT name FROM sqlite_master")
    assert ABSENT[C2M] <= set(tables), "the simulator's file has them, its catalogue does not"
    for table in ABSENT[C2M]:
        assert c2m.value(f"SELECT COUNT(*) FROM {table}") == 0


def test_a_changed_contact_detail_and_a_removed_device_reach_the_mirror(c2m: Ccb) -> None:
    run_all()
    customer = Customer.objects.exclude(phone=None).order_by("pk")[0]
    meter = Meter.objects.filter(removed_on=None, reads__removed_at=None).exclude(reads=None).order_by("pk")[0]
    (detail,) = (
        row for row in c2m.control.rows("C1_PER_CONTDET", PER_ID=customer.person_id, CND_PRIMARY_FLG="C1YS")
        if row["COMM_RTE_TYPE_CD"] != "EMAIL"
    )  # fmt: skip
    c2m.control.update("C1_PER_CONTDET", {"C1_CONTACT_ID": detail["C1_CONTACT_ID"]}, CONTACT_VALUE="(207) 555-9999")
    c2m.control.update("D1_INSTALL_EVT", {"INSTALL_EVT_ID": meter.pk}, D1_REMOVAL_DTTM="2026-11-20 09:00:00")
    run_all()
    customer.refresh_from_db()
    meter.refresh_from_db()
    assert customer.phone == "(207) 555-9999"
    assert str(meter.removed_on) == "2026-11-20"
    assert MeterRead.objects.get(meter=meter).removed_at is not None, "a meter that is gone has no latest read"


def test_an_inactive_contact_detail_is_not_taken(c2m: Ccb) -> None:
    run_all()
    customer = Customer.objects.exclude(email=None).order_by("pk")[0]
    (detail,) = c2m.control.rows("C1_PER_CONTDET", PER_ID=customer.person_id, COMM_RTE_TYPE_CD="EMAIL")
    c2m.control.update("C1_PER_CONTDET", {"C1_CONTACT_ID": detail["C1_CONTACT_ID"]}, CND_ACTINACT_FLG="C1IN")
    run_all()
    customer.refresh_from_db()
    assert customer.email is None


def test_days_pass_in_a_c2m(c2m_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "days.sqlite3"
    source, target = sqlite3.connect(c2m_file), sqlite3.connect(path)
    source.backup(target)
    before = target.execute("SELECT COUNT(*) FROM D1_DVC").fetchone()[0]
    advance(target, TODAY, 12)
    assert target.execute("SELECT COUNT(*) FROM D1_DVC").fetchone()[0] > before, "new customers have meters"
    changed = target.execute("SELECT COUNT(*) FROM C1_PER_CONTDET WHERE VERSION > 1").fetchone()[0]
    assert changed > 0
    source.close()
    target.close()
