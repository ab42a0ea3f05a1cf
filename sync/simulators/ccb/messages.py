"""The messages of Oracle's TTC protocol, as a 19c server speaks it (field version 12), that the simulator needs."""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync.simulators.ccb.errors import OracleError
from sync.simulators.ccb.sql import types
from sync.simulators.ccb.sql.types import OracleType
from sync.simulators.ccb.values import decode_date, decode_number
from sync.simulators.ccb.wire import Reader, length_prefixed, twice_prefixed, ub

UTF8, UTF16 = 873, 2000
FIELD_VERSION = 12
TYPE_NUMBERS = {"VARCHAR2": 1, "NUMBER": 2, "DATE": 12, "CHAR": 96}
TEXT_TYPES, NUMBER_TYPES, DATE_TYPES = (1, 8, 96), (2, 3), (12, 180, 187, 231)
_BYTES = {"NUMBER": 22, "DATE": 7}
_UNKNOWN_SCALE = 0x81  # -127: a NUMBER without precision
_MAX_SHORT_TEXT = 32767
ROW_HEADER = b"\x06\0" + ub(0) * 6
ROW_DATA = b"\x07"
TRANSACTION_OPEN = 2  # in the status of a call

PARSE, EXECUTE, FETCH = 0x01, 0x20, 0x40  # options of an execute message

_COMPILE_CAPABILITIES = bytes(FIELD_VERSION if position == 7 else 0 for position in range(46))
_RUNTIME_CAPABILITIES = bytes(4 if position == 6 else 0 for position in range(7))  # texts of up to 32,767 bytes
PROTOCOL_ANSWER = (
    b"\x01\x06\0CC&B simulator\0"
    + struct.pack("<HBH", UTF8, 1, 0)
    + struct.pack(">H", 11)
    + bytes(9)
    + struct.pack(">H", UTF16)
    + length_prefixed(_COMPILE_CAPABILITIES)
    + length_prefixed(_RUNTIME_CAPABILITIES)
)
DATA_TYPES_ANSWER = b"\x02\0\0"


def accept(unit: int) -> bytes:
    """ACCEPT of TNS 318: no out-of-band breaks, no fast login, native network encryption off (0xC5)."""
    return (
        struct.pack(">HH", 318, 1)
        + bytes(4)
        + b"\1\0\0\0\0\x2d\xc5\0"
        + bytes(8)
        + struct.pack(">II", unit, unit)
        + b"\0"
        + struct.pack(">I", 0)
    )


def refuse(code: int) -> bytes:
    """REFUSE with a listener's error, such as 12514."""
    reason = f"(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR={code})(ERROR_STACK=(ERROR=(CODE={code})(EMFI=4))))".encode()
    return b"\x22\0" + struct.pack(">H", len(reason)) + reason


def status(flags: int = 0) -> bytes:
    """The end of a call without a cursor."""
    return b"\x09" + ub(flags) + ub(0)


def end_of_call(code: int, rows: int, cursor: int, text: str = "", flags: int = 0) -> bytes:
    """The end of a call on a cursor: an error, ORA-01403 after the last row, or 0."""
    message = f"ORA-{code:05d}: {text}\n".encode()
    return (
        b"\x04"
        + ub(flags)
        + ub(0) * 5
        + ub(cursor)
        + ub(0)  # error position
        + bytes(6)
        + ub(0) * 2  # rowid: object and partition
        + b"\0"
        + ub(0) * 2
        + ub(0)  # operating system error
        + bytes(2)
        + ub(0) * 2
        + ub(0)
        + ub(0) * 3  # no batch errors
        + ub(code)
        + ub(rows)
        + (length_prefixed(message) if code else b"")
    )


def error(failure: OracleError, cursor: int = 0, rows: int = 0, flags: int = 0) -> bytes:
    """The end of a call that failed."""
    return end_of_call(failure.code, rows, cursor, failure.text, flags)


def parameters(pairs: Mapping[str, str], verifier: int = 0) -> bytes:
    """Names and values of the login; `verifier` is the kind of the password verifier."""
    body = b"\x08" + ub(len(pairs))
    for name, value in pairs.items():
        flag = verifier if name == "AUTH_VFR_DATA" else 0
        body += twice_prefixed(name.encode()) + twice_prefixed(value.encode()) + ub(flag)
    return body


def describe(columns: Iterable[tuple[str, OracleType]]) -> bytes:
    """The description of a result set's columns."""
    described = [_column(name, kind, position) for position, (name, kind) in enumerate(columns, 1)]
    return (
        b"\x10"
        + length_prefixed(bytes(16))
        + ub(4000)
        + ub(len(described))
        + b"\1"
        + b"".join(described)
        + twice_prefixed(b"")
        + ub(0) * 4
        + twice_prefixed(b"")
    )


