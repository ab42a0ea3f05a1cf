"""One client's connection to the simulator, from CONNECT to logoff."""

import logging
import re
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sync.simulators.ccb import messages, wire
from sync.simulators.ccb.authentication import VERIFIER_12C, Login
from sync.simulators.ccb.cursors import Cursor, control_statement
from sync.simulators.ccb.errors import OracleError
from sync.simulators.ccb.faults import Fault, Faults
from sync.simulators.ccb.readers import Readers
from sync.simulators.ccb.store import BUSY_SECONDS
from sync.simulators.ccb.wire import ConnectionEnded, Packets, Reader

logger = logging.getLogger(__name__)

SERVICE = "CCB"
_UNKNOWN_SERVICE = 12514
# Message types and function codes of TTC.
_PROTOCOL, _DATA_TYPES, _FUNCTION, _PIGGYBACK = 1, 2, 3, 17
_LOGIN_CHALLENGE, _LOGIN_ANSWER = 118, 115
_EXECUTE, _REEXECUTE, _REEXECUTE_AND_FETCH, _FETCH = 94, 4, 78, 5
_COMMIT, _ROLLBACK, _PING, _LOGOFF = 14, 15, 147, 9
_CLOSE_CURSORS, _END_TO_END, _SET_SCHEMA = 105, 135, 152
_CHUNK_ROWS = 1000
_FLUSH_BYTES = 65536
_SERVICE_NAME = re.compile(rb"SERVICE_NAME\s*=\s*([^)\s]+)", re.IGNORECASE)
_MAX_UNIT = 65536


