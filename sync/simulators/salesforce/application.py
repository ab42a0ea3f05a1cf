"""From a request to its answer: the armed faults, who asks, the org's allowance, the route."""

import re
import sqlite3
import threading
import time
import uuid
from pathlib import Path

from sync.simulators.salesforce import faults, limits, oauth, routes, simulator_calls, store
from sync.simulators.salesforce.bulk import jobs
from sync.simulators.salesforce.calls import Call, refusal
from sync.simulators.salesforce.cursors import Cursors
from sync.simulators.salesforce.errors import OrgError
from sync.simulators.salesforce.faults import Fault
from sync.simulators.salesforce.messages import CSV, HTML, NoReply, Reply, Request, json_reply
from sync.simulators.salesforce.objects import objects_of

SIMULATOR = "/simulator"
_DATA = re.compile(r"/services/data/v(\d+\.0)(/|$)")
_OPEN = ("/services/data", "/services/oauth2/token", "/services/oauth2/revoke")
_BEFORE = (
    "slow",
    "drop-before-commit",
    "unavailable",
    "not-json",
    "too-many-requests",
    "unauthorized",
    "request-limit",
)
_AFTER = ("commit-then-drop-reply", "truncated-csv")
_PROXY_PAGE = b"<html><head><title>Error</title></head><body><h1>The service cannot be reached</h1></body></html>"


class Application:
    """Answers requests from the file at `path`. Several threads use one, each with its own connection."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.usage = limits.Usage()
        self.cursors = Cursors(path)
        # Set when there is a bulk job of that kind to work on.
        self.work = {kind: threading.Event() for kind in (jobs.INGEST, jobs.QUERY)}

    def answer(self, connection: sqlite3.Connection, request: Request) -> Reply:
        """The answer to one request. Raises NoReply where a fault closes the connection."""
        request.number = uuid.uuid4().hex
        try:
            if request.path.startswith(SIMULATOR):
                return simulator_calls.answer(connection, request)
            return self._answer(connection, request)
        except OrgError as error:
            return refusal(error)

    def run(self, call: Call) -> Reply:
        """The answer of the route that a call's request names; also for the parts of a composite request."""
        handler, call.parts = routes.find(call.request.method, call.request.path)
        call.request.version = call.parts.get("version", "")
        return handler(call)

    def close(self) -> None:
        """Give back what is open, and write the calls that were counted."""
        self.cursors.close()
        connection = store.connect(self.path)
        with store.transaction(connection):
            self.usage.flush(connection)
        connection.close()

    def _answer(self, connection: sqlite3.Connection, request: Request) -> Reply:
        armed = faults.any_armed(connection)
        if armed:
            request.objects = objects_of(connection, self.cursors, request)
            for fault in self._strike(connection, request, _BEFORE):
                if (met := self._meet(connection, request, fault)) is not None:
                    return met
        if request.path not in _OPEN:
            request.user_id = oauth.user_of(connection, request)
        counted = self.usage.count(connection) if _DATA.match(request.path) else None
        try:
            reply = self.run(Call(self, connection, request))
        except OrgError as error:
            reply = refusal(error)
        if counted:
            reply.headers.setdefault(limits.HEADER, "api-usage={}/{}".format(*counted))
        if armed:
            for fault in self._strike(connection, request, _AFTER if reply.content_type == CSV else _AFTER[:1]):
                if fault.name == "commit-then-drop-reply":
                    raise NoReply
                _truncate(reply, close=bool(fault.number("close", 0)))
        return reply

    @staticmethod
    def _strike(connection: sqlite3.Connection, request: Request, names: tuple[str, ...]) -> list[Fault]:
        return faults.strike(connection, names, method=request.method, path=request.path, objects=request.objects)

    @staticmethod
    def _meet(connection: sqlite3.Connection, request: Request, fault: Fault) -> Reply | None:
        """What a fault does to a request before it is looked at; None if the request goes on."""
        if fault.name == "slow":
            time.sleep(fault.seconds())
            return None
        if fault.name == "drop-before-commit":
            raise NoReply
        if fault.name == "unauthorized":
            oauth.forget(connection, request)
            raise oauth.invalid_session()
        if fault.name == "request-limit":
            raise limits.exceeded(concurrent=bool(fault.number("concurrent", 0)))
        if fault.name == "too-many-requests":
            refused = OrgError("TOO_MANY_REQUESTS", "Too many requests. Try again later.", status=429)
            return json_reply([refused.body()], 429, Retry_After=str(int(fault.seconds())))
        if fault.name == "unavailable":
            raise OrgError("SERVER_UNAVAILABLE", "The server is temporarily unavailable. Try again later.", status=503)
        return Reply(fault.number("status", 502), _PROXY_PAGE, HTML)


def _truncate(reply: Reply, *, close: bool) -> None:
    """Leave half of a body: as if it were whole, or with a connection that breaks."""
    whole = reply.body if isinstance(reply.body, bytes) else b"".join(reply.body)
    half = whole[: len(whole) // 2]
    reply.body = iter([half]) if close else half
    reply.cut = close
