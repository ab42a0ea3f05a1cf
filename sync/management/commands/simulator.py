"""`manage.py simulator ccb ...` and `manage.py simulator salesforce ...`: the simulators at the command line."""

import argparse
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sync.simulators import commands
from sync.simulators.ccb.commands import Tasks as CcbTasks
from sync.simulators.salesforce.commands import Tasks as SalesforceTasks

SYSTEMS: dict[str, type[commands.Tasks]] = {"ccb": CcbTasks, "salesforce": SalesforceTasks}
_NAMES = {"ccb": "CC&B", "salesforce": "Salesforce"}


class Command(BaseCommand):
    """The control interface of the simulators at the command line."""

    help = "Runs and controls the simulators that stand in for CC&B and Salesforce, for development and tests."

    def add_arguments(self, parser: CommandParser) -> None:
        """For each simulator one sub-command per task; all take --path."""
        systems = parser.add_subparsers(dest="system", required=True, parser_class=argparse.ArgumentParser)
        for system, tasks in SYSTEMS.items():
            chosen = systems.add_parser(system, help=f"the {_NAMES[system]} simulator")
            given = chosen.add_subparsers(dest="task", required=True, parser_class=argparse.ArgumentParser)
            tasks(self.stdout).add(partial(self._task, given, tasks.file_name))

    def handle(self, *args: Any, **options: Any) -> None:
        """Run one task; CommandError with one sentence when it cannot be done."""
        system = options["system"]
        if not settings.DEBUG:
            raise CommandError(
                f"The simulator stands in for {_NAMES[system]} in development only; it does not run while DEBUG is off."
            )
        tasks = SYSTEMS[system](self.stdout)
        path: Path = options["path"] or settings.CUSTOMER360_HOME / tasks.file_name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            tasks.run(options["task"], path, options)
        except tasks.refusals as error:
            raise CommandError(tasks.message(error)) from error

    @staticmethod
    def _task(given: Any, file_name: str, name: str, help: str) -> argparse.ArgumentParser:
        task: argparse.ArgumentParser = given.add_parser(name, help=help)
        task.add_argument("--path", type=Path, help=f"the simulator's file (CUSTOMER360_HOME/{file_name})")
        return task
