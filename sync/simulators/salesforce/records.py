"""Writes."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sync.simulators.salesforce.errors import RowError

Operation = Literal["insert", "update", "upsert", "delete", "hardDelete", "undelete"]


@dataclass(frozen=True)
class RowResult:
    """What became of one row, in the order of the rows. `created` is told for an upsert and an insert."""

    id: str | None
    success: bool
    created: bool = False
    errors: tuple[RowError, ...] = field(default=())


def apply(
    connection: sqlite3.Connection,
    user_id: str,
    operation: Operation,
    object_name: str,
    rows: Iterable[Mapping[str, Any]],
    *,
    external_id: str | None = None,
    all_or_none: bool = False,
    duplicate_allow_save: bool = False,
    request_id: str | None = None,
) -> list[RowResult]:
    """Write rows as this user, one after another, each good or refused for itself (`all_or_none`: all of them).

    A row maps fields to values (None clears). A parent may be given by an external id, nested
    (`{"Customer__r": {"CCB_Person_ID__c": "…"}}`) or dotted (`{"Customer__r.CCB_Person_ID__c": "…"}`).
    Rows of update, delete, hardDelete and undelete carry `Id`; those of upsert the field named by `external_id` (`Id`
    too). Joins the caller's `store.transaction`, or makes one.

    Raises OrgError for what concerns the whole call (INVALID_TYPE, NOT_FOUND of the external id), SeveralMatch where a
    single row is upserted by an external id that several records carry (of more rows, that row is refused).
    """
    raise NotImplementedError


def merge(
    connection: sqlite3.Connection,
    user_id: str,
    object_name: str,
    master: str,
    losers: Sequence[str],
    *,
    request_id: str | None = None,
) -> RowResult:
    """Merge up to two records into a third: their children go to the master, they themselves to the recycle bin."""
    raise NotImplementedError


def empty_bin(connection: sqlite3.Connection, object_name: str, record_ids: Sequence[str]) -> list[RowResult]:
    """Remove records for good that are in the recycle bin."""
    raise NotImplementedError
