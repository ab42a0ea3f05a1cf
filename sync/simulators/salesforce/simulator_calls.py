"""The simulator's own addresses, below /simulator: faults, settings, the ledger. Nobody signs in for them.

- GET, POST, DELETE /simulator/faults, DELETE /simulator/faults/<number>: see `faults`; the body of POST is
  {"name": …, "method": …, "path": …, "object": …, "after": n, "count": n or null, option: …}
- GET, PATCH /simulator/settings: `daily_api_requests`, `session_seconds`, `pace`, `bulk_page_rows`
- DELETE /simulator/sessions: ends every session, as an administrator of the org may
- GET /simulator/ledger?after=<sequence>: accepted writes, at most 1,000
"""

import json
import sqlite3
from typing import Any

from sync.simulators.salesforce import faults, limits, oauth, store
from sync.simulators.salesforce.bulk import jobs
from sync.simulators.salesforce.errors import OrgError
from sync.simulators.salesforce.messages import Reply, Request, json_reply

SETTINGS = (limits.SETTING, oauth.SESSION_SECONDS, jobs.PACE, jobs.PAGE_ROWS)
_LEDGER_ROWS = 1000


def answer(connection: sqlite3.Connection, request: Request) -> Reply:
    """The answer to one such request. Raises OrgError for what is not there or does not fit."""
    resource, *rest = request.path.removeprefix("/simulator").strip("/").split("/")
    if resource == "faults":
        return _faults(connection, request, rest)
    if resource == "settings" and request.method == "GET":
        return json_reply(_settings(connection))
    if resource == "settings" and request.method == "PATCH":
        return _set(connection, request.document())
    if resource == "sessions" and request.method == "DELETE":
        return json_reply({"ended": oauth.revoke_all(connection)})
    if resource == "ledger" and request.method == "GET":
        return json_reply(_ledger(connection, request.query.get("after", "0")))
    raise OrgError("NOT_FOUND", "The simulator has faults, settings, sessions and a ledger.", status=404)


def _faults(connection: sqlite3.Connection, request: Request, rest: list[str]) -> Reply:
    if request.method == "GET":
        return json_reply(faults.armed(connection))
    with store.transaction(connection):
        if request.method == "DELETE":
            number = int(rest[0]) if rest and rest[0].isdigit() else None
            return json_reply({"disarmed": faults.disarm(connection, number)})
        if request.method != "POST":
            raise OrgError("METHOD_NOT_ALLOWED", "Faults take GET, POST and DELETE.", status=405)
        given = request.document()
        name = str(given.pop("name", ""))
        try:
            return json_reply({"id": faults.arm(connection, name, **given)}, 201)
        except (ValueError, TypeError) as error:
            raise OrgError("INVALID_INPUT", str(error)) from error


def _settings(connection: sqlite3.Connection) -> dict[str, float | None]:
    return {name: float(text) if (text := store.setting(connection, name)) else None for name in SETTINGS}


def _set(connection: sqlite3.Connection, given: dict[str, Any]) -> Reply:
    for name, value in given.items():
        if name not in SETTINGS:
            raise OrgError("INVALID_INPUT", f"There is no setting {name!r}; there are {', '.join(SETTINGS)}.")
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise OrgError("INVALID_INPUT", f"{name} takes a number from 0 on, not {value!r}.")
    with store.transaction(connection):
        for name, value in given.items():
            store.set_setting(connection, name, str(value))
    return json_reply(_settings(connection))


def _ledger(connection: sqlite3.Connection, after: str) -> list[dict[str, Any]]:
    names = ("sequence", "at", "user", "operation", "object", "id", "external_id", "fields", "request")
    rows = connection.execute(
        f"SELECT {', '.join(names)} FROM ledger WHERE sequence > ? ORDER BY sequence LIMIT ?",  # noqa: S608
        (int(after) if after.isdigit() else 0, _LEDGER_ROWS),
    )
    told = [dict(zip(names, row, strict=True)) for row in rows]
    return [each | {"fields": json.loads(each["fields"])} for each in told]
