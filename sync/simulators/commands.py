"""What the command lines of the simulators have in common."""

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import OutputWrapper


class Tasks:
    """The tasks of one simulator's command line: a method for each, named as the task."""

    # The simulator's file in CUSTOMER360_HOME, where no other is named.
    file_name: ClassVar[str]
    # Errors whose message is for the person at the command line.
    refusals: ClassVar[tuple[type[Exception], ...]]

    def __init__(self, output: OutputWrapper) -> None:
        self.output = output

    def add(self, task: Callable[..., argparse.ArgumentParser]) -> None:
        """Declare the tasks: `task(name, help)` is the parser of one."""
        raise NotImplementedError

    def message(self, error: Exception) -> str:
        """A refusal as one sentence."""
        return str(error)

    def run(self, name: str, path: Path, options: dict[str, Any]) -> None:
        """Run one task on the file at `path`."""
        getattr(self, name)(path, options)


def pairs(given: Iterable[str]) -> dict[str, str]:
    """NAME=VALUE arguments. Raises ValueError for one without `=`."""
    found = {}
    for each in given:
        name, separator, value = each.partition("=")
        if not separator:
            raise ValueError(f"{each!r} is not of the form NAME=VALUE; nothing was changed.")
        found[name] = value
    return found
