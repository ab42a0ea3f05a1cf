"""`manage.py match`: match Salesforce's records with CC&B's now, and say what came of it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from rich.table import Table

from sync import matching
from sync.management.commands.sync import wide_console
from sync.models import MatchObject


class Command(BaseCommand):
    """Match the named objects, or all of them, accounts first."""

    help = "Match records of Salesforce that are not linked yet with CC&B's. Decided ones are not touched."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to match."""
        parser.add_argument("objects", nargs="*", metavar="object", help=f"{', '.join(MatchObject.values)}; none: all")
        parser.add_argument("--again", action="store_true", help="compare everything, also where nothing changed since")

    def handle(self, *args: Any, **options: Any) -> None:
        """Match, and draw what was done and how far each object is."""
        unknown = set(options["objects"]) - set(MatchObject.values)
        if unknown:
            self.stderr.write(f"There is no object {', '.join(sorted(unknown))}. Nothing was matched.")
            raise SystemExit(1)
        done = {each.object: each for each in matching.match(tuple(options["objects"]), again=options["again"])}
        table = Table()
        table.add_column("object", no_wrap=True)
        now, standing = ("compared", "new", "changed", "linked now"), ("linked", "exact", "to decide", "create later")
        for name in (*now, *standing, "ignored"):
            table.add_column(name, justify="right")
        for each in matching.progress():
            if each.object not in done:
                continue
            result = done[each.object]
            name = f"{each.object.label}{f': {result.skipped}' if result.skipped else ''}"
            figures = (
                result.compared, result.new, result.changed, result.linked, each.linked, each.exact, each.open,
                each.create_later, each.ignored,
            )  # fmt: skip
            table.add_row(name, *(f"{figure:,}" for figure in figures))
        wide_console(self.stdout).print(table)
