"""`python -m tests.bench`: measure, print a table, write build/bench.json."""

import argparse
import os
import platform
import sys
import time
from pathlib import Path

from tests.bench import figures
from tests.bench.database import database

OUTPUT = Path(__file__).resolve().parents[2] / "build" / "bench.json"


def main() -> int:
    """Run the bench. Its exit code is 1 where a figure is worse than its minimum."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows: shows that it runs, not how fast")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where the JSON goes (default: %(default)s)")
    options = parser.parse_args()
    accounts, accounts_for_memory = (20_000, 20_000) if options.quick else (200_000, 1_000_000)

    begun = time.monotonic()
    with database() as ours:
        from tests.bench import mirror_load  # needs Django's apps

        stated = ours.stated_settings()
        measured = mirror_load.measure(ours, accounts=accounts, accounts_for_memory=accounts_for_memory)
    print(f"{accounts:,} accounts, {os.cpu_count()} cores, Python {platform.python_version()}, {time.monotonic() - begun:.0f} s")
    print(f"PostgreSQL: {', '.join(f'{name} {value}' for name, value in stated.items())}\n")
    figures.show(measured)
    figures.keep(measured, options.output)
    return 1 if any(figure.verdict == "MISSED" for figure in measured) else 0


if __name__ == "__main__":
    sys.exit(main())