class Session:
    """Speaks with one client until it leaves.

    `users` maps upper-case names to passwords. Not shared between threads: SQLite connections live and die in the
    thread that calls `run`.
    """

    def __init__(self, packets: Packets, path: Path, users: Mapping[str, str]) -> None:
        self._packets = packets
        self._path, self._users = path, users
        self._cursors: dict[int, Cursor] = {}
        self._last_cursor = 0
        self._login: Login | None = None
        self._logged_in = False
        self._readers = Readers(path, "")
        self._control = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        self._faults = Faults(self._control)

    def run(self) -> None:
        """Serve the client until it logs off, goes away or a fault closes the connection."""
        try:
            if not self._connect():
                return
            while True:
                kind, body = self._packets.receive()
                if kind == wire.MARKER:
                    self._acknowledge_break()
                    self._packets.send_data(messages.error(OracleError(1013)))
                elif kind == wire.DATA and len(body) > 2:
                    if not self._message(Reader(body[2:], self._packets.receive_data)):
                        return
                else:
                    return
        except (ConnectionEnded, OSError):
            return
        finally:
            for cursor in self._cursors.values():
                cursor.close()
            self._readers.close()
            self._control.close()

    def _connect(self) -> bool:
        kind, body = self._packets.receive()
        if kind != wire.CONNECT:
            return False
        size, start = int.from_bytes(body[16:18], "big"), int.from_bytes(body[18:20], "big") - wire.HEADER_BYTES
        # A long connect descriptor follows in a packet of its own.
        descriptor = body[start:] if len(body) >= start + size else self._packets.receive()[1]
        named = _SERVICE_NAME.search(descriptor)
        refusal = self._faults.refusal(descriptor.decode(errors="replace"))
        if refusal is not None or named is None or named[1].decode().upper() != SERVICE:
            code = refusal.options.get("code", _UNKNOWN_SERVICE) if refusal is not None else _UNKNOWN_SERVICE
            self._packets.send(wire.REFUSE, messages.refuse(code))
            return False
        wanted = int.from_bytes(body[50:54], "big") or wire.DEFAULT_UNIT
        unit = max(512, min(wanted, _MAX_UNIT))
        self._packets.send(wire.ACCEPT, messages.accept(unit))
        self._packets.accepted(unit)
        return True

    def _message(self, reader: Reader) -> bool:
        """Answer one request; False when the session is over."""
        kind = reader.byte()
        if kind == _PROTOCOL:
            self._packets.send_data(messages.PROTOCOL_ANSWER)
            return True
        if kind == _DATA_TYPES:
            self._packets.send_data(messages.DATA_TYPES_ANSWER)
            return True
        try:
            while kind == _PIGGYBACK:
                self._piggyback(reader)
                kind = reader.byte()
            if kind != _FUNCTION:
                raise OracleError(3001, f"message type {kind}")
            function = reader.byte()
            reader.byte()  # sequence number
            return self._function(function, reader)
        except OracleError as error:
            self._packets.send_data(messages.error(error, flags=self._flags))
        except (ConnectionEnded, OSError):
            raise
        except Exception as error:
            # Whatever goes wrong ends the call, not the client's connection, and leaves its trace in the log.
            logger.exception("The CC&B simulator failed to answer a request.")
            self._packets.send_data(messages.error(OracleError(600, str(error)), flags=self._flags))
        return True

    def _function(self, function: int, reader: Reader) -> bool:
        if function in (_LOGIN_CHALLENGE, _LOGIN_ANSWER):
            self._log_in(function, reader)
            return True
        if function == _LOGOFF:
            self._packets.send_data(messages.status())
            return False
        if not self._logged_in:
            raise OracleError(1012)
        if function == _EXECUTE:
            self._execute(reader)
        elif function in (_REEXECUTE, _REEXECUTE_AND_FETCH):
            self._execute_again(function, reader)
        elif function == _FETCH:
            number, count = reader.ub(), reader.ub()
            self._send_rows(self._cursor(number), count)
        elif function in (_COMMIT, _ROLLBACK):
            self._readers.end()
            self._packets.send_data(messages.status())
        elif function == _PING:
            self._packets.send_data(messages.status(self._flags))
        else:
            raise OracleError(3001, f"function {function}")
        return True

    @property
    def _flags(self) -> int:
        return messages.TRANSACTION_OPEN if self._readers.in_transaction else 0

    def _piggyback(self, reader: Reader) -> None:
        """What a client sends along with its next request."""
        function = reader.byte()
        reader.byte()
        if function == _CLOSE_CURSORS:
            reader.byte()
            for _ in range(reader.ub()):
                closed = self._cursors.pop(reader.ub(), None)
                if closed is not None:
                    closed.close()
        elif function == _SET_SCHEMA:
            reader.byte()
            reader.twice_prefixed()
        elif function == _END_TO_END:
            messages.skip_end_to_end(reader)
        else:
            raise OracleError(3001, f"piggyback {function}")

    def _log_in(self, function: int, reader: Reader) -> None:
        user, given = messages.read_login(reader)
        if function == _LOGIN_CHALLENGE:
            self._login = Login(user, self._users.get(user))
            self._packets.send_data(messages.parameters(self._login.challenge(), VERIFIER_12C) + messages.status())
            return
        if self._login is None:
            raise OracleError(1017)
        fault = self._faults.login(self._login.user)
        if fault is not None:
            raise OracleError(fault.options["code"])
        answer = self._login.verify(given)
        self._readers = Readers(self._path, self._login.user)
        self._logged_in = True
        self._packets.send_data(messages.parameters(answer) + messages.status())

    def _cursor(self, number: int) -> Cursor:
        if number not in self._cursors:
            raise OracleError(1001)
        return self._cursors[number]

    def _execute(self, reader: Reader) -> None:
        request = messages.read_execute(reader)
        if request.cursor and request.text is None:
            cursor = self._cursor(request.cursor)
        elif request.text is not None:
            # A statement that fails must leave nothing behind: the client learns a cursor's number only with success.
            number = request.cursor or self._last_cursor + 1
            cursor = Cursor(number, request.text)
        else:
            raise OracleError(1003)
        if not request.options & messages.EXECUTE and request.options & messages.PARSE:
            columns = cursor.prepare(self._faults.hidden()).columns if control_statement(cursor.text) is None else ()
            self._keep(cursor)
            self._packets.send_data(messages.describe(columns) + messages.end_of_call(0, 0, cursor.number))
            return
        cursor.bind_types = request.bind_types or cursor.bind_types
        values = messages.read_bind_values(reader, request.bind_types)
        rows = request.prefetch if request.options & messages.FETCH else 0
        self._run(cursor, values, rows, describe=True)

    def _execute_again(self, function: int, reader: Reader) -> None:
        cursor, iterations = self._cursor(reader.ub()), reader.ub()
        reader.skip_ubs(2)
        values = messages.read_bind_values(reader, cursor.bind_types)
        self._run(cursor, values, iterations if function == _REEXECUTE_AND_FETCH else 0, describe=False)

    def _run(self, cursor: Cursor, values: list[Any], rows: int, *, describe: bool) -> None:
        control = control_statement(cursor.text)
        if control is not None:
            if control == "READ ONLY":
                self._readers.begin_read_only()
            elif control in ("COMMIT", "ROLLBACK"):
                self._readers.end()
            self._keep(cursor)
            self._packets.send_data(messages.end_of_call(0, 0, cursor.number, flags=self._flags))
            return
        faults = self._faults.statement(cursor.text)
        for fault in faults:
            if fault.rows == 0:
                self._strike(fault)
        cursor.execute(self._readers, self._faults.hidden(), values, faults)
        self._keep(cursor)
        if describe and cursor.translation is not None:
            self._send_rows(cursor, rows, messages.describe(cursor.translation.columns))
        else:
            self._send_rows(cursor, rows)

    def _keep(self, cursor: Cursor) -> None:
        self._cursors[cursor.number] = cursor
        self._last_cursor = max(self._last_cursor, cursor.number)

    def _send_rows(self, cursor: Cursor, wanted: int, head: bytes = b"") -> None:
        """Send up to `wanted` rows as they are read, and the end of the call; a break by the client stops them."""
        output = bytearray(head)
        sent = 0
        more = True
        try:
            for fault in cursor.faults:
                if fault.name == "slow":
                    self._wait(float(fault.options["seconds"]))
            while sent < wanted and more:
                size = min(wanted - sent, _CHUNK_ROWS, *self._rows_before_faults(cursor))
                rows = cursor.rows(size)
                if rows:
                    output += b"" if sent else messages.ROW_HEADER
                    output += cursor.encode(rows)
                sent += len(rows)
                more = len(rows) == size
                if len(output) > _FLUSH_BYTES:
                    self._packets.send_data(bytes(output))
                    output.clear()
                    self._check_break()
        except OracleError as error:
            cursor.close()
            self._packets.send_data(bytes(output) + messages.error(error, cursor.number, cursor.fetched, self._flags))
            return
        code, text = (0, "") if more else (1403, "no data found")
        end = messages.end_of_call(code, cursor.fetched, cursor.number, text, self._flags)
        self._packets.send_data(bytes(output) + end)

    def _rows_before_faults(self, cursor: Cursor) -> list[int]:
        """How many rows may still be read before each fault strikes; one that is due strikes."""
        left = []
        for fault in cursor.faults:
            if fault.name == "slow":
                continue
            if cursor.fetched >= fault.rows:
                self._strike(fault)
            left.append(fault.rows - cursor.fetched)
        return left

    def _strike(self, fault: Fault) -> None:
        if fault.name == "drop":
            raise ConnectionEnded
        if fault.name == "error":
            raise OracleError(int(fault.options["code"]))

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._packets.waiting(left):
                self._check_break()

    def _check_break(self) -> None:
        """Obey a break that the client has sent; ORA-01013 then ends the call."""
        if self._packets.waiting():
            kind, _ = self._packets.receive()
            if kind != wire.MARKER:
                raise ConnectionEnded
            self._acknowledge_break()
            raise OracleError(1013)

    def _acknowledge_break(self) -> None:
        """Break and reset, both ways: everything sent before the reset is void."""
        self._packets.send(wire.MARKER, wire.BREAK_MARKER)
        while True:
            kind, body = self._packets.receive()
            if kind == wire.MARKER and body == wire.RESET_MARKER:
                break
        self._packets.send(wire.MARKER, wire.RESET_MARKER)
