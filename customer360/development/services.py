"""PostgreSQL and the Redis-protocol server together, as `with services(home) as urls`."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from customer360.development import postgres, valkey


@contextlib.contextmanager
def services(home: Path, *, durable: bool = False) -> Iterator[dict[str, str]]:
    """Run both servers for the length of a `with` block, by default with data that are thrown away at its end.

    Call it from the main thread: Linux ends a child when the thread that started it ends.

    Args:
        home: a folder for logs, and for the data where `durable`.
        durable: keep PostgreSQL's data, and wait for the disk.

    Yields:
        DATABASE_URL (the app role), DATABASE_OWNER_URL (the owner) and REDIS_URL.

    Raises:
        DevelopmentError: a server cannot be started.
    """
    with contextlib.ExitStack() as stack:
        database = postgres.Server(home, durable=durable)
        stack.callback(database.stop)
        database.start()
        broker = valkey.Server(home)
        stack.callback(broker.stop)
        broker.start()
        yield {
            "DATABASE_URL": database.url(postgres.APP_ROLE),
            "DATABASE_OWNER_URL": database.url(postgres.OWNER_ROLE),
            "REDIS_URL": broker.url,
        }
