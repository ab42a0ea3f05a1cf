"""The CC&B simulator's Oracle listener."""

import socket
import ssl
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from sync.simulators.ccb import store
from sync.simulators.ccb.session import SERVICE, Session
from sync.simulators.ccb.wire import Packets

DEFAULT_USERS = {"CISREAD": "customer360"}
_BACKLOG = 64
_STOP_SECONDS = 10
_ACCEPT_SECONDS = 0.5
_HANDSHAKE_SECONDS = 10


class Simulator:
    """Listens for Oracle clients and serves each in a thread of its own, from the SQLite file at `path`.

    `port` 0 takes a free one. `users` maps names to passwords. With `certificate`, a PEM file of a certificate and its
    key, it speaks tcps. The file at `path` is created, with CC&B's empty tables, if it is not there.

    Raises OSError for a port that is taken or a certificate that cannot be read (ssl.SSLError is one).
    """

    def __init__(
        self,
        path: Path,
        port: int = 0,
        users: Mapping[str, str] | None = None,
        host: str = "127.0.0.1",
        certificate: Path | None = None,
    ) -> None:
        self.path = Path(path)
        self._tls: ssl.SSLContext | None = None
        if certificate is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(certificate)
        self._users = {name.upper(): password for name, password in (users or DEFAULT_USERS).items()}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        store.connect(self.path).close()
        self._listener = socket.create_server((host, port), backlog=_BACKLOG)
        self._listener.settimeout(_ACCEPT_SECONDS)
        self._host = host
        self._open: set[socket.socket] = set()
        self._threads: set[threading.Thread] = set()
        self._lock = threading.Lock()
        self._stopping = False
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._listener.getsockname()[1])

    @property
    def dsn(self) -> str:
        """The connect string for a client on this machine."""
        return f"{'tcps://' if self._tls else ''}{self._host}:{self.port}/{SERVICE}"

    def start(self) -> "Simulator":
        """Serve in a thread of its own, so that the caller goes on."""
        self._thread = threading.Thread(target=self.serve_forever, name="ccb-simulator", daemon=True)
        self._thread.start()
        return self

    def serve_forever(self) -> None:
        """Accept clients until `stop` is called, from another thread or by a signal."""
        while not self._stopping:
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            thread = threading.Thread(target=self._serve, args=(client,), daemon=True)
            with self._lock:
                self._open.add(client)
                self._threads.add(thread)
            thread.start()

    def stop(self) -> None:
        """Close the listener and every connection, and wait for their threads."""
        self._stopping = True
        # Shutting down wakes a blocked accept on Linux; elsewhere its timeout does.
        for stopped in (self._listener, *self._connections()):
            try:
                stopped.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self._listener.close()
        for thread in (self._thread, *self._threads.copy()):
            if thread is not None and thread is not threading.current_thread():
                thread.join(_STOP_SECONDS)

    def __enter__(self) -> "Simulator":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _connections(self) -> list[socket.socket]:
        with self._lock:
            return list(self._open)

    def _serve(self, client: socket.socket) -> None:
        connection = client
        try:
            connection = self._secured(client)
            Session(Packets(connection), self.path, self._users).run()
        except OSError:
            # A client that does not trust the certificate leaves in the middle of the handshake.
            return
        finally:
            with self._lock:
                self._open -= {client, connection}
                self._threads.discard(threading.current_thread())
            connection.close()
            client.close()

    def _secured(self, client: socket.socket) -> socket.socket:
        """The client's connection, encrypted where the listener speaks tcps."""
        if self._tls is None:
            return client
        client.settimeout(_HANDSHAKE_SECONDS)
        connection = self._tls.wrap_socket(client, server_side=True)
        connection.settimeout(None)
        # The wrapper has taken the socket over: it is what `stop` must shut down from now on.
        with self._lock:
            self._open.add(connection)
        return connection
