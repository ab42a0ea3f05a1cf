"""The tables that the wire keeps beside the org's: apps, tokens, calls, faults, bulk jobs."""

WIRE_TABLES = (
    "CREATE TABLE IF NOT EXISTS simulator_app (consumer_key TEXT PRIMARY KEY, secret TEXT NOT NULL,"
    " certificate TEXT, username TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS simulator_token (token TEXT PRIMARY KEY, consumer_key TEXT NOT NULL,"
    " user_id TEXT NOT NULL, expires REAL NOT NULL) WITHOUT ROWID",
    # Calls of each hour.
    "CREATE TABLE IF NOT EXISTS simulator_usage (hour TEXT PRIMARY KEY, calls INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS simulator_fault (id INTEGER PRIMARY KEY, fault TEXT NOT NULL, method TEXT NOT NULL,"
    " path TEXT NOT NULL, object TEXT NOT NULL, skip INTEGER NOT NULL, remaining INTEGER, options TEXT NOT NULL)",
    # `position`: how many rows of the upload have been worked off and committed.
    "CREATE TABLE IF NOT EXISTS simulator_job (id TEXT PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL,"
    " user TEXT NOT NULL, operation TEXT NOT NULL, object TEXT NOT NULL, external_id TEXT, query TEXT,"
    " delimiter TEXT NOT NULL, line_ending TEXT NOT NULL, version TEXT NOT NULL, created TEXT NOT NULL,"
    " changed TEXT NOT NULL, processed INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,"
    " position INTEGER NOT NULL DEFAULT 0, milliseconds INTEGER NOT NULL DEFAULT 0, error TEXT,"
    " batches INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID",
    # The files of a job, in pieces of whole rows: upload, success, failed; of a query its rows.
    "CREATE TABLE IF NOT EXISTS simulator_job_file (job TEXT NOT NULL, file TEXT NOT NULL, sequence INTEGER NOT NULL,"
    " rows INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (job, file, sequence))",
)
