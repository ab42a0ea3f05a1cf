"""`make manage ARGS="sync all"`: runs a `manage.py` command against the services of a running `make run`."""

import os
import sys

from customer360.development.errors import DevelopmentError
from customer360.development.home import PROJECT, Home


def main(arguments: list[str]) -> None:
    """Replace this process by `manage.py` with the running services' addresses; exit with 1 where nothing runs."""
    try:
        environment = os.environ | Home.from_environment(os.environ).running_environment()
    except DevelopmentError as error:
        sys.exit(f"Customer360: {error}")
    os.chdir(PROJECT)
    os.execve(sys.executable, [sys.executable, "manage.py", *arguments], environment)  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
