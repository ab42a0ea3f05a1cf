"""The Salesforce simulator's HTTPS server."""

import io
import logging
import socket
import socketserver
import sqlite3
import ssl
import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import TracebackType
from typing import Any

from sync.simulators.salesforce import certificates, clients, store
from sync.simulators.salesforce.application import Application
from sync.simulators.salesforce.bulk.worker import Worker
from sync.simulators.salesforce.calls import refusal
from sync.simulators.salesforce.clients import Client
from sync.simulators.salesforce.errors import OrgError
from sync.simulators.salesforce.messages import NoReply, Reply, Request

DEFAULT_PORT = 15443
log = logging.getLogger(__name__)
_STOP_SECONDS = 10
_HANDSHAKE_SECONDS = 10
# A body larger than Bulk's limit of 150 MB, encoded, is no upload.
_BODY_BYTES = 160 * 1024 * 1024
_BUFFER_BYTES = 64 * 1024
# Salesforce takes no longer request line with its headers.
_HEAD_BYTES = 16_384


class Simulator:
    """Serves Salesforce's HTTP interfaces from the SQLite file at `path`, and works off its bulk jobs.

    `port` 0 takes a free one. The file is created, with an empty org, if it is not there; the certificates lie beside
    it. `pace`: how many seconds 10,000 rows of a bulk job take at least.

    Raises OSError for a port that is taken, store.UnusableFile for a file that is no simulator's.
    """

    def __init__(self, path: Path | str, port: int = 0, host: str = "127.0.0.1", pace: float = 0) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        store.create(self.path).close()
        made = certificates.ensure(self.path)
        self.ca_file = str(made.ca_file)
        self.application = Application(self.path)
        self._worker = Worker(self.path, self.application, pace)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(made.server_file)
        self._server = _Server((host, port), context, self.application, self.path)
        self._host = host
        self._thread: threading.Thread | None = None

    @property
    def client(self) -> Client:
        """The app by which the portal signs in, and where its credentials lie."""
        connection = store.connect(self.path)
        try:
            return clients.ensure(connection, self.path)
        finally:
            connection.close()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The org's address, as a client is to use it; also where it signs in."""
        return f"https://{self._host}:{self.port}"

    def start(self) -> "Simulator":
        """Serve in a thread of its own, so that the caller goes on."""
        self._worker.start()
        self._thread = threading.Thread(target=self._serve, name="salesforce-simulator", daemon=True)
        self._thread.start()
        return self

    def serve_forever(self) -> None:
        """Serve until `stop` is called, from another thread or by a signal."""
        self._worker.start()
        self._serve()

    def stop(self) -> None:
        """Close the listener and every connection, and wait for their threads; a bulk job goes on at the next start."""
        self._server.close_all()
        if self._thread is not None:
            self._thread.join(_STOP_SECONDS)
        self._worker.stop()
        self.application.close()

    def _serve(self) -> None:
        self._server.serve_forever()

    def __enter__(self) -> "Simulator":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Server(socketserver.ThreadingTCPServer):
    """One thread for each connection; the handshake happens in it, so that a slow client holds nobody up."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], context: ssl.SSLContext, application: Application, path: Path) -> None:
        self.context = context
        self.application = application
        self.path = path
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        # Asked to shut down before it serves, a server of the standard library waits for ever.
        self._serving = False
        super().__init__(address, _Connection)

    def serve_forever(self, poll_interval: float = 0.1) -> None:
        """Accept clients until `close_all` is called."""
        self._serving = True
        super().serve_forever(poll_interval)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Secure the connection and answer its requests; a client that does not trust us leaves in the handshake."""
        request.settimeout(_HANDSHAKE_SECONDS)
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            secured = self.context.wrap_socket(request, server_side=True)
        except OSError:
            return
        secured.settimeout(None)
        with self._lock:
            self._open.add(secured)
        try:
            _Connection(secured, client_address, self)
        except OSError:
            # The client left, or `close_all` closed the connection.
            return
        finally:
            with self._lock:
                self._open.discard(secured)
            secured.close()

    def close_all(self) -> None:
        """Stop accepting, and end every connection."""
        if self._serving:
            self.shutdown()
        with self._lock:
            open_now = list(self._open)
        for each in open_now:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self.server_close()