def _column(name: str, kind: OracleType, position: int) -> bytes:
    characters = max(kind.length, 1) if kind.is_text else 0
    size = _BYTES.get(kind.kind) or min(characters * 4, _MAX_SHORT_TEXT)
    precision, scale = (0, 0)
    if kind.kind == "NUMBER":
        precision, scale = (kind.precision, kind.scale or 0) if kind.precision else (0, _UNKNOWN_SCALE)
    raw = name.encode()
    return (
        bytes((TYPE_NUMBERS[kind.kind], 0, precision, scale))
        + ub(size)
        + ub(0) * 2
        + ub(0) * 2
        + ub(UTF8 if kind.is_text else 0)
        + bytes((1 if kind.is_text else 0,))
        + ub(characters)
        + ub(0)
        + b"\1"  # NULL allowed
        + bytes((min(len(raw), 255),))
        + twice_prefixed(raw)
        + ub(0) * 2
        + ub(position)
        + ub(0)
    )


@dataclass(frozen=True)
class BindType:
    """The type of one bind variable as the client states it."""

    number: int
    size: int

    @property
    def oracle_type(self) -> OracleType:
        """The type as the translator knows it; ORA-00932 for a type that no column of CC&B has."""
        if self.number in NUMBER_TYPES:
            return types.NUMBER
        if self.number in DATE_TYPES:
            return types.DATE
        if self.number == TYPE_NUMBERS["CHAR"]:
            return types.char(self.size // 4)
        if self.number in TEXT_TYPES:
            return types.varchar2(self.size // 4)
        raise OracleError(932)

    def value(self, raw: bytes | None) -> Any:
        """A value of this type, as SQLite takes it."""
        if raw is None:
            return None
        if self.number in NUMBER_TYPES:
            number = decode_number(raw)
            return number if isinstance(number, int) else float(number)
        return decode_date(raw) if self.number in DATE_TYPES else raw.decode()


@dataclass(frozen=True)
class ExecuteRequest:
    """An execute message up to its bind values. `text` is None when the client names a cursor that it has already."""

    options: int
    cursor: int
    prefetch: int
    executions: int
    is_query: bool
    text: str | None
    bind_types: tuple[BindType, ...]


def read_execute(reader: Reader) -> ExecuteRequest:
    """Read an execute message; the reader then stands before the bind values."""
    options, cursor = reader.ub(), reader.ub()
    has_text = reader.byte()
    reader.ub()  # length of the text
    reader.byte()
    reader.ub()  # length of the array of 13 numbers
    reader.raw(2)
    reader.ub()  # prefetch buffer
    prefetch = reader.ub()
    reader.ub()  # longest LONG
    reader.byte()
    binds = reader.ub()
    reader.raw(5)
    reader.byte()
    defines = reader.ub()
    reader.ub()  # registration
    reader.raw(3)
    reader.ub()
    reader.byte()
    reader.skip_ubs(2)
    reader.byte()
    reader.ub()
    reader.raw(2)
    reader.ub()
    reader.byte()
    reader.ub()
    reader.raw(2)
    reader.ub()
    text = (reader.prefixed() or b"").decode().rstrip("\0") if has_text else None
    numbers = [reader.ub() for _ in range(13)]
    if defines:
        read_bind_types(reader, defines)
        bind_types: tuple[BindType, ...] = ()
    else:
        bind_types = read_bind_types(reader, binds)
    return ExecuteRequest(options, cursor, prefetch, numbers[1], bool(numbers[7]), text, bind_types)


def read_bind_types(reader: Reader, count: int) -> tuple[BindType, ...]:
    """The types of that many bind variables."""
    found = []
    for _ in range(count):
        number = reader.byte()
        reader.raw(3)
        size = reader.ub()
        reader.skip_ubs(2)
        if reader.ub():  # an object type's identifier
            reader.prefixed()
        reader.skip_ubs(2)
        reader.byte()
        reader.skip_ubs(2)
        found.append(BindType(number, size))
    return tuple(found)


def read_bind_values(reader: Reader, bind_types: Sequence[BindType]) -> list[Any]:
    """One row of bind values. Values longer than any VARCHAR2 come after all others."""
    if not bind_types:
        return []
    if reader.byte() != ROW_DATA[0]:
        raise OracleError(3001, "bind values in an unknown form")
    short = [index for index, kind in enumerate(bind_types) if kind.size <= _MAX_SHORT_TEXT]
    long = [index for index, kind in enumerate(bind_types) if kind.size > _MAX_SHORT_TEXT]
    values: list[Any] = [None] * len(bind_types)
    for index in (*short, *long):
        values[index] = bind_types[index].value(reader.prefixed())
    return values


def read_login(reader: Reader) -> tuple[str, dict[str, str]]:
    """The user's name, upper-case, and the names and values of a login message."""
    has_user = reader.byte()
    reader.skip_ubs(2)
    reader.byte()
    pairs = reader.ub()
    reader.raw(2)
    user = (reader.prefixed() or b"").decode().strip('"').upper() if has_user else ""
    given: dict[str, str] = {}
    for _ in range(pairs):
        name, value = reader.twice_prefixed() or b"", reader.twice_prefixed() or b""
        reader.ub()
        given[name.decode()] = value.decode()
    return user, given


def skip_end_to_end(reader: Reader) -> None:
    """Step over module, action and client identifier, which the simulator has no use for."""
    reader.raw(2)
    reader.ub()
    # Pointer and length of: client identifier, module, action, two without text, client info, two without, operation.
    lengths = []
    for has_text in (True, True, True, False, False, True, False, False, True):
        reader.byte()
        length = reader.ub()
        if has_text:
            lengths.append(length)
    for length in lengths:
        if length:
            reader.prefixed()
