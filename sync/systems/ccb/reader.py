"""CC&B at one point in time."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property
from typing import Any

import oracledb
import pyarrow as pa

from sync.extraction import binds_of, bounds, extraction, question
from sync.models import CcbConnection, site_choices
from sync.stream import KeyRange, Stream, System
from sync.systems.base import Fitted, Reader, SourceError
from sync.systems.catalogue import Catalogue
from sync.systems.ccb.connecting import A_PERSON_WAITS, FINE, connect, explain
from sync.systems.ccb.dictionary import read_catalogue
from sync.systems.fitting import fit


class CcbReader(Reader):
    """CC&B at one point in time, over one connection.

    The settings, and what the site chose by name, are those that were in force when it was opened.
    """

    calls: int | None = None

    def __init__(
        self, connection: oracledb.Connection, clock: datetime, settings: CcbConnection, choices: Mapping[str, str]
    ) -> None:
        self._connection, self.clock, self._settings, self._choices = connection, clock, settings, choices

    @cached_property
    def catalogue(self) -> Catalogue:
        """What CC&B's dictionary shows of the tables that the streams name, asked for once.

        Raises SourceError where CC&B refuses.
        """
        # The streams stand on the models, which stand on nothing here: imported when both are there.
        from sync.streams import inbound

        try:
            return read_catalogue(self._connection, self._settings.owner, inbound(System.CCB))
        except oracledb.Error as error:
            raise explain(error, "CC&B's catalogue") from error

    def fitted(self, stream: Stream) -> Fitted:
        """The stream as this CC&B lets it be read; see `Reader`."""
        return fit(stream, self.catalogue)

    def question(self, stream: Stream) -> str:
        """A fingerprint of what the stream asks; see `Reader`."""
        return question(stream, language=self._settings.language, choices=self._choices)

    def ask(self, statement: str, what: str) -> list[tuple[Any, ...]]:
        """The rows of a small query, which may bind :language; see `Reader`."""
        values = {"language": self._settings.language}
        try:
            # A person waits for it, and a thread of the web server with them.
            self._connection.call_timeout = min(self._connection.call_timeout, A_PERSON_WAITS * 1000)
            with self._connection.cursor() as cursor:
                cursor.execute(statement, {name: values[name] for name in binds_of(statement)})
                return list(cursor.fetchall())
        except oracledb.Error as error:
            raise explain(error, what) from error

    def read(
        self,
        stream: Stream,
        schema: pa.Schema,
        since: datetime | None,
        within: KeyRange | None = None,
        only: pa.Array | None = None,
    ) -> Iterator[pa.RecordBatch]:
        """The rows of a stream; see `Reader`. CC&B gives no `keys`, and so is never asked for `only` some."""
        statement, binds = extraction(
            stream, language=self._settings.language, since=since, choices=self._choices, within=within
        )
        try:
            frames = self._connection.fetch_df_batches(
                statement, binds, size=self._settings.batch_rows, fetch_decimals=True, requested_schema=schema
            )
            for frame in frames:
                yield from (batch for batch in pa.table(frame).cast(schema).to_batches() if batch.num_rows)
        except oracledb.Error as error:
            raise explain(error, stream.title) from error
        except (ValueError, OverflowError) as error:
            # The driver, or Arrow, could make no value of what Oracle holds: a month 0, a number of 40 digits.
            raise SourceError(
                f"{stream.title} could not be read: CC&B gave a date or a number that is none. {FINE} Look for it in"
                f" the CC&B tables that {stream.name} reads and correct it; the next run tries again."
            ) from error

    def keys(self, stream: Stream) -> None:
        """None: a full compare of CC&B costs no more than its keys would; see `Reader`."""

    def gone(self, stream: Stream, since: datetime | None) -> None:
        """None: CC&B keeps no log of what it deleted; see `Reader`."""

    def bounds(self, stream: Stream, rows: int) -> list[str]:
        """Where ranges of a stream's key begin; see `Reader`.

        Blanks at the end are left out, so that one key is never spelt on both sides of a bound.
        """
        statement, binds = bounds(stream, rows=rows)
        try:
            with self._connection.cursor() as cursor:
                found = cursor.execute(statement, binds).fetchall()
        except oracledb.Error as error:
            raise explain(error, stream.title) from error
        return sorted({bound.rstrip(" ") for (bound,) in found if bound} - {""})


@contextmanager
def reader() -> Iterator[CcbReader]:
    """Connect, and hold one point in time while the block lasts.

    Raises SourceError where CC&B cannot be reached or refuses.
    """
    settings = CcbConnection.current()
    connection = connect(settings)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
            (clock,) = cursor.execute("SELECT SYSDATE FROM DUAL").fetchone()
        yield CcbReader(connection, clock, settings, site_choices())
    except oracledb.Error as error:
        raise explain(error, "CC&B") from error
    finally:
        with suppress(oracledb.Error):
            connection.close()
