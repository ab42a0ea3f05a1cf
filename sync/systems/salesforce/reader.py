"""Salesforce as the integration user sees it, in one session."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc

from sync.models import SalesforceConnection
from sync.stream import KeyRange, Stream
from sync.systems.base import Fitted, Gone, NotCovered, Reader, SourceError, StreamSkipped
from sync.systems.salesforce import bulk, soql, values
from sync.systems.salesforce.budget import Budget, spent_lately
from sync.systems.salesforce.client import SalesforceClient
from sync.systems.salesforce.errors import FINE, WHERE, Refusal, explain
from sync.systems.salesforce.fitting import Described, fit
from sync.systems.salesforce.rest import Pages

KEYS_IN_A_QUERY = 300
"""As many ids as an address holds beside the longest list of fields."""
LOG_DAYS = timedelta(days=15)
LOG_PAUSE = timedelta(minutes=5)
"""Salesforce's log of deletions reaches so far back, and is not to be asked more often."""
_NOT_COVERED = ("INVALID_REPLICATION_DATE", "EXCEEDED_ID_LIMIT")


class SalesforceReader(Reader):
    """Salesforce, read by one client.

    The clock is that of the org when the session began; there is no point in time to hold, so a read of what is new
    ends before it, and what changes meanwhile is left to the next one.
    """

    def __init__(self, client: SalesforceClient, settings: SalesforceConnection) -> None:
        self._client, self._settings = client, settings
        self.clock = client.session.began
        self._objects: dict[str, Described | None] = {}

    @property
    def calls(self) -> int:
        """How many calls of the org's allowance were made so far."""
        return self._client.budget.calls

    def fitted(self, stream: Stream) -> Fitted:
        """The stream as describe shows this org; see `Reader`."""
        with _told(stream.title):
            return fit(stream, self.described, self._settings)

    def question(self, stream: Stream) -> str:
        """A fingerprint of what the stream asks, and which org; see `Reader`."""
        return soql.fingerprint(stream, self._client.session.organization_id)

    def ask(self, statement: str, what: str) -> list[tuple[Any, ...]]:
        """The rows of a small SOQL query; see `Reader`."""
        with _told(what):
            page = self._client.query(statement, all_rows=False)
        return [tuple(value for name, value in record.items() if name != "attributes") for record in page.records]

    def read(
        self,
        stream: Stream,
        schema: pa.Schema,
        since: datetime | None,
        within: KeyRange | None = None,
        only: pa.Array | None = None,
    ) -> Iterator[pa.RecordBatch]:
        """The rows of a stream, deleted and archived ones too; see `Reader`. No stream is read in ranges."""
        before = stream.cursor.until(self.clock) if stream.cursor else None
        asked = soql.query(stream, since, before)
        with _told(stream.title):
            if only is None:
                yield from self._staged(asked, stream, schema)
            elif len(only) <= self._settings.bulk_rows:
                for start in range(0, len(only), KEYS_IN_A_QUERY):
                    some = asked.where(soql.among(stream, only.slice(start, KEYS_IN_A_QUERY).to_pylist()))
                    yield from self._staged(some, stream, schema)
            else:
                key = schema.get_field_index(_key_column(stream))
                for batch in self._staged(asked, stream, schema):
                    yield batch.filter(pc.is_in(batch.column(key), value_set=only))

    def keys(self, stream: Stream) -> Iterator[pa.RecordBatch]:
        """The ids of a stream's rows that are not deleted; see `Reader`."""
        schema = pa.schema([(_key_column(stream), pa.string())])
        with _told(stream.title):
            yield from self._rows(soql.keys(stream), [soql.key_of(stream)], schema, stream.title)

    def gone(self, stream: Stream, since: datetime | None) -> Gone | None:
        """What Salesforce's log of deletions says; see `Reader`."""
        if stream.deletion is None:
            return None
        nothing, until = pa.array([], pa.string()), self.clock.replace(second=0)
        if since is None:
            raise NotCovered(_uncovered(stream, "it was not read before"))
        start = since.replace(second=0, microsecond=0)
        if until - start < LOG_PAUSE:
            return Gone(nothing, since)
        if start <= self.clock - LOG_DAYS:
            raise NotCovered(_uncovered(stream, f"it reaches {LOG_DAYS.days} days back and was last read before that"))
        with _told(stream.title):
            try:
                log = self._client.deleted(stream.source, start, until)
            except Refusal as refused:
                if refused.code in _NOT_COVERED:
                    raise NotCovered(_uncovered(stream, f"{refused.code}: {refused.message}")) from refused
                raise
        if values.moment(log["earliestDateAvailable"]) > start:
            raise NotCovered(_uncovered(stream, "what was deleted longest ago has been taken out of it"))
        ids = pa.array([record["id"] for record in log["deletedRecords"]], pa.string())
        return Gone(ids, min(values.moment(log["latestDateCovered"]), self.clock))

    def bounds(self, stream: Stream, rows: int) -> list[str]:
        """None: the Bulk API cuts a large read by itself; see `Reader`."""
        return []

    def _staged(self, asked: soql.Query, stream: Stream, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """The rows of a query as they are staged: one that is not the stream's is marked as gone."""
        if stream.belongs is None:
            yield from self._rows(asked, soql.sources(stream, schema), schema, stream.title)
            return
        wider = schema.append(pa.field(soql.BELONGS_COLUMN, pa.string()))
        for batch in self._rows(asked, soql.sources(stream, wider), wider, stream.title):
            yield values.mark_gone(batch, schema, soql.BELONGS_COLUMN, stream.belongs.value)

    def _rows(self, asked: soql.Query, sources: list[str], schema: pa.Schema, what: str) -> Iterator[pa.RecordBatch]:
        """The rows of a query: by REST's pages where they are few, else by a bulk query."""
        pages = Pages(self._client, asked, self.clock, what)
        text = asked.text(in_order=False)
        is_short = len(quote(asked.text(in_order=True))) <= soql.MOST_URI_CHARACTERS
        # The first page says how many rows there are; to count them would be a call more.
        first = pages.first() if is_short else None
        if first is None or first.total > self._settings.bulk_rows:
            try:
                job = bulk.create(self._client, text)
            except Refusal as refused:
                if refused.code != bulk.NO_BULK or first is None:
                    raise
            else:
                for columns in bulk.read(self._client, job, text, sources, what):
                    yield values.batch(columns, schema)
                return
        for records in pages.follow(first or pages.first()):
            if records:
                yield values.from_records(records, sources, schema)

    def described(self, name: str) -> Described | None:
        """An object as the user sees it, asked for once; None where there is none.

        Raises Refusal.
        """
        if name not in self._objects:
            try:
                self._objects[name] = Described.of(self._client.describe(name))
            except Refusal as refused:
                if refused.code not in ("NOT_FOUND", "INVALID_TYPE"):
                    raise
                self._objects[name] = None
        return self._objects[name]


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Turn a refusal into a sentence for a person."""
    try:
        yield
    except Refusal as refused:
        raise explain(refused, what) from refused
    except (values.Unreadable, KeyError) as error:
        raise SourceError(
            f"{what} could not be read: Salesforce's answer is not as its API promises ({type(error).__name__}). {FINE}"
            f" Check the API version {WHERE}; the next run tries again."
        ) from error


def _uncovered(stream: Stream, why: str) -> str:
    return f"Salesforce's log of deletions does not cover {stream.title} since the last run ({why})."


def _key_column(stream: Stream) -> str:
    """The staged column of the stream's key."""
    return str(stream.model_field(stream.key[0]).column)


@contextmanager
def reader() -> Iterator[SalesforceReader]:
    """Sign in, and hold the session while the block lasts.

    Raises SourceError where Salesforce cannot be reached or refuses, StreamSkipped where it is not connected.
    """
    settings = SalesforceConnection.current()
    if not settings.is_connected:
        raise StreamSkipped(f"Salesforce is not connected. Fill in its login address {WHERE} to have it read.")
    budget = Budget(settings.api_share_percent, spent_lately())
    with _told("Salesforce"):
        client = SalesforceClient(settings, budget)
    try:
        yield SalesforceReader(client, settings)
    finally:
        client.close()
