"""CC&B, read over python-oracledb in thin mode: a read-only account, one point in time, Arrow batches."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import oracledb
import pyarrow as pa
from django.conf import settings

from sync.extraction import binds_of, extraction, question
from sync.models import site_choices
from sync.stream import Stream, System
from sync.systems.base import Fitted, SourceError, SourceGone
from sync.systems.catalogue import Catalogue
from sync.systems.ccb.dictionary import read_catalogue
from sync.systems.fitting import fit

SNAPSHOT_TOO_OLD = 1555

_ADVICE = {
    942: "A table is missing or not granted. Grant SELECT on CC&B's tables to the reading account.",
    904: "A column is missing. Compare the release of CC&B with the streams in sync/streams/ccb/.",
    1017: "CC&B refused the user name or password. Correct CCB_USER and CCB_PASSWORD.",
    28000: "CC&B has locked the reading account. Ask its administrator to unlock it.",
    12514: "The listener does not know the service. Correct CCB_DSN.",
    SNAPSHOT_TOO_OLD: "CC&B lost the point in time that was being read. The stream is read again.",
}
_CODE = re.compile(r"ORA-(\d{5})")
_FINE = "The mirror is as it was after the last good run."


def time_zone() -> str:
    """The zone that CC&B's DATE columns are written in."""
    return str(settings.CCB["time_zone"])


def answer_within() -> timedelta:
    """How long CC&B may take for one answer."""
    return timedelta(seconds=settings.CCB["query_timeout_seconds"])


class CcbReader:
    """CC&B at one point in time, over one connection. `choices` are what the site chose, by name."""

    def __init__(self, connection: oracledb.Connection, clock: datetime, choices: Mapping[str, str]) -> None:
        self._connection, self.clock, self._choices = connection, clock, choices

    @cached_property
    def catalogue(self) -> Catalogue:
        """What CC&B's dictionary shows of the tables that the streams name, asked for once.

        Raises SourceError where CC&B refuses.
        """
        # The streams import the models, which are not there yet when this module is.
        from sync.streams import inbound

        try:
            return read_catalogue(self._connection, settings.CCB["owner"], inbound(System.CCB))
        except oracledb.Error as error:
            raise _explain(error, "CC&B's catalogue") from error

    def fitted(self, stream: Stream) -> Fitted:
        """The stream as this CC&B lets it be read; see `Reader`."""
        return fit(stream, self.catalogue)

    def question(self, stream: Stream) -> str:
        """A fingerprint of what the stream asks; see `Reader`."""
        return question(stream, language=settings.CCB["language"], choices=self._choices)

    def ask(self, statement: str, what: str) -> list[tuple[Any, ...]]:
        """The rows of a small query of its own; it may bind :language. `what` names it in a complaint.

        Raises SourceError where CC&B refuses.
        """
        values = {"language": settings.CCB["language"]}
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(statement, {name: values[name] for name in binds_of(statement)})
                return list(cursor.fetchall())
        except oracledb.Error as error:
            raise _explain(error, what) from error

    def read(self, stream: Stream, schema: pa.Schema, since: datetime | None) -> Iterator[pa.RecordBatch]:
        """The rows of a stream; see `Reader`."""
        statement, binds = extraction(stream, language=settings.CCB["language"], since=since, choices=self._choices)
        try:
            frames = self._connection.fetch_df_batches(
                statement, binds, size=settings.CCB["batch_rows"], fetch_decimals=True, requested_schema=schema
            )
            for frame in frames:
                yield from (batch for batch in pa.table(frame).cast(schema).to_batches() if batch.num_rows)
        except oracledb.Error as error:
            raise _explain(error, stream.title) from error


@contextmanager
def reader() -> Iterator[CcbReader]:
    """Connect, and hold one point in time while the block lasts.

    Raises SourceError where CC&B cannot be reached or refuses.
    """
    try:
        connection = oracledb.connect(
            user=settings.CCB["user"],
            password=settings.CCB["password"],
            dsn=settings.CCB["dsn"],
            tcp_connect_timeout=10,
        )
    except oracledb.Error as error:
        raise _explain(error, "CC&B") from error
    try:
        connection.call_timeout = settings.CCB["query_timeout_seconds"] * 1000
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER SESSION SET CURRENT_SCHEMA = {settings.CCB['owner']}")
            cursor.execute("SET TRANSACTION READ ONLY")
            (clock,) = cursor.execute("SELECT SYSDATE FROM DUAL").fetchone()
        yield CcbReader(connection, clock, site_choices())
    except oracledb.Error as error:
        raise _explain(error, "CC&B") from error
    finally:
        with suppress(oracledb.Error):
            connection.close()


def _explain(error: oracledb.Error, what: str) -> SourceError:
    """The driver's error as one sentence for a person: what happened, what is still fine, what to do."""
    detail = error.args[0] if error.args else None
    message = " ".join(str(getattr(detail, "message", error)).split())
    # The driver wraps what the listener said in an error of its own, without a code.
    code = getattr(detail, "code", 0) or next((int(found) for found in _CODE.findall(message)), 0)
    advice = _ADVICE.get(code, "Check that CC&B is running and that CCB_DSN names it; the next run tries again.")
    kind = SourceGone if code == SNAPSHOT_TOO_OLD else SourceError
    return kind(f"{what} could not be read ({message}). {_FINE} {advice}")
