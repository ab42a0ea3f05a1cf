"""Reads the CC&B simulator with the ADBC driver for Oracle, written in Go: one JSON line of rows for each statement.

Usage: python ccb_adbc_client.py <host:port/service> <user> <password> <statement>...
"""

import json
import sys

import adbc_driver_oracle.dbapi


def plain(value: object) -> object:
    """A value as text: dates in ISO form, numbers as they print."""
    if value is None:
        return None
    return value.isoformat()[:19] if hasattr(value, "isoformat") else str(value)


dsn, user, password, *statements = sys.argv[1:]
with adbc_driver_oracle.dbapi.connect(f"oracle://{user}:{password}@{dsn}") as connection:
    for statement in statements:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            rows = cursor.fetch_arrow_table().to_pylist()
        print(json.dumps([[plain(value) for value in row.values()] for row in rows]))
    with connection.cursor() as cursor:
        try:
            cursor.execute("SELECT 1 FROM NO_SUCH_TABLE")
            cursor.fetchall()
            print("no error")
        except adbc_driver_oracle.dbapi.Error as error:
            print("ORA-00942" if "00942" in str(error) else error)
