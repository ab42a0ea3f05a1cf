"""A connection to CC&B by the settings in force, and what a refusal means to a person."""

import re
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import oracledb
from django.conf import settings

from sync.models import CcbConnection
from sync.systems.base import SourceError, SourceGone

SNAPSHOT_TOO_OLD = 1555
CONNECT_SECONDS = 10
A_PERSON_WAITS = 20
"""Seconds that CC&B may take for one answer while a person waits for the page."""
ANSWER_SECONDS = 30
"""How long the listener and the log-in may take together, the encryption included."""

_WHERE = "in admin under CC&B connection"
_ADVICE = {
    904: "A column is missing. Compare the release of CC&B with the streams in sync/streams/ccb/.",
    942: "A table is missing or not granted. Grant SELECT on CC&B's tables to the reading account.",
    1017: f"CC&B refused the user name or password. Correct the user {_WHERE}, or CCB_PASSWORD (CCB_PASSWORD_FILE).",
    1031: "The reading account may not read a table. Grant SELECT on CC&B's tables to it.",
    1045: "The reading account may not connect. Grant CREATE SESSION to it.",
    1435: f"CC&B has no schema of that name. Correct the schema owner {_WHERE}.",
    12514: f"The listener does not know the service. Correct the service {_WHERE}.",
    28000: "CC&B has locked the reading account. Ask its administrator to unlock it.",
    28001: "The reading account's password has expired. Ask CC&B's administrator for a new one.",
    SNAPSHOT_TOO_OLD: "CC&B lost the point in time that was being read. The stream is read again.",
}
_CERTIFICATE = re.compile(r"certificate|DPY-60(05|06).*(SSL|TLS)|distinguished name", re.IGNORECASE)
_CERTIFICATE_ADVICE = (
    f"CC&B's certificate is not trusted, or names another host. Correct the host or the wallet {_WHERE}."
)
_NO_TLS = re.compile(r"\[SSL: (WRONG_VERSION_NUMBER|RECORD_LAYER_FAILURE)|wrong version number", re.IGNORECASE)
_NO_TLS_ADVICE = f"The listener does not speak TLS on that port. Correct the protocol or the port {_WHERE}."
_UNREACHABLE = f"Check that CC&B is running and that host and port {_WHERE} are right; the next run tries again."
_TIMED_OUT = f"CC&B took longer than the query timeout for one answer. Raise it {_WHERE}, or look why CC&B is slow."
_SILENT = f"Something listens there but does not answer: check host, port and protocol {_WHERE}."
_ADDITIONS = re.compile(r"Help: https?://\S+| \(CONNECTION_ID=[^)]*\)")
_CODE = re.compile(r"ORA-(\d{5})")
FINE = "The mirror is as it was after the last good run."


def password(name: str = "password") -> str | None:
    """The reading account's password, or the wallet's (`wallet_password`); None where there is none.

    It is read anew for each connection: a file may be replaced while the portal runs.

    Raises SourceError for a file that cannot be read.
    """
    file = settings.CCB[f"{name}_file"]
    if not file:
        return settings.CCB[name] or None
    try:
        return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        variable = f"CCB_{name.upper()}_FILE"
        raise SourceError(
            f"The file that {variable} names cannot be read ({type(error).__name__}). {FINE} Correct {variable}, or"
            f" let the portal's account read the file."
        ) from error


def connect(wanted: CcbConnection) -> oracledb.Connection:
    """A connection whose unqualified names are the schema owner's.

    Raises SourceError where CC&B cannot be reached or refuses.
    """
    where = {"dsn": wanted.descriptor} if wanted.descriptor else {
        "protocol": str(wanted.protocol), "host": wanted.host, "port": wanted.port, "service_name": wanted.service_name,
    }  # fmt: skip
    wallet = {"wallet_location": wanted.wallet_directory, "wallet_password": password("wallet_password")}
    try:
        connection = _connected(
            user=wanted.user,
            password=password() or "",
            tcp_connect_timeout=CONNECT_SECONDS,
            ssl_server_dn_match=wanted.check_certificate_name,
            **where,
            **(wallet if wanted.wallet_directory else {}),
        )
        connection.call_timeout = wanted.query_timeout * 1000
        with connection.cursor() as cursor:
            # Quoted, so that a name can be nothing but a name; its validator allows no quotation mark.
            owner = wanted.owner.replace('"', "")
            cursor.execute(f'ALTER SESSION SET CURRENT_SCHEMA = "{owner}"')
    except oracledb.Error as error:
        raise explain(error, "CC&B") from error
    return connection


def _connected(**arguments: Any) -> oracledb.Connection:
    """A connection, or SourceError after ANSWER_SECONDS.

    The driver's own timeout ends with the TCP connection. Behind that, a port that accepts and says nothing (tcps to a
    listener without it is one) would hold a worker, or the page of a person, for as long as the other side likes.
    """
    coming: Future[oracledb.Connection] = Future()

    def attempt() -> None:
        try:
            coming.set_result(oracledb.connect(**arguments))
        except Exception as error:
            coming.set_exception(error)

    Thread(target=attempt, name="connect to CC&B", daemon=True).start()
    try:
        return coming.result(ANSWER_SECONDS)
    except TimeoutError as error:
        coming.add_done_callback(_close)
        raise SourceError(f"CC&B could not be read (no answer in {ANSWER_SECONDS} s). {FINE} {_SILENT}") from error


def _close(late: "Future[oracledb.Connection]") -> None:
    """End a connection that came when nobody waited for it any more."""
    with suppress(Exception):
        late.result().close()


def explain(error: oracledb.Error, what: str) -> SourceError:
    """The driver's error as a sentence or two for a person: what happened, what is still fine, what to do."""
    detail = error.args[0] if error.args else None
    # Without the address of Oracle's manual and the connection's number, which the driver adds.
    told = _ADDITIONS.sub("", str(getattr(detail, "message", error)))
    message = " ".join(told.split())
    # The driver wraps what the listener said in an error of its own, without a code.
    code = getattr(detail, "code", 0) or next((int(found) for found in _CODE.findall(message)), 0)
    kind = SourceGone if code == SNAPSHOT_TOO_OLD else SourceError
    return kind(f"{what} could not be read ({message}). {FINE} {_advice(code, message)}")


def _advice(code: int, message: str) -> str:
    if code in _ADVICE:
        return _ADVICE[code]
    if "DPY-4024" in message:
        return _TIMED_OUT
    if _NO_TLS.search(message):
        return _NO_TLS_ADVICE
    return _CERTIFICATE_ADVICE if _CERTIFICATE.search(message) else _UNREACHABLE
