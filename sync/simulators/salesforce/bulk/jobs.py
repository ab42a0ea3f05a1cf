"""Bulk jobs as they are kept: what they are to do, how far they are, their files."""

import csv
import io
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from sync.simulators.salesforce import ids, store, values
from sync.simulators.salesforce.errors import OrgError

INGEST, QUERY = "ingest", "query"
OPEN, UPLOADED, RUNNING = "Open", "UploadComplete", "InProgress"
DONE, FAILED, ABORTED = "JobComplete", "Failed", "Aborted"
ENDED = (DONE, FAILED, ABORTED)
UPLOAD, SUCCESSFUL, REFUSED, HEADER, ROWS = "upload", "successful", "failed", "header", "rows"
DELIMITERS = {"BACKQUOTE": "`", "CARET": "^", "COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "TAB": "\t"}
LINE_ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
# Settings: seconds that 10,000 rows take at least; rows of a query's page for a client that does not say.
PACE, PAGE_ROWS = "pace", "bulk_page_rows"
PACE_ROWS = 10_000
BATCH_ROWS = 10_000
# The csv module's own limit is lower than the longest text that a field takes; the rules of the org are to refuse it.
csv.field_size_limit(1 << 30)
_PREFIX = "750"
_KEPT = timedelta(days=7)


@dataclass
class Job:
    """One bulk job; columns of its table. Times are as the file keeps them."""

    id: str
    kind: str
    state: str
    user: str
    operation: str
    object: str
    external_id: str | None
    query: str | None
    delimiter: str
    line_ending: str
    version: str
    created: str
    changed: str
    processed: int = 0
    failed: int = 0
    # Rows of the upload that have been worked off and committed.
    position: int = 0
    milliseconds: int = 0
    error: str | None = None
    batches: int = 0

    @property
    def path(self) -> str:
        """The job's address."""
        return f"/services/data/v{self.version}/jobs/{self.kind}/{self.id}"

    @property
    def separator(self) -> str:
        """What stands between two cells of its files."""
        return DELIMITERS[self.delimiter]

    @property
    def ending(self) -> str:
        """How the lines of its files end."""
        return LINE_ENDINGS[self.line_ending]

    def read(self, text: str) -> Iterator[list[str]]:
        """The rows of one of its files."""
        return csv.reader(io.StringIO(text, newline=""), delimiter=self.separator)

    def written(self, rows: Iterable[Sequence[Any]]) -> bytes:
        """Rows as its files hold them: every cell quoted."""
        text = io.StringIO()
        csv.writer(text, delimiter=self.separator, lineterminator=self.ending, quoting=csv.QUOTE_ALL).writerows(rows)
        return text.getvalue().encode()


_COLUMNS = ", ".join(f'"{each.name}"' for each in fields(Job))


def create(connection: sqlite3.Connection, job: Job) -> Job:
    """Keep a new job, with an id and times of its own; the caller commits."""
    job.id = ids.make(_PREFIX, store.take_numbers(connection, _PREFIX))
    job.created = job.changed = values.moment_text(store.now(connection))
    given = tuple(getattr(job, each.name) for each in fields(Job))
    connection.execute(
        f"INSERT INTO simulator_job ({_COLUMNS}) VALUES ({', '.join('?' * len(given))})",  # noqa: S608
        given,
    )
    return job


def find(connection: sqlite3.Connection, number: str) -> Job | None:
    """The job with that id, of fifteen or eighteen characters."""
    rows = _select(connection, "id = ?", (ids.normal(number) or "",))
    return next(rows, None)


def get(connection: sqlite3.Connection, kind: str, number: str) -> Job:
    """The job of that kind with that id. Raises OrgError NOT_FOUND."""
    job = find(connection, number)
    if job is None or job.kind != kind:
        raise OrgError("NOT_FOUND", "The requested resource does not exist", status=404)
    return job


def every(connection: sqlite3.Connection, kind: str) -> Iterator[Job]:
    """All jobs of a kind, the newest last."""
    return _select(connection, "kind = ? ORDER BY id", (kind,))


def waiting(connection: sqlite3.Connection, kind: str) -> Job | None:
    """The job of a kind that is to be worked on next: one that was begun, or the oldest that is ready."""
    rows = _select(
        connection,
        "kind = ? AND state IN (?, ?) ORDER BY state = ? DESC, id LIMIT 1",
        (kind, RUNNING, UPLOADED, RUNNING),
    )
    return next(rows, None)


def save(connection: sqlite3.Connection, job: Job) -> None:
    """Keep what has become of a job; the caller commits."""
    job.changed = values.moment_text(store.now(connection))
    names = ("state", "changed", "processed", "failed", "position", "milliseconds", "error", "batches")
    connection.execute(
        f"UPDATE simulator_job SET {', '.join(f'{name} = ?' for name in names)} WHERE id = ?",  # noqa: S608
        (*(getattr(job, name) for name in names), job.id),
    )


def clear(connection: sqlite3.Connection, job: Job) -> None:
    """Forget what a job has read so far; the caller commits."""
    connection.execute("DELETE FROM simulator_job_file WHERE job = ?", (job.id,))


def remove(connection: sqlite3.Connection, job: Job) -> None:
    """Forget a job and its files; the caller commits."""
    clear(connection, job)
    connection.execute("DELETE FROM simulator_job WHERE id = ?", (job.id,))


def remove_old(connection: sqlite3.Connection) -> None:
    """Forget the jobs that ended more than seven days ago, as the org does; the caller commits."""
    before = values.moment_text(store.now(connection) - _KEPT)
    for job in list(_select(connection, "created < ? AND state IN (?, ?, ?)", (before, *ENDED))):
        remove(connection, job)


def last_day(connection: sqlite3.Connection) -> dict[str, int]:
    """How many ingest batches and query jobs there were in the last 24 hours."""
    since = values.moment_text(store.now(connection) - timedelta(days=1))
    batches, queries = connection.execute(
        "SELECT SUM(batches), SUM(kind = ?) FROM simulator_job WHERE created > ?", (QUERY, since)
    ).fetchone()
    return {"batches": batches or 0, "queries": queries or 0}


def add_file(connection: sqlite3.Connection, job: Job, file: str, rows: int, body: bytes) -> None:
    """Add a piece of whole rows to one of a job's files; the caller commits."""
    connection.execute(
        "INSERT INTO simulator_job_file SELECT ?, ?, COALESCE(MAX(sequence) + 1, 0), ?, ? FROM simulator_job_file"
        " WHERE job = ? AND file = ?",
        (job.id, file, rows, body, job.id, file),
    )


def pieces(connection: sqlite3.Connection, job: Job, file: str) -> list[tuple[int, int]]:
    """(sequence, rows) of each piece of a file."""
    return connection.execute(
        "SELECT sequence, rows FROM simulator_job_file WHERE job = ? AND file = ? ORDER BY sequence", (job.id, file)
    ).fetchall()


def piece(connection: sqlite3.Connection, job: Job, file: str, sequence: int) -> bytes:
    """One piece of a file."""
    row = connection.execute(
        "SELECT body FROM simulator_job_file WHERE job = ? AND file = ? AND sequence = ?", (job.id, file, sequence)
    ).fetchone()
    return bytes(row[0])


def uploaded(connection: sqlite3.Connection, job: Job) -> bytes | None:
    """The file that a client uploaded, None before it did."""
    return piece(connection, job, UPLOAD, 0) if pieces(connection, job, UPLOAD) else None


def body(job: Job, *, whole: bool) -> dict[str, Any]:
    """A job as the API tells it; `whole`: as asked for by its id, with how far it is."""
    told: dict[str, Any] = {
        "id": job.id,
        "operation": job.operation,
        "object": job.object,
        "createdById": job.user,
        "createdDate": values.rest_moment(job.created),
        "systemModstamp": values.rest_moment(job.changed),
        "state": job.state,
    }
    if job.external_id:
        told["externalIdFieldName"] = job.external_id
    told |= {"concurrencyMode": "Parallel", "contentType": "CSV", "apiVersion": float(job.version)}
    if job.kind == INGEST and job.state == OPEN:
        told["contentUrl"] = f"{job.path.lstrip('/')}/batches"
    told |= {"lineEnding": job.line_ending, "columnDelimiter": job.delimiter}
    if not whole:
        return told
    told["jobType"] = "V2Ingest" if job.kind == INGEST else "V2Query"
    told |= {"numberRecordsProcessed": job.processed, "retries": 0, "totalProcessingTime": job.milliseconds}
    if job.kind == INGEST:
        told |= {
            "numberRecordsFailed": job.failed,
            "apiActiveProcessingTime": job.milliseconds,
            "apexProcessingTime": 0,
        }
    else:
        told["isPkChunkingSupported"] = True
    if job.error:
        told["errorMessage"] = job.error
    return told


def option(given: dict[str, Any], name: str, allowed: Iterable[str], default: str) -> str:
    """One of a job's options, which may be left out. Raises OrgError INVALIDJOB for a value that it does not have."""
    value = str(given.get(name) or default)
    if value not in allowed:
        raise OrgError("INVALIDJOB", f"InvalidJob : {name} has no value {value}")
    return value


def _select(connection: sqlite3.Connection, condition: str, given: Sequence[Any]) -> Iterator[Job]:
    rows = connection.execute(f"SELECT {_COLUMNS} FROM simulator_job WHERE {condition}", tuple(given))  # noqa: S608
    return (Job(*row) for row in rows)
