"""The generated CC&B: the same rows for the same seed, money that ties out, the story to the cent, and known dirt."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from sync.simulators.ccb.catalogue import tables
from sync.simulators.ccb.generator import cycles, dirt, fill, settings
from sync.simulators.ccb.generator.days import advance
from sync.simulators.ccb.generator.rows import encode
from sync.simulators.ccb.store import connect

TODAY = date(2026, 11, 24)
ACCOUNTS = 60
STORY = "4218665007"

FROZEN = "SELECT f.*, s.ACCT_ID FROM CI_FT f JOIN CI_SA s ON s.SA_ID = f.SA_ID WHERE f.FREEZE_SW = 'Y'"


def filled(accounts: int, today: date = TODAY, seed: int = 360, months: int = 26) -> sqlite3.Connection:
    connection = connect(":memory:")
    fill(connection, accounts=accounts, months=months, today=today, seed=seed)
    return connection


@pytest.fixture(scope="module")
def ccb() -> Iterator[sqlite3.Connection]:
    """A CC&B of sixty accounts that no test changes."""
    connection = filled(ACCOUNTS)
    yield connection
    connection.close()


@pytest.fixture
def living(ccb: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """A copy whose days may pass."""
    connection = sqlite3.connect(":memory:")
    ccb.backup(connection)
    yield connection
    connection.close()


def number(connection: sqlite3.Connection, query: str, *values: object) -> float:
    return connection.execute(query, values).fetchone()[0]


def money(amount: float | None) -> Decimal:
    return round(Decimal(amount or 0), 2)


def contents(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables()}


def open_debt(connection: sqlite3.Connection, account_id: str) -> dict[date, Decimal]:
    """What is unpaid by arrears date when credits relieve the oldest debt first."""
    rows = connection.execute(
        f"SELECT ARS_DT, CUR_AMT FROM ({FROZEN}) WHERE ACCT_ID = ? AND NOT_IN_ARS_SW = 'N' AND ARS_DT IS NOT NULL"
        " ORDER BY ARS_DT",
        (account_id,),
    ).fetchall()
    credit = -sum((money(amount) for _, amount in rows if amount < 0), Decimal())
    unpaid: dict[date, Decimal] = defaultdict(Decimal)
    for day, amount in rows:
        if amount > 0:
            relieved = min(money(amount), credit)
            credit -= relieved
            unpaid[date.fromisoformat(day[:10])] += money(amount) - relieved
    return {day: amount for day, amount in unpaid.items() if amount}


def test_the_same_seed_writes_the_same_rows(ccb: sqlite3.Connection) -> None:
    again = filled(ACCOUNTS)
    assert contents(again) == contents(ccb)


def test_another_seed_writes_other_customers_but_the_same_story() -> None:
    one, other = filled(20, seed=1), filled(20, seed=2)
    names = [{row[0] for row in each.execute("SELECT ENTITY_NAME FROM CI_PER_NAME")} for each in (one, other)]
    assert names[0] != names[1]
    assert "Harborview Cold Storage LLC" in names[0] & names[1]
    transactions = (
        f"SELECT FT_TYPE_FLG, CUR_AMT, TOT_AMT, ACCOUNTING_DT FROM ({FROZEN}) WHERE ACCT_ID = ? ORDER BY 4, 1, 2"
    )
    assert one.execute(transactions, (STORY,)).fetchall() == other.execute(transactions, (STORY,)).fetchall()


def test_counts_by_table_are_returned_and_keep_a_utilitys_proportions() -> None:
    connection = connect(":memory:")
    written = fill(connection, accounts=200, today=TODAY)
    stored = {name: number(connection, f"SELECT COUNT(*) FROM {name}") for name in written}
    # Two planted accounts lost their link to a person.
    assert {name: stored[name] - written[name] for name in written if stored[name] != written[name]} == {
        "CI_ACCT_PER": -2
    }
    per_account = {name: count / 200 for name, count in stored.items()}
    assert per_account["CI_ACCT"] == 1
    assert per_account["CI_PER"] == pytest.approx(1.0, abs=0.15)
    assert per_account["CI_PREM"] == pytest.approx(1.0, abs=0.1)
    assert stored["CI_SP"] / stored["CI_PREM"] == pytest.approx(3.0, abs=0.5)
    assert per_account["CI_SA"] == pytest.approx(6.0, abs=0.7)
    assert per_account["CI_CC"] == pytest.approx(1.1, abs=0.25)
    assert per_account["CI_ACCT_ALERT"] == pytest.approx(0.3, abs=0.1)
    assert 40 <= per_account["CI_FT"] / 26 * 12 <= 95


def test_every_transaction_has_the_sibling_that_its_type_says(ccb: sqlite3.Connection) -> None:
    planted = {each.key["FT_ID"] for each in dirt.planted(ccb) if each.table == "CI_FT"}
    siblings = {
        kind: {row[0] for row in ccb.execute(f"SELECT {key} FROM {table}")}
        for kinds, table, key in (
            ("BS BX", "CI_BSEG", "BSEG_ID"),
            ("PS PX", "CI_PAY_SEG", "PAY_SEG_ID"),
            ("AD AX", "CI_ADJ", "ADJ_ID"),
        )
        for kind in kinds.split()
    }
    bills = {row[0] for row in ccb.execute("SELECT BILL_ID FROM CI_BILL")}
    payments = {row[0] for row in ccb.execute("SELECT PAY_ID FROM CI_PAY")}
    kinds: Counter[str] = Counter()
    for ft_id, kind, sibling, parent in ccb.execute("SELECT FT_ID, FT_TYPE_FLG, SIBLING_ID, PARENT_ID FROM CI_FT"):
        if ft_id not in planted:
            kinds[kind] += 1
            assert sibling in siblings[kind]
            assert parent in {"B": bills, "P": payments}.get(kind[0], {parent})
    assert set(kinds) == {"BS", "BX", "PS", "PX", "AD", "AX"}
    made = sum(number(ccb, f"SELECT COUNT(*) FROM {table}") for table in ("CI_BSEG", "CI_PAY_SEG", "CI_ADJ"))
    assert made == kinds["BS"] + kinds["PS"] + kinds["AD"]


def test_every_bill_presents_the_balances_its_transactions_add_up_to(ccb: sqlite3.Connection) -> None:
    # Segments of a bill are frozen together at 22:15:00, and everything frozen till then is on that bill or one before.
    planted = [each.key["FT_ID"] for each in dirt.planted(ccb) if each.table == "CI_FT"]
    histories: dict[str, list[tuple[str, float, float]]] = defaultdict(list)
    marks = ", ".join("?" * len(planted))
    query = f"SELECT SA_ID, FREEZE_DTTM, CUR_AMT, TOT_AMT FROM CI_FT WHERE FREEZE_SW = 'Y' AND FT_ID NOT IN ({marks})"
    for sa_id, frozen, current, payoff in ccb.execute(query, planted):
        histories[sa_id].append((frozen, current, payoff))
    presented = ccb.execute(
        "SELECT x.SA_ID, b.BILL_DT, x.CUR_AMT, x.TOT_AMT FROM CI_BILL_SA x JOIN CI_BILL b ON b.BILL_ID = x.BILL_ID"
    ).fetchall()
    assert len(presented) > 2000
    for sa_id, billed, current, payoff in presented:
        until = [each for each in histories[sa_id] if each[0] <= f"{billed[:10]} 22:15:00"]
        assert (money(current), money(payoff)) == (
            sum((money(each[1]) for each in until), Decimal()),
            sum((money(each[2]) for each in until), Decimal()),
        )


def test_payments_tenders_and_segments_add_up_to_each_other(ccb: sqlite3.Connection) -> None:
    rows = ccb.execute(
        "SELECT p.PAY_AMT, t.TENDER_AMT, p.PAY_STATUS_FLG, t.TNDR_STATUS_FLG,"
        " (SELECT SUM(s.PAY_SEG_AMT) FROM CI_PAY_SEG s WHERE s.PAY_ID = p.PAY_ID),"
        " (SELECT -SUM(f.CUR_AMT) FROM CI_FT f WHERE f.PARENT_ID = p.PAY_ID)"
        " FROM CI_PAY p JOIN CI_PAY_TNDR t ON t.PAY_EVENT_ID = p.PAY_EVENT_ID"
    ).fetchall()
    assert len(rows) == number(ccb, "SELECT COUNT(*) FROM CI_PAY_EVENT") > 1000
    for paid, tendered, status, tender_status, segments, settled in rows:
        assert money(paid) == money(tendered) == money(segments)
        assert (status, tender_status) in {("50", "25"), ("60", "60")}
        assert money(settled) == (money(paid) if status == "50" else 0)
    assert {row[2] for row in rows} == {"50", "60"}


def test_charges_age_from_the_due_date_and_payments_from_their_day(ccb: sqlite3.Connection) -> None:
    late = "SELECT COUNT(*) FROM CI_FT f JOIN CI_BILL b ON b.BILL_ID = f.PARENT_ID WHERE f.FT_TYPE_FLG = 'BS'"
    assert number(ccb, f"{late} AND f.FREEZE_SW = 'Y' AND f.ARS_DT <> b.DUE_DT") == 0
    assert number(ccb, "SELECT COUNT(*) FROM CI_BILL WHERE julianday(DUE_DT) - julianday(BILL_DT) <> 21") == 0
    paid = (
        "SELECT COUNT(*) FROM CI_FT f JOIN CI_PAY p ON p.PAY_ID = f.PARENT_ID"
        " JOIN CI_PAY_EVENT e ON e.PAY_EVENT_ID = p.PAY_EVENT_ID WHERE f.FT_TYPE_FLG = 'PS'"
    )
    assert number(ccb, f"{paid} AND f.ARS_DT = e.PAY_DT") == number(ccb, paid) > 1000


def test_all_special_cases_of_money_occur(ccb: sqlite3.Connection) -> None:
    for case in (
        "FREEZE_SW = 'N' AND FREEZE_DTTM IS NULL",
        "FREEZE_SW = 'Y' AND ARS_DT IS NULL",
        "NOT_IN_ARS_SW = 'Y'",
        "FT_TYPE_FLG = 'BS' AND CUR_AMT <> TOT_AMT",
        "FT_TYPE_FLG = 'AD' AND CUR_AMT <> TOT_AMT",
        "TRIM(BILL_ID) = '' AND FREEZE_SW = 'Y'",
        "GL_DISTRIB_STATUS = 'D' AND XFER_TO_GL_DT IS NOT NULL",
        "VERSION > 1",
    ):
        assert number(ccb, f"SELECT COUNT(*) FROM CI_FT WHERE {case}") > 0, case
    found = {row[0].strip() for row in ccb.execute("SELECT DISTINCT ADJ_TYPE_CD FROM CI_ADJ")}
    assert {"LPC", "NSFCHG", "CONNCHG", "DEPOSIT", "XFER", "WRTOFF", "BUDSYNC"} <= found
    assert {row[0] for row in ccb.execute("SELECT BILL_STAT_FLG FROM CI_BILL")} == {"C ", "P "}


def test_transfers_come_in_pairs_and_written_off_debt_is_gone(ccb: sqlite3.Connection) -> None:
    pairs = ccb.execute(
        "SELECT a.ADJ_AMT, b.ADJ_AMT, b.XFER_ADJ_ID = a.ADJ_ID FROM CI_ADJ a JOIN CI_ADJ b ON b.ADJ_ID = a.XFER_ADJ_ID"
    ).fetchall()
    assert pairs
    assert all(money(one) == -money(other) and back for one, other, back in pairs)
    written_off = (
        f"SELECT SUM(CUR_AMT) FROM ({FROZEN}) WHERE ACCT_ID IN"
        " (SELECT s.ACCT_ID FROM CI_ADJ a JOIN CI_SA s ON s.SA_ID = a.SA_ID WHERE a.ADJ_TYPE_CD = 'WRTOFF')"
    )
    assert money(number(ccb, written_off)) == 0


def test_balanced_match_events_hold_debits_and_credits_that_cancel_out(ccb: sqlite3.Connection) -> None:
    events = ccb.execute(
        "SELECT m.MEVT_STATUS_FLG, c.OPEN_ITEM_SW,"
        " (SELECT SUM(f.CUR_AMT) FROM CI_FT f WHERE f.MATCH_EVT_ID = m.MATCH_EVT_ID)"
        " FROM CI_MATCH_EVT m JOIN CI_ACCT a ON a.ACCT_ID = m.ACCT_ID JOIN CI_CUST_CL c ON c.CUST_CL_CD = a.CUST_CL_CD"
    ).fetchall()
    assert number(ccb, "SELECT COUNT(*) FROM CI_MATCH_EVT WHERE DISPUTE_SW = 'Y'") > 0
    assert {status.strip() for status, _, _ in events} == {"B", "O"}
    for status, open_item, total in events:
        assert open_item == "Y"
        assert (money(total) == 0) == (status.strip() == "B")


def test_every_bucket_of_debt_occurs_with_forty_accounts() -> None:
    connection = filled(40)
    ages = {
        (TODAY - day).days
        for (account_id,) in connection.execute("SELECT ACCT_ID FROM CI_ACCT").fetchall()
        for day in open_debt(connection, account_id)
    }
    for oldest, youngest in ((30, 1), (60, 31), (90, 61), (9999, 91), (0, -21)):
        assert any(youngest <= age <= oldest for age in ages), f"{youngest} to {oldest} days"


@pytest.mark.parametrize("today", [TODAY, date(2027, 3, 7), date(2024, 2, 29)])
def test_the_story_tells_the_same_figures_on_any_day(today: date) -> None:
    connection = filled(9, today=today)
    balance = number(connection, f"SELECT SUM(CUR_AMT) FROM ({FROZEN}) WHERE ACCT_ID = ?", STORY)
    assert money(balance) == Decimal("4912.35")
    assert open_debt(connection, STORY) == {
        today - timedelta(days=13): Decimal("1284.60"),
        today + timedelta(days=16): Decimal("3627.75"),
    }
    assert money(number(connection, f"SELECT SUM(TOT_AMT) FROM ({FROZEN}) WHERE ACCT_ID = ?", STORY)) == Decimal(
        "-2587.65"
    ), "the deposit of 7,500.00 is owed back"


def test_the_storys_bills_and_payments_are_those_on_its_page(ccb: sqlite3.Connection) -> None:
    bills = ccb.execute(
        "SELECT BILL_DT, DUE_DT,"
        " (SELECT SUM(f.CUR_AMT) FROM CI_FT f WHERE f.BILL_ID = b.BILL_ID AND f.FT_TYPE_FLG = 'BS')"
        " FROM CI_BILL b WHERE ACCT_ID = ? ORDER BY BILL_DT DESC",
        (STORY,),
    ).fetchall()
    assert [(billed[5:10], due[5:10], f"{amount:.2f}") for billed, due, amount in bills[:6]] == [
        ("11-19", "12-10", "3627.75"),
        ("10-21", "11-11", "3742.10"),
        ("09-21", "10-12", "3980.44"),
        ("08-20", "09-10", "4215.02"),
        ("07-21", "08-11", "4388.91"),
        ("06-19", "07-10", "3902.37"),
    ]
    assert len(bills) == 26 + 1, "a bill a month and the deposit's"
    payments = ccb.execute(
        "SELECT e.PAY_DT, p.PAY_AMT, t.TENDER_TYPE_CD, t.CHECK_NBR FROM CI_PAY p"
        " JOIN CI_PAY_EVENT e ON e.PAY_EVENT_ID = p.PAY_EVENT_ID JOIN CI_PAY_TNDR t ON t.PAY_EVENT_ID = e.PAY_EVENT_ID"
        " WHERE p.ACCT_ID = ? ORDER BY e.PAY_DT DESC",
        (STORY,),
    ).fetchall()
    assert [(day[5:10], amount, tender.strip(), check.strip()) for day, amount, tender, check in payments[:5]] == [
        ("11-14", 2457.50, "ACH", ""),
        ("10-09", 3980.44, "ACH", ""),
        ("09-08", 4215.02, "ACH", ""),
        ("08-10", 4388.91, "ACH", ""),
        ("07-08", 3902.37, "CHEC", "20417"),
    ]


def test_the_storys_agreements_stand_at_their_premises_with_their_meters(ccb: sqlite3.Connection) -> None:
    rows = ccb.execute(
        "SELECT s.SA_ID, s.SA_TYPE_CD, s.SA_STATUS_FLG, p.PREM_ID, m.BADGE_NBR FROM CI_SA s"
        " JOIN CI_SA_SP l ON l.SA_ID = s.SA_ID JOIN CI_SP p ON p.SP_ID = l.SP_ID"
        " LEFT JOIN CI_SP_MTR_HIST h ON h.SP_ID = p.SP_ID AND h.REMOVAL_DTTM IS NULL"
        " LEFT JOIN CI_MTR_CONFIG c ON c.MTR_CONFIG_ID = h.MTR_CONFIG_ID LEFT JOIN CI_MTR m ON m.MTR_ID = c.MTR_ID"
        " WHERE s.ACCT_ID = ? ORDER BY s.SA_ID",
        (STORY,),
    ).fetchall()
    assert [tuple(str(value or "").strip() for value in row) for row in rows] == [
        ("7714430192", "E-LG-TOU", "20", "5590214436", "E-4471902"),
        ("7714430277", "G-COM", "20", "5590214436", "G-210884"),
        ("7714430301", "OL-2", "20", "5590214436", ""),
        ("7714518820", "E-SG", "20", "5590217781", "E-4490117"),
        ("7714518877", "W-COM", "20", "5590217781", "W-88231"),
        ("7714610034", "E-SG", "40", "5590331208", "E-4502250"),
    ]
    november = ccb.execute(
        "SELECT f.SA_ID, f.CUR_AMT FROM CI_FT f JOIN CI_BILL b ON b.BILL_ID = f.BILL_ID"
        " WHERE b.ACCT_ID = ? AND b.BILL_DT = '2026-11-19 00:00:00' AND f.FT_TYPE_FLG = 'BS' ORDER BY 1",
        (STORY,),
    ).fetchall()
    assert [amount for _, amount in november] == [2214.60, 548.35, 46.20, 612.75, 205.85]


def test_northgates_companies_hang_together_and_owe_what_is_told(ccb: sqlite3.Connection) -> None:
    rows = ccb.execute(
        "SELECT parent.ENTITY_NAME, child.ENTITY_NAME, ap.ACCT_ID FROM CI_PER_PER r"
        " JOIN CI_PER_NAME parent ON parent.PER_ID = r.PER_ID1 JOIN CI_PER_NAME child ON child.PER_ID = r.PER_ID2"
        " LEFT JOIN CI_ACCT_PER ap ON ap.PER_ID = r.PER_ID2 WHERE parent.ENTITY_NAME LIKE 'Northgate%'"
    ).fetchall()
    children = defaultdict(set)
    for parent, child, _ in rows:
        children[parent].add(child)
    assert children["Northgate Foods Group"] == {"Northgate Logistics", "Northgate Retail Kitchens"}
    assert len(children["Northgate Logistics"]) == 6
    assert len(children["Northgate Retail Kitchens"]) == 3
    accounts = {child: account_id for _, child, account_id in rows}
    owed = {
        name: money(number(ccb, f"SELECT SUM(CUR_AMT) FROM ({FROZEN}) WHERE ACCT_ID = ?", accounts[name]))
        for name in ("Northgate Trucking Depot", "Ellery Crossdock", "Harborview Cold Storage LLC")
    }
    assert list(owed.values()) == [Decimal("1820.10"), Decimal("9406.77"), Decimal("4912.35")]


def test_a_language_table_holds_a_description_of_every_code_in_use(ccb: sqlite3.Connection) -> None:
    for used, language_table, *keys in (
        ("CI_ACCT", "CI_CUST_CL_L", "CUST_CL_CD"),
        ("CI_ACCT", "CI_CIS_DIVISION_L", "CIS_DIVISION"),
        ("CI_ACCT", "CI_BILL_CYC_L", "BILL_CYC_CD"),
        ("CI_ACCT_PER", "CI_ACCT_REL_TYP_L", "ACCT_REL_TYPE_CD"),
        ("CI_ACCT_ALERT", "CI_ALERT_TYPE_L", "ALERT_TYPE_CD"),
        ("CI_PREM", "CI_PREM_TYPE_L", "PREM_TYPE_CD"),
        ("CI_SP", "CI_SP_TYPE_L", "SP_TYPE_CD"),
        ("CI_SA", "CI_SA_TYPE_L", "CIS_DIVISION", "SA_TYPE_CD"),
        ("CI_ADJ", "CI_ADJ_TYPE_L", "ADJ_TYPE_CD"),
        ("CI_CC", "CI_CC_TYPE_L", "CC_CL_CD", "CC_TYPE_CD"),
        ("CI_PER_PER", "CI_PER_REL_TYPE_L", "PER_REL_TYPE_CD"),
    ):
        on = " AND ".join(f"l.{key} = u.{key}" for key in keys)
        missing = {
            str(row[0]).strip()
            for row in ccb.execute(
                f"SELECT u.{keys[-1]} FROM {used} u LEFT JOIN {language_table} l ON {on} AND l.LANGUAGE_CD = 'ENG'"
                f" WHERE l.{keys[0]} IS NULL AND TRIM(u.{keys[-1]}) <> ''"
            )
        }
        assert missing == ({dirt.UNKNOWN_CLASS} if language_table == "CI_CUST_CL_L" else set()), language_table


def test_every_kind_of_dirt_is_planted_once_at_forty_accounts_and_none_on_the_story() -> None:
    connection = filled(40)
    planted = dirt.planted(connection)
    assert Counter(each.kind for each in planted) == dict.fromkeys(dirt.KINDS, 1)
    for each in planted:
        where = " AND ".join(f"{column} = ?" for column in each.key)
        row = connection.execute(f"SELECT * FROM {each.table} WHERE {where}", tuple(each.key.values())).fetchone()
        assert row, each
        assert STORY not in row, each


def test_planted_dirt_is_as_dirty_as_its_kind_says(ccb: sqlite3.Connection) -> None:
    found = {each.kind: each.key for each in dirt.planted(ccb)}

    def value(kind: str, table: str, column: str, key: str) -> object:
        return ccb.execute(f"SELECT {column} FROM {table} WHERE {key} = ?", (found[kind][key],)).fetchone()[0]

    assert "\x00" in str(value("NUL in a text", "CI_CC", "DESCRLONG", "CC_ID"))
    assert value("unknown agreement status", "CI_SA", "SA_STATUS_FLG", "SA_ID") == "45"
    assert value("date in year 1", "CI_ACCT", "SETUP_DT", "ACCT_ID") == "0001-01-01 00:00:00"
    assert value("huge amount", "CI_FT", "CUR_AMT", "FT_ID") == 9_999_999_999_999.99
    assert value("blank name", "CI_PER_NAME", "ENTITY_NAME", "PER_ID") == " "
    orphan = value("transaction of a missing agreement", "CI_FT", "SA_ID", "FT_ID")
    assert number(ccb, "SELECT COUNT(*) FROM CI_SA WHERE SA_ID = ?", orphan) == 0
    homeless = value("agreement of a missing account", "CI_SA", "ACCT_ID", "SA_ID")
    assert number(ccb, "SELECT COUNT(*) FROM CI_ACCT WHERE ACCT_ID = ?", homeless) == 0
    alone = found["account without a person"]["ACCT_ID"]
    assert number(ccb, "SELECT COUNT(*) FROM CI_ACCT_PER WHERE ACCT_ID = ?", alone) == 0
    torn = found["two main customers"]["ACCT_ID"]
    assert number(ccb, "SELECT COUNT(*) FROM CI_ACCT_PER WHERE ACCT_ID = ? AND MAIN_CUST_SW = 'Y'", torn) == 2


def test_fewer_than_forty_accounts_stay_clean() -> None:
    assert dirt.planted(filled(39)) == []


def test_keys_begin_like_their_parents_and_some_with_zeros(ccb: sqlite3.Connection) -> None:
    other = number(
        ccb,
        "SELECT COUNT(*) FROM CI_SA s JOIN CI_ACCT a ON a.ACCT_ID = s.ACCT_ID"
        " WHERE SUBSTR(s.SA_ID, 1, 5) <> SUBSTR(a.ACCT_ID, 1, 5) AND a.ACCT_ID <> ?",
        STORY,
    )
    assert other == 0
    for table, column, length in (("CI_ACCT", "ACCT_ID", 10), ("CI_FT", "FT_ID", 12)):
        keys = [row[0] for row in ccb.execute(f"SELECT {column} FROM {table}")]
        assert all(key.isdigit() and len(key) == length for key in keys)
        assert any(key.startswith("0") for key in keys)


def test_a_filled_database_is_not_filled_again(ccb: sqlite3.Connection) -> None:
    with pytest.raises(ValueError, match="fill an empty database instead"):
        fill(ccb, accounts=10, today=TODAY)


def test_one_month_is_enough_to_fill_and_none_is_refused() -> None:
    assert number(filled(12, months=1), "SELECT COUNT(*) FROM CI_BILL WHERE BILL_DT < '2026-11'") <= 5, "deposits alone"
    with pytest.raises(ValueError, match="at least one month"):
        filled(12, months=0)


def test_progress_ends_with_all_accounts() -> None:
    calls: list[tuple[int, int]] = []
    connection = connect(":memory:")
    fill(connection, accounts=120, months=2, today=TODAY, progress=lambda done, total: calls.append((done, total)))
    assert calls == sorted(calls)
    assert len(calls) > 2
    assert calls[-1] == (120, 120)


def test_cycle_fourteen_is_billed_on_the_fourteenth_business_day() -> None:
    billed = [cycles.bill_date(14, date(2026, month, 1)).day for month in (7, 8, 9, 10, 11)]
    assert billed == [21, 20, 21, 21, 19]
    assert cycles.bill_date(21, date(2026, 11, 5)) == date(2026, 11, 30)
    assert cycles.next_business_day(date(2026, 11, 25)) == date(2026, 11, 27)


def test_a_day_brings_bills_payments_changes_and_new_customers(living: sqlite3.Connection) -> None:
    before = contents(living)
    assert advance(living, TODAY, 3) == date(2026, 11, 30)
    after = contents(living)
    assert settings.read(living, "business_date") == "2026-11-30"
    assert len(after["CI_ACCT"]) == len(before["CI_ACCT"]) + 3
    for table in ("CI_BILL", "CI_PAY", "CI_PER", "CI_SA"):
        assert len(after[table]) > len(before[table]), table
    billed = living.execute("SELECT DISTINCT BILL_DT FROM CI_BILL WHERE BILL_DT > '2026-11-24 23'").fetchall()
    assert {day[:10] for (day,) in billed} <= {"2026-11-25", "2026-11-27", "2026-11-30"}
    persons = {row[0]: row for row in before["CI_PER_NAME"] + before["CI_PER_PHONE"] + before["CI_PER"]}
    changed = [row for row in after["CI_PER_NAME"] + after["CI_PER_PHONE"] + after["CI_PER"] if row[0] in persons]
    assert set(changed) - set(before["CI_PER_NAME"] + before["CI_PER_PHONE"] + before["CI_PER"])


def test_days_depend_on_the_seed_and_the_date_alone(ccb: sqlite3.Connection, living: sqlite3.Connection) -> None:
    other = sqlite3.connect(":memory:")
    ccb.backup(other)
    advance(living, TODAY, 4)
    first = advance(other, TODAY, 1)
    advance(other, first, 3)
    assert contents(other) == contents(living)


def test_balances_still_tie_out_after_a_month_of_days(living: sqlite3.Connection) -> None:
    frozen = {row[0]: row[1:] for row in living.execute("SELECT FT_ID, CUR_AMT, TOT_AMT, SA_ID FROM CI_FT")}
    unfrozen = {row[0] for row in living.execute("SELECT FT_ID FROM CI_FT WHERE FREEZE_SW = 'N'")}
    today = advance(living, TODAY, 20)
    assert today == date(2026, 12, 23)
    test_payments_tenders_and_segments_add_up_to_each_other(living)
    test_every_transaction_has_the_sibling_that_its_type_says(living)
    test_balanced_match_events_hold_debits_and_credits_that_cancel_out(living)
    later = {row[0]: row[1:] for row in living.execute("SELECT FT_ID, CUR_AMT, TOT_AMT, SA_ID FROM CI_FT")}
    gone = set(frozen) - set(later)
    assert all(later[ft_id] == frozen[ft_id] for ft_id in set(frozen) - gone), "amounts never change"
    assert gone <= unfrozen, "what is frozen never goes"
    bills = living.execute("SELECT ACCT_ID, COUNT(*) FROM CI_BILL WHERE BILL_DT > ? GROUP BY 1", ("2026-11-24 23",))
    assert {count for _, count in bills} == {1}, "nobody is billed twice in a month"


def test_days_of_an_empty_database_do_not_pass() -> None:
    with pytest.raises(ValueError, match="fill it first"):
        advance(connect(":memory:"), TODAY, 1)


def test_a_row_is_padded_and_defaulted_as_the_catalogue_says() -> None:
    row = dict(
        zip([column.name for column in tables()["CI_ACCT"].columns], encode("CI_ACCT", {"ACCT_ID": "1"}), strict=True)
    )
    assert row["ACCT_ID"] == "1         "
    assert row["CUST_CL_CD"] == " " * 8
    assert row["ALERT_INFO"] == " "
    assert row["SETUP_DT"] is None
    assert (row["VERSION"], row["CURRENCY_CD"], row["NO_DEP_RVW_SW"]) == (1, "USD", "N")


@pytest.mark.parametrize(
    ("table", "values", "complaint"),
    [
        ("CI_ACCT", {"ACCT_ID": "12345678901"}, "takes 10 characters, not 11"),
        ("CI_ACCT", {"BILL_CYC_CD": "14"}, "CI_ACCT.ACCT_ID needs a value"),
        ("CI_SA", {"SA_ID": "1"}, "CI_SA.START_DT needs a value"),
    ],
)
def test_a_row_that_does_not_fit_is_refused(table: str, values: dict[str, str], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        encode(table, values)
