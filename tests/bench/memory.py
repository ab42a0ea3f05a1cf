"""`python -m tests.bench.memory`: load new accounts from standard input, an Arrow stream, and print the peak memory.

The bench starts it with its own environment and is its source; a process of its own, as a process's peak never falls again.
"""

import resource
import sys

import django
import pyarrow as pa


def main() -> int:
    """Load as a worker does, batch by batch from a source that is not kept; print the accounts loaded and the peak in bytes."""
    django.setup()
    from tests.bench.mirror_load import load_mirror

    with pa.ipc.open_stream(sys.stdin.buffer) as source:
        outcome = load_mirror(iter(source))
    peak_kibibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # Linux counts it so
    print(outcome.new, peak_kibibytes * 1024)
    return 0


if __name__ == "__main__":
    sys.exit(main())
