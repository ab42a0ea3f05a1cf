"""The threads that work off bulk jobs, one for those that write and one for those that read."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sync.simulators.salesforce import store
from sync.simulators.salesforce.bulk import extract, ingest, jobs
from sync.simulators.salesforce.bulk.jobs import Job

if TYPE_CHECKING:
    from sync.simulators.salesforce.application import Application

# How often a thread looks for work that nobody told it of: left by an earlier server.
_LOOK_SECONDS = 0.5
_STOP_SECONDS = 30


class Worker:
    """Works off the jobs in the file at `path`. A job that is left when it stops goes on with the next one.

    `pace`: how many seconds 10,000 rows take at least; the setting of that name, if there is one, stands instead.
    """

    def __init__(self, path: Path, application: "Application", pace: float) -> None:
        self._path = path
        self._application = application
        self._pace = pace
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin to work, in threads of its own."""
        for kind, work in ((jobs.INGEST, self._write), (jobs.QUERY, self._read)):
            thread = threading.Thread(target=self._run, args=(kind, work), name=f"bulk-{kind}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Stop after the batch at hand."""
        self._stopping.set()
        for event in self._application.work.values():
            event.set()
        for thread in self._threads:
            thread.join(_STOP_SECONDS)

    def _run(self, kind: str, work: Callable[[sqlite3.Connection, Job], None]) -> None:
        connection = store.connect(self._path)
        event = self._application.work[kind]
        try:
            while not self._stopping.is_set():
                event.clear()
                job = jobs.waiting(connection, kind)
                if job is not None:
                    self._work(connection, job, work)
                    continue
                if kind == jobs.INGEST:
                    self._tidy(connection)
                event.wait(_LOOK_SECONDS)
        finally:
            connection.close()

    def _work(self, connection: sqlite3.Connection, job: Job, work: Callable[[sqlite3.Connection, Job], None]) -> None:
        """Work on a job; one that this program cannot work off fails, and the next one has its turn."""
        try:
            work(connection, job)
        except Exception as error:
            with store.transaction(connection):
                job.state, job.error = jobs.FAILED, f"InternalServerError : {error}"
                jobs.save(connection, job)

    def _write(self, connection: sqlite3.Connection, job: Job) -> None:
        ingest.work_off(connection, job, self._pauses(connection))

    def _read(self, connection: sqlite3.Connection, job: Job) -> None:
        reading = store.connect(self._path)
        try:
            extract.work_off(connection, reading, job, self._pauses(connection))
        finally:
            reading.close()

    def _pauses(self, connection: sqlite3.Connection) -> Callable[[int, float], bool]:
        """Waits after a batch for as long as the pace asks; True if the server stops."""

        def pause(rows: int, seconds: float) -> bool:
            pace = float(store.setting(connection, jobs.PACE) or self._pace)
            return self._stopping.wait(max(0.0, pace * rows / jobs.PACE_ROWS - seconds))

        return pause

    def _tidy(self, connection: sqlite3.Connection) -> None:
        """Write the calls that were counted, forget old jobs, end idle cursors."""
        self._application.cursors.end_idle()
        if self._application.usage.pending:
            with store.transaction(connection):
                self._application.usage.flush(connection)
                jobs.remove_old(connection)
