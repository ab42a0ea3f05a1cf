"""Merging records: one stays, the others go, and what hung on them hangs on the one that stays."""

import sqlite3
from collections.abc import Sequence

from sync.simulators.salesforce import schema
from sync.simulators.salesforce.deletion import MERGED_INTO, Deleter
from sync.simulators.salesforce.errors import refuse
from sync.simulators.salesforce.schema.model import Field, SObject
from sync.simulators.salesforce.writing import Writer

MOST_LOSERS = 2
# Of these there is one for each pair of parents.
_PAIRED = {"AccountContactRelation": ("AccountId", "ContactId"), "CampaignMember": ("CampaignId", "ContactId")}


def merge_into(
    connection: sqlite3.Connection,
    user_id: str,
    made: SObject,
    master: str,
    losers: Sequence[str],
    request_id: str | None,
) -> str:
    """Merge the losers into the master; returns its id. Raises RowRefused."""
    writer = Writer(connection, user_id, made, request_id=request_id)
    deleter = Deleter(connection, user_id, made, request_id)
    kept, gone = writer.record_id(master), [writer.record_id(loser) for loser in losers]
    if not 1 <= len(gone) <= MOST_LOSERS or kept in gone or len(set(gone)) < len(gone):
        raise refuse("INVALID_ARGUMENT_TYPE", f"A merge takes one or {MOST_LOSERS} other records beside the master")
    for record_id in (kept, *gone):
        writer.require(record_id)
    for loser in gone:
        for child, lookup in schema.children(made.name):
            if child.has("IsDeleted") and lookup.name != MERGED_INTO:
                _drop_pairs(connection, deleter, child, lookup, loser, kept)
                _move(connection, writer.at, child, lookup, loser, kept)
        deleter.into_bin(loser, master=kept)
        writer.ledger.append("merge", loser, {MERGED_INTO: kept})
    connection.execute(
        f'UPDATE "{made.name}" SET "LastModifiedDate" = ?, "LastModifiedById" = ?, "SystemModstamp" = ?'  # noqa: S608
        " WHERE Id = ?",
        (writer.at, user_id, writer.at, kept),
    )
    writer.ledger.append("merge", kept)
    return kept


def _drop_pairs(
    connection: sqlite3.Connection, deleter: Deleter, child: SObject, lookup: Field, loser: str, kept: str
) -> None:
    """Of records that there is one of for each pair of parents, let those of the loser go that the master has too."""
    if lookup.name not in _PAIRED.get(child.name, ()):
        return
    (other,) = (name for name in _PAIRED[child.name] if name != lookup.name)
    doubled = connection.execute(
        f'SELECT Id FROM "{child.name}" WHERE "{lookup.name}" = ? AND "IsDeleted" = 0 AND "{other}" IN'  # noqa: S608
        f' (SELECT "{other}" FROM "{child.name}" WHERE "{lookup.name}" = ? AND "IsDeleted" = 0)',
        (loser, kept),
    ).fetchall()
    for (record_id,) in doubled:
        deleter.take_along(child, record_id, loser)


def _move(connection: sqlite3.Connection, at: str, child: SObject, lookup: Field, loser: str, kept: str) -> None:
    """Hang the children of one record on another; archived ones too, those in the bin not."""
    connection.execute(
        f'UPDATE "{child.name}" SET "{lookup.name}" = ?, "SystemModstamp" = ?'  # noqa: S608 - names of the schema
        f' WHERE "{lookup.name}" = ? AND "IsDeleted" = 0 AND Id != ?',
        (kept, at, loser, kept),
    )
    if lookup.name in ("WhatId", "WhoId"):
        connection.execute(
            f'UPDATE "{child.name}" SET "AccountId" = ? WHERE "AccountId" = ?',  # noqa: S608 - names of the schema
            (kept, loser),
        )