class _Connection(BaseHTTPRequestHandler):
    """One client's connection: its requests one after the other, with a connection of its own to the file."""

    protocol_version = "HTTP/1.1"
    server_version = "sfdcedge"
    sys_version = ""
    wbufsize = _BUFFER_BYTES
    server: _Server
    _database: sqlite3.Connection | None = None

    def answer(self) -> None:
        """Answer the request whose line and headers have been read."""
        head = len(self.requestline) + sum(len(name) + len(value) + 4 for name, value in self.headers.items())
        if head > _HEAD_BYTES:
            self._send(Reply(414, b"URI Too Long", "text/plain", {"Connection": "close"}), "")
            return
        host = self.headers.get("Host") or "{}:{}".format(*self.connection.getsockname()[:2])
        request = Request.of(self.command, self.path, self.headers, self._read_body())
        request.origin = f"https://{host}"
        if self._database is None:
            self._database = store.connect(self.server.path)
        try:
            reply = self.server.application.answer(self._database, request)
        except NoReply:
            self.close_connection = True
            return
        except Exception:
            # A fault of the simulator's own: told as Salesforce tells one of its own, and to whoever runs us.
            log.exception("%s %s", request.method, request.path)
            told = f"An unexpected error occurred. Please include this ErrorId if you contact support: {request.number}"
            reply = refusal(OrgError("UNKNOWN_EXCEPTION", told, status=500))
        self._send(reply, request.number)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = answer

    def finish(self) -> None:
        """Close what the connection had open."""
        if self._database is not None:
            self._database.close()
        super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the ledger in the file is the record of what was done."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """What the Date header says: the org's time, by which clients set their bookmarks."""
        if timestamp is None and self._database is not None:
            timestamp = store.now(self._database).timestamp()
        return super().date_time_string(timestamp)

    def version_string(self) -> str:
        """What the Server header says."""
        return self.server_version

    def _read_body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._read_chunks()
        length = _number(self.headers.get("Content-Length") or "0", 10)
        if length > _BODY_BYTES:
            raise ConnectionAbortedError("The body is too large.")
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionAbortedError("The client left before its request was complete.")
        return body

    def _read_chunks(self) -> bytes:
        body = io.BytesIO()
        while size := _number(self.rfile.readline().split(b";")[0].decode("latin-1"), 16):
            if body.tell() + size > _BODY_BYTES:
                raise ConnectionAbortedError("The body is too large.")
            chunk = self.rfile.read(size)
            if len(chunk) < size:
                raise ConnectionAbortedError("The client left before its request was complete.")
            body.write(chunk)
            self.rfile.readline()
        while self.rfile.readline().strip():
            # Trailers carry nothing that we use.
            continue
        return body.getvalue()

    def _send(self, reply: Reply, number: str) -> None:
        self.send_response(reply.status)
        whole = isinstance(reply.body, bytes)
        if reply.body or reply.status not in (204, 304):
            self.send_header("Content-Type", reply.content_type)
        self.send_header("X-SFDC-Request-Id", number)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if not whole:
            self.send_header("Transfer-Encoding", "chunked")
        elif reply.status not in (204, 304):
            self.send_header("Content-Length", str(len(bytes(reply.body))))  # type: ignore[arg-type]
        self.end_headers()
        if self.command != "HEAD":
            if isinstance(reply.body, bytes):
                self.wfile.write(reply.body)
            else:
                self._send_chunks(reply.body, reply.cut)
        self.wfile.flush()

    def _send_chunks(self, pieces: Iterable[bytes], cut: bool) -> None:
        for piece in pieces:
            if piece:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        if cut:
            self.close_connection = True
        else:
            self.wfile.write(b"0\r\n\r\n")


def _number(text: str, base: int) -> int:
    """A length that a client tells. Raises ConnectionAbortedError for what is none: what follows has no end."""
    try:
        return int(text.strip(), base)
    except ValueError as error:
        raise ConnectionAbortedError("The client tells no length.") from error
