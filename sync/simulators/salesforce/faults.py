"""Faults armed against the simulator, kept in its SQLite file so that they work across processes.

| fault | options | effect |
|---|---|---|
| drop-before-commit | | the connection closes; nothing was done |
| commit-then-drop-reply | | all is done and committed, then the connection closes without an answer |
| unauthorized | | 401 INVALID_SESSION_ID, and the token is worth nothing from now on |
| too-many-requests | `seconds` (1) | 429 with Retry-After |
| request-limit | `concurrent` (0) | 403 REQUEST_LIMIT_EXCEEDED; with `concurrent` 1 for too many long calls at once |
| unavailable | | 503 SERVER_UNAVAILABLE |
| not-json | `status` (502) | a page of HTML, as a proxy on the way answers |
| slow | `seconds` | the answer waits |
| lock-row | `row` (1), `rows` (1) | UNABLE_TO_LOCK_ROW on that many rows of a write from the nth on |
| bulk-partial | `every` (2), `code` | every nth row of a bulk batch fails as a trigger of the org would refuse it |
| bulk-unrecorded | | the rows of a bulk batch are written, and in no result file |
| bulk-unprocessed | `rows` (0) | a bulk job fails after that many rows of a batch; the rest is unprocessed |
| truncated-csv | `close` (0) | half of a CSV answer; with `close` 1 the connection breaks there |
| late-visible | `seconds` | rows written become visible later, with their early stamp |
| duplicate-page | | a page of a query, REST's or Bulk's, leads to itself once more |
| reordered-page | | the rows of a page come in the opposite order |
| expired-locator | | 400 INVALID_QUERY_LOCATOR for the next page |
| hide-field | `field` Object.Field | gone from describe, INVALID_FIELD when named, for every user |

A fault strikes the first `count` requests that match, once `after` matching ones have passed; with `count` None it
strikes until disarmed. A request matches by its `method`, by a text in its `path`, and by an `object` that it reads or
writes; what is left empty matches all. Of the work on a bulk job, which has the job's path, each batch counts as one.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sync.simulators.salesforce import access, schema

OPTIONS: dict[str, dict[str, type]] = {
    "drop-before-commit": {},
    "commit-then-drop-reply": {},
    "unauthorized": {},
    "too-many-requests": {"seconds": float},
    "request-limit": {"concurrent": int},
    "unavailable": {},
    "not-json": {"status": int},
    "slow": {"seconds": float},
    "lock-row": {"row": int, "rows": int},
    "bulk-partial": {"every": int, "code": str},
    "bulk-unrecorded": {},
    "bulk-unprocessed": {"rows": int},
    "truncated-csv": {"close": int},
    "late-visible": {"seconds": float},
    "duplicate-page": {},
    "reordered-page": {},
    "expired-locator": {},
    "hide-field": {"field": str},
}
REQUIRED = {"slow": ("seconds",), "late-visible": ("seconds",), "hide-field": ("field",)}
HIDE_FIELD = "hide-field"
_AT_LEAST_ONE = ("row", "every")


@dataclass(frozen=True)
class Fault:
    """One armed fault that strikes now."""

    name: str
    options: dict[str, Any] = field(default_factory=dict)

    def number(self, option: str, default: float) -> int:
        """A numeric option as a whole number."""
        return int(self.options.get(option, default))

    def seconds(self, default: float = 1) -> float:
        """How long it lasts."""
        return float(self.options.get("seconds", default))


def arm(
    connection: sqlite3.Connection,
    name: str,
    *,
    method: str = "",
    path: str = "",
    object: str = "",
    after: int = 0,
    count: int | None = 1,
    **options: Any,
) -> int:
    """Arm a fault and return its number; the caller commits.

    Raises ValueError for a fault or an option that does not exist, a needed option left out, or a number out of range.
    """
    if name not in OPTIONS:
        raise ValueError(f"There is no fault {name!r}. The faults are {', '.join(OPTIONS)}.")
    unknown = sorted(set(options) - set(OPTIONS[name]))
    if unknown:
        known = ", ".join(OPTIONS[name]) or "none"
        raise ValueError(f"The fault {name} has no option {unknown[0]!r}; it has {known}.")
    for needed in REQUIRED.get(name, ()):
        if needed not in options:
            raise ValueError(f"The fault {name} needs the option {needed!r}.")
    typed = {key: _typed(name, key, value) for key, value in options.items()}
    if after < 0 or (count is not None and count < 1):
        raise ValueError("A fault strikes once at least, after no fewer than 0 requests.")
    if name == HIDE_FIELD:
        count = None
        hidden = _field(typed["field"])
        typed["field"] = ".".join(hidden)
        connection.execute("INSERT OR IGNORE INTO org_hidden_field VALUES (?, ?, ?)", (access.EVERYBODY, *hidden))
    armed = connection.execute(
        "INSERT INTO simulator_fault (fault, method, path, object, skip, remaining, options)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (name, method.upper(), path, object, after, count, json.dumps(typed)),
    )
    return int(armed.lastrowid or 0)


def disarm(connection: sqlite3.Connection, number: int | None = None) -> int:
    """Take back one fault, or every one; the caller commits. Returns how many there were."""
    which, values = ("1", ()) if number is None else ("id = ?", (number,))
    chosen = connection.execute(f"SELECT fault, options FROM simulator_fault WHERE {which}", values).fetchall()  # noqa: S608
    for name, options in chosen:
        if name == HIDE_FIELD:
            shown = (access.EVERYBODY, *json.loads(options)["field"].split("."))
            connection.execute("DELETE FROM org_hidden_field WHERE user = ? AND object = ? AND field = ?", shown)
    connection.execute(f"DELETE FROM simulator_fault WHERE {which}", values)  # noqa: S608
    return len(chosen)


def armed(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Every armed fault that may still strike, as it was armed."""
    rows = connection.execute(
        "SELECT id, fault, method, path, object, skip, remaining, options FROM simulator_fault"
        " WHERE remaining IS NULL OR remaining > 0 ORDER BY id"
    )
    names = ("id", "name", "method", "path", "object", "after", "count")
    return [dict(zip(names, row[:-1], strict=True)) | json.loads(row[-1]) for row in rows]


