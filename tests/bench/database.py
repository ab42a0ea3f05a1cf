"""The bench's PostgreSQL: a durable server of its own, migrated by the owner, with a bare table beside the mirror's."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
import psycopg

from customer360.development import postgres
from customer360.development.home import Home

STATED_SETTINGS = (
    "server_version", "fsync", "synchronous_commit", "full_page_writes", "wal_level", "min_wal_size", "max_wal_size",
    "shared_buffers",
    "wal_buffers", "wal_writer_delay", "bgwriter_delay", "bgwriter_lru_maxpages", "bgwriter_lru_multiplier",
    "work_mem", "temp_buffers", "autovacuum", "jit",
)  # fmt: skip

TABLE, HISTORY, BARE = "bench_benchaccount", "bench_historicalbenchaccount", "bench_bare"


@contextmanager
def database() -> Iterator["Database"]:
    """Start a server that waits for the disk, point Django at it, migrate, and remove everything in the end."""
    with tempfile.TemporaryDirectory(prefix="customer360-bench-") as folder:
        home = Path(folder) / "home"
        server = postgres.Server(home, durable=True)
        try:
            server.start()
            os.environ |= {
                "DEBUG": "1",
                "LOG_LEVEL": "ERROR",
                "CUSTOMER360_HOME": str(home),
                "DATABASE_URL": server.url(postgres.APP_ROLE),
                "DATABASE_OWNER_URL": server.url(postgres.OWNER_ROLE),
                "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
            }
            django.setup()
            _migrate()
            with psycopg.connect(server.url(postgres.SUPERUSER), autocommit=True) as connection:
                yield Database(connection, Path(folder))
        finally:
            _close_django()
            server.stop()
            Home(home).remove()


def _migrate() -> None:
    """Every table by the owner, the bench's included, with the app role's rights; no log, no history to update."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    settings.DEBUG = False  # with it Django would keep the text of every statement
    call_command("migrate", verbosity=0)
    # A session that ends reports what it wrote; one that idles would do so later, in the midst of what is measured.
    connections["owner"].close()


def _close_django() -> None:
    from django.db import connections

    if "DJANGO_SETTINGS_MODULE" in os.environ and django.apps.apps.ready:
        connections.close_all()


class Database:
    """What a measurement asks of the server around what it measures, over a superuser's connection of its own."""

    def __init__(self, connection: "psycopg.Connection[Any]", folder: Path) -> None:
        self.connection, self.folder = connection, folder

    def make_parents_and_bare_table(self, customers: int) -> None:
        """The customers that accounts refer to, and the accounts' table again with its primary key and no more."""
        self.run(
            "INSERT INTO customer360_customer (person_id, name, kind)"
            f" SELECT lpad(n::text, 10, '0'), 'Customer ' || n, 'person' FROM generate_series(0, {customers - 1}) n"
        )
        self.run(f"CREATE TABLE {BARE} (LIKE {TABLE} INCLUDING DEFAULTS, PRIMARY KEY (account_id))")
        self.run(f"GRANT ALL ON {BARE} TO {postgres.APP_ROLE}")
        self.run("ANALYZE customer360_customer")

    def run(self, statement: str) -> None:
        """Run a statement."""
        self.connection.execute(statement)

    def value(self, query: str) -> Any:
        """The first column of the first row."""
        row = self.connection.execute(query).fetchone()
        assert row is not None, query
        return row[0]

    def settle(self) -> None:
        """Leave nothing for later that the next measurement would pay for: dead rows, statistics, dirty pages."""
        for table in (TABLE, HISTORY, BARE):
            self.run(f"VACUUM (ANALYZE) {table}")
        self.run("CHECKPOINT")

    def empty(self, *tables: str) -> None:
        """Empty tables and give their space back."""
        self.run(f"TRUNCATE {', '.join(tables)}")

    def wal_position(self) -> int:
        """How many bytes of write-ahead log there are so far."""
        return int(self.value("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"))

    def rows_written(self) -> int:
        """How many rows were inserted, updated or deleted so far, in all tables of the portal.

        Sessions report at the end of a transaction, at most once a second; `report` makes the app's session do so.
        """
        return int(
            self.value(
                "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables WHERE schemaname = 'public'"
            )
        )

    def stated_settings(self) -> dict[str, str]:
        """The server's settings that the figures depend on."""
        return {name: self.value(f"SHOW {name}") for name in STATED_SETTINGS}


def report() -> None:
    """Let the app's session report what it wrote."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT 1")
