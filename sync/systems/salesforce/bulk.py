"""Many rows, by a query job of the Bulk API 2.0: Salesforce prepares the result, pages of it are fetched."""

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

import pyarrow as pa
import structlog

from sync.systems.base import SourceError, SourceGone
from sync.systems.salesforce import results
from sync.systems.salesforce.client import SalesforceClient
from sync.systems.salesforce.errors import FINE, WHERE, Reaction, Refusal, explain
from sync.systems.salesforce.rest import LOCATOR_LOST, MOST_VISITS

logger = structlog.get_logger(__name__)

PAGE_ROWS = 50_000
MOST_JOBS = 3
FIRST_POLL_SECONDS, MOST_POLL_SECONDS = 0.5, 30.0
"""How long is waited before a job is looked at again: each look is a call of the org's allowance."""
COMPLETE, ENDED_BADLY = "JobComplete", ("Failed", "Aborted")
NO_BULK = "INVALIDENTITY"


def create(client: SalesforceClient, text: str) -> str:
    """A new query job's id. One that was asked for twice, as the first answer was lost, is read once.

    Raises Refusal, with the code NO_BULK where the Bulk API does not have the object.
    """
    order = {"operation": "queryAll", "query": text, "contentType": "CSV", "columnDelimiter": "COMMA"}
    return str(client.rest("jobs/query", method="POST", json=order | {"lineEnding": "LF"})["id"])


def read(client: SalesforceClient, job: str, text: str, sources: Sequence[str], what: str) -> Iterator[list[pa.Array]]:
    """The selected columns of the query that a job works on, as columns of text, a block of rows at a time.

    Deleted and archived rows are among them. A job that fails for a reason that passes is made again.

    Raises Refusal; SourceError where the job ends badly or the rows are not all there; SourceGone where the result is
    lost half way, upon which everything is read again.
    """
    for attempt in range(1, MOST_JOBS + 1):
        try:
            ended = _wait(client, job, what)
            if ended["state"] == COMPLETE:
                yield from _rows(client, job, int(str(ended["numberRecordsProcessed"])), sources, what)
                return
        finally:
            # A job whose deletion is refused is removed by Salesforce after seven days.
            with suppress(Refusal, SourceError):
                client.rest(f"jobs/query/{job}", method="DELETE")
        refused = _why(ended)
        if refused.reaction is not Reaction.RETRY or attempt == MOST_JOBS:
            raise explain(refused, what)
        logger.warning("bulk query failed, asked again", job=job, code=refused.code, attempt=attempt)
        job = create(client, text)


def _wait(client: SalesforceClient, job: str, what: str) -> dict[str, object]:
    """The job once it has ended, well or not."""
    gives_up = time.monotonic() + client.settings.bulk_minutes * 60
    pause = FIRST_POLL_SECONDS
    while time.monotonic() < gives_up:
        time.sleep(pause)
        pause = min(pause * 2, MOST_POLL_SECONDS)
        told = client.rest(f"jobs/query/{job}")
        if told["state"] == COMPLETE or told["state"] in ENDED_BADLY:
            return told
    raise SourceError(
        f"{what} could not be read: Salesforce worked on the query for {client.settings.bulk_minutes} minutes and had"
        f" not done. {FINE} Raise the minutes for a bulk query {WHERE}; the next run tries again."
    )


def _rows(
    client: SalesforceClient, job: str, total: int, sources: Sequence[str], what: str
) -> Iterator[list[pa.Array]]:
    """The result, page by page. A page that leads to itself once more is taken once; all rows must be there."""
    visits, locator, found = dict[str, int](), "", 0
    while True:
        try:
            page = client.result_page(job, locator, PAGE_ROWS)
        except Refusal as refused:
            if refused.code != LOCATOR_LOST:
                raise
            raise SourceGone(f"{what} could not be read: Salesforce lost the result. {FINE}") from refused
        visits[locator] = visits.get(locator, 0) + 1
        with page.file as file:
            if visits[locator] == 1:
                found += page.rows
                yield from results.batches(file, sources)
        if not page.following:
            break
        locator = page.following
        if visits.get(locator, 0) >= MOST_VISITS:
            raise SourceError(
                f"{what} could not be read: the pages of the result lead in a circle. {FINE} The next run tries again."
            )
    if found != total:
        raise SourceGone(
            f"{what} could not be read: of {total} rows that Salesforce prepared, {found} came. {FINE} The next run"
            " tries again."
        )


def _why(ended: dict[str, object]) -> Refusal:
    """Why a job ended badly: its message begins with the code, where there is one."""
    told = str(ended.get("errorMessage") or "")
    code, colon, rest = (part.strip() for part in told.partition(":"))
    if not colon or not code.replace("_", "").isalnum():
        code, rest = "UNKNOWN_EXCEPTION", told
    return Refusal(code, rest or str(ended["state"]))
