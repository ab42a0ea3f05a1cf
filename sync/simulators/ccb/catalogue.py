"""CC&B's tables and columns as the simulator holds them, read from `columns.csv`.

Source: the physical Oracle catalogue of a CISADM schema. CLOB columns are left out: the portal maps none of them.

How values lie in SQLite:

- CHAR(n): text blank-padded to n characters, column collation RTRIM, so that CHAR against CHAR compares as Oracle does.
- VARCHAR2(n): text as it is. CC&B writes one blank where a NOT NULL text column has no value.
- NUMBER(p, 0): INTEGER. NUMBER(p, s): REAL, exact for the 15 significant digits CC&B's amounts need.
- DATE: text `YYYY-MM-DD HH:MM:SS`, which sorts as the date does.
"""

import csv
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

OWNER = "CISADM"


@dataclass(frozen=True)
class Column:
    """One column; `length` is characters for text and precision for NUMBER, `key_position` counts from 1."""

    name: str
    type: str
    length: int | None
    scale: int | None
    nullable: bool
    key_position: int | None

    @property
    def definition(self) -> str:
        """The column's SQLite definition."""
        kind = {"CHAR": "TEXT COLLATE RTRIM", "VARCHAR2": "TEXT", "DATE": "TEXT"}.get(
            self.type, "REAL" if self.scale else "INTEGER"
        )
        return f"{self.name} {kind}{'' if self.nullable else ' NOT NULL'}"


@dataclass(frozen=True)
class Table:
    """One CC&B table with its columns in catalogue order."""

    name: str
    columns: tuple[Column, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the primary key's columns, in key order."""
        keyed = sorted((c.key_position, c.name) for c in self.columns if c.key_position)
        return tuple(name for _, name in keyed)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError if the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")


def _columns() -> Iterator[tuple[str, Column]]:
    with (Path(__file__).parent / "columns.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            yield (
                row["table"],
                Column(
                    name=row["column"],
                    type=row["type"],
                    length=int(row["length_or_precision"]) if row["length_or_precision"] else None,
                    scale=int(row["scale"]) if row["scale"] else None,
                    nullable=row["nullable"] == "Y",
                    key_position=int(row["pk_position"]) if row["pk_position"] else None,
                ),
            )


@cache
def tables() -> dict[str, Table]:
    """Every table of the simulated schema by name."""
    columns: dict[str, list[Column]] = {}
    for table, column in _columns():
        columns.setdefault(table, []).append(column)
    return {name: Table(name, tuple(found)) for name, found in columns.items()}


def create_tables(connection: sqlite3.Connection) -> None:
    """Create every table that the database does not have yet."""
    for table in tables().values():
        definitions = [column.definition for column in table.columns]
        if table.key:
            definitions.append(f"PRIMARY KEY ({', '.join(table.key)})")
        storage = " WITHOUT ROWID" if table.key else ""
        connection.execute(f"CREATE TABLE IF NOT EXISTS {table.name} ({', '.join(definitions)}){storage}")
