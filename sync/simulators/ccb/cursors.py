"""A client's cursors: a statement, what became of it, and its rows in wire form."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Any

from sync.simulators.ccb.errors import OracleError, UnsupportedSQL
from sync.simulators.ccb.faults import Fault
from sync.simulators.ccb.messages import ROW_DATA, BindType
from sync.simulators.ccb.readers import Readers, Result, Row
from sync.simulators.ccb.sql import Translation, translate
from sync.simulators.ccb.sql.scope import Hidden
from sync.simulators.ccb.values import Encoder, encoder

_FIRST_WORD = re.compile(r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*(\w+)", re.DOTALL)
_QUOTED = re.compile(r"'[^']*'")
_CHANGES = ("INSERT", "UPDATE", "DELETE", "MERGE", "CREATE", "ALTER", "DROP", "TRUNCATE", "GRANT", "REVOKE", "LOCK")


def control_statement(text: str) -> str | None:
    """`ALTER SESSION`, `READ ONLY`, `COMMIT` or `ROLLBACK`; None for a query.

    Raises ORA-01031 for a statement that changes anything, ORA-00911 for a second statement behind a semicolon and
    ORA-00900 for every other kind.
    """
    found = _FIRST_WORD.match(text)
    word = found[1].upper() if found else ""
    words = " ".join(text.upper().split())
    if word in ("SELECT", "WITH"):
        return None
    if word in ("ALTER", "SET") and ";" in _QUOTED.sub("", text):
        raise OracleError(911, ";")
    if words.startswith("ALTER SESSION SET "):
        return "ALTER SESSION"
    if words.startswith("SET TRANSACTION READ ONLY"):
        return "READ ONLY"
    if words in ("COMMIT", "COMMIT WORK", "ROLLBACK", "ROLLBACK WORK"):
        return words.split()[0]
    if word in _CHANGES:
        raise OracleError(1031)
    raise UnsupportedSQL(f"the statement {words[:60]}" if words else "an empty statement")


@dataclass
class Cursor:
    """One cursor of a session. `fetched` counts the rows of the current execution that the client has."""

    number: int
    text: str
    bind_types: tuple[BindType, ...] = ()
    translation: Translation | None = None
    result: Result | None = None
    faults: list[Fault] = field(default_factory=list)
    fetched: int = 0
    _encoders: list[Encoder] = field(default_factory=list)

    def prepare(self, hidden: Hidden) -> Translation:
        """Translate the query for the bind types at hand."""
        kinds = tuple(kind.oracle_type for kind in self.bind_types)
        translation = translate(self.text, kinds, hidden)
        if translation is not self.translation:
            self.translation = translation
            self._encoders = [encoder(kind) for _, kind in translation.columns]
        return translation

    def execute(self, readers: Readers, hidden: Hidden, values: Sequence[Any], faults: list[Fault]) -> None:
        """Run the query from its first row."""
        self.close()
        self.faults, self.fetched = faults, 0
        translation = self.prepare(hidden)
        self.result = readers.run(translation.sql, [values[position] for position in translation.bind_positions])

    def rows(self, count: int) -> list[Row]:
        """The next rows, up to `count`. Raises OracleError when a row fails or the query was not executed."""
        if self.result is None:
            raise OracleError(1001)
        rows = self.result.fetch(count)
        self.fetched += len(rows)
        return rows

    def encode(self, rows: list[Row]) -> bytes:
        """Rows in wire form: column by column through the encoders, then woven back into rows."""
        by_column = zip(self._encoders, zip(*rows, strict=True), strict=True)
        columns = [map(known.__getitem__, column) for known, column in by_column]
        return b"".join(chain.from_iterable(zip(repeat(ROW_DATA, len(rows)), *columns, strict=True)))

    def close(self) -> None:
        """Stop the query and let its connection go."""
        if self.result is not None:
            self.result.close()
            self.result = None
