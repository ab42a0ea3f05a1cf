"""The generated CC&B: the same rows for the same seed, known dirt, and days that pass."""

import sqlite3
from collections import Counter
from datetime import date

import pytest

from sync.simulators.ccb.catalogue import tables
from sync.simulators.ccb.generator import cycles, dirt, fill, settings
from sync.simulators.ccb.generator.days import advance
from sync.simulators.ccb.generator.rows import encode
from sync.simulators.ccb.store import connect
from tests.sync.simulators.generated import ACCOUNTS, FROZEN, STORY, TODAY, contents, filled, number


def test_the_same_seed_writes_the_same_rows(generated: sqlite3.Connection) -> None:
    again = filled(ACCOUNTS)
    assert contents(again) == contents(generated)


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


def test_a_language_table_holds_a_description_of_every_code_in_use(generated: sqlite3.Connection) -> None:
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
            for row in generated.execute(
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


def test_planted_dirt_is_as_dirty_as_its_kind_says(generated: sqlite3.Connection) -> None:
    found = {each.kind: each.key for each in dirt.planted(generated)}

    def value(kind: str, table: str, column: str, key: str) -> object:
        return generated.execute(f"SELECT {column} FROM {table} WHERE {key} = ?", (found[kind][key],)).fetchone()[0]

    assert "\x00" in str(value("NUL in a text", "CI_CC", "DESCRLONG", "CC_ID"))
    assert value("unknown agreement status", "CI_SA", "SA_STATUS_FLG", "SA_ID") == "45"
    assert value("date in year 1", "CI_ACCT", "SETUP_DT", "ACCT_ID") == "0001-01-01 00:00:00"
    assert value("huge amount", "CI_FT", "CUR_AMT", "FT_ID") == 9_999_999_999_999.99
    assert value("blank name", "CI_PER_NAME", "ENTITY_NAME", "PER_ID") == " "
    orphan = value("transaction of a missing agreement", "CI_FT", "SA_ID", "FT_ID")
    assert number(generated, "SELECT COUNT(*) FROM CI_SA WHERE SA_ID = ?", orphan) == 0
    homeless = value("agreement of a missing account", "CI_SA", "ACCT_ID", "SA_ID")
    assert number(generated, "SELECT COUNT(*) FROM CI_ACCT WHERE ACCT_ID = ?", homeless) == 0
    alone = found["account without a person"]["ACCT_ID"]
    assert number(generated, "SELECT COUNT(*) FROM CI_ACCT_PER WHERE ACCT_ID = ?", alone) == 0
    torn = found["two main customers"]["ACCT_ID"]
    assert number(generated, "SELECT COUNT(*) FROM CI_ACCT_PER WHERE ACCT_ID = ? AND MAIN_CUST_SW = 'Y'", torn) == 2


def test_fewer_than_forty_accounts_stay_clean() -> None:
    assert dirt.planted(filled(39)) == []


def test_keys_begin_like_their_parents_and_some_with_zeros(generated: sqlite3.Connection) -> None:
    other = number(
        generated,
        "SELECT COUNT(*) FROM CI_SA s JOIN CI_ACCT a ON a.ACCT_ID = s.ACCT_ID"
        " WHERE SUBSTR(s.SA_ID, 1, 5) <> SUBSTR(a.ACCT_ID, 1, 5) AND a.ACCT_ID <> ?",
        STORY,
    )
    assert other == 0
    for table, column, length in (("CI_ACCT", "ACCT_ID", 10), ("CI_FT", "FT_ID", 12)):
        keys = [row[0] for row in generated.execute(f"SELECT {column} FROM {table}")]
        assert all(key.isdigit() and len(key) == length for key in keys)
        assert any(key.startswith("0") for key in keys)


def test_a_filled_database_is_not_filled_again(generated: sqlite3.Connection) -> None:
    with pytest.raises(ValueError, match="fill an empty database instead"):
        fill(generated, accounts=10, today=TODAY)


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


def test_days_depend_on_the_seed_and_the_date_alone(generated: sqlite3.Connection, living: sqlite3.Connection) -> None:
    other = sqlite3.connect(":memory:")
    generated.backup(other)
    advance(living, TODAY, 4)
    first = advance(other, TODAY, 1)
    advance(other, first, 3)
    assert contents(other) == contents(living)


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
