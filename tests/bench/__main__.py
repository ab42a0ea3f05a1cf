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
    """Run the bench. Its exit code is 1 where a figure is worse than its minimum; a quick run judges none."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rows, once: shows that it runs, not how fast")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where the JSON goes (default: %(default)s)")
    options = parser.parse_args()

    begun = time.monotonic()
    with database() as ours:
        from tests.bench import mirror_load  # needs Django's apps

        stated = ours.stated_settings()
        size = mirror_load.QUICK if options.quick else mirror_load.FULL
        measured = mirror_load.measure(ours, size)
    seconds = time.monotonic() - begun
    print(f"{size.accounts:,} accounts, {os.cpu_count()} cores, Python {platform.python_version()}, {seconds:.0f} s")
    print(f"PostgreSQL: {', '.join(f'{name} {value}' for name, value in stated.items())}\n")
    figures.show(measured)
    figures.keep(measured, options.output)
    return 1 if not options.quick and any(figure.verdict == "MISSED" for figure in measured) else 0


if __name__ == "__main__":
    sys.exit(main())
