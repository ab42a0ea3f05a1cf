"""Rows as CC&B's tables hold them in SQLite: encoded by the catalogue, collected, and written many at a time."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache

from sync.simulators.ccb.catalogue import Column, tables

Value = str | int | float | Decimal | date | None

# What CC&B itself puts into a column that nobody filled: the first version, the installation's currency.
_USUAL: dict[str, str | int] = {"VERSION": 1, "CURRENCY_CD": "USD"}


@cache
def _moment(day: date) -> str:
    """Midnight of a day as an Oracle DATE is stored; years below 1000 keep their four digits."""
    return f"{day.isoformat()} 00:00:00"


def _text(column: Column, table: str) -> Callable[[Value], str | None]:
    width = column.length or 0
    padded = column.type == "CHAR"
    empty = None if column.nullable else " " * (width if padded else 1)

    def convert(value: Value) -> str | None:
        if value is None or value == "":
            return empty
        text = str(value)
        if len(text) > width:
            raise ValueError(f"{table}.{column.name} takes {width} characters, not {len(text)}: {text!r}")
        return text.ljust(width) if padded else text

    return convert


def _day(value: Value) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return _moment(value) if isinstance(value, date) else None


def _whole(value: Value) -> int | None:
    return None if value is None else int(value)  # type: ignore[arg-type]


def _fraction(value: Value) -> float | None:
    return None if value is None else float(value)  # type: ignore[arg-type]


def _converter(column: Column, table: str) -> Callable[[Value], str | int | float | None]:
    if column.type in ("CHAR", "VARCHAR2"):
        return _text(column, table)
    if column.type == "DATE":
        return _day
    return _fraction if column.scale else _whole


def _default(column: Column, table: str) -> str | int | float | None:
    """The value of an unset column: NULL where allowed or where one must be given, N for a switch, blanks, zero."""
    if column.key_position or column.nullable or column.type == "DATE":
        return None
    if column.name in _USUAL:
        return _USUAL[column.name]
    if column.name.endswith("_SW"):
        return "N"
    return _converter(column, table)("" if column.type in ("CHAR", "VARCHAR2") else 0)


@dataclass(frozen=True)
class _Layout:
    blank: list[str | int | float | None]
    fields: dict[str, tuple[int, Callable[[Value], str | int | float | None]]]
    required: tuple[tuple[int, str], ...]
    insert: str


@cache
def _layout(table_name: str) -> _Layout:
    columns = tables()[table_name].columns
    names = ", ".join(column.name for column in columns)
    marks = ", ".join("?" * len(columns))
    return _Layout(
        blank=[_default(column, table_name) for column in columns],
        fields={column.name: (place, _converter(column, table_name)) for place, column in enumerate(columns)},
        required=tuple(
            (place, column.name)
            for place, column in enumerate(columns)
            if not column.nullable and _default(column, table_name) is None
        ),
        insert=f"INTO {table_name} ({names}) VALUES ({marks})",
    )


def encode(table_name: str, values: Mapping[str, Value]) -> tuple[str | int | float | None, ...]:
    """One row of a table as a tuple in catalogue column order.

    CHAR is blank-padded; '' and None are NULL where the column allows it, blanks elsewhere; a column left out takes
    what CC&B would put there: 'N' in a switch (`_SW`), 1 in VERSION, USD in CURRENCY_CD, blanks, zero. Dates may be
    `date`, `datetime` or text already in the stored form.

    Raises KeyError for an unknown table or column, ValueError for text that is too long and for a key or a NOT NULL
    date that is missing.
    """
    layout = _layout(table_name)
    row = layout.blank.copy()
    fields = layout.fields
    for name, value in values.items():
        place, convert = fields[name]
        row[place] = convert(value)
    for place, name in layout.required:
        if row[place] is None:
            raise ValueError(f"{table_name}.{name} needs a value.")
    return tuple(row)


class RowWriter:
    """Collects encoded rows by table and writes them with one statement per table.

    `counts` holds the rows added since the writer was made, by table.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.counts: dict[str, int] = {}
        self._inserts: dict[str, list[tuple[str | int | float | None, ...]]] = {}
        self._replacements: dict[str, list[tuple[str | int | float | None, ...]]] = {}

    def add(self, table_name: str, /, **values: Value) -> None:
        """Collect a new row; column names are given in lower case."""
        self.put(table_name, {name.upper(): value for name, value in values.items()})

    def put(self, table_name: str, values: Mapping[str, Value]) -> None:
        """Collect a new row given by the catalogue's column names."""
        self._inserts.setdefault(table_name, []).append(encode(table_name, values))

    def replace(self, table_name: str, values: Mapping[str, Value]) -> None:
        """Collect a changed row: all its columns, in place of the stored row with the same key."""
        self._replacements.setdefault(table_name, []).append(encode(table_name, values))

    def flush(self) -> None:
        """Write what was collected; the caller commits."""
        for table_name, rows in self._inserts.items():
            self.connection.executemany(f"INSERT {_layout(table_name).insert}", rows)
            self.counts[table_name] = self.counts.get(table_name, 0) + len(rows)
        for table_name, rows in self._replacements.items():
            self.connection.executemany(f"INSERT OR REPLACE {_layout(table_name).insert}", rows)
        self._inserts.clear()
        self._replacements.clear()
