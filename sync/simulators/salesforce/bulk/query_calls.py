"""Calls for jobs that read: create, abort, watch, fetch the rows page by page."""

import base64
import binascii
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from sync.simulators.salesforce import faults, soql, store, values
from sync.simulators.salesforce.bulk import jobs
from sync.simulators.salesforce.bulk.jobs import Job
from sync.simulators.salesforce.calls import Call
from sync.simulators.salesforce.cursors import invalid_locator
from sync.simulators.salesforce.errors import OrgError
from sync.simulators.salesforce.messages import CSV, Reply, json_reply

OPERATIONS = ("query", "queryAll")
DEFAULT_PAGE_ROWS = 100_000
_PAGE_FAULTS = ("duplicate-page", "reordered-page")


def create(call: Call) -> Reply:
    """POST jobs/query: a job that runs at once. Raises OrgError for a query that the Bulk API does not take."""
    given = call.request.document()
    operation, text = str(given.get("operation", "")), str(given.get("query", ""))
    if operation not in OPERATIONS:
        raise OrgError("INVALIDJOB", f"InvalidJob : Unsupported operation: {operation}")
    result = soql.run(call.connection, call.user_id, text, version=call.version)
    if result.is_count or result.is_aggregate:
        raise OrgError("FUNCTIONALITY_NOT_ENABLED", "Aggregate Relationships not supported in Bulk Query")
    if any(column.type in ("address", "location") for column in result.columns):
        raise OrgError("FUNCTIONALITY_NOT_ENABLED", "Selecting compound data not supported in Bulk Query")
    job = Job(
        id="",
        kind=jobs.QUERY,
        state=jobs.UPLOADED,
        user=call.user_id,
        operation=operation,
        object=result.object,
        external_id=None,
        query=text,
        delimiter=jobs.option(given, "columnDelimiter", jobs.DELIMITERS, "COMMA"),
        line_ending=jobs.option(given, "lineEnding", jobs.LINE_ENDINGS, "LF"),
        version=call.version,
        created="",
        changed="",
    )
    with store.transaction(call.connection):
        jobs.create(call.connection, job)
    call.application.work[jobs.QUERY].set()
    return json_reply(jobs.body(job, whole=False))


def set_state(call: Call) -> Reply:
    """PATCH jobs/query/<job>: it can only be aborted."""
    with store.transaction(call.connection):
        job = _job(call)
        if call.request.document().get("state") != jobs.ABORTED:
            raise OrgError("INVALIDJOB", "InvalidJob : A query job can only be set to Aborted")
        if job.state in jobs.ENDED:
            raise OrgError("INVALIDJOBSTATE", "Aborting already Completed Job not allowed")
        job.state = jobs.ABORTED
        jobs.save(call.connection, job)
    return json_reply(jobs.body(job, whole=False))


def delete(call: Call) -> Reply:
    """DELETE jobs/query/<job>: 204; not before it has ended."""
    with store.transaction(call.connection):
        job = _job(call)
        if job.state not in jobs.ENDED:
            raise OrgError("INVALIDJOBSTATE", f"Deleting a Job that is {job.state} is not allowed")
        jobs.remove(call.connection, job)
    return Reply(204)


def told(call: Call) -> Reply:
    """GET jobs/query/<job>."""
    return json_reply(jobs.body(_job(call), whole=True))


def every(call: Call) -> Reply:
    """GET jobs/query."""
    found = [jobs.body(job, whole=False) for job in jobs.every(call.connection, jobs.QUERY)]
    return json_reply({"done": True, "nextRecordsUrl": None, "records": found})


def results(call: Call) -> Reply:
    """GET jobs/query/<job>/results?maxRecords=&locator=: a page of rows below the header.

    Sforce-Locator leads to the next page and is the text `null` on the last one.
    """
    job = _job(call)
    if job.state != jobs.DONE:
        raise OrgError("INVALIDJOBSTATE", f"The job is {job.state}; its rows are there when it is complete.")
    struck: set[str] = set()
    if faults.any_armed(call.connection):
        request, names = call.request, ("expired-locator", *_PAGE_FAULTS)
        struck = {
            fault.name
            for fault in faults.strike(call.connection, names, method="GET", path=request.path, objects=request.objects)
        }
    locator = call.request.query.get("locator", "")
    if "expired-locator" in struck:
        raise invalid_locator()
    page = _page(call, job, _offset(locator))
    following = page.offset if "duplicate-page" in struck else page.next_offset
    pieces = _rows(call.connection, job, page)
    rows = _reordered(job, pieces) if "reordered-page" in struck else pieces
    return Reply(
        200,
        rows,
        CSV,
        headers={
            "Sforce-Locator": "null" if following is None else _locator(following),
            "Sforce-NumberOfRecords": str(page.rows),
        },
    )


@dataclass
class _Page:
    """Where a page lies in a job's pieces; of each: its sequence, the first row here, rows here, rows in all."""

    offset: int
    rows: int
    next_offset: int | None
    parts: list[tuple[int, int, int, int]] = field(default_factory=list)


def _page(call: Call, job: Job, offset: int) -> _Page:
    most = values.count(call.request.query.get("maxRecords", "")) or _default_rows(call.connection)
    page, before = _Page(offset, 0, None), 0
    for sequence, rows in jobs.pieces(call.connection, job, jobs.ROWS):
        first = max(0, offset - before)
        taken = min(rows - first, most - page.rows)
        if taken > 0:
            page.parts.append((sequence, first, taken, rows))
            page.rows += taken
        before += rows
    if offset and offset >= before:
        raise invalid_locator()
    page.next_offset = offset + page.rows if offset + page.rows < before else None
    return page


def _rows(connection: sqlite3.Connection, job: Job, page: _Page) -> Iterator[bytes]:
    """The header and a page's rows; a piece that lies in it whole goes out as it is kept."""
    yield jobs.piece(connection, job, jobs.HEADER, 0)
    for sequence, first, taken, rows in page.parts:
        body = jobs.piece(connection, job, jobs.ROWS, sequence)
        yield body if taken == rows else job.written(islice(job.read(body.decode()), first, first + taken))


def _reordered(job: Job, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The rows of a page in the opposite order, below the header as ever."""
    yield next(pieces)
    yield job.written(list(job.read(b"".join(pieces).decode()))[::-1])


def _default_rows(connection: sqlite3.Connection) -> int:
    return int(float(store.setting(connection, jobs.PAGE_ROWS) or DEFAULT_PAGE_ROWS))


def _locator(offset: int) -> str:
    return base64.urlsafe_b64encode(str(offset).encode()).decode().rstrip("=")


def _offset(locator: str) -> int:
    """The row that a locator leads to. Raises OrgError INVALID_QUERY_LOCATOR."""
    if locator in ("", "null"):
        return 0
    try:
        offset = values.count(base64.urlsafe_b64decode(locator + "=" * (-len(locator) % 4)).decode())
    except (ValueError, binascii.Error) as error:
        raise invalid_locator() from error
    if offset is None:
        raise invalid_locator()
    return offset


def _job(call: Call) -> Job:
    return jobs.get(call.connection, jobs.QUERY, call.parts["job"])
