"""A query's answer."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sync.simulators.salesforce.values import Stored


@dataclass(frozen=True)
class Column:
    """One selected column: its dotted name as Salesforce spells it (`Account.Owner.Name`), its type, its object."""

    name: str
    type: str
    object: str
    label: str = ""
    aggregate: bool = False


class Result:
    """The answer to one query; nothing is read before `total`, `rows` or `tuples` is asked for.

    `object` is the object of FROM; `columns` are in the order of SELECT. `is_count` marks COUNT() without a column,
    which has a total and no rows; `is_aggregate` rows of COUNT(Id) and the like (attributes.type AggregateResult).
    """

    object: str
    columns: tuple[Column, ...]
    is_count: bool
    is_aggregate: bool

    @property
    def total(self) -> int:
        """How many rows there are; of COUNT() the count."""
        raise NotImplementedError

    @property
    def rows(self) -> Iterator[dict[str, Any]]:
        """Records as REST shows them: `attributes`, values by name, a parent as a record of its own or None."""
        raise NotImplementedError

    @property
    def tuples(self) -> Iterator[tuple[Stored, ...]]:
        """Rows as the Bulk API writes them, flat: None for null, 'true' and 'false', `2026-11-24T10:00:01.000Z`."""
        raise NotImplementedError


def run(
    connection: sqlite3.Connection,
    user_id: str,
    soql: str,
    *,
    include_deleted: bool = False,
    version: str = "60.0",
) -> Result:
    """Answer a query as this user. `include_deleted` is queryAll: deleted and archived rows too.

    `version` is the API version that record URLs name. Raises OrgError: MALFORMED_QUERY, INVALID_FIELD, INVALID_TYPE,
    INVALID_QUERY_FILTER_OPERATOR.
    """
    raise NotImplementedError
