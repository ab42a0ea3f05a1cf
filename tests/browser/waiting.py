"""Waiting for a page under a strict policy: the driver's own waiting evaluates text in the page, which it forbids."""

import time
from typing import Any

SECONDS = 10


def wait_until(page: Any, condition: str) -> None:
    """Ask the page, from outside, until the condition holds.

    Raises TimeoutError if it does not in time.
    """
    deadline = time.monotonic() + SECONDS
    while not page.evaluate(condition):
        if time.monotonic() > deadline:
            raise TimeoutError(f"This did not come true within {SECONDS} seconds: {condition}")
        page.wait_for_timeout(20)
