"""The simulator's SQL means what it means in Oracle, or is refused."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import oracledb
import pytest

from sync.simulators.ccb.control import Control

Ask = Callable[..., list[tuple[Any, ...]]]


def one(ask: Ask, expression: str, **binds: Any) -> Any:
    return ask(f"SELECT {expression} FROM DUAL", **binds)[0][0]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("TO_CHAR(TO_DATE('04-NOV-26', 'DD-MON-RR'), 'Q/YYYY \"week\"')", "4/2026 week"),
        ("''", None),
        ("RTRIM('   ')", None),
        ("TRIM('  a ')", "a"),
        ("TRIM(LEADING '0' FROM '00120')", "120"),
        ("NULL || 'x' || ''", "x"),
        ("NULL || ''", None),
        ("'n' || 12.50", "n12.5"),
        ("SUBSTR('abcdef', -3, 2)", "de"),
        ("SUBSTR('abcdef', 0, 2)", "ab"),
        ("SUBSTR('abcdef', 9)", None),
        ("INSTR('Whitfield,Dana', ',')", 10),
        ("INSTR('a,b,c', ',', 1, 2)", 4),
        ("RPAD('ab', 4) || '|'", "ab  |"),
        ("LPAD('7', 3, '0')", "007"),
        ("REPLACE('a-b-c', '-')", "abc"),
        ("LENGTH(CAST('ab' AS CHAR(5)))", 5),
        ("UPPER('maría')", "MARÍA"),
        ("NVL(NULL, 'x')", "x"),
        ("COALESCE(NULL, NULL, 3)", 3),
        ("NULLIF('a', 'a')", None),
        ("NVL2(NULL, 1, 2)", 2),
        ("0.1 + 0.2", 0.3),
        ("7 / 2", 3.5),
        ("MOD(-7, 3)", -1),
        ("MOD(7, 0)", 7),
        ("ROUND(2.345, 2)", 2.35),
        ("TRUNC(-2.7)", -2),
        ("ABS(-4.25)", 4.25),
        ("GREATEST(1, 5, 3)", 5),
        ("LEAST('b', 'a')", "a"),
        ("GREATEST(1, NULL)", None),
        ("CASE WHEN 1 = 2 THEN 'a' END", None),
        ("CASE 'b' WHEN 'a' THEN 1 WHEN 'b' THEN 2 ELSE 3 END", 2),
        ("CAST('12.345' AS NUMBER(5,2))", 12.35),
        ("CAST(7 AS CHAR(3)) || '|'", "7  |"),
        ("CAST('abcdef' AS VARCHAR2(3))", "abc"),
        ("DATE '2026-11-24' + 1.5", datetime(2026, 11, 25, 12)),
        ("DATE '2026-11-24' - DATE '2026-11-14'", 10),
        ("TRUNC(TO_DATE('2026-11-24 13:05:00', 'YYYY-MM-DD HH24:MI:SS'))", datetime(2026, 11, 24)),
        ("TRUNC(DATE '2026-11-24', 'MM')", datetime(2026, 11, 1)),
        ("TO_CHAR(DATE '2026-11-04', 'YYYY-MM-DD')", "2026-11-04"),
        ("TO_CHAR(DATE '2026-11-04', 'DD-MON-YY')", "04-NOV-26"),
        ("ADD_MONTHS(DATE '2027-02-28', 1)", datetime(2027, 3, 31)),
        ("LAST_DAY(DATE '2028-02-10')", datetime(2028, 2, 29)),
        ("EXTRACT(YEAR FROM DATE '2026-11-24')", 2026),
        ("TO_NUMBER(' 42 ')", 42),
        ("USER", "CISREAD"),
        ("(SELECT MAX(DUMMY) FROM DUAL)", "X"),
    ],
)
def test_an_expression_has_oracles_value(bare: oracledb.Connection, expression: str, value: Any) -> None:
    with bare.cursor() as cursor:
        assert cursor.execute(f"SELECT {expression} FROM DUAL").fetchall() == [(value,)]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("SELECT X FROM NO_TABLE", 942),
        ("SELECT PER_ID FROM OTHER.CI_PER", 942),
        ("SELECT NO_COLUMN FROM CI_PER", 904),
        ("SELECT p.PER_ID FROM CI_PER q", 904),
        ("SELECT PER_ID FROM CI_PER a JOIN CI_PER_NAME b ON a.PER_ID = b.PER_ID", 918),
        ("SELECT PER_ID, COUNT(*) FROM CI_PER_NAME", 979),
        ("SELECT PER_ID, SEQ_NUM FROM CI_PER_NAME GROUP BY PER_ID", 979),
        ("SELECT 1 / 0 FROM DUAL", 1476),
        ("SELECT TO_NUMBER('x') FROM DUAL", 1722),
        ("SELECT TO_DATE('x', 'YYYY-MM-DD') FROM DUAL", 1861),
        ("SELECT TO_CHAR(SYSDATE, 'XX') FROM DUAL", 1821),
        ("SELECT CASE WHEN 1 = 1 THEN 1 ELSE 'a' END FROM DUAL", 932),
        ("SELECT 1 FROM DUAL UNION ALL SELECT 'a' FROM DUAL", 1790),
        ("SELECT PER_ID FROM CI_PER WHERE ROWNUM < 5", 900),
        ("SELECT PER_ID FROM CI_PER LIMIT 5", 933),
        ("SELECT a.PER_ID FROM CI_PER a, CI_PER_NAME b WHERE a.PER_ID = b.PER_ID(+)", 900),
        ("SELECT PER_ID FROM CI_PER FOR UPDATE", 900),
        ("SELECT a.PER_ID FROM CI_PER a FULL JOIN CI_PER_NAME b ON a.PER_ID = b.PER_ID", 900),
        ("SELECT DECODE(PER_ID, 'a', 1) FROM CI_PER", 900),
        ("SELECT SYSTIMESTAMP FROM DUAL", 900),
        ("SELECT PER_ID FROM CI_PER MINUS SELECT PER_ID FROM CI_PER_NAME", 900),
        ("SELECT 1", 923),
        ("SELECT PER_ID FROM CI_PER AS p", 933),
        ("SELECT x.PER_ID FROM (SELECT PER_ID FROM CI_PER) AS x", 933),
        ("SELECT PER_ID FROM CI_PER;", 911),
        ("SELECT 1 FROM DUAL; SELECT 2 FROM DUAL", 911),
        ("SELECT IFNULL(PER_ID, 'x') FROM CI_PER", 900),
        ("SELECT SUBSTRING(PER_ID, 1, 2) FROM CI_PER", 900),
        ("SELECT STRING_AGG(PER_ID, ',') FROM CI_PER", 900),
        ("SELECT LENGTH (PER_ID) FROM CI_PER WHERE PER_ID ILIKE 'x'", 900),
        ("SELECT *, 1 FROM CI_PER", 923),
        ("SELECT FROM WHERE", 900),
        ("BEGIN NULL; END;", 900),
        ("INSERT INTO CI_PER (PER_ID) VALUES ('1')", 1031),
        ("DELETE FROM CI_PER", 1031),
        ("DROP TABLE CI_PER", 1031),
    ],
)
def test_what_oracle_or_the_subset_forbids_is_an_error_with_its_number(
    bare: oracledb.Connection, statement: str, code: int
) -> None:
    with bare.cursor() as cursor, pytest.raises(oracledb.DatabaseError) as caught:
        cursor.execute(statement)
        cursor.fetchall()
    assert caught.value.args[0].code == code


def test_a_char_column_matches_a_literal_padded_and_a_bind_only_at_full_width(ask: Ask, control: Control) -> None:
    control.insert("CI_BILL", BILL_ID="1", ACCT_ID="4218665007", BILL_STAT_FLG="C")
    count = "SELECT COUNT(*) FROM CI_BILL WHERE BILL_STAT_FLG"
    assert ask(f"{count} = 'C'") == [(1,)]
    assert ask(f"{count} IN ('P', 'C')") == [(1,)]
    assert ask(f"{count} = :status", status="C") == [(0,)]
    assert ask(f"{count} IN (:a, :b)", a="P", b="C") == [(0,)]
    assert ask(f"{count} = :status", status="C ") == [(1,)]
    assert ask(f"{count} = CAST(:status AS CHAR(2))", status="C") == [(1,)]
    assert ask(f"{count} = RPAD(:status, 2)", status="C") == [(1,)]
    assert ask("SELECT COUNT(*) FROM CI_BILL WHERE TRIM(BILL_STAT_FLG) = :status", status="C") == [(1,)]
    assert ask("SELECT COUNT(*) FROM CI_BILL WHERE :status = BILL_STAT_FLG", status="C") == [(0,)]


def test_a_bind_declared_as_char_is_compared_padded(
    connect: Callable[[], oracledb.Connection], control: Control
) -> None:
    control.insert("CI_BILL", BILL_ID="1", ACCT_ID="4218665007", BILL_STAT_FLG="C")
    with connect().cursor() as cursor:
        cursor.setinputsizes(status=oracledb.DB_TYPE_CHAR)
        cursor.execute("SELECT COUNT(*) FROM CI_BILL WHERE BILL_STAT_FLG = :status", status="C")
        assert cursor.fetchone() == (1,)


def test_char_columns_of_different_widths_join_padded(ask: Ask, control: Control) -> None:
    control.insert("CI_SA", SA_ID="7714430192", ACCT_ID="4218665007", SA_STATUS_FLG="20", START_DT="2024-01-01")
    control.insert("CI_LOOKUP_VAL_L", FIELD_NAME="SA_STATUS_FLG", FIELD_VALUE="20", LANGUAGE_CD="ENG", DESCR="Active")
    rows = ask(
        "SELECT l.DESCR FROM CI_SA s LEFT JOIN CI_LOOKUP_VAL_L l"
        " ON l.FIELD_NAME = 'SA_STATUS_FLG' AND l.FIELD_VALUE = s.SA_STATUS_FLG AND l.LANGUAGE_CD = :language",
        language="ENG",
    )
    assert rows == [("Active",)]


def test_nulls_come_last_ascending_and_first_descending(ask: Ask, control: Control) -> None:
    for number, day in enumerate((date(2026, 1, 1), None, date(2025, 1, 1))):
        control.insert(
            "CI_PER_PER", PER_ID1=str(number), PER_ID2="9", PER_REL_TYPE_CD="P", START_DT=date(2020, 1, 1), END_DT=day
        )
    ascending = [row[0] for row in ask("SELECT TRIM(PER_ID1) FROM CI_PER_PER ORDER BY END_DT")]
    descending = [row[0] for row in ask("SELECT TRIM(PER_ID1) FROM CI_PER_PER ORDER BY END_DT DESC")]
    assert (ascending, descending) == (["2", "0", "1"], ["1", "0", "2"])


def test_sums_of_amounts_are_exact(ask: Ask, control: Control) -> None:
    for number in range(30):
        control.insert("CI_FT", FT_ID=str(number), SA_ID="1", CUR_AMT="0.1", CRE_DTTM=date(2026, 1, 1))
    assert ask("SELECT SUM(CUR_AMT), AVG(CUR_AMT) FROM CI_FT HAVING SUM(CUR_AMT) = 3") == [(3, 0.1)]
    assert ask("SELECT SUM(CUR_AMT) FROM CI_FT WHERE SA_ID = 'none'") == [(None,)]


def test_queries_nest_join_group_number_and_page(ask: Ask, control: Control) -> None:
    for number in range(1, 7):
        control.insert("CI_PER", PER_ID=f"{number:010}")
        control.insert("CI_PER_NAME", PER_ID=f"{number:010}", SEQ_NUM=1, ENTITY_NAME=f"Name {number}", PRIM_NAME_SW="Y")
        control.insert("CI_PER_NAME", PER_ID=f"{number:010}", SEQ_NUM=2, ENTITY_NAME="Alias", PRIM_NAME_SW="N")
    rows = ask(
        """
        WITH named AS (
            SELECT n.PER_ID, LISTAGG(n.ENTITY_NAME, '/') WITHIN GROUP (ORDER BY n.SEQ_NUM DESC) AS names, COUNT(*) AS n
            FROM CI_PER_NAME n GROUP BY n.PER_ID
        )
        SELECT d.PER_ID, d.names, d.place
        FROM (
            SELECT p.PER_ID, named.names, ROW_NUMBER() OVER (PARTITION BY named.n ORDER BY p.PER_ID DESC) AS place
            FROM CISADM.CI_PER p INNER JOIN named ON named.PER_ID = p.PER_ID
            WHERE EXISTS (SELECT 1 FROM CI_PER_NAME x WHERE x.PER_ID = p.PER_ID AND x.PRIM_NAME_SW = 'Y')
              AND p.PER_ID NOT IN (SELECT PER_ID FROM CI_PER_NAME WHERE ENTITY_NAME LIKE 'Name 6')
        ) d
        WHERE d.place BETWEEN :first AND :last
        ORDER BY 3
        OFFSET 1 ROWS FETCH FIRST 2 ROWS ONLY
        """,
        first=1,
        last=4,
    )
    assert rows == [("0000000004", "Alias/Name 4", 2), ("0000000003", "Alias/Name 3", 3)]


def test_a_bind_may_occur_twice_and_stand_in_any_order(ask: Ask) -> None:
    statement = "SELECT :b || :a || :b, 'a:b' FROM DUAL WHERE :a = 'x' -- :comment"
    assert ask(statement, a="x", b="y") == [("yxy", "a:b")]


def test_names_come_back_in_capitals_unless_quoted(bare: oracledb.Connection) -> None:
    with bare.cursor() as cursor:
        cursor.execute('SELECT per_id, Per_Id AS "person_id", per_id other FROM ci_per')
        assert [column.name for column in cursor.description] == ["PER_ID", "person_id", "OTHER"]


@pytest.mark.parametrize(
    ("expression", "described"),
    [
        ("CUR_AMT", ("DB_TYPE_NUMBER", 15, 2)),
        ("VERSION", ("DB_TYPE_NUMBER", 5, 0)),
        ("SUM(CUR_AMT) OVER (PARTITION BY SA_ID)", ("DB_TYPE_NUMBER", 0, -127)),
        ("CAST(CUR_AMT + 1 AS NUMBER(9,1))", ("DB_TYPE_NUMBER", 9, 1)),
        ("CUR_AMT * 2", ("DB_TYPE_NUMBER", 0, -127)),
        ("CRE_DTTM + 1", ("DB_TYPE_DATE", None, None)),
        ("COALESCE(CUR_AMT, TOT_AMT)", ("DB_TYPE_NUMBER", 15, 2)),
    ],
)
def test_types_are_described_though_there_is_no_row(
    bare: oracledb.Connection, expression: str, described: tuple[Any, ...]
) -> None:
    with bare.cursor() as cursor:
        (column,) = cursor.execute(f"SELECT {expression} AS x FROM CI_FT").description
    assert (column.type_code.name, column.precision, column.scale) == described


@pytest.mark.parametrize(
    ("expression", "described"),
    [
        ("PER_ID", ("DB_TYPE_CHAR", 10)),
        ("ENTITY_NAME", ("DB_TYPE_VARCHAR", 254)),
        ("TRIM(PER_ID)", ("DB_TYPE_VARCHAR", 10)),
        ("CASE WHEN SEQ_NUM = 1 THEN PER_ID END", ("DB_TYPE_CHAR", 10)),
        ("'ab'", ("DB_TYPE_CHAR", 2)),
        ("CAST(NULL AS VARCHAR2(7))", ("DB_TYPE_VARCHAR", 7)),
        ("PER_ID || '-' || ENTITY_NAME", ("DB_TYPE_VARCHAR", 265)),
    ],
)
def test_texts_are_described_with_their_length(
    bare: oracledb.Connection, expression: str, described: tuple[Any, ...]
) -> None:
    with bare.cursor() as cursor:
        (column,) = cursor.execute(f"SELECT {expression} AS x FROM CI_PER_NAME").description
    assert (column.type_code.name, column.display_size) == described


def test_the_catalogue_lists_columns_as_oracle_does(ask: Ask) -> None:
    rows = ask(
        "SELECT COLUMN_NAME, DATA_TYPE, CHAR_LENGTH, DATA_PRECISION, DATA_SCALE, NULLABLE FROM ALL_TAB_COLUMNS"
        " WHERE OWNER = :owner AND TABLE_NAME = :name AND COLUMN_NAME IN ('FT_ID', 'CUR_AMT', 'ARS_DT')"
        " ORDER BY COLUMN_ID",
        owner="CISADM",
        name="CI_FT",
    )
    assert rows == [
        ("FT_ID", "CHAR", 12, None, None, "N"),
        ("CUR_AMT", "NUMBER", 0, 15, 2, "N"),
        ("ARS_DT", "DATE", 0, None, None, "Y"),
    ]
    assert ("CI_PER",) in ask("SELECT TABLE_NAME FROM ALL_TABLES")


def test_sysdate_is_the_business_date_once_one_is_set(ask: Ask, control: Control) -> None:
    assert one(ask, "TRUNC(SYSDATE)") == datetime.combine(date.today(), datetime.min.time())
    control.business_date = date(2026, 11, 24)
    assert one(ask, "SYSDATE - 7") == datetime(2026, 11, 17)
