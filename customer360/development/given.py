"""Services of a person's own, named by variables: whether they answer, asked before anything is started."""

from urllib.parse import urlsplit

import environ
import kombu
import psycopg
from kombu.exceptions import OperationalError

from customer360.development.errors import DevelopmentError

SECONDS = 5
"""How long a service may take to answer."""


def check_database(variable: str, url: str) -> None:
    """Connect once to the PostgreSQL that a variable names.

    Raises:
        DevelopmentError: nothing answers there, or it refuses the user or the database.
    """
    given = environ.Env.db_url_config(url)
    parts = {"host": "HOST", "port": "PORT", "dbname": "NAME", "user": "USER", "password": "PASSWORD"}
    options = {option: given[name] for option, name in parts.items() if given.get(name)} | given.get("OPTIONS", {})
    try:
        psycopg.connect(**options, connect_timeout=SECONDS).close()
    except psycopg.Error as error:
        raise _unusable(variable, "PostgreSQL", str(error)) from error


def check_broker(variable: str, url: str) -> None:
    """Connect once to the Redis that a variable names.

    Raises:
        DevelopmentError: nothing answers there, it refuses the user, or the address is of no Redis.
    """
    limits = {"socket_connect_timeout": SECONDS, "socket_timeout": SECONDS}
    try:
        if not urlsplit(url).scheme.startswith("redis"):
            raise ValueError("the address does not begin with redis")
        with kombu.Connection(url, transport_options=limits) as connection:
            connection.ensure_connection(max_retries=1, timeout=SECONDS)
    except (OperationalError, ValueError) as error:
        raise _unusable(variable, "Redis", str(error)) from error


def _unusable(variable: str, what: str, reason: str) -> DevelopmentError:
    """The sentence about a service that cannot be used, with the first line of the reason."""
    first = reason.strip().splitlines()[0].rstrip(".") if reason.strip() else "no reason was given"
    return DevelopmentError(
        f"The {what} that {variable} names cannot be used ({first}) and nothing was started: "
        f"start it, correct the variable, or unset it to use the embedded one."
    )
