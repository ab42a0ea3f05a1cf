"""Few rows, by the pages of a REST query: in the order of stamp and id, so that a lost cursor is resumed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sync.systems.base import SourceError
from sync.systems.salesforce import values
from sync.systems.salesforce.client import QueryPage, SalesforceClient
from sync.systems.salesforce.errors import FINE, Refusal
from sync.systems.salesforce.soql import ID, Position, Query

Records = list[dict[str, Any]]

SETTLED = timedelta(minutes=15)
"""What carries an older stamp is final: a transaction lasts 10 minutes at most, and stamps as it writes."""
LOCATOR_LOST = "INVALID_QUERY_LOCATOR"
MOST_RESUMES = 5
MOST_VISITS = 3


class Pages:
    """The rows of a query, page by page, each row once.

    A page may come twice, or in another order, and a row may be changed while pages are read; then it carries a newer
    stamp than its place in the order. So rows are told apart by their ids, and only a stamp that is final says how far
    the read has got.
    """

    def __init__(self, client: SalesforceClient, asked: Query, clock: datetime, what: str) -> None:
        self._client, self._asked, self._what = client, asked, what
        self._final = clock - SETTLED
        self._seen: set[str] = set()
        self._position: Position | None = None

    def first(self) -> QueryPage:
        """The first page, from the place that the read has got to.

        Raises Refusal.
        """
        return self._client.query(self._asked.after(self._position).text(in_order=True))

    def follow(self, page: QueryPage) -> Iterator[Records]:
        """The rows of a first page and of all that follow it.

        Raises Refusal, and SourceError where pages lead nowhere.
        """
        resumed, visits = 0, dict[str, int]()
        while True:
            yield self._new(page.records)
            if not page.following:
                return
            visits[page.following] = visits.get(page.following, 0) + 1
            if visits[page.following] > MOST_VISITS:
                raise self._in_circles()
            try:
                page = self._client.query_more(page.following)
            except Refusal as refused:
                if refused.code != LOCATOR_LOST or resumed == MOST_RESUMES:
                    raise
                resumed += 1
                page = self.first()

    def _new(self, records: Records) -> Records:
        """The records that have not come before; how far the read has got is noted."""
        new = [record for record in records if record[ID] not in self._seen]
        self._seen.update(record[ID] for record in new)
        if stamp := self._asked.stamp:
            settled = [
                position
                for record in new
                if (position := Position(values.moment(record[stamp]), record[ID])).stamp < self._final
            ]
            reached = max(settled, key=_order, default=None)
            if reached and (self._position is None or _order(reached) > _order(self._position)):
                self._position = reached
        return new

    def _in_circles(self) -> SourceError:
        return SourceError(
            f"{self._what} could not be read: Salesforce's pages lead in a circle. {FINE} The next run tries again; ask"
            " Salesforce's support if it stays so."
        )


def _order(position: Position) -> tuple[datetime, str]:
    return position.stamp, position.id
