"""Oracle's network layer: TNS packets on a socket, and the integers and byte strings inside them.

Packets: a header of 8 bytes (length, type, flags, checksum), then for DATA two bytes of data flags. Once the connection
is accepted, lengths are 32 bits. Integers are `ub`: a byte that counts, then that many bytes big-endian.
"""

import select
import socket
import ssl
import struct
from collections.abc import Callable

CONNECT, ACCEPT, REFUSE, DATA, MARKER = 1, 2, 4, 6, 12
BREAK_MARKER, RESET_MARKER = b"\1\0\1", b"\1\0\2"
HEADER_BYTES = 8
DEFAULT_UNIT = 8192  # the session data unit: the largest packet a client takes unless it says otherwise
_SHORT, _CHUNK = 252, 32767


class ConnectionEnded(Exception):
    """The client is gone, or the connection is closed on purpose."""


def ub(number: int) -> bytes:
    """An unsigned integer of up to eight bytes."""
    if number == 0:
        return b"\0"
    size = (number.bit_length() + 7) // 8
    return bytes((size,)) + number.to_bytes(size, "big")


def length_prefixed(raw: bytes | None) -> bytes:
    """Bytes with their length in front, in chunks above 252 bytes; None is NULL."""
    if raw is None:
        return b"\0"
    if len(raw) <= _SHORT:
        return bytes((len(raw),)) + raw
    chunks = [raw[start : start + _CHUNK] for start in range(0, len(raw), _CHUNK)]
    return b"\xfe" + b"".join(ub(len(chunk)) + chunk for chunk in chunks) + b"\0"


def twice_prefixed(raw: bytes) -> bytes:
    """Bytes behind an integer length and again behind their own."""
    return ub(len(raw)) + length_prefixed(raw) if raw else b"\0"


class Reader:
    """Reads one request; it asks for the next packet when the request goes on in it."""

    def __init__(self, data: bytes, more: Callable[[], bytes]) -> None:
        self._data = data
        self._position = 0
        self._more = more

    def raw(self, size: int) -> bytes:
        """That many bytes as they stand."""
        while self._position + size > len(self._data):
            self._data += self._more()
        self._position += size
        return self._data[self._position - size : self._position]

    def byte(self) -> int:
        """One byte."""
        return self.raw(1)[0]

    def ub(self) -> int:
        """An integer; the top bit of its length says that it is negative."""
        size = self.byte()
        number = int.from_bytes(self.raw(size & 0x7F), "big")
        return -number if size & 0x80 else number

    def skip_ubs(self, count: int) -> None:
        """Step over integers."""
        for _ in range(count):
            self.ub()

    def prefixed(self) -> bytes | None:
        """A length-prefixed byte string; None for NULL."""
        size = self.byte()
        if size in (0, 255):
            return None
        if size != 254:
            return self.raw(size)
        chunks = []
        while chunk := self.ub():
            chunks.append(self.raw(chunk))
        return b"".join(chunks)

    def twice_prefixed(self) -> bytes | None:
        """A byte string behind an integer length and its own."""
        return self.prefixed() if self.ub() else None


class Packets:
    """TNS packets on one socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._wide = False
        self.unit = DEFAULT_UNIT

    def accepted(self, unit: int) -> None:
        """From now on lengths have 32 bits and packets may be as large as `unit`."""
        self._wide = True
        self.unit = unit

    def receive(self) -> tuple[int, bytes]:
        """Type and body of the next packet."""
        header = self._exactly(HEADER_BYTES)
        size: int = struct.unpack(">I" if self._wide else ">H", header[: 4 if self._wide else 2])[0]
        return header[4], self._exactly(size - HEADER_BYTES)

    def receive_data(self) -> bytes:
        """The body of a DATA packet that continues a request."""
        kind, body = self.receive()
        if kind != DATA:
            raise ConnectionEnded
        return body[2:]

    def send(self, kind: int, body: bytes) -> None:
        """One packet of any type but DATA."""
        self._socket.sendall(self._header(kind, len(body)) + body)

    def send_data(self, body: bytes) -> None:
        """A message, in as many DATA packets as it takes."""
        room = self.unit - HEADER_BYTES - 2
        parts = []
        for start in range(0, max(len(body), 1), room):
            piece = body[start : start + room]
            parts += [self._header(DATA, len(piece) + 2), b"\0\0", piece]
        self._socket.sendall(b"".join(parts))

    def waiting(self, seconds: float = 0) -> bool:
        """True if the client sends something within that time."""
        if isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
            # Decrypted already, and no longer on the socket.
            return True
        return bool(select.select([self._socket], [], [], seconds)[0])

    def _header(self, kind: int, size: int) -> bytes:
        total = size + HEADER_BYTES
        length = struct.pack(">I", total) if self._wide else struct.pack(">HH", total, 0)
        return length + bytes((kind, 0, 0, 0))

    def _exactly(self, size: int) -> bytes:
        received = bytearray()
        while len(received) < size:
            piece = self._socket.recv(size - len(received))
            if not piece:
                raise ConnectionEnded
            received += piece
        return bytes(received)
