"""`manage.py simulator ccb ...`: run the CC&B simulator, fill it, edit its rows, arm faults, let days pass."""

import argparse
import signal
import ssl
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.progress import Progress

from sync.simulators.ccb import faults, store
from sync.simulators.ccb.control import Control
from sync.simulators.ccb.generator.rows import Value
from sync.simulators.ccb.generator.variants import CCB, VARIANTS
from sync.simulators.ccb.server import Simulator

DEFAULT_PORT = 15210


class Command(BaseCommand):
    """The simulator's control interface at the command line."""

    help = "Runs and controls the CC&B simulator: an Oracle listener over CC&B's tables, for development and tests."

    def add_arguments(self, parser: CommandParser) -> None:
        """One sub-command per task; all take --path."""
        parser.add_argument("system", choices=("ccb",))
        tasks = parser.add_subparsers(dest="task", required=True, parser_class=argparse.ArgumentParser)

        def task(name: str, help: str) -> argparse.ArgumentParser:
            sub: argparse.ArgumentParser = tasks.add_parser(name, help=help)
            sub.add_argument("--path", type=Path, help="the simulator's file (CUSTOMER360_HOME/ccb.sqlite3)")
            return sub

        serve = task("serve", "listen for Oracle clients until interrupted")
        serve.add_argument("--port", type=int, default=DEFAULT_PORT)
        serve.add_argument("--certificate", type=Path, metavar="PEM", help="certificate and key: speak tcps")
        fill = task("fill", "make customers, accounts and their money")
        fill.add_argument("--accounts", type=int, default=2000)
        fill.add_argument("--months", type=int, default=26, help="months of money, the current one included")
        fill.add_argument("--seed", type=int, default=360)
        fill.add_argument(
            "--variant", choices=VARIANTS, default=CCB, help="CC&B alone, or within C2M with meters and contact details"
        )
        edit = task("edit", "change, insert or delete one row")
        edit.add_argument("table", type=str.upper)
        edit.add_argument("key", nargs="+", metavar="KEY=VALUE", help="columns that name the row")
        change = edit.add_mutually_exclusive_group(required=True)
        change.add_argument("--set", nargs="+", metavar="COLUMN=VALUE", action="extend", dest="columns")
        change.add_argument("--insert", nargs="*", metavar="COLUMN=VALUE", help="a new row, with further columns")
        change.add_argument("--delete", action="store_true")
        fault = task("fault", "arm a fault, or `disarm` all")
        fault.add_argument("name", choices=(*faults.OPTIONS, "disarm"))
        fault.add_argument(
            "options", nargs="*", metavar="OPTION=VALUE", help="code=1555 rows=100 seconds=2 name=CI_FT.X"
        )
        fault.add_argument("--match", default="", help="only statements with this text, or logins of this user")
        fault.add_argument("--count", type=int, default=1, help="how often it strikes; 0: until disarmed")
        day = task("day", "let business days pass")
        day.add_argument("days", nargs="?", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run one task; CommandError with one sentence when it cannot be done."""
        if not settings.DEBUG:
            raise CommandError(
                "The simulator stands in for CC&B in development only; it does not run while DEBUG is off."
            )
        path: Path = options["path"] or settings.CUSTOMER360_HOME / "ccb.sqlite3"
        path.parent.mkdir(parents=True, exist_ok=True)
        task: Callable[[Path, dict[str, Any]], None] = getattr(self, f"_{options['task']}")
        try:
            task(path, options)
        except KeyError as error:
            named = error.args[0] if " " in str(error.args[0]) else f"CC&B has no table {error.args[0]}"
            raise CommandError(f"{named}; nothing was changed.") from error
        except (LookupError, ValueError, store.UnusableFile) as error:
            raise CommandError(str(error)) from error

    def _serve(self, path: Path, options: dict[str, Any]) -> None:
        try:
            simulator = Simulator(path, options["port"], certificate=options["certificate"])
        except (ssl.SSLError, FileNotFoundError) as error:
            raise CommandError(f"{options['certificate']} holds no certificate with its key; name another.") from error
        except OSError as error:
            raise CommandError(f"Port {options['port']} is taken; name a free one with --port.") from error
        except OverflowError as error:
            raise CommandError(f"There is no port {options['port']}; name one from 1 to 65535 with --port.") from error
        signal.signal(signal.SIGTERM, lambda *_: simulator.stop())
        self.stdout.write(f"CC&B simulator at {simulator.dsn}, reading {path}")
        self.stdout.flush()
        try:
            simulator.serve_forever()
        except KeyboardInterrupt:
            simulator.stop()

    def _fill(self, path: Path, options: dict[str, Any]) -> None:
        from sync.simulators.ccb.generator import fill

        connection = store.connect(path)
        try:
            with Progress(disable=not self.stdout.isatty()) as bar:
                accounts = bar.add_task("CC&B data", total=options["accounts"])
                counts = fill(
                    connection,
                    accounts=options["accounts"],
                    months=options["months"],
                    today=date.today(),
                    seed=options["seed"],
                    variant=options["variant"],
                    progress=lambda done, total: bar.update(accounts, completed=done, total=total),
                )
            connection.commit()
        finally:
            connection.close()
        self.stdout.write(
            f"{sum(counts.values()):,} rows in {len(counts)} tables, {counts.get('CI_FT', 0):,} transactions."
        )

    def _edit(self, path: Path, options: dict[str, Any]) -> None:
        table, key = options["table"], _pairs(options["key"])
        with Control(path) as control:
            if options["delete"]:
                control.delete(table, key)
            elif options["insert"] is not None:
                control.insert(table, **key, **_pairs(options["insert"]))
            else:
                control.update(table, key, **_pairs(options["columns"]))
        done = "deleted" if options["delete"] else "inserted" if options["insert"] is not None else "changed"
        self.stdout.write(f"1 row of {table} {done}.")

    def _fault(self, path: Path, options: dict[str, Any]) -> None:
        with Control(path) as control:
            if options["name"] == "disarm":
                control.disarm()
                self.stdout.write("No fault is armed.")
                return
            given = {name.lower(): value for name, value in _pairs(options["options"]).items()}
            control.arm(options["name"], match=options["match"], count=options["count"] or None, **given)
        self.stdout.write(f"Armed: {options['name']}.")

    def _day(self, path: Path, options: dict[str, Any]) -> None:
        with Control(path) as control:
            reached = control.day(options["days"])
        self.stdout.write(f"The business date is {reached.isoformat()}.")


def _pairs(given: Iterable[str]) -> dict[str, Value]:
    """NAME=VALUE arguments; an empty value is NULL or blank. Raises ValueError for one without `=`."""
    pairs: dict[str, Value] = {}
    for each in given:
        name, separator, value = each.partition("=")
        if not separator:
            raise ValueError(f"{each!r} is not of the form NAME=VALUE; nothing was changed.")
        pairs[name.upper()] = value
    return pairs
