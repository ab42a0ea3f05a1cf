"""The file: ids, values, the clock, the fast door, the ledger, several connections."""

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sync.simulators.salesforce import birth, ids, store, values
from sync.simulators.salesforce.values import Unreadable


@pytest.fixture
def connection(tmp_path: Path) -> sqlite3.Connection:
    return store.create(tmp_path / "org.sqlite3")


def test_ids_have_the_checksum_that_tells_their_case() -> None:
    assert ids.suffix("abcdefghijklmno") == "AAA"
    assert ids.suffix("ABCDEABCDEABCDE") == "555"
    assert ids.suffix("AbcdeaBcdeabcdE") == "BCQ"
    assert ids.normal("AbcdeaBcdeabcdE") == "AbcdeaBcdeabcdEBCQ"
    assert ids.normal("AbcdeaBcdeabcdEAAA") is None
    assert ids.normal("short") is None


def test_ids_grow_and_are_given_once(connection: sqlite3.Connection) -> None:
    given = [store.new_id(connection, "Account"), *store.new_ids(connection, "Account", 70)]
    given.append(store.new_id(connection, "Account"))
    assert given == sorted(set(given))
    assert {len(given_id) for given_id in given} == {18}
    assert all(ids.normal(given_id) == given_id for given_id in given)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20T10:00:01Z",
        "2026-11-20T10:00:01.000+0000",
        "2026-11-20T10:00:01.999+00:00",
        "2026-11-20T11:00:01+01:00",
    ],
)
def test_every_spelling_of_a_moment_is_one_moment(text: str) -> None:
    assert values.parse_moment(text) == datetime(2026, 11, 20, 10, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-11-20", "yesterday", "2026-13-01T00:00:00Z", "2026-11-20T10:00:00+99:00"])
def test_other_text_is_no_moment(text: str) -> None:
    with pytest.raises(Unreadable):
        values.parse_moment(text)


def test_a_new_org_has_itself_an_administrator_and_the_integration_user(connection: sqlite3.Connection) -> None:
    assert store.organization_id(connection).startswith("00D")
    assert store.user_id(connection, birth.ADMINISTRATOR_USERNAME) == birth.administrator_id(connection)
    assert store.user_id(connection, store.INTEGRATION_USERNAME) != birth.administrator_id(connection)


def test_an_org_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "org.sqlite3"
    first = store.organization_id(store.create(path))
    assert store.organization_id(store.create(path)) == first


def test_a_field_that_is_new_to_an_older_file_is_added(tmp_path: Path) -> None:
    path = tmp_path / "org.sqlite3"
    with store.create(path) as connection:
        connection.execute('ALTER TABLE "Account" DROP COLUMN "Territory__c"')
        connection.execute("PRAGMA user_version = 1")
    with store.connect(path) as connection:
        store.insert_rows(connection, "Account", [{"Name": "a", "Territory__c": "North"}])
        assert connection.execute('SELECT "Territory__c" FROM "Account"').fetchall() == [("North",)]


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, only a text that is long enough to be read as one" * 20)
    with pytest.raises(store.UnusableFile, match="name another one"):
        store.connect(path)


def test_the_clock_stands_runs_and_moves(connection: sqlite3.Connection) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    store.set_clock(connection, moment)
    assert store.now(connection) == moment
    assert store.shift_clock(connection, 90) == store.now(connection) == datetime(2026, 1, 2, 3, 5, 35, tzinfo=UTC)
    store.set_clock(connection, moment, running=True)
    assert 0 <= (store.now(connection) - moment).total_seconds() < 5
    store.set_clock(connection, None)
    assert abs((store.now(connection) - datetime.now(UTC)).total_seconds()) < 5


def test_the_fast_door_fills_in_what_salesforce_would(connection: sqlite3.Connection) -> None:
    created = datetime(2020, 1, 1, tzinfo=UTC)
    (contact,) = store.insert_rows(
        connection,
        "Contact",
        [{"FirstName": "Ann", "LastName": "Lee", "Birthdate": date(1970, 2, 3), "CreatedDate": created}],
    )
    record = store.fetch(connection, "Contact", contact)
    assert record is not None
    administrator = birth.administrator_id(connection)
    assert {name: record[name] for name in ("Name", "Birthdate", "OwnerId", "IsDeleted", "HasOptedOutOfEmail")} == {
        "Name": "Ann Lee",
        "Birthdate": "1970-02-03",
        "OwnerId": administrator,
        "IsDeleted": 0,
        "HasOptedOutOfEmail": 0,
    }
    assert record["CreatedDate"] == record["LastModifiedDate"] == record["SystemModstamp"] == "2020-01-01T00:00:00.000Z"
    (case,) = store.insert_rows(connection, "Case", [{"Subject": "bill", "Status": "Closed"}])
    assert (store.fetch(connection, "Case", case) or {})["IsClosed"] == 1
    assert connection.execute("SELECT count(*) FROM ledger").fetchone() == (0,)


def test_rows_that_do_not_fit_leave_nothing_behind(connection: sqlite3.Connection) -> None:
    with pytest.raises(Unreadable):
        store.insert_rows(connection, "Account", [{"Name": "a"}, {"Name": "b", "AnnualRevenue": "much"}])
    with pytest.raises(KeyError):
        store.insert_rows(connection, "Account", [{"Colour": "red"}])
    assert connection.execute('SELECT count(*) FROM "Account"').fetchone() == (0,)


def test_the_ledger_takes_lines_and_lets_none_go(connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO ledger (at, user, operation, object, id, fields) VALUES ('', '', 'insert', 'Account', '1', '{}')"
    )
    replacing = (
        "REPLACE INTO ledger (sequence, at, user, operation, object, id, fields) VALUES (1, '', '', '', '', '2', '')"
    )
    for statement in ("UPDATE ledger SET id = '2'", "DELETE FROM ledger", replacing):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)


def test_a_reader_sees_what_is_committed_only(tmp_path: Path) -> None:
    writer, reader = store.create(tmp_path / "org.sqlite3"), store.connect(tmp_path / "org.sqlite3")
    with store.transaction(writer):
        store.insert_rows(writer, "Account", [{"Name": "a"}])
        assert reader.execute('SELECT count(*) FROM "Account"').fetchone() == (0,)
    assert reader.execute('SELECT count(*) FROM "Account"').fetchone() == (1,)
