"""The control interface stores rows as CC&B does and refuses what would not fit."""

from datetime import date, datetime
from pathlib import Path

import pytest

from sync.simulators.ccb import catalogue, store
from sync.simulators.ccb.control import Control


def test_a_new_row_is_padded_and_unset_columns_are_filled(control: Control) -> None:
    control.insert("CI_ACCT", ACCT_ID="4218665007", CUST_CL_CD="COML", SETUP_DT=date(2014, 3, 3))
    (row,) = control.rows("CI_ACCT", ACCT_ID="4218665007")
    assert row["CUST_CL_CD"] == "COML    "
    assert row["SETUP_DT"] == "2014-03-03 00:00:00"
    assert row["MAILING_PREM_ID"] == " " * 10
    assert set(row) == {column.name for column in catalogue.tables()["CI_ACCT"].columns}


def test_an_update_changes_the_named_columns_alone(control: Control) -> None:
    control.insert("CI_PER", PER_ID="1", EMAILID="old@example.com", PER_OR_BUS_FLG="P")
    (before,) = control.rows("CI_PER")
    control.update("CI_PER", {"PER_ID": "1"}, EMAILID="new@example.com")
    assert control.rows("CI_PER") == [{**before, "EMAILID": "new@example.com"}]


def test_rows_are_found_by_unpadded_text_and_by_date(control: Control) -> None:
    control.insert("CI_FT", FT_ID="7", SA_ID="1", CRE_DTTM=datetime(2026, 11, 19, 8, 30), ARS_DT="2026-12-10")
    assert len(control.rows("CI_FT", FT_ID="7", CRE_DTTM=datetime(2026, 11, 19, 8, 30))) == 1
    assert len(control.rows("CI_FT", ARS_DT=date(2026, 12, 10), FREEZE_DTTM=None)) == 1
    assert control.rows("CI_FT", FT_ID="8") == []


def test_a_deleted_row_is_gone(control: Control) -> None:
    control.insert("CI_PER", PER_ID="1")
    control.delete("CI_PER", {"PER_ID": "1"})
    assert control.rows("CI_PER") == []


def test_edits_that_cannot_be_done_change_nothing(control: Control) -> None:
    control.insert("CI_PER", PER_ID="1")
    control.insert("CI_PER", PER_ID="2")
    before = control.rows("CI_PER")
    with pytest.raises(ValueError, match="key already"):
        control.insert("CI_PER", PER_ID="1")
    with pytest.raises(ValueError, match="takes 10 characters"):
        control.insert("CI_PER", PER_ID="12345678901")
    with pytest.raises(ValueError, match="needs a value"):
        control.insert("CI_PER", EMAILID="x")
    with pytest.raises(LookupError, match="0 rows"):
        control.update("CI_PER", {"PER_ID": "3"}, EMAILID="x")
    with pytest.raises(LookupError, match="2 rows"):
        control.delete("CI_PER", {})
    with pytest.raises(KeyError):
        control.update("CI_PER", {"PER_ID": "1"}, NO_COLUMN="x")
    with pytest.raises(KeyError):
        control.rows("CI_PER", **{"PER_ID = '1' OR 1": 1})
    with pytest.raises(KeyError):
        control.insert("NO_TABLE", PER_ID="1")
    assert control.rows("CI_PER") == before


def test_the_business_date_is_kept_in_the_file(control: Control, tmp_path: Path) -> None:
    assert control.business_date is None
    with pytest.raises(LookupError, match="fill it first"):
        control.day()
    control.business_date = date(2026, 11, 24)
    with Control(tmp_path / "ccb.sqlite3") as another:
        assert another.business_date == date(2026, 11, 24)


def test_opening_a_file_again_keeps_its_rows(control: Control, tmp_path: Path) -> None:
    control.insert("CI_PER", PER_ID="1")
    store.connect(tmp_path / "ccb.sqlite3").close()
    assert len(control.rows("CI_PER")) == 1
