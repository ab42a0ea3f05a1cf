"""Calls for jobs that write: create, upload, close or abort, watch, fetch the results."""

import sqlite3
from collections.abc import Iterator
from itertools import islice

from sync.simulators.salesforce import record_calls, schema, store
from sync.simulators.salesforce.bulk import jobs
from sync.simulators.salesforce.bulk.jobs import Job
from sync.simulators.salesforce.calls import Call, not_found
from sync.simulators.salesforce.errors import OrgError
from sync.simulators.salesforce.messages import CSV, Reply, json_reply

OPERATIONS = ("insert", "update", "upsert", "delete", "hardDelete")
_FILES = {"successfulresults": jobs.SUCCESSFUL, "failedresults": jobs.REFUSED, "unprocessedrecords": ""}


def create(call: Call) -> Reply:
    """POST jobs/ingest: an open job. Raises OrgError INVALIDJOB."""
    given = call.request.document()
    operation = str(given.get("operation", ""))
    if operation not in OPERATIONS:
        raise OrgError("INVALIDJOB", f"InvalidJob : Unsupported operation: {operation}")
    made = schema.find(str(given.get("object", "")))
    if made is None:
        raise OrgError("INVALIDJOB", f"InvalidJob : Unable to find object: {given.get('object')}")
    external_id = given.get("externalIdFieldName") if operation == "upsert" else None
    if operation == "upsert":
        if not external_id:
            text = f"InvalidJob : External ID was blank for {made.name}. An External ID must be specified for upsert."
            raise OrgError("INVALIDJOB", text)
        try:
            external_id = record_calls.external_id(made, str(external_id)).name
        except OrgError as error:
            text = (
                f"InvalidJob : Field name provided, {external_id} does not match an External ID, Salesforce Id, or"
                f" indexed field for {made.name}"
            )
            raise OrgError("INVALIDJOB", text) from error
    if given.get("contentType", "CSV") != "CSV":
        raise OrgError("INVALIDJOB", f"InvalidJob : Unsupported content type: {given['contentType']}")
    job = Job(
        id="",
        kind=jobs.INGEST,
        state=jobs.OPEN,
        user=call.user_id,
        operation=operation,
        object=made.name,
        external_id=external_id,
        query=None,
        delimiter=jobs.option(given, "columnDelimiter", jobs.DELIMITERS, "COMMA"),
        line_ending=jobs.option(given, "lineEnding", jobs.LINE_ENDINGS, "LF"),
        version=call.version,
        created="",
        changed="",
    )
    with store.transaction(call.connection):
        jobs.create(call.connection, job)
    return json_reply(jobs.body(job, whole=False))


def upload(call: Call) -> Reply:
    """PUT jobs/ingest/<job>/batches: 201 without a body. One upload a job."""
    with store.transaction(call.connection):
        job = _job(call)
        if job.state != jobs.OPEN:
            raise OrgError("INVALIDJOBSTATE", f"Invalid job state: {job.state}. The job takes no data any more.")
        if jobs.uploaded(call.connection, job) is not None:
            text = (
                f"Found multiple contents for job: <{job.id}>, please 'Close' / 'Abort' / 'Delete' the current Job then"
                " create a new Job and make sure you only do 'PUT' once on a given Job."
            )
            raise OrgError("INVALIDBATCH", text)
        jobs.add_file(call.connection, job, jobs.UPLOAD, 0, call.request.body)
    return Reply(201)


def set_state(call: Call) -> Reply:
    """PATCH jobs/ingest/<job>: UploadComplete lets it run, Aborted ends it."""
    state = call.request.document().get("state")
    with store.transaction(call.connection):
        job = _job(call)
        if state not in (jobs.UPLOADED, jobs.ABORTED):
            raise OrgError("INVALIDJOB", f"InvalidJob : A job cannot be set to {state}")
        if state == jobs.UPLOADED and job.state != jobs.OPEN:
            raise OrgError("INVALIDJOBSTATE", f"Closing already {job.state} Job not allowed")
        if job.state in jobs.ENDED:
            raise OrgError("INVALIDJOBSTATE", "Aborting already Completed Job not allowed")
        job.state = state
        jobs.save(call.connection, job)
    call.application.work[jobs.INGEST].set()
    return json_reply(jobs.body(job, whole=False))


def delete(call: Call) -> Reply:
    """DELETE jobs/ingest/<job>: 204; not while it is open or runs."""
    with store.transaction(call.connection):
        job = _job(call)
        if job.state in (jobs.OPEN, jobs.RUNNING):
            raise OrgError("INVALIDJOBSTATE", f"Deleting a Job that is {job.state} is not allowed")
        jobs.remove(call.connection, job)
    return Reply(204)


def told(call: Call) -> Reply:
    """GET jobs/ingest/<job>."""
    return json_reply(jobs.body(_job(call), whole=True))


def every(call: Call) -> Reply:
    """GET jobs/ingest."""
    found = [jobs.body(job, whole=False) for job in jobs.every(call.connection, jobs.INGEST)]
    return json_reply({"done": True, "nextRecordsUrl": None, "records": found})


def results(call: Call) -> Reply:
    """GET jobs/ingest/<job>/successfulResults, failedResults, unprocessedrecords: CSV."""
    job, file = _job(call), _FILES.get(call.parts["file"].lower())
    if file is None:
        raise not_found()
    if job.state not in jobs.ENDED:
        raise OrgError("INVALIDJOBSTATE", f"The job is {job.state}; its results are there when it has ended.")
    if not file:
        return Reply(200, _unprocessed(call.connection, job), CSV)
    return Reply(200, _pieces(call.connection, job, file), CSV)


def header(uploaded: bytes) -> str:
    """The first line of an upload as the client wrote it, without its line ending."""
    return uploaded.split(b"\n", 1)[0].rstrip(b"\r").removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")


def _job(call: Call) -> Job:
    return jobs.get(call.connection, jobs.INGEST, call.parts["job"])


def _pieces(connection: sqlite3.Connection, job: Job, file: str) -> Iterator[bytes]:
    """A result file: the two columns that Salesforce adds, quoted, before the client's header as it was."""
    added = '"sf__Id","sf__Created"' if file == jobs.SUCCESSFUL else '"sf__Id","sf__Error"'
    columns = header(jobs.uploaded(connection, job) or b"")
    yield f"{added.replace(',', job.separator)}{job.separator}{columns}{job.ending}".encode()
    for sequence, _ in jobs.pieces(connection, job, file):
        yield jobs.piece(connection, job, file, sequence)


def _unprocessed(connection: sqlite3.Connection, job: Job) -> Iterator[bytes]:
    """The rows of the upload that no batch took: none of a job that is complete."""
    uploaded = jobs.uploaded(connection, job) or b""
    yield f"{header(uploaded)}{job.ending}".encode()
    if job.state == jobs.DONE:
        return
    left = islice(filter(None, job.read(uploaded.decode("utf-8", "replace"))), 1 + job.position, None)
    while chunk := list(islice(left, 1000)):
        yield job.written(chunk)
