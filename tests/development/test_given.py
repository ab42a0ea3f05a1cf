"""Services that variables name: one that answers passes, any other is one sentence before anything is started."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from customer360.development.errors import DevelopmentError
from customer360.development.given import check_broker, check_database
from customer360.development.services import services
from tests.development.test_run import Run, free_port


def test_services_that_answer_pass_and_a_database_that_is_not_there_does_not(open_folder: Path) -> None:
    with services(open_folder) as urls:
        check_database("DATABASE_URL", urls["DATABASE_URL"])
        check_database("DATABASE_OWNER_URL", urls["DATABASE_OWNER_URL"])
        check_broker("REDIS_URL", urls["REDIS_URL"])
        with pytest.raises(DevelopmentError, match=r"DATABASE_URL names cannot be used .*elsewhere.* does not exist"):
            check_database("DATABASE_URL", urls["DATABASE_URL"].replace("/customer360?", "/elsewhere?"))


@pytest.mark.parametrize(
    ("check", "url"),
    [
        (check_database, "postgres://app:secret-word@127.0.0.1:{port}/customer360"),
        (check_broker, "redis://:secret-word@127.0.0.1:{port}/0"),
        (check_broker, "amqp://127.0.0.1:{port}"),
    ],
)
def test_what_does_not_answer_is_one_sentence_without_the_password(check: Callable[..., None], url: str) -> None:
    with pytest.raises(DevelopmentError, match="that X_URL names cannot be used") as raised:
        check("X_URL", url.format(port=free_port()))
    assert "\n" not in str(raised.value) and "secret-word" not in str(raised.value)


def test_a_redis_that_is_down_stops_make_run_before_it_starts_anything(open_folder: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"redis://127.0.0.1:{nobody.getsockname()[1]}/0"
        run = Run(open_folder / "home", open_folder / "output", REDIS_URL=url, PORT=str(free_port()))
        assert run.ended_with() == 1
    assert run.said.startswith("Customer360: The Redis that REDIS_URL names cannot be used")
    assert run.said.count("\n") == 1
