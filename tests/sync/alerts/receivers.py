"""A mail server and a webhook of the tests' own, over the wire, that refuse, hang up or redirect when told to."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class _Smtp(socketserver.StreamRequestHandler):
    """As much SMTP as a client needs to hand over a message."""

    def handle(self) -> None:
        server: Any = self.server
        self._say("220 ready")
        for line in self.rfile:
            word = line[:4].upper().strip()
            if word == b"DATA":
                self._say("354 go on")
                body = b"".join(iter(self.rfile.readline, b".\r\n"))
                if server.hangs_up:
                    server.received.append(body)
                    return
                if server.refuses:
                    self._say("451 try later")
                    continue
                server.received.append(body)
                self._say("250 taken")
            elif word == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    """Keeps what it takes; `refuses` answers 451, `hangs_up` takes the message and closes without a word."""

    allow_reuse_address, daemon_threads = True, True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Smtp)
        self.received: list[bytes] = []
        self.refuses = self.hangs_up = False

    @property
    def messages(self) -> list[Message]:
        """What was taken, parsed."""
        return [message_from_bytes(body) for body in self.received]


class _Post(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.received.append((dict(self.headers), body))
        if server.hangs_up:
            self.close_connection = True
            return
        self.send_response(server.answer)
        if server.answer == 302:
            self.send_header("Location", server.url + "/elsewhere")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Nothing."""


class Webhook(ThreadingHTTPServer):
    """Keeps headers and body of every POST; `answer` is its status, `hangs_up` closes without one."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.answer, self.hangs_up = 204, False

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}/alerts"


@contextmanager
def serving(server: Any) -> Iterator[Any]:
    """The server, answering while the block lasts."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
