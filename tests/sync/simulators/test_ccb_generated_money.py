"""The generated CC&B: money that ties out, and the story to the cent."""

import sqlite3
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest

from sync.simulators.ccb.generator import dirt
from sync.simulators.ccb.generator.days import advance
from tests.sync.simulators.generated import FROZEN, STORY, TODAY, filled, money, number, open_debt


def test_every_transaction_has_the_sibling_that_its_type_says(generated: sqlite3.Connection) -> None:
    planted = {each.key["FT_ID"] for each in dirt.planted(generated) if each.table == "CI_FT"}
    siblings = {
        kind: {row[0] for row in generated.execute(f"SELECT {key} FROM {table}")}
        for kinds, table, key in (
            ("BS BX", "CI_BSEG", "BSEG_ID"),
            ("PS PX", "CI_PAY_SEG", "PAY_SEG_ID"),
            ("AD AX", "CI_ADJ", "ADJ_ID"),
        )
        for kind in kinds.split()
    }
    bills = {row[0] for row in generated.execute("SELECT BILL_ID FROM CI_BILL")}
    payments = {row[0] for row in generated.execute("SELECT PAY_ID FROM CI_PAY")}
    kinds: Counter[str] = Counter()
    for ft_id, kind, sibling, parent in generated.execute(
        "SELECT FT_ID, FT_TYPE_FLG, SIBLING_ID, PARENT_ID FROM CI_FT"
    ):
        if ft_id not in planted:
            kinds[kind] += 1
            assert sibling in siblings[kind]
            assert parent in {"B": bills, "P": payments}.get(kind[0], {parent})
    assert set(kinds) == {"BS", "BX", "PS", "PX", "AD", "AX"}
    made = sum(number(generated, f"SELECT COUNT(*) FROM {table}") for table in ("CI_BSEG", "CI_PAY_SEG", "CI_ADJ"))
    assert made == kinds["BS"] + kinds["PS"] + kinds["AD"]


def test_every_bill_presents_the_balances_its_transactions_add_up_to(generated: sqlite3.Connection) -> None:
    # Segments of a bill are frozen together at 22:15:00, and everything frozen till then is on that bill or one before.
    planted = [each.key["FT_ID"] for each in dirt.planted(generated) if each.table == "CI_FT"]
    histories: dict[str, list[tuple[str, float, float]]] = defaultdict(list)
    marks = ", ".join("?" * len(planted))
    query = f"SELECT SA_ID, FREEZE_DTTM, CUR_AMT, TOT_AMT FROM CI_FT WHERE FREEZE_SW = 'Y' AND FT_ID NOT IN ({marks})"
    for sa_id, frozen, current, payoff in generated.execute(query, planted):
        histories[sa_id].append((frozen, current, payoff))
    presented = generated.execute(
        "SELECT x.SA_ID, b.BILL_DT, x.CUR_AMT, x.TOT_AMT FROM CI_BILL_SA x JOIN CI_BILL b ON b.BILL_ID = x.BILL_ID"
    ).fetchall()
    assert len(presented) > 2000
    for sa_id, billed, current, payoff in presented:
        until = [each for each in histories[sa_id] if each[0] <= f"{billed[:10]} 22:15:00"]
        assert (money(current), money(payoff)) == (
            sum((money(each[1]) for each in until), Decimal()),
            sum((money(each[2]) for each in until), Decimal()),
        )


def test_payments_tenders_and_segments_add_up_to_each_other(generated: sqlite3.Connection) -> None:
    rows = generated.execute(
        "SELECT p.PAY_AMT, t.TENDER_AMT, p.PAY_STATUS_FLG, t.TNDR_STATUS_FLG,"
        " (SELECT SUM(s.PAY_SEG_AMT) FROM CI_PAY_SEG s WHERE s.PAY_ID = p.PAY_ID),"
        " (SELECT -SUM(f.CUR_AMT) FROM CI_FT f WHERE f.PARENT_ID = p.PAY_ID)"
        " FROM CI_PAY p JOIN CI_PAY_TNDR t ON t.PAY_EVENT_ID = p.PAY_EVENT_ID"
    ).fetchall()
    assert len(rows) == number(generated, "SELECT COUNT(*) FROM CI_PAY_EVENT") > 1000
    for paid, tendered, status, tender_status, segments, settled in rows:
        assert money(paid) == money(tendered) == money(segments)
        assert (status, tender_status) in {("50", "25"), ("60", "60")}
        assert money(settled) == (money(paid) if status == "50" else 0)
    assert {row[2] for row in rows} == {"50", "60"}


