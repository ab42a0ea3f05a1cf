"""The tables of the file: one for each object, and the org's own."""

from collections.abc import Iterator

from sync.simulators.salesforce.schema.model import Field, SObject

# Lookups that readers and cascades follow.
INDEXED = (
    "AccountId",
    "ContactId",
    "ParentId",
    "WhatId",
    "WhoId",
    "CampaignId",
    "OwnerId",
    "MasterRecordId",
    "ReportsToId",
)

ORG_TABLES = (
    "CREATE TABLE IF NOT EXISTS org_setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS org_counter (name TEXT PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID",
    # A field that a user may not see; user '' is everybody but the administrator.
    "CREATE TABLE IF NOT EXISTS org_hidden_field (user TEXT NOT NULL, object TEXT NOT NULL, field TEXT NOT NULL,"
    " PRIMARY KEY (user, object, field)) WITHOUT ROWID",
    # A field that a user sees and may not write.
    "CREATE TABLE IF NOT EXISTS org_locked_field (user TEXT NOT NULL, object TEXT NOT NULL, field TEXT NOT NULL,"
    " PRIMARY KEY (user, object, field)) WITHOUT ROWID",
    # A validation rule (refuses where its condition, a SOQL filter on the row, is met) or a duplicate rule.
    "CREATE TABLE IF NOT EXISTS org_rule (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, object TEXT NOT NULL,"
    " name TEXT NOT NULL, detail TEXT NOT NULL, UNIQUE (kind, object, name))",
    # The recycle bin and the log that getDeleted reads; `with_parent` is the record whose deletion took this one along.
    "CREATE TABLE IF NOT EXISTS org_deletion (sequence INTEGER PRIMARY KEY, object TEXT NOT NULL, id TEXT NOT NULL,"
    " at TEXT NOT NULL, with_parent TEXT, purged_at TEXT)",
    "CREATE INDEX IF NOT EXISTS org_deletion_at ON org_deletion (object, at)",
    "CREATE INDEX IF NOT EXISTS org_deletion_id ON org_deletion (id)",
    "CREATE INDEX IF NOT EXISTS org_deletion_parent ON org_deletion (with_parent) WHERE with_parent IS NOT NULL",
    # Rows whose transaction has not ended for readers yet: stamped, and seen by nobody before `visible_at`.
    "CREATE TABLE IF NOT EXISTS org_late (object TEXT NOT NULL, id TEXT NOT NULL, visible_at TEXT NOT NULL,"
    " PRIMARY KEY (object, id)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS ledger (sequence INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL,"
    " user TEXT NOT NULL, operation TEXT NOT NULL, object TEXT NOT NULL, id TEXT NOT NULL, external_id TEXT,"
    " fields TEXT NOT NULL, request TEXT)",
    "CREATE INDEX IF NOT EXISTS ledger_id ON ledger (id)",
    "CREATE TRIGGER IF NOT EXISTS ledger_keeps_rows BEFORE UPDATE ON ledger"
    " BEGIN SELECT RAISE(ABORT, 'The ledger is append-only.'); END",
    "CREATE TRIGGER IF NOT EXISTS ledger_loses_no_row BEFORE DELETE ON ledger"
    " BEGIN SELECT RAISE(ABORT, 'The ledger is append-only.'); END",
    # INSERT OR REPLACE takes a line away without a DELETE that a trigger would see.
    "CREATE TRIGGER IF NOT EXISTS ledger_replaces_no_row BEFORE INSERT ON ledger"
    " WHEN EXISTS (SELECT 1 FROM ledger WHERE sequence = NEW.sequence)"
    " BEGIN SELECT RAISE(ABORT, 'The ledger is append-only.'); END",
)


def column_declaration(field: Field) -> str:
    """A column as CREATE TABLE and ALTER TABLE take it."""
    if field.type == "id":
        return f'"{field.name}" TEXT NOT NULL PRIMARY KEY'
    default = " NOT NULL DEFAULT 0" if field.type == "boolean" else ""
    return f'"{field.name}" {field.sql_type}{default}'


def indexes(made: SObject) -> Iterator[str]:
    """The indexes of an object's table; each ends with the id, as the table is kept in the order of ids."""
    if made.has("SystemModstamp"):
        yield _index(made, "SystemModstamp")
    for field in made.stored_fields:
        if field.external_id or field.unique:
            yield _index(made, field.name, where=f' WHERE "{field.name}" IS NOT NULL')
        elif field.type == "reference" and (field.name in INDEXED or field.custom):
            yield _index(made, field.name)


def _index(made: SObject, column: str, where: str = "") -> str:
    return f'CREATE INDEX IF NOT EXISTS "{made.name}_{column}" ON "{made.name}" ("{column}"){where}'
