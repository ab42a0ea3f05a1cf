"""Faults armed through the control interface strike the client as a real CC&B's would."""

import time
from collections.abc import Callable

import oracledb
import pytest

from sync.simulators.ccb.control import Control

Connect = Callable[..., oracledb.Connection]
READ = "SELECT FT_ID FROM CI_FT ORDER BY FT_ID"


@pytest.fixture(autouse=True)
def _transactions(control: Control) -> None:
    for number in range(40):
        control.insert("CI_FT", FT_ID=f"{number:012}", SA_ID="1", CRE_DTTM="2026-11-19")


def read(connection: oracledb.Connection, statement: str = READ) -> list[str]:
    """Rows in arrays of 10; what came before an error is lost, as it is for the portal."""
    with connection.cursor() as cursor:
        cursor.arraysize = cursor.prefetchrows = 10
        return [row[0] for row in cursor.execute(statement)]


def test_a_refused_connection_is_refused_as_often_as_asked(connect: Connect, control: Control) -> None:
    control.arm("refuse", count=2)
    for _ in range(2):
        with pytest.raises(oracledb.DatabaseError, match="DPY-6001"):
            connect()
    assert len(read(connect())) == 40


@pytest.mark.parametrize("code", [1017, 28000])
def test_a_login_error_strikes_the_login_alone(connect: Connect, control: Control, code: int) -> None:
    earlier = connect()
    control.arm("error", code=code, match="CISREAD")
    assert len(read(earlier)) == 40
    with pytest.raises(oracledb.DatabaseError) as caught:
        connect()
    assert caught.value.args[0].code == code
    connect()


@pytest.mark.parametrize("rows", [0, 15, 40])
def test_a_statement_fails_with_its_number_after_that_many_rows(connect: Connect, control: Control, rows: int) -> None:
    control.arm("error", code=1555, rows=rows, match="CI_FT")
    connection = connect()
    cursor = connection.cursor()
    cursor.arraysize = cursor.prefetchrows = 5
    seen = []
    with pytest.raises(oracledb.DatabaseError, match="ORA-01555"):
        seen.extend(cursor.execute(READ))
        seen.extend(cursor)
    assert len(read(connection)) == 40, "the fault struck once, and the connection lives"


@pytest.mark.parametrize("rows", [0, 15])
def test_a_dropped_connection_is_gone(connect: Connect, control: Control, rows: int) -> None:
    control.arm("drop", rows=rows)
    connection = connect()
    with pytest.raises(oracledb.DatabaseError, match="DPY-4011"):
        read(connection)
    assert not connection.is_healthy()
    assert len(read(connect())) == 40


def test_a_fault_waits_for_the_statement_it_names(connect: Connect, control: Control) -> None:
    control.arm("error", code=1555, match="from ci_sa")
    connection = connect()
    assert len(read(connection)) == 40
    with pytest.raises(oracledb.DatabaseError, match="ORA-01555"):
        read(connection, "SELECT SA_ID FROM CI_SA")


def test_a_fault_without_a_count_lasts_until_disarmed(connect: Connect, control: Control) -> None:
    control.arm("error", code=942, count=None)
    connection = connect()
    for _ in range(3):
        with pytest.raises(oracledb.DatabaseError, match="ORA-00942"):
            read(connection)
    control.disarm()
    assert len(read(connection)) == 40


def test_a_slow_fetch_waits_and_a_call_timeout_breaks_it(connect: Connect, control: Control) -> None:
    control.arm("slow", seconds=0.3)
    connection = connect()
    started = time.monotonic()
    assert len(read(connection)) == 40
    assert time.monotonic() - started >= 4 * 0.3
    control.arm("slow", seconds=30)
    connection.call_timeout = 200
    started = time.monotonic()
    with pytest.raises(oracledb.DatabaseError, match="DPY-4024"):
        read(connection)
    assert time.monotonic() - started < 5
    connection.call_timeout = 0
    assert len(read(connection)) == 40, "a broken call leaves the session in order"


def test_a_hidden_column_is_absent_and_cannot_be_selected(connect: Connect, control: Control) -> None:
    connection = connect()
    listed = "SELECT COLUMN_NAME FROM ALL_TAB_COLUMNS WHERE TABLE_NAME = 'CI_FT'"
    assert "ARS_DT" in read(connection, listed)
    control.arm("hide-column", name="ci_ft.ars_dt")
    assert "ARS_DT" not in read(connection, listed)
    with pytest.raises(oracledb.DatabaseError, match='ORA-00904: "ARS_DT": invalid identifier'):
        read(connection, "SELECT ARS_DT FROM CI_FT")
    control.disarm()
    assert len(read(connection, "SELECT ARS_DT FROM CI_FT")) == 40


def test_a_hidden_table_is_absent_even_in_an_old_snapshot(connect: Connect, control: Control) -> None:
    connection = connect()
    connection.cursor().execute("SET TRANSACTION READ ONLY")
    control.arm("hide-table", name="CI_FT")
    assert "CI_FT" not in read(connection, "SELECT TABLE_NAME FROM ALL_TABLES")
    with pytest.raises(oracledb.DatabaseError, match="ORA-00942"):
        read(connection)


def test_a_widened_column_is_told_by_the_catalogue_and_described_so(connect: Connect, control: Control) -> None:
    connection = connect()
    control.arm("widen-column", name="CI_PER.EMAILID", width=400)
    control.arm("widen-column", name="CI_FT.CUR_AMT", width=20)
    listed = (
        "SELECT TABLE_NAME || '.' || COLUMN_NAME, {} FROM ALL_TAB_COLUMNS WHERE COLUMN_NAME IN ('EMAILID', 'CUR_AMT')"
    )
    with connection.cursor() as cursor:
        characters = dict(cursor.execute(listed.format("CHAR_LENGTH")).fetchall())
        digits = dict(cursor.execute(listed.format("DATA_PRECISION")).fetchall())
        cursor.execute("SELECT EMAILID, PER_ID FROM CI_PER")
        assert [column.display_size for column in cursor.description] == [400, 10]
    assert (characters["CI_PER.EMAILID"], characters["CI_FT.CUR_AMT"]) == (400, 0)
    assert (digits["CI_FT.CUR_AMT"], digits["CI_BILL_SA.CUR_AMT"], digits["CI_PER.EMAILID"]) == (20, 15, None)


def test_the_catalogue_counts_the_rows_of_a_table(connect: Connect, control: Control) -> None:
    counted = "SELECT NUM_ROWS FROM ALL_TABLES WHERE OWNER = 'CISADM' AND TABLE_NAME IN ('CI_FT', 'CI_BILL')"
    assert sorted(read(connect(), counted)) == [0, 40]


@pytest.mark.parametrize(
    ("fault", "options", "message"),
    [
        ("nonsense", {}, "no fault"),
        ("error", {}, "needs the option 'code'"),
        ("widen-column", {"name": "CI_PER.EMAILID"}, "needs the option 'width'"),
        ("slow", {"rows": 3}, "no option 'rows'"),
        ("error", {"code": "x"}, "takes a number, not 'x'"),
    ],
)
def test_a_fault_that_makes_no_sense_is_not_armed(
    control: Control, fault: str, options: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        control.arm(fault, **options)
    assert control.connection.execute("SELECT COUNT(*) FROM simulator_fault").fetchone()[0] == 0
