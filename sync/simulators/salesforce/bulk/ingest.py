"""Works off a job that writes: batches of 10,000 rows, each committed with its results and how far the job is."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from sync.simulators.salesforce import access, faults, schema, store, writes
from sync.simulators.salesforce.bulk import jobs, numbers
from sync.simulators.salesforce.bulk.jobs import Job
from sync.simulators.salesforce.records import Operation, RowResult
from sync.simulators.salesforce.schema import SObject

# How an upload clears a field; an empty cell leaves it as it is.
NULL = "#N/A"
RETRIED = "InternalServerError : Retried more than twenty times"
_OPERATIONS: dict[str, Operation] = {
    "insert": "insert",
    "update": "update",
    "upsert": "upsert",
    "delete": "delete",
    "hardDelete": "hardDelete",
}


class Unusable(Exception):
    """An upload that fails the job as a whole; the text is the job's error message."""


def work_off(connection: sqlite3.Connection, job: Job, pause: Callable[[int, float], bool]) -> None:
    """Work on a job until it ends, or until `pause` returns True: the server stops, and the next one goes on.

    `pause(rows, seconds)` is called after each batch with its rows and the time that it took.
    """
    try:
        upload = _Upload(connection, job)
        for rows in upload.batches():
            if not (seconds := _batch(connection, job, upload, rows)) or pause(len(rows), seconds):
                return
        _end(connection, job, jobs.DONE)
    except Unusable as error:
        _end(connection, job, jobs.FAILED, str(error))


class _Upload:
    """A job's upload: its columns checked, its rows in batches from where the job stands."""

    def __init__(self, connection: sqlite3.Connection, job: Job) -> None:
        data = jobs.uploaded(connection, job) or b""
        self._job = job
        self._reader = job.read(_text(job, data))
        self.columns = next(self._reader, [])
        made = schema.objects()[job.object]
        types = _types(connection, job, made, self.columns)
        self.numbers = numbers.places(types)

    def batches(self) -> Iterator[list[list[str]]]:
        """Rows in batches. Raises Unusable for a batch that cannot be read."""
        rows = islice(filter(None, self._reader), self._job.position, None)
        while batch := self._read(rows):
            yield batch

    def row(self, cells: Sequence[str]) -> dict[str, Any]:
        """A row as it is to be written: what is empty is left out."""
        return {
            name: None if cell == NULL else cell for name, cell in zip(self.columns, cells, strict=True) if cell != ""
        }

    def _read(self, rows: Iterator[list[str]]) -> list[list[str]]:
        batch = list(islice(rows, jobs.BATCH_ROWS))
        width = len(self.columns)
        uneven = next((row for row in batch if len(row) != width), None)
        if uneven is not None:
            raise Unusable(f"InvalidBatch : A row has {len(uneven)} fields, the header {width}: {uneven[0]}")
        return batch


def _text(job: Job, data: bytes) -> str:
    """An upload's text. Raises Unusable if it is not UTF-8, or its lines do not end as the job says."""
    if b"\n" in data and (b"\r\n" in data.split(b"\n", 1)[0] + b"\n") is not (job.line_ending == "CRLF"):
        raise Unusable(
            f"ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is {job.line_ending}"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unusable("ClientInputError : The data is not UTF-8") from error


def _types(connection: sqlite3.Connection, job: Job, made: SObject, columns: Sequence[str]) -> list[str]:
    """The type of each column of an upload. Raises Unusable for one that is no field for the job's user."""
    if not any(columns):
        raise Unusable("InvalidBatch : The data has no header")
    hidden = access.hidden_fields(connection, job.user, made.name)
    types = []
    for name in columns:
        relationship, _, field_name = name.partition(".")
        if field_name:
            reference = made.by_relationship.get(relationship.lower())
            parents = [schema.objects()[each] for each in reference.reference_to] if reference else []
            found = next((each.field(field_name) for each in parents if each.has(field_name)), None)
        else:
            found = made.field(name) if made.has(name) and made.field(name).name not in hidden else None
        if found is None:
            raise Unusable(f"InvalidBatch : Field name not found : {name}")
        types.append(found.type)
    if job.external_id and job.external_id.lower() not in {name.lower() for name in columns}:
        raise Unusable(f"InvalidBatch : Field name not found : {job.external_id}")
    return types


def _batch(connection: sqlite3.Connection, job: Job, upload: _Upload, rows: list[list[str]]) -> float:
    """Write one batch; returns how many seconds it took, 0 if the job was aborted before.

    Raises Unusable where a fault ends the job, after the rows that it lets through.
    """
    began = time.monotonic()
    with store.transaction(connection):
        found = jobs.find(connection, job.id)
        if found is None or found.state == jobs.ABORTED:
            return 0
        struck = faults.strike(connection, writes.BULK_FAULTS, path=job.path, objects=(job.object,))
        ends = next((fault for fault in struck if fault.name == "bulk-unprocessed"), None)
        if ends is not None:
            rows = rows[: ends.number("rows", 0)]
        results = writes.apply_under(
            connection,
            struck,
            job.user,
            _OPERATIONS[job.operation],
            job.object,
            [upload.row(cells) for cells in rows],
            external_id=job.external_id,
            request_id=job.id,
        )
        if not any(fault.name == "bulk-unrecorded" for fault in struck):
            _record(connection, job, upload, rows, results)
        job.state = jobs.RUNNING
        job.batches += 1
        job.position += len(rows)
        job.processed += len(rows)
        job.failed += sum(not result.success for result in results)
        job.milliseconds += round((time.monotonic() - began) * 1000)
        jobs.save(connection, job)
    if ends is not None:
        raise Unusable(RETRIED)
    return time.monotonic() - began


def _record(
    connection: sqlite3.Connection, job: Job, upload: _Upload, rows: list[list[str]], results: list[RowResult]
) -> None:
    """The results of a batch, good and bad apart. As in Salesforce they do not follow the order of the upload."""
    good: list[list[str]] = []
    bad: list[list[str]] = []
    for cells, result in zip(reversed(rows), reversed(results), strict=True):
        if result.success:
            good.append([result.id or "", "true" if result.created else "false", *cells])
        else:
            bad.append([result.id or "", ";".join(error.as_bulk() for error in result.errors), *cells])
    columns = [place + 2 for place in upload.numbers]
    for file, lines in ((jobs.SUCCESSFUL, good), (jobs.REFUSED, bad)):
        if lines:
            body = job.written(numbers.written(lines, columns) if columns else lines)
            jobs.add_file(connection, job, file, len(lines), body)


def _end(connection: sqlite3.Connection, job: Job, state: str, error: str | None = None) -> None:
    """End a job, unless it was aborted meanwhile."""
    with store.transaction(connection):
        found = jobs.find(connection, job.id)
        if found is None or found.state == jobs.ABORTED:
            return
        job.state, job.error = state, error
        jobs.save(connection, job)
