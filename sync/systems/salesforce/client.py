"""The calls to Salesforce: signed in, counted, made again where that helps, refused in terms of `errors`.

simple-salesforce makes the REST calls. It retries nothing and drops headers where it signs in again, so both are ours:
it is given a session that we hold, and none of its own ways to sign in.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import IO, Any, TypeVar

import requests
import stamina
import structlog
from simple_salesforce import Salesforce

from sync.models import SalesforceConnection
from sync.systems.salesforce.budget import LIMIT_HEADER, Budget
from sync.systems.salesforce.errors import TRUNCATED, Reaction, Refusal, refusal, understood
from sync.systems.salesforce.results import check
from sync.systems.salesforce.signing_in import Session, sign_in

logger = structlog.get_logger(__name__)

ATTEMPTS = 6
WAIT_SECONDS, MOST_SECONDS, JITTER_SECONDS = 1.0, 30.0, 1.0
"""How often a call is made at most, and how long is waited in between: twice as long each time, and a little more."""
PAGE_ROWS = 2000
"""Rows of a REST query's page: as many as Salesforce gives. A page may hold fewer."""
PIECE_BYTES = 64 * 1024
IN_MEMORY_BYTES = 8 * 1024 * 1024

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class QueryPage:
    """One page of a REST query: its records, how many there are in all, and where the next page is; '' on the last."""

    records: list[dict[str, Any]]
    total: int
    following: str


@dataclass(frozen=True)
class ResultPage:
    """One page of a bulk query's result: a file of CSV, its rows as Salesforce counted them, the next page's locator.

    Close the file. The locator is '' on the last page.
    """

    file: IO[bytes]
    rows: int
    following: str


class Wire(requests.Session):
    """The HTTP connections to Salesforce: every call is counted, and none waits for ever.

    The environment says nothing here: a `.netrc` would overwrite the token, a bundle of certificates those that the
    settings name.
    """

    def __init__(self, settings: SalesforceConnection, budget: Budget) -> None:
        super().__init__()
        self.trust_env = False
        self.verify = settings.ca_file or True
        self.proxies = {"https": settings.proxy} if settings.proxy else {}
        self._timeout, self._budget = settings.timeout, budget
        self.retry_after: float | None = None

    def request(self, method: str, url: str | bytes, *args: Any, **options: Any) -> requests.Response:
        """One call; how long its answer asks to wait is kept. Signing in costs none of the org's calls."""
        self.retry_after = None
        is_counted = "/services/data/" in str(url)
        if is_counted:
            self._budget.take()
        options.setdefault("timeout", self._timeout)
        answer = super().request(method, url, *args, **options)
        self._budget.learn(answer.headers.get(LIMIT_HEADER))
        after = answer.headers.get("Retry-After", "")
        self.retry_after = float(after) if after.isdigit() else None
        return answer


