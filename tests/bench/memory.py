"""`python -m tests.bench.memory`: load new accounts from standard input, an Arrow stream, and print the peak memory.

The bench starts it with its own environment and is its source. It is a process of its own, as a peak never falls again.
"""

import re
import sys
from pathlib import Path

import django
import pyarrow as pa


def main() -> int:
    """Load batch by batch, as a worker does; print how many accounts were new and the peak in bytes."""
    django.setup()
    from tests.bench.mirror_load import load_mirror

    with pa.ipc.open_stream(sys.stdin.buffer) as source:
        outcome = load_mirror(iter(source))
    print(outcome.new, peak_memory())
    return 0


def peak_memory() -> int:
    """This process's peak resident set size in bytes.

    Linux keeps it per program; getrusage would count the memory of the bench, from which this process was forked.
    """
    kibibytes = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert kibibytes is not None
    return int(kibibytes[1]) * 1024


if __name__ == "__main__":
    sys.exit(main())
