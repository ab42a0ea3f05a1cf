"""Works off a job that reads: the rows as they are at one moment, as pieces of CSV."""

import sqlite3
import time
from collections.abc import Callable
from itertools import islice

from sync.simulators.salesforce import soql, store
from sync.simulators.salesforce.bulk import jobs, numbers
from sync.simulators.salesforce.bulk.jobs import Job
from sync.simulators.salesforce.errors import OrgError

_PIECE_ROWS = 1000


def work_off(
    connection: sqlite3.Connection, reading: sqlite3.Connection, job: Job, pause: Callable[[int, float], bool]
) -> None:
    """Work on a job until it ends, or until `pause` returns True: the next server begins it anew.

    `reading` keeps the moment; `connection` writes the pieces. `pause(rows, seconds)` is called every 10,000 rows.
    """
    with store.transaction(connection):
        found = jobs.find(connection, job.id)
        if found is None or found.state == jobs.ABORTED:
            return
        jobs.clear(connection, job)
        job.state, job.processed = jobs.RUNNING, 0
        jobs.save(connection, job)
    reading.execute("BEGIN")
    try:
        ended = _read(connection, reading, job, pause)
    except OrgError as error:
        # What was a field when the job was made may be hidden by now.
        job.error = f"{error.code} : {error.message}"
        ended = jobs.FAILED
    finally:
        reading.execute("COMMIT")
    if ended is None:
        return
    with store.transaction(connection):
        found = jobs.find(connection, job.id)
        if found is not None and found.state != jobs.ABORTED:
            job.state = ended
            jobs.save(connection, job)


def _read(
    connection: sqlite3.Connection, reading: sqlite3.Connection, job: Job, pause: Callable[[int, float], bool]
) -> str | None:
    """Read every row; returns the state that the job has then, None if it is left."""
    result = soql.run(
        reading, job.user, job.query or "", include_deleted=job.operation == "queryAll", version=job.version
    )
    columns = numbers.places(column.type for column in result.columns)
    rows = iter(numbers.written(result.tuples, columns) if columns else result.tuples)
    header = job.written([[column.name for column in result.columns]])
    with store.transaction(connection):
        jobs.add_file(connection, job, jobs.HEADER, 0, header)
    while True:
        began = time.monotonic()
        pieces = []
        for _ in range(max(1, jobs.BATCH_ROWS // _PIECE_ROWS)):
            taken = list(islice(rows, _PIECE_ROWS))
            if not taken:
                break
            pieces.append((len(taken), job.written(taken)))
        count = sum(rows for rows, _ in pieces)
        if not count:
            return jobs.DONE
        with store.transaction(connection):
            found = jobs.find(connection, job.id)
            if found is None or found.state == jobs.ABORTED:
                return None
            for piece_rows, body in pieces:
                jobs.add_file(connection, job, jobs.ROWS, piece_rows, body)
            job.processed += count
            job.milliseconds += round((time.monotonic() - began) * 1000)
            jobs.save(connection, job)
        if pause(count, time.monotonic() - began):
            return None