class SalesforceClient:
    """Salesforce as the portal calls it, in one session that is renewed where it ends. One thread at a time uses it.

    Every method raises Refusal where Salesforce does not answer as asked, however often, and SourceError, with its
    sentences, where the sign-in is refused or the budget is spent.
    """

    def __init__(self, settings: SalesforceConnection, budget: Budget | None = None) -> None:
        self.settings = settings
        self.budget = budget or Budget(settings.api_share_percent)
        self._wire = Wire(settings, self.budget)
        self.session: Session = self._again(lambda: sign_in(settings, self._wire))
        self._salesforce = self._with_session()

    def close(self) -> None:
        """Give the connections back."""
        self._wire.close()

    def query(self, text: str, *, all_rows: bool = True) -> QueryPage:
        """The first page of a query; with `all_rows` deleted and archived records too (queryAll)."""
        headers = {"Sforce-Query-Options": f"batchSize={PAGE_ROWS}"}
        return _page(self.call(lambda salesforce: salesforce.query(text, include_deleted=all_rows, headers=headers)))

    def query_more(self, following: str) -> QueryPage:
        """The page at an address that another page named."""
        return _page(self.call(lambda salesforce: salesforce.query_more(following, identifier_is_url=True)))

    def describe(self, object_name: str) -> dict[str, Any]:
        """An object with the fields that the integration user may see."""
        return dict(self.call(lambda salesforce: getattr(salesforce, object_name).describe()))

    def deleted(self, object_name: str, start: datetime, end: datetime) -> dict[str, Any]:
        """What the log of deletions says of a span of time, in UTC without a zone (getDeleted)."""
        aware = start.replace(tzinfo=UTC), end.replace(tzinfo=UTC)
        return dict(self.call(lambda salesforce: getattr(salesforce, object_name).deleted(*aware)))

    def limits(self) -> dict[str, Any]:
        """The org's limits and what is left of them."""
        return dict(self.call(lambda salesforce: salesforce.limits()))

    def rest(self, path: str, method: str = "GET", **options: Any) -> dict[str, Any]:
        """Any other call, by its path under the API's version."""
        return dict(self.call(lambda salesforce: salesforce.restful(path, method=method, **options)) or {})

    def versions(self) -> list[str]:
        """The versions of the API that the org offers."""
        url = f"{self.session.instance_url}/services/data"
        return [str(offered["version"]) for offered in self.call(lambda _: _ok(self._wire.get(url)).json())]

    def result_page(self, job: str, locator: str, rows: int) -> ResultPage:
        """A page of a bulk query's result, fetched whole: half a page is asked for again."""
        params: dict[str, str | int] = {"maxRecords": rows} | ({"locator": locator} if locator else {})

        def fetch(salesforce: Salesforce) -> ResultPage:
            url = f"{salesforce.base_url}jobs/query/{job}/results"
            headers = {"Authorization": salesforce.headers["Authorization"], "Accept": "text/csv"}
            with self._wire.get(url, params=params, headers=headers, stream=True) as answer:
                page = _spooled(_ok(answer))
            try:
                check(page.file, page.rows)
            except BaseException:
                page.file.close()
                raise
            return page

        return self.call(fetch)

    def call(self, ask: Callable[[Salesforce], Answer]) -> Answer:
        """What `ask` gets of Salesforce. A session that has ended is renewed once; what may heal is asked again."""

        def once() -> Answer:
            try:
                return ask(self._salesforce)
            except Exception as error:
                if understood(error).reaction is not Reaction.SIGN_IN:
                    raise
            self.session = sign_in(self.settings, self._wire)
            self._salesforce = self._with_session()
            return ask(self._salesforce)

        return self._again(once)

    def _again(self, ask: Callable[[], Answer]) -> Answer:
        for attempt in stamina.retry_context(
            on=_pause,
            attempts=ATTEMPTS,
            timeout=None,
            wait_initial=WAIT_SECONDS,
            wait_max=MOST_SECONDS,
            wait_jitter=JITTER_SECONDS,
        ):
            with attempt, _in_our_terms(self._wire):
                return ask()
        raise AssertionError("stamina raises what the last attempt raised")

    def _with_session(self) -> Salesforce:
        return Salesforce(
            instance_url=self.session.instance_url,
            session_id=self.session.token,
            session=self._wire,
            version=self.settings.api_version,
            parse_float=Decimal,
            object_pairs_hook=dict,
        )


@contextmanager
def _in_our_terms(wire: Wire) -> Iterator[None]:
    """Raise what goes wrong as a Refusal, with how long Salesforce asks to wait: simple-salesforce keeps no header."""
    try:
        yield
    except AssertionError:
        raise
    except Exception as error:
        refused = understood(error)
        refused.retry_after = wire.retry_after
        if refused is error:
            raise
        raise refused from error


def _pause(error: Exception) -> bool | float:
    """Whether a call is made again, and after how many seconds where Salesforce named them."""
    if not isinstance(error, Refusal) or error.reaction is not Reaction.RETRY:
        return False
    logger.warning("Salesforce is asked again", code=error.code, status=error.status)
    return min(error.retry_after, MOST_SECONDS) if error.retry_after else True


def _page(body: dict[str, Any]) -> QueryPage:
    return QueryPage(body["records"], int(body["totalSize"]), "" if body["done"] else str(body["nextRecordsUrl"]))


def _ok(answer: requests.Response) -> requests.Response:
    """An answer that is one; simple-salesforce looks at its own calls' in the same way."""
    if answer.ok:
        return answer
    try:
        content = answer.json()
    except requests.exceptions.JSONDecodeError:
        content = None
    raise refusal(answer.status_code, content)


def _spooled(answer: requests.Response) -> ResultPage:
    """The whole body in a file, on disk where it is large."""
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - the page's reader closes it
    try:
        for piece in answer.iter_content(PIECE_BYTES):
            file.write(piece)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    locator = answer.headers.get("Sforce-Locator", "")
    rows = answer.headers.get("Sforce-NumberOfRecords", "")
    if not rows.isdigit():
        file.close()
        raise Refusal(TRUNCATED, "a page that does not say how many rows it holds", answer.status_code)
    return ResultPage(file, int(rows), "" if locator == "null" else locator)
