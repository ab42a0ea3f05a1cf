"""Who each record of the simulated org really is: kept beside the org, never shown to anyone who reads it."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

ACCOUNT, PERSON = "account", "person"

_TABLE = """
CREATE TABLE IF NOT EXISTS simulator_truth (
    object TEXT NOT NULL,
    salesforce_id TEXT PRIMARY KEY,
    ccb_kind TEXT CHECK (ccb_kind IN ('account', 'person')),
    ccb_key TEXT,
    person_id TEXT,
    duplicate_of TEXT,
    how TEXT NOT NULL
)
"""


@dataclass(frozen=True)
class Truth:
    """What one record stands for in CC&B and how far its words are from CC&B's.

    `ccb_kind` is "account" (`ccb_key` an ACCT_ID, `person_id` its main customer), "person" (`ccb_key` a PER_ID; on
    an Account: the record stands for a customer as a whole, a C1 or C2, or one of several accounts that nothing
    tells apart) or None: nobody in CC&B. `duplicate_of` is the record of the same object that stands for the same.
    `how` names the distortions in no order; "prospect", "namesake", "relative", "new tenant", "neighbour" and "other
    branch" say why a record that looks like a customer is none.
    """

    object: str
    salesforce_id: str
    ccb_kind: str | None
    ccb_key: str | None
    person_id: str | None
    duplicate_of: str | None
    how: frozenset[str]


def write(connection: sqlite3.Connection, truths: Iterable[Truth]) -> None:
    """Keep the truth about new records; the caller commits."""
    connection.execute(_TABLE)
    connection.executemany(
        "INSERT INTO simulator_truth VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (
                each.object,
                each.salesforce_id,
                each.ccb_kind,
                each.ccb_key,
                each.person_id,
                each.duplicate_of,
                ", ".join(sorted(each.how)),
            )
            for each in truths
        ),
    )


def truth(connection: sqlite3.Connection) -> dict[str, Truth]:
    """The truth about every generated Account, Contact and Customer__c by its 18-character id.

    Records that were written through the API are not in it.
    """
    connection.execute(_TABLE)
    rows = connection.execute(
        "SELECT object, salesforce_id, ccb_kind, ccb_key, person_id, duplicate_of, how FROM simulator_truth"
        " ORDER BY salesforce_id"
    )
    return {
        salesforce_id: Truth(name, salesforce_id, kind, key, person, original, frozenset(filter(None, how.split(", "))))
        for name, salesforce_id, kind, key, person, original, how in rows
    }
