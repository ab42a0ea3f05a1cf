"""What a person may set for `make run`, read from the environment and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from customer360.development.errors import DevelopmentError

PORT = 8000
CCB_PORT = 15210
SALESFORCE_PORT = 15443
ACCOUNTS = 2000
MONTHS = 26
_OFF = ("0", "false", "no", "off", "f", "n")


@dataclass(frozen=True)
class Options:
    """Ports, the size of CC&B's simulated data, and the services and systems that are not ours to start."""

    port: int = PORT
    ccb_port: int = CCB_PORT
    salesforce_port: int = SALESFORCE_PORT
    accounts: int = ACCOUNTS
    months: int = MONTHS
    size_was_given: bool = False
    simulates_ccb: bool = True
    simulates_salesforce: bool = True
    database_url: str = ""
    redis_url: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Options":
        """Read and check the variables.

        Raises:
            DevelopmentError: a value is no number or out of range, or two variables contradict each other.
        """
        database_url = environment.get("DATABASE_URL", "")
        owner_url = environment.get("DATABASE_OWNER_URL", "")
        if bool(database_url) != bool(owner_url):
            given, missing = ("DATABASE_URL", "DATABASE_OWNER_URL")[:: 1 if database_url else -1]
            raise DevelopmentError(
                f"{given} is set and {missing} is not: set both to use a PostgreSQL of your own, "
                "or neither to use the embedded one."
            )
        if environment.get("DEBUG", "1").strip().lower() in _OFF:
            raise DevelopmentError(
                "`make run` is for a machine of your own and always runs with DEBUG on: unset DEBUG, "
                "or follow docs/operate.md to run Customer360 for others."
            )
        ports: dict[int, str] = {}
        for name, default in (("PORT", PORT), ("CCB_PORT", CCB_PORT), ("SALESFORCE_PORT", SALESFORCE_PORT)):
            port = _number(environment, name, default, 1, 65535)
            if port in ports:
                raise DevelopmentError(f"{ports[port]} and {name} are both {port}: give them different numbers.")
            ports[port] = name
        port, ccb_port, salesforce_port = ports
        return cls(
            port=port,
            ccb_port=ccb_port,
            salesforce_port=salesforce_port,
            accounts=_number(environment, "ACCOUNTS", ACCOUNTS, 1, 1_000_000),
            months=_number(environment, "MONTHS", MONTHS, 1, 120),
            size_was_given=bool(environment.get("ACCOUNTS") or environment.get("MONTHS")),
            simulates_ccb=not environment.get("CCB_DSN"),
            simulates_salesforce=not environment.get("SALESFORCE_LOGIN_URL"),
            database_url=database_url,
            redis_url=environment.get("REDIS_URL", ""),
        )

    @property
    def database_name(self) -> str:
        """A name for the database that tells two apart and holds no password."""
        return sha256(self.database_url.encode()).hexdigest()[:16]


def _number(environment: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """A whole number from the environment; the default where the variable is unset or empty."""
    text = environment.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise DevelopmentError(f"{name} is {text!r}: give a whole number from {least} to {most}.")
    return int(text)
