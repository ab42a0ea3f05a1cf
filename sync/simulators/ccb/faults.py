"""Faults armed against the simulator, kept in its SQLite file so that they work across processes.

| fault | options | effect |
|---|---|---|
| refuse | `code` (12514) | the listener refuses the connection |
| error | `code`, `rows` (0) | the statement fails after that many rows; with a login's code (1017, 28000) the login |
| drop | `rows` (0) | the connection closes after that many rows of the statement |
| slow | `seconds` | every fetch of the statement waits |
| hide-column | `name` TABLE.COLUMN | gone from the catalogue, ORA-00904 when selected |
| hide-table | `name` TABLE | gone from the catalogue, ORA-00942 when selected |
| widen-column | `name` TABLE.COLUMN, `width` | the catalogue tells that many characters or digits |

A fault hits the first `count` statements whose text contains `match` (for a refusal the connect descriptor, for a login
the user); with `count` None it hits until disarmed. Those that hide or widen last until
disarmed.
"""

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any

from sync.simulators.ccb.errors import LOGIN_ERRORS
from sync.simulators.ccb.generator import variants
from sync.simulators.ccb.sql.scope import Hidden

_ARMED = "(remaining IS NULL OR remaining > 0)"
LASTING = ("hide-column", "hide-table", "widen-column")
OPTIONS: dict[str, dict[str, type]] = {
    "refuse": {"code": int},
    "error": {"code": int, "rows": int},
    "drop": {"rows": int},
    "slow": {"seconds": float},
    "hide-column": {"name": str},
    "hide-table": {"name": str},
    "widen-column": {"name": str, "width": int},
}
REQUIRED = {
    "error": ("code",),
    "slow": ("seconds",),
    "hide-column": ("name",),
    "hide-table": ("name",),
    "widen-column": ("name", "width"),
}


@dataclass(frozen=True)
class Fault:
    """One armed fault that strikes now."""

    name: str
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """After how many rows it strikes."""
        return int(self.options.get("rows", 0))


def arm(connection: sqlite3.Connection, name: str, *, match: str, count: int | None, options: dict[str, Any]) -> None:
    """Arm a fault. Raises ValueError for a fault or an option that does not exist, or a needed option left out."""
    if name not in OPTIONS:
        raise ValueError(f"There is no fault {name!r}. The faults are {', '.join(OPTIONS)}.")
    unknown = set(options) - set(OPTIONS[name])
    if unknown:
        raise ValueError(f"The fault {name} has no option {sorted(unknown)[0]!r}; it has {', '.join(OPTIONS[name])}.")
    for needed in REQUIRED.get(name, ()):
        if needed not in options:
            raise ValueError(f"The fault {name} needs the option {needed!r}.")
    typed = {key: _typed(name, key, value) for key, value in options.items()}
    if count is not None and count < 1:
        raise ValueError(f"A fault strikes once at least, not {count} times.")
    if name in LASTING:
        typed["name"], count = typed["name"].upper(), None
    connection.execute(
        "INSERT INTO simulator_fault (fault, match, remaining, options) VALUES (?, ?, ?, ?)",
        (name, match, count, json.dumps(typed)),
    )


def _typed(fault: str, option: str, value: Any) -> Any:
    """An option's value as its type. Raises ValueError for one that is not of it, or is below zero."""
    kind = OPTIONS[fault][option]
    try:
        typed = kind(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"The option {option} of the fault {fault} takes a number, not {value!r}.") from error
    if not isinstance(typed, str) and typed < 0:
        raise ValueError(f"The option {option} of the fault {fault} is not below 0, as {value} is.")
    return typed


class Faults:
    """The armed faults, as one session of the server asks for them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        # A connection of its own: a session that reads from a snapshot must still see a fault armed a moment ago.
        self._connection = connection

    def hidden(self) -> Hidden:
        """Tables and columns hidden or widened now, and those that this kind of CC&B does not have."""
        rows = self._connection.execute(
            "SELECT options FROM simulator_fault WHERE fault LIKE 'hide-%' OR fault = 'widen-column'"
        )
        named = [json.loads(options) for (options,) in rows]
        return Hidden(
            frozenset(each["name"] for each in named if "width" not in each)
            | variants.ABSENT[variants.variant_of(self._connection)],
            frozenset((each["name"], each["width"]) for each in named if "width" in each),
        )

    def refusal(self, descriptor: str) -> Fault | None:
        """The fault that refuses a connection with that connect descriptor, if one is armed."""
        return next(iter(self._take(("refuse",), descriptor)), None)

    def login(self, user: str) -> Fault | None:
        """The error that this user's login meets, if one is armed."""
        return next(iter(self._take(("error",), user, login=True)), None)

    def statement(self, text: str) -> list[Fault]:
        """Every fault that strikes this statement; each use counts."""
        return self._take(("error", "drop", "slow"), text, login=False)

    def _take(self, names: tuple[str, ...], text: str, login: bool | None = None) -> list[Fault]:
        taken = []
        select = f"SELECT id, fault, match, options FROM simulator_fault WHERE {_ARMED} ORDER BY id"  # noqa: S608
        armed = self._connection.execute(select).fetchall()
        for number, name, match, stored in armed:
            options = json.loads(stored)
            if name not in names or match.upper() not in text.upper():
                continue
            if name == "error" and login is not (options["code"] in LOGIN_ERRORS):
                continue
            use = f"UPDATE simulator_fault SET remaining = remaining - 1 WHERE id = ? AND {_ARMED}"  # noqa: S608
            used = self._connection.execute(use, (number,))
            if used.rowcount:
                taken.append(Fault(name, options))
        return taken
