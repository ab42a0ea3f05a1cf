"""The SQLite file behind the CC&B simulator: CC&B's tables, the catalogue's view of them, settings and armed faults."""

import sqlite3
import zlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sync.simulators.ccb import catalogue
from sync.simulators.ccb.catalogue import Column, Table
from sync.simulators.ccb.generator.rows import Value, encode

# A writer may hold the file for as long as a large fill's commit takes.
BUSY_SECONDS = 60
_CHARACTER_BYTES = 4  # AL32UTF8 reserves four bytes a character

_OWN_TABLES = (
    "CREATE TABLE IF NOT EXISTS simulator_setting (name TEXT PRIMARY KEY, value TEXT)",
    "CREATE TABLE IF NOT EXISTS simulator_fault (id INTEGER PRIMARY KEY, fault TEXT NOT NULL, match TEXT NOT NULL,"
    " remaining INTEGER, options TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS all_tab_columns (OWNER TEXT, TABLE_NAME TEXT, COLUMN_NAME TEXT, DATA_TYPE TEXT,"
    " DATA_LENGTH INTEGER, DATA_PRECISION INTEGER, DATA_SCALE INTEGER, NULLABLE TEXT, COLUMN_ID INTEGER,"
    " CHAR_LENGTH INTEGER, CHAR_USED TEXT, PRIMARY KEY (TABLE_NAME, COLUMN_NAME))",
)
# Where CC&B has an index that its readers need: foreign keys, first columns first.
INDEXES = {
    "CI_PER_NAME": ("PER_ID",),
    "CI_ACCT_PER": ("PER_ID",),
    "C1_PER_CONTDET": ("PER_ID",),
    "CI_PER_PER": ("PER_ID2",),
    "CI_ACCT": ("MAILING_PREM_ID",),
    "CI_PREM": ("PRNT_PREM_ID",),
    "CI_SP": ("PREM_ID",),
    "CI_SA": ("ACCT_ID",),
    "CI_SA_SP": ("SA_ID", "SP_ID"),
    "CI_MTR_CONFIG": ("MTR_ID",),
    "CI_SP_MTR_HIST": ("SP_ID",),
    "CI_MR": ("MTR_CONFIG_ID",),
    "CI_REG_READ": ("MR_ID",),
    "D1_INSTALL_EVT": ("DEVICE_CONFIG_ID",),
    "D1_SP_IDENTIFIER": ("ID_VALUE",),
    "CI_FT": ("SA_ID",),
    "CI_BILL": ("ACCT_ID",),
    "CI_BSEG": ("BILL_ID",),
    "CI_PAY": ("ACCT_ID",),
    "CI_PAY_SEG": ("PAY_ID",),
    "CI_PAY_TNDR": ("PAY_EVENT_ID",),
    "CI_ADJ": ("SA_ID",),
    "CI_CC": ("PER_ID",),
}


class UnusableFile(Exception):
    """The file is no simulator's file, or one of another version. The message says what to do."""


def connect(path: Path | str) -> sqlite3.Connection:
    """A connection that may write, to a file that has every table of the catalogue; the caller commits.

    The file is in WAL mode, so that the server reads while this connection writes.

    Raises UnusableFile for a file that is no database or that another version of the simulator made.
    """
    try:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        made_by = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise UnusableFile(f"{path} cannot be used as the simulator's file ({error}); name another one.") from error
    if made_by != _layout_number():
        _create(connection, path)
    return connection


def _layout_number() -> int:
    """A number that changes with the catalogue and with the tables and indexes made here."""
    described = repr((list(catalogue.tables().values()), _OWN_TABLES, INDEXES))
    return zlib.crc32(described.encode()) >> 1  # SQLite keeps it as a signed 32-bit integer


def _create(connection: sqlite3.Connection, path: Path | str) -> None:
    """Create what is missing, in one transaction, so that a reader sees all of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        catalogue.create_tables(connection)
        for made in catalogue.tables().values():
            held = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({made.name})")]
            if held != [column.name for column in made.columns]:
                raise UnusableFile(
                    f"{path} was made by another version of the simulator: its {made.name} has other columns. Remove"
                    " the file, and fill a new one."
                )
        for statement in _OWN_TABLES:
            connection.execute(statement)
        for table, columns in INDEXES.items():
            for column in columns:
                connection.execute(f"CREATE INDEX IF NOT EXISTS {table}_{column} ON {table} ({column})")
        connection.execute("DELETE FROM all_tab_columns")
        connection.executemany(
            f"INSERT INTO all_tab_columns VALUES ({', '.join('?' * 11)})",  # noqa: S608
            [
                _catalogue_row(table.name, position, column)
                for table in catalogue.tables().values()
                for position, column in enumerate(table.columns, 1)
            ],
        )
        connection.execute(f"PRAGMA user_version = {_layout_number()}")


def pad(table_name: str, values: Mapping[str, Value]) -> dict[str, str | int | float | None]:
    """A row of a table with every column as CC&B would hold it: CHAR padded, unset texts blank, dates as stored text.

    A date may be given as ISO text. Raises KeyError for an unknown table or column, ValueError for a value that does
    not fit or a missing key.
    """
    table = catalogue.tables()[table_name]
    given = {name: _typed(table, table.column(name), value) for name, value in values.items()}
    return dict(zip([column.name for column in table.columns], encode(table_name, given), strict=True))


def _typed(table: Table, column: Column, value: Value) -> Value:
    """A date or a number given as text, as what it is; '' is none. Raises ValueError for a text that is neither."""
    if not isinstance(value, str) or column.type in ("CHAR", "VARCHAR2"):
        return value
    if not value.strip():
        return None
    try:
        if column.type == "DATE":
            return datetime.fromisoformat(value)
        return float(value) if column.scale else int(value)
    except ValueError as error:
        wanted = "a date such as 2026-11-24" if column.type == "DATE" else "a number"
        raise ValueError(f"{table.name}.{column.name} takes {wanted}, not {value!r}; nothing was changed.") from error


def setting(connection: sqlite3.Connection, name: str) -> str | None:
    """One setting of the simulator, None if it is not set."""
    row = connection.execute("SELECT value FROM simulator_setting WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None


def set_setting(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Store one setting; the caller commits."""
    connection.execute("INSERT OR REPLACE INTO simulator_setting (name, value) VALUES (?, ?)", (name, value))


def _catalogue_row(table: str, position: int, column: Column) -> tuple[str | int | None, ...]:
    """A column as ALL_TAB_COLUMNS shows it."""
    text = column.type in ("CHAR", "VARCHAR2")
    length = column.length or 0
    stored = min(length * _CHARACTER_BYTES, 4000) if text else 7 if column.type == "DATE" else 22
    return (
        catalogue.OWNER,
        table,
        column.name,
        column.type,
        stored,
        column.length if column.type == "NUMBER" else None,
        column.scale if column.type == "NUMBER" else None,
        "Y" if column.nullable else "N",
        position,
        length if text else 0,
        "C" if text else None,
    )