def test_charges_age_from_the_due_date_and_payments_from_their_day(generated: sqlite3.Connection) -> None:
    late = "SELECT COUNT(*) FROM CI_FT f JOIN CI_BILL b ON b.BILL_ID = f.PARENT_ID WHERE f.FT_TYPE_FLG = 'BS'"
    assert number(generated, f"{late} AND f.FREEZE_SW = 'Y' AND f.ARS_DT <> b.DUE_DT") == 0
    assert number(generated, "SELECT COUNT(*) FROM CI_BILL WHERE julianday(DUE_DT) - julianday(BILL_DT) <> 21") == 0
    paid = (
        "SELECT COUNT(*) FROM CI_FT f JOIN CI_PAY p ON p.PAY_ID = f.PARENT_ID"
        " JOIN CI_PAY_EVENT e ON e.PAY_EVENT_ID = p.PAY_EVENT_ID WHERE f.FT_TYPE_FLG = 'PS'"
    )
    assert number(generated, f"{paid} AND f.ARS_DT = e.PAY_DT") == number(generated, paid) > 1000


def test_all_special_cases_of_money_occur(generated: sqlite3.Connection) -> None:
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
        assert number(generated, f"SELECT COUNT(*) FROM CI_FT WHERE {case}") > 0, case
    found = {row[0].strip() for row in generated.execute("SELECT DISTINCT ADJ_TYPE_CD FROM CI_ADJ")}
    assert {"LPC", "NSFCHG", "CONNCHG", "DEPOSIT", "XFER", "WRTOFF", "BUDSYNC"} <= found
    assert {row[0] for row in generated.execute("SELECT BILL_STAT_FLG FROM CI_BILL")} == {"C ", "P "}


def test_transfers_come_in_pairs_and_written_off_debt_is_gone(generated: sqlite3.Connection) -> None:
    pairs = generated.execute(
        "SELECT a.ADJ_AMT, b.ADJ_AMT, b.XFER_ADJ_ID = a.ADJ_ID FROM CI_ADJ a JOIN CI_ADJ b ON b.ADJ_ID = a.XFER_ADJ_ID"
    ).fetchall()
    assert pairs
    assert all(money(one) == -money(other) and back for one, other, back in pairs)
    written_off = (
        f"SELECT SUM(CUR_AMT) FROM ({FROZEN}) WHERE ACCT_ID IN"
        " (SELECT s.ACCT_ID FROM CI_ADJ a JOIN CI_SA s ON s.SA_ID = a.SA_ID WHERE a.ADJ_TYPE_CD = 'WRTOFF')"
    )
    assert money(number(generated, written_off)) == 0
    accounts = generated.execute(
        "SELECT DISTINCT s.ACCT_ID FROM CI_ADJ a JOIN CI_SA s ON s.SA_ID = a.SA_ID WHERE a.ADJ_TYPE_CD = 'WRTOFF'"
    ).fetchall()
    assert accounts
    for (account_id,) in accounts:
        # A pledge settles a balance without relieving debt: what is left of the debt is what the pledges settled.
        pledged = number(
            generated, f"SELECT SUM(-CUR_AMT) FROM ({FROZEN}) WHERE ACCT_ID = ? AND NOT_IN_ARS_SW = 'Y'", account_id
        )
        assert sum(open_debt(generated, account_id).values()) == money(pledged)


def test_balanced_match_events_hold_debits_and_credits_that_cancel_out(generated: sqlite3.Connection) -> None:
    events = generated.execute(
        "SELECT m.MEVT_STATUS_FLG, c.OPEN_ITEM_SW,"
        " (SELECT SUM(f.CUR_AMT) FROM CI_FT f WHERE f.MATCH_EVT_ID = m.MATCH_EVT_ID)"
        " FROM CI_MATCH_EVT m JOIN CI_ACCT a ON a.ACCT_ID = m.ACCT_ID JOIN CI_CUST_CL c ON c.CUST_CL_CD = a.CUST_CL_CD"
    ).fetchall()
    assert number(generated, "SELECT COUNT(*) FROM CI_MATCH_EVT WHERE DISPUTE_SW = 'Y'") > 0
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


def test_the_storys_bills_and_payments_are_those_on_its_page(generated: sqlite3.Connection) -> None:
    bills = generated.execute(
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
    payments = generated.execute(
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


def test_the_storys_agreements_stand_at_their_premises_with_their_meters(generated: sqlite3.Connection) -> None:
    rows = generated.execute(
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
    november = generated.execute(
        "SELECT f.SA_ID, f.CUR_AMT FROM CI_FT f JOIN CI_BILL b ON b.BILL_ID = f.BILL_ID"
        " WHERE b.ACCT_ID = ? AND b.BILL_DT = '2026-11-19 00:00:00' AND f.FT_TYPE_FLG = 'BS' ORDER BY 1",
        (STORY,),
    ).fetchall()
    assert [amount for _, amount in november] == [2214.60, 548.35, 46.20, 612.75, 205.85]


def test_northgates_companies_hang_together_and_owe_what_is_told(generated: sqlite3.Connection) -> None:
    rows = generated.execute(
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
        name: money(number(generated, f"SELECT SUM(CUR_AMT) FROM ({FROZEN}) WHERE ACCT_ID = ?", accounts[name]))
        for name in ("Northgate Trucking Depot", "Ellery Crossdock", "Harborview Cold Storage LLC")
    }
    assert list(owed.values()) == [Decimal("1820.10"), Decimal("9406.77"), Decimal("4912.35")]


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
