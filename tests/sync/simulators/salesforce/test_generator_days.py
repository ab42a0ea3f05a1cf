"""Days that pass in a filled org leave news of every kind for the next read."""

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sync.simulators.salesforce import control, ledger, store
from sync.simulators.salesforce.generator import advance, truth
from sync.simulators.salesforce.values import moment_text
from tests.sync.simulators.salesforce.generated import NOW, binned, filled, filled_ccb, number, rows

CHANGED = ("Account", "Contact", "Case", "Task")


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an org as it was filled."""
    folder = tmp_path_factory.mktemp("org")
    filled(filled_ccb(folder / "ccb.sqlite3"), folder / "org.sqlite3", accounts=150, tasks=400).close()
    return folder / "org.sqlite3"


@pytest.fixture
def org(morning: Path, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = store.connect(shutil.copy(morning, tmp_path / "org.sqlite3"))
    yield connection
    connection.close()


def test_a_day_has_news_of_every_kind_and_nothing_is_refused(org: sqlite3.Connection) -> None:
    done = advance(org)
    assert set(done) == {
        "case opened", "case closed", "call", "task completed", "contact corrected", "address changed", "merged",
        "deleted", "undeleted", "archived",
    }  # fmt: skip
    assert all(done.values())


def test_a_day_moves_a_clock_that_stands_and_all_is_stamped_with_it(org: sqlite3.Connection) -> None:
    before = {name: number(org, f'SELECT COUNT(*) FROM "{name}"') for name in CHANGED}
    done = advance(org, 2)
    assert store.now(org) == NOW + timedelta(days=2)
    stamps = {moment_text(NOW + timedelta(days=day)) for day in (1, 2)}
    for name in CHANGED:
        changed = rows(org, f'SELECT SystemModstamp FROM "{name}" WHERE SystemModstamp > ?', moment_text(NOW))
        assert changed
        assert {each["SystemModstamp"] for each in changed} <= stamps
    assert number(org, 'SELECT COUNT(*) FROM "Case"') == before["Case"] + done["case opened"]
    assert number(org, "SELECT COUNT(*) FROM Task") == before["Task"] + done["call"]
    assert number(org, "SELECT COUNT(*) FROM Account") == before["Account"]


def test_a_clock_that_runs_is_left_alone(org: sqlite3.Connection) -> None:
    store.set_clock(org, NOW, running=True)
    advance(org, 3)
    assert NOW <= store.now(org) < NOW + timedelta(hours=1)


def test_the_merged_account_was_a_duplicate_and_leaves_its_children_to_the_master(org: sqlite3.Connection) -> None:
    told = truth(org)
    already = {row[0] for row in org.execute("SELECT Id FROM Account WHERE IsDeleted")}
    advance(org)
    [(loser, master)] = [
        pair for pair in org.execute("SELECT Id, MasterRecordId FROM Account WHERE IsDeleted") if pair[0] not in already
    ]
    assert told[loser].duplicate_of == master
    assert told[loser].ccb_key == told[master].ccb_key
    for name in ("Contact", "Case", "Task", "Event"):
        assert number(org, f'SELECT COUNT(*) FROM "{name}" WHERE AccountId = ? AND NOT IsDeleted', loser) == 0


def test_the_deleted_task_is_in_the_bin_and_the_undeleted_one_left_it(org: sqlite3.Connection) -> None:
    morning = binned(org, "Task")
    advance(org)
    evening = binned(org, "Task")
    [deleted], [undeleted] = evening - morning, morning - evening
    assert number(org, "SELECT IsDeleted FROM Task WHERE Id = ?", deleted) == 1
    assert number(org, "SELECT IsDeleted FROM Task WHERE Id = ?", undeleted) == 0


def test_what_users_did_is_in_the_ledger_and_what_the_generator_made_is_not(org: sqlite3.Connection) -> None:
    assert list(ledger.read(org)) == []
    done = advance(org)
    written = [entry.operation for entry in ledger.read(org)]
    assert written.count("insert") == done["case opened"] + done["call"]
    assert {"update", "merge", "delete", "undelete"} <= set(written)


def test_a_write_that_a_rule_of_the_org_refuses_is_counted(org: sqlite3.Connection, tmp_path: Path) -> None:
    with control.Control(tmp_path / "org.sqlite3") as hand:
        hand.validation_rule("Contact", "No changes today", "Title != null", "Come back tomorrow.")
    done = advance(org)
    assert done["refused"] >= 1
    assert done["contact corrected"] == 0
    assert done["case opened"] > 0


def test_the_same_days_bring_the_same_news(morning: Path, tmp_path: Path) -> None:
    evenings = []
    for name in ("one.sqlite3", "two.sqlite3"):
        connection = store.connect(shutil.copy(morning, tmp_path / name))
        advance(connection, 2)
        evenings.append([connection.execute(f'SELECT * FROM "{table}" ORDER BY Id').fetchall() for table in CHANGED])
        connection.close()
    assert evenings[0] == evenings[1]


def test_an_empty_org_has_no_days(tmp_path: Path) -> None:
    connection = store.create(tmp_path / "empty.sqlite3")
    with pytest.raises(ValueError, match="fill it first"):
        advance(connection)
    connection.close()


def test_less_than_a_day_is_refused(org: sqlite3.Connection) -> None:
    with pytest.raises(ValueError, match="At least one day"):
        advance(org, 0)
