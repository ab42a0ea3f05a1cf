"""The listener, read by python-oracledb in thin mode as the portal reads CC&B."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import oracledb
import pyarrow as pa
import pytest

from sync.simulators.ccb.control import Control
from sync.simulators.ccb.server import Simulator

Connect = Callable[..., oracledb.Connection]


def code_of(caught: pytest.ExceptionInfo[oracledb.Error]) -> int:
    return caught.value.args[0].code


def add_transactions(control: Control, count: int, amount: str = "12.34") -> None:
    for number in range(count):
        control.insert(
            "CI_FT", FT_ID=f"{number:012}", SA_ID="7714430192", CUR_AMT=amount, CRE_DTTM="2026-11-19 08:30:00"
        )


def test_a_login_shows_the_version_and_can_ping(connect: Connect) -> None:
    connection = connect()
    connection.ping()
    assert connection.version.startswith("19.")


@pytest.mark.parametrize("given", [{"password": "wrong"}, {"user": "NOBODY"}])
def test_a_wrong_password_and_an_unknown_user_are_refused_alike(connect: Connect, given: dict[str, str]) -> None:
    with pytest.raises(oracledb.DatabaseError) as caught:
        connect(**given)
    assert code_of(caught) == 1017


def test_an_unknown_service_is_refused(connect: Connect, simulator: Simulator) -> None:
    with pytest.raises(oracledb.DatabaseError, match="DPY-6001"):
        connect(dsn=f"127.0.0.1:{simulator.port}/OTHER")


def test_a_long_connect_descriptor_is_read(connect: Connect, simulator: Simulator) -> None:
    address = f"(ADDRESS=(PROTOCOL=TCP)(HOST=127.0.0.1)(PORT={simulator.port}))"
    description = f"(DESCRIPTION={address}(CONNECT_DATA=(SERVICE_NAME=CCB)(CONNECTION_ID_PREFIX={'A' * 8})))"
    connection = connect(dsn=description, program="p" * 200)
    connection.ping()
    assert connection.is_healthy()


def test_a_pool_serves_connection_after_connection(simulator: Simulator) -> None:
    pool = oracledb.create_pool(user="CISREAD", password="customer360", dsn=simulator.dsn, min=1, max=2)
    try:
        for _ in range(3):
            with pool.acquire() as first, pool.acquire() as second:
                assert first.cursor().execute("SELECT 1 FROM DUAL").fetchone() == (1,)
                assert second.cursor().execute("SELECT 2 FROM DUAL").fetchone() == (2,)
    finally:
        pool.close(force=True)


def test_module_and_action_of_a_client_are_accepted(connect: Connect) -> None:
    connection = connect()
    connection.module, connection.action, connection.client_identifier = "Customer360", "nightly", "sync"
    connection.clientinfo, connection.dbop, connection.current_schema = "host", "load", "CISADM"
    assert connection.cursor().execute("SELECT 1 FROM DUAL").fetchone() == (1,)


@pytest.mark.parametrize(
    "value",
    [0, 1, -1, 99, 100, 101, -100, 10**17, 123456789012345678, Decimal("0.01"), Decimal("-4912.35"), Decimal("1284.6")],
)
def test_numbers_travel_both_ways(connect: Connect, value: int | Decimal) -> None:
    with connect().cursor() as cursor:
        cursor.setinputsizes(n=oracledb.DB_TYPE_NUMBER)
        (returned,) = cursor.execute("SELECT :n AS n FROM DUAL", n=value).fetchone()
    assert returned == pytest.approx(float(value), rel=1e-15)


def test_texts_dates_and_null_travel_both_ways(connect: Connect) -> None:
    moment = datetime(2026, 11, 24, 23, 59, 58)
    row = {"t": "María " + "é" * 3000, "d": moment, "n": None}
    with connect().cursor() as cursor:
        assert cursor.execute("SELECT :t, :d, :n, :d + 1 FROM DUAL", row).fetchone() == (
            row["t"],
            moment,
            None,
            datetime(2026, 11, 25, 23, 59, 58),
        )


@pytest.mark.parametrize("day", [date(1, 1, 1), date(999, 12, 31), date(9999, 12, 31)])
def test_dates_at_the_ends_of_time_are_read(connect: Connect, control: Control, day: date) -> None:
    control.insert("CI_PER_PER", PER_ID1="1", PER_ID2="2", PER_REL_TYPE_CD="P", START_DT=day)
    with connect().cursor() as cursor:
        (read,) = cursor.execute("SELECT START_DT FROM CI_PER_PER").fetchone()
    assert read.date() == day


def test_char_columns_come_padded_and_unset_ones_blank(connect: Connect, control: Control) -> None:
    control.insert("CI_PER", PER_ID="42", PER_OR_BUS_FLG="B")
    with connect().cursor() as cursor:
        row = cursor.execute("SELECT PER_ID, PER_OR_BUS_FLG, LANGUAGE_CD, ADDRESS1 FROM CI_PER").fetchone()
    assert row == ("42        ", "B ", "   ", " ")


def test_rows_come_in_arrays_and_every_one_comes_once(connect: Connect, control: Control) -> None:
    add_transactions(control, 250)
    with connect().cursor() as cursor:
        cursor.arraysize, cursor.prefetchrows = 50, 2
        rows = cursor.execute("SELECT FT_ID FROM CI_FT ORDER BY FT_ID").fetchall()
    assert rows == [(f"{number:012}",) for number in range(250)]


def test_arrow_batches_carry_decimals_and_moments(connect: Connect, control: Control) -> None:
    add_transactions(control, 25, "-1284.60")
    statement = 'SELECT FT_ID AS "id", CUR_AMT AS "amount", VERSION, CRE_DTTM, ARS_DT FROM CI_FT ORDER BY FT_ID'
    batches = [pa.table(frame) for frame in connect().fetch_df_batches(statement, size=10, fetch_decimals=True)]
    table = pa.concat_tables(batches)
    assert table.schema.names == ["id", "amount", "VERSION", "CRE_DTTM", "ARS_DT"]
    assert table.schema.field("amount").type == pa.decimal128(15, 2)
    assert table.schema.field("CRE_DTTM").type == pa.timestamp("s")
    assert table.num_rows == 25
    assert table.to_pylist()[-1] == {
        "id": "000000000024",
        "amount": Decimal("-1284.60"),
        "VERSION": Decimal(1),
        "CRE_DTTM": datetime(2026, 11, 19, 8, 30),
        "ARS_DT": None,
    }


def test_arrow_takes_a_schema_of_the_clients_choice(connect: Connect, control: Control) -> None:
    add_transactions(control, 3)
    schema = pa.schema([("VERSION", pa.int64()), ("CUR_AMT", pa.decimal128(15, 2)), ("FT_ID", pa.string())])
    statement = "SELECT VERSION, CUR_AMT, FT_ID FROM CI_FT"
    frames = connect().fetch_df_batches(statement, size=2, requested_schema=schema)
    assert [pa.table(frame).schema.types for frame in frames] == [schema.types] * 2


def test_an_empty_result_keeps_its_arrow_types(connect: Connect) -> None:
    (frame,) = connect().fetch_df_batches("SELECT CUR_AMT, CRE_DTTM, FT_ID FROM CI_FT", size=5, fetch_decimals=True)
    assert pa.table(frame).schema.types == [pa.decimal128(15, 2), pa.timestamp("s"), pa.large_string()]


def test_a_statement_runs_again_with_other_binds(connect: Connect, control: Control) -> None:
    add_transactions(control, 5)
    with connect().cursor() as cursor:
        for number in (1, 4, 9, 2):
            cursor.execute("SELECT FT_ID FROM CI_FT WHERE FT_ID = :id", id=f"{number:012}")
            assert cursor.fetchall() == ([(f"{number:012}",)] if number < 5 else [])
        cursor.execute("SELECT FT_ID FROM CI_FT WHERE FT_ID = :id", id=3)
        assert cursor.fetchall() == [("000000000003",)]


def test_parsing_alone_describes_the_columns(connect: Connect) -> None:
    with connect().cursor() as cursor:
        cursor.parse("SELECT FT_ID, CUR_AMT FROM CI_FT")
        assert [column.name for column in cursor.description] == ["FT_ID", "CUR_AMT"]
        with pytest.raises(oracledb.DatabaseError):
            cursor.parse("SELECT NOPE FROM CI_FT")


def test_a_failed_statement_leaves_the_connection_usable(connect: Connect) -> None:
    with connect().cursor() as cursor:
        for _ in range(3):
            with pytest.raises(oracledb.DatabaseError, match="ORA-00942"):
                cursor.execute("SELECT 1 FROM NOWHERE")
            assert cursor.execute("SELECT 1 FROM DUAL").fetchone() == (1,)


def test_many_cursors_are_open_at_once_and_closed_ones_go(connect: Connect, control: Control) -> None:
    add_transactions(control, 30)
    connection = connect(stmtcachesize=2)
    cursors = [connection.cursor() for _ in range(6)]
    for number, cursor in enumerate(cursors):
        cursor.arraysize = cursor.prefetchrows = 2
        cursor.execute(f"SELECT FT_ID, {number} FROM CI_FT ORDER BY FT_ID")
    read = [[cursor.fetchone() for cursor in cursors] for _ in range(30)]
    assert read == [[(f"{row:012}", number) for number in range(6)] for row in range(30)]


def test_several_clients_read_at_once(connect: Connect, control: Control) -> None:
    add_transactions(control, 300)

    def read(_: int) -> int:
        with connect().cursor() as cursor:
            cursor.arraysize = 7
            return len(cursor.execute("SELECT * FROM CI_FT").fetchall())

    with ThreadPoolExecutor(6) as clients:
        assert list(clients.map(read, range(12))) == [300] * 12


def test_each_statement_sees_the_latest_commit(connect: Connect, control: Control) -> None:
    add_transactions(control, 20)
    connection = connect()
    unfinished, cursor = connection.cursor(), connection.cursor()
    unfinished.arraysize = unfinished.prefetchrows = 2
    unfinished.execute("SELECT FT_ID FROM CI_FT ORDER BY FT_ID")
    control.delete("CI_FT", {"FT_ID": "000000000019"})
    assert cursor.execute("SELECT COUNT(*) FROM CI_FT").fetchone() == (19,)
    assert len(unfinished.fetchall()) == 20, "a query reads from the moment it began"


@pytest.mark.parametrize("ending", ["commit", "rollback"])
def test_a_read_only_transaction_keeps_its_snapshot(connect: Connect, control: Control, ending: str) -> None:
    control.insert("CI_PER", PER_ID="1")
    connection = connect()
    cursor = connection.cursor()
    cursor.execute("SET TRANSACTION READ ONLY")
    control.insert("CI_PER", PER_ID="2")
    control.update("CI_PER", {"PER_ID": "1"}, EMAILID="new@example.com")
    assert cursor.execute("SELECT TRIM(PER_ID), TRIM(EMAILID) FROM CI_PER").fetchall() == [("1", None)]
    getattr(connection, ending)()
    rows = cursor.execute("SELECT TRIM(PER_ID), TRIM(EMAILID) FROM CI_PER ORDER BY PER_ID").fetchall()
    assert rows == [("1", "new@example.com"), ("2", None)]


def test_a_read_only_transaction_must_come_first(connect: Connect) -> None:
    with connect().cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        with pytest.raises(oracledb.DatabaseError, match="ORA-01453"):
            cursor.execute("SET TRANSACTION READ ONLY")


def test_nothing_changes_over_the_wire(connect: Connect, control: Control) -> None:
    control.insert("CI_PER", PER_ID="1")
    with connect().cursor() as cursor:
        cursor.execute("ALTER SESSION SET NLS_DATE_FORMAT = 'YYYY-MM-DD'")
        for statement in ("UPDATE CI_PER SET EMAILID = 'x'", "DELETE FROM CI_PER", "TRUNCATE TABLE CI_PER"):
            with pytest.raises(oracledb.DatabaseError, match="ORA-01031"):
                cursor.execute(statement)
    assert [row["EMAILID"] for row in control.rows("CI_PER")] == [" "]


def test_a_stopped_simulator_closes_its_clients_and_can_start_again(tmp_path: Path) -> None:
    path = tmp_path / "ccb.sqlite3"
    with Simulator(path, users={"reader": "secret"}) as first:
        connection = oracledb.connect(user="reader", password="secret", dsn=first.dsn)
        port: Any = first.port
    with pytest.raises(oracledb.Error):
        connection.ping()
    with Simulator(path, port, users={"reader": "secret"}) as second:
        oracledb.connect(user="READER", password="secret", dsn=second.dsn).close()
        assert second.port == port


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("SET TRANSACTION READ ONLY; DELETE FROM CI_PER", "ORA-00911"),
        ("ALTER SESSION SET CURRENT_SCHEMA = CISADM; DELETE FROM CI_PER", "ORA-00911"),
        ("BEGIN DELETE FROM CI_PER; END;", "ORA-00900"),
        ("/* SELECT */ DELETE FROM CI_PER", "ORA-01031"),
        ("-- SELECT\nDELETE FROM CI_PER", "ORA-01031"),
        ("SELECT PER_ID FROM CI_PER FOR UPDATE", "ORA-00900"),
        ("SELECT '\0' AS NOTHING FROM DUAL", "ORA-00911"),
        ("SELECT " + "(" * 3000 + "1" + ")" * 3000 + " AS DEEP FROM DUAL", "ORA-00900"),
        ("SELECT 1 FROM CI_PER WHERE " + " OR ".join(f"PER_ID = '{n}'" for n in range(3000)), "ORA-00900"),
    ],
)
def test_a_statement_that_is_refused_leaves_the_connection_open(
    bare: oracledb.Connection, statement: str, code: str
) -> None:
    with bare.cursor() as cursor:
        with pytest.raises(oracledb.DatabaseError, match=code):
            cursor.execute(statement)
        assert cursor.execute("SELECT COUNT(*) FROM CI_PER").fetchone() == (0,)


def test_a_semicolon_inside_a_sessions_setting_is_no_second_statement(bare: oracledb.Connection) -> None:
    with bare.cursor() as cursor:
        cursor.execute("ALTER SESSION SET NLS_NUMERIC_CHARACTERS = '.;'")
        assert cursor.execute("SELECT 1 FROM DUAL").fetchone() == (1,)
