"""Which worker of pytest-xdist runs what, and in which order: the long first, so that all of them end together.

A file's tests stay together on one worker, as fixtures of a module are made once there; but those of `BY_TEST` go out
one by one.
"""

from collections.abc import Iterable
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

SECONDS = {
    "tests/test_disclosure.py": 100,
    "tests/browser/test_pages.py": 40,
    "tests/browser/test_admin.py": 20,
    "tests/browser/test_sync_pages.py": 15,
    "tests/sync/test_edits.py": 25,
    "tests/development/test_run.py": 20,
    "tests/sync/test_every_stream.py": 20,
    "tests/sync/test_ranges.py": 20,
    "tests/sync/test_range_work.py": 15,
    "tests/sync/test_bad_input.py": 15,
    "tests/sync/test_crashes.py": 15,
    "tests/sync/test_workers.py": 15,
    "tests/customer360/test_summaries.py": 15,
    "tests/customer360/test_account_page.py": 10,
    "tests/customer360/test_customer_page.py": 10,
    "tests/development/test_postgres.py": 10,
    "tests/sync/test_faults.py": 10,
    "tests/sync/test_money_edits.py": 10,
}
"""About how long a file takes, where that is long: only the order matters."""

BY_TEST = {"tests/test_disclosure.py", "tests/browser/test_pages.py", "tests/browser/test_admin.py"}
"""Files whose tests go to whoever is free."""


def file_of(nodeid: str) -> str:
    """The file of a test."""
    return nodeid.partition("::")[0]


def long_first(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Tests with those of long files first, and otherwise in the order given."""
    return sorted(items, key=lambda item: -SECONDS.get(file_of(item.nodeid), 0))


class LongFirst(LoadScopeScheduling):
    """Hands out the files in the order of the collection, which the workers have put in order."""

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        super().__init__(config, log)
        # Otherwise the file with the most tests would come first.
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if file_of(nodeid) in BY_TEST else file_of(nodeid)
