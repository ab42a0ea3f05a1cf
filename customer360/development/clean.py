"""`make clean-data`: removes what `make run` keeps between two runs; refuses while Customer360 runs."""

import os
import sys

from customer360.development.errors import DevelopmentError
from customer360.development.home import Home


def main() -> int:
    """Remove the home's data; return the exit code."""
    home = Home.from_environment(os.environ)
    try:
        home.remove()
    except DevelopmentError as error:
        print(f"Customer360: {error}", file=sys.stderr)
        return 1
    print(f"Removed the data of {home.path}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
