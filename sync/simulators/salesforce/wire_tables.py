"""The tables that the wire keeps beside the org's: apps, tokens, usage, faults, bulk jobs."""

import sqlite3

from sync.simulators.salesforce import faults, limits, oauth, store
from sync.simulators.salesforce.bulk import jobs


def create_tables(connection: sqlite3.Connection) -> None:
    """Create those that are missing."""
    with store.transaction(connection):
        for statement in (*oauth.TABLES, *limits.TABLES, *faults.TABLES, *jobs.TABLES):
            connection.execute(statement)
