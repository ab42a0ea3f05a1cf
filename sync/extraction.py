"""The query that a stream asks its system: derived from the stream's lines, in the written subset of Oracle SQL."""

import re
from datetime import datetime
from typing import Any

from sync.stream import Stream
from sync.transforms import MOMENT

CURSOR_COLUMN = "cursor_value"
"""The column that carries the cursor's value of each row."""

_BIND = re.compile(r"(?<![:\w']):([a-z_]+)")


def extraction(stream: Stream, *, language: str, since: datetime | None = None) -> tuple[str, dict[str, Any]]:
    """The statement and its binds, in the order in which the statement names them.

    `since` is the lower bound of the cursor, in the source's own clock and included; None asks for everything.
    """
    columns = [
        f'{line.transform.extract(line.theirs)} AS "{stream.model_field(line.ours).column}"' for line in stream.fields
    ]
    conditions = [stream.where] if stream.where else []
    if stream.cursor:
        columns.append(f'{MOMENT.extract(stream.cursor.theirs)} AS "{CURSOR_COLUMN}"')
        if since is not None:
            conditions.append(f"{stream.cursor.theirs} >= :since")
    listed = ",\n    ".join(columns)
    statement = f"SELECT\n    {listed}\nFROM {stream.source.strip()}"
    if conditions:
        statement += "\nWHERE " + " AND ".join(f"({condition})" for condition in conditions)
    values: dict[str, Any] = {"language": language, "since": since}
    return statement, {name: values[name] for name in dict.fromkeys(_BIND.findall(statement))}
