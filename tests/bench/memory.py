"""`python -m tests.bench.memory ROWS`: load that many new accounts into the bench's mirror, print this process's peak memory.

The bench starts it with its own environment; a process of its own, because a process's peak never falls again.
"""

import sys

import django


def main() -> int:
    """Load as a worker does, batch by batch from a source that is not kept, and print the peak in bytes."""
    django.setup()
    from tests.bench import mirror_load, rows

    count = int(sys.argv[1])
    outcome = mirror_load.load_mirror(rows.batches(count))
    if outcome.new != count:
        raise RuntimeError(f"{outcome.new} of {count} accounts were new")
    print(mirror_load.peak_memory())
    return 0


if __name__ == "__main__":
    sys.exit(main())
