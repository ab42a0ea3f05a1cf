"""The control interface: the only way in which data, the business date and faults of the simulator change."""

import sqlite3
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from sync.simulators.ccb import catalogue, faults, store
from sync.simulators.ccb.generator.rows import Value

Row = dict[str, Any]
BUSINESS_DATE = "business_date"


class Control:
    """Edits one simulator's file. Every method commits before it returns; a running server shows the change at once.

    Values are given as CC&B's users think of them (unpadded text, `date`, numbers) and stored as CC&B stores them.
    """

    def __init__(self, path: Path | str) -> None:
        self.connection = store.connect(path)
        self.connection.row_factory = sqlite3.Row

    def __enter__(self) -> "Control":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def insert(self, table: str, **columns: Value) -> None:
        """Add a row; columns left out take what CC&B would put there.

        Raises KeyError for an unknown table or column, ValueError for a value that does not fit or a key that exists.
        """
        row = store.pad(table, columns)
        with self.connection:
            try:
                self._insert(table, row)
            except sqlite3.IntegrityError as error:
                raise ValueError(f"{table} has a row with that key already; nothing was changed.") from error

    def update(self, table: str, key: Mapping[str, Value], **columns: Value) -> None:
        """Change columns of the one row with that key. Raises LookupError when there is none or more than one."""
        with self.connection:
            stored = self._one(table, key)
            changed = store.pad(table, {**stored, **columns})
            self._delete(table, key)
            self._insert(table, changed)

    def delete(self, table: str, key: Mapping[str, Value]) -> None:
        """Remove the one row with that key. Raises LookupError when there is none or more than one."""
        with self.connection:
            self._one(table, key)
            self._delete(table, key)

    def rows(self, table: str, **where: Value) -> list[Row]:
        """The rows whose columns have these values, as stored."""
        condition, values = self._condition(table, where)
        found = self.connection.execute(f"SELECT * FROM {table} WHERE {condition}", values)  # noqa: S608
        return [dict(row) for row in found]

    def arm(self, fault: str, *, match: str = "", count: int | None = 1, **options: Any) -> None:
        """Arm a fault of `faults` for the next `count` statements that contain `match` (None: until disarmed)."""
        with self.connection:
            faults.arm(self.connection, fault, match=match, count=count, options=options)

    def disarm(self) -> None:
        """Take back every fault."""
        with self.connection:
            self.connection.execute("DELETE FROM simulator_fault")

    @property
    def business_date(self) -> date | None:
        """The day on which the simulated CC&B stands; None if it follows the calendar."""
        value = store.setting(self.connection, BUSINESS_DATE)
        return date.fromisoformat(value) if value else None

    @business_date.setter
    def business_date(self, value: date) -> None:
        with self.connection:
            store.set_setting(self.connection, BUSINESS_DATE, value.isoformat())

    def day(self, days: int = 1) -> date:
        """Let business days pass, with the bills, payments and changes that they bring; returns the new business date.

        Raises LookupError when the simulator holds no data yet.
        """
        from sync.simulators.ccb.generator.days import advance

        start = self.business_date
        if start is None:
            raise LookupError("The simulator has no business date: fill it first, or set one.")
        with self.connection:
            self.connection.row_factory = None
            try:
                reached: date = advance(self.connection, start, days)
            finally:
                self.connection.row_factory = sqlite3.Row
            store.set_setting(self.connection, BUSINESS_DATE, reached.isoformat())
        return reached

    def _one(self, table: str, key: Mapping[str, Value]) -> Row:
        found = self.rows(table, **key)
        if len(found) != 1:
            raise LookupError(f"{table} has {len(found)} rows with {dict(key)}, not one; nothing was changed.")
        return found[0]

    def _insert(self, table: str, row: Row) -> None:
        self.connection.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",  # noqa: S608
            tuple(row.values()),
        )

    def _delete(self, table: str, key: Mapping[str, Value]) -> None:
        condition, values = self._condition(table, key)
        self.connection.execute(f"DELETE FROM {table} WHERE {condition}", values)  # noqa: S608

    def _condition(self, table: str, where: Mapping[str, Value]) -> tuple[str, list[Any]]:
        """Equality on columns of the catalogue: names are checked, so that no text but theirs reaches the statement."""
        known = catalogue.tables()[table]
        values: list[Any] = []
        for name, value in where.items():
            column = known.column(name)
            if column.type == "DATE" and isinstance(value, datetime):
                value = value.isoformat(" ", "seconds")
            elif column.type == "DATE" and isinstance(value, date):
                value = f"{value.isoformat()} 00:00:00"
            values.append(value)
        return " AND ".join(f"{name} IS ?" for name in where) or "1", values
