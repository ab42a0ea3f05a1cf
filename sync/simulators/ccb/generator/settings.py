"""What the simulator remembers beside CC&B's tables: the business date, the seed, the variant, the planted dirt."""

import sqlite3


def write(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Set a value; the caller commits."""
    connection.execute("CREATE TABLE IF NOT EXISTS simulator_setting (name TEXT PRIMARY KEY, value TEXT)")
    connection.execute("INSERT OR REPLACE INTO simulator_setting (name, value) VALUES (?, ?)", (name, value))


def read(connection: sqlite3.Connection, name: str) -> str | None:
    """A value, or None if it was never set."""
    connection.execute("CREATE TABLE IF NOT EXISTS simulator_setting (name TEXT PRIMARY KEY, value TEXT)")
    row = connection.execute("SELECT value FROM simulator_setting WHERE name = ?", (name,)).fetchone()
    return None if row is None else row[0]