def strike(
    connection: sqlite3.Connection,
    names: Collection[str],
    *,
    method: str = "",
    path: str = "",
    objects: Iterable[str] = (),
) -> list[Fault]:
    """The armed faults of these names that strike now; each request that matches counts.

    On its own outside a transaction; inside one it counts if that is committed.
    """
    waiting = connection.execute(
        "SELECT id, fault, method, path, object, skip, options FROM simulator_fault"
        " WHERE remaining IS NULL OR remaining > 0 ORDER BY id"
    ).fetchall()
    struck = []
    of = {each.upper() for each in objects}
    for number, name, wanted_method, wanted_path, wanted_object, skip, options in waiting:
        if name not in names or wanted_method not in ("", method) or wanted_path not in path:
            continue
        if wanted_object and wanted_object.upper() not in of:
            continue
        column = "skip" if skip else "remaining"
        # The condition again: another request may have used it up since.
        counted = connection.execute(
            f"UPDATE simulator_fault SET {column} = {column} - 1 WHERE id = ?"  # noqa: S608
            " AND (remaining IS NULL OR remaining > 0)",
            (number,),
        )
        if counted.rowcount and not skip:
            struck.append(Fault(name, json.loads(options)))
    return struck


def _field(name: str) -> tuple[str, str]:
    """The object and the field that `Object.Field` names. Raises ValueError if the org has none such."""
    object_name, _, field_name = name.partition(".")
    found = schema.find(object_name)
    if found is None or not found.has(field_name):
        raise ValueError(f"The org has no field {name}; name one like Account.Phone.")
    return found.name, found.field(field_name).name


def _typed(fault: str, option: str, value: Any) -> Any:
    """An option's value as its type. Raises ValueError for one that is not of it, or is out of range."""
    kind = OPTIONS[fault][option]
    try:
        typed = kind(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"The option {option} of the fault {fault} takes a number, not {value!r}.") from error
    if not isinstance(typed, str) and typed < (1 if option in _AT_LEAST_ONE else 0):
        raise ValueError(f"The option {option} of the fault {fault} cannot be {value}.")
    return typed


def used(connection: sqlite3.Connection) -> list[tuple[int, int | None, int]]:
    """How far each fault is used up, for `keep_used`."""
    return connection.execute("SELECT skip, remaining, id FROM simulator_fault").fetchall()


def keep_used(connection: sqlite3.Connection, before: list[tuple[int, int | None, int]]) -> None:
    """Let faults stay used up as they were before a transaction was undone in which they struck."""
    connection.executemany("UPDATE simulator_fault SET skip = ?, remaining = ? WHERE id = ?", before)


def any_armed(connection: sqlite3.Connection) -> bool:
    """Whether any fault may still strike."""
    waiting = "SELECT 1 FROM simulator_fault WHERE remaining IS NULL OR remaining > 0 LIMIT 1"
    return connection.execute(waiting).fetchone() is not None
