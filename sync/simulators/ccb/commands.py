"""`manage.py simulator ccb ...`: run the CC&B simulator, fill it, edit its rows, arm faults, let days pass."""

import argparse
import signal
import ssl
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from rich.progress import Progress

from sync.simulators import commands
from sync.simulators.ccb import faults, store
from sync.simulators.ccb.control import Control
from sync.simulators.ccb.generator.rows import Value
from sync.simulators.ccb.generator.variants import CCB, VARIANTS
from sync.simulators.ccb.server import Simulator

DEFAULT_PORT = 15210


class Tasks(commands.Tasks):
    """What the command line does with the CC&B simulator."""

    file_name = "ccb.sqlite3"
    refusals = (LookupError, ValueError, store.UnusableFile)

    def add(self, task: Callable[..., argparse.ArgumentParser]) -> None:
        """Declare the tasks."""
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

    def message(self, error: Exception) -> str:
        """One sentence; a bare KeyError names a table that CC&B does not have."""
        if isinstance(error, KeyError):
            named = error.args[0] if " " in str(error.args[0]) else f"CC&B has no table {error.args[0]}"
            return f"{named}; nothing was changed."
        return str(error)

    def serve(self, path: Path, options: dict[str, Any]) -> None:
        """Listen until interrupted."""
        try:
            simulator = Simulator(path, options["port"], certificate=options["certificate"])
        except (ssl.SSLError, FileNotFoundError) as error:
            raise CommandError(f"{options['certificate']} holds no certificate with its key; name another.") from error
        except OSError as error:
            raise CommandError(f"Port {options['port']} is taken; name a free one with --port.") from error
        except OverflowError as error:
            raise CommandError(f"There is no port {options['port']}; name one from 1 to 65535 with --port.") from error
        signal.signal(signal.SIGTERM, lambda *_: simulator.stop())
        self.output.write(f"CC&B simulator at {simulator.dsn}, reading {path}")
        self.output.flush()
        try:
            simulator.serve_forever()
        except KeyboardInterrupt:
            simulator.stop()

    def fill(self, path: Path, options: dict[str, Any]) -> None:
        """Make customers, accounts and their money."""
        from sync.simulators.ccb.generator import fill

        connection = store.connect(path)
        try:
            with Progress(disable=not self.output.isatty()) as bar:
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
        self.output.write(
            f"{sum(counts.values()):,} rows in {len(counts)} tables, {counts.get('CI_FT', 0):,} transactions."
        )

    def edit(self, path: Path, options: dict[str, Any]) -> None:
        """Change, insert or delete one row."""
        table, key = options["table"], _pairs(options["key"])
        with Control(path) as control:
            if options["delete"]:
                control.delete(table, key)
            elif options["insert"] is not None:
                control.insert(table, **key, **_pairs(options["insert"]))
            else:
                control.update(table, key, **_pairs(options["columns"]))
        done = "deleted" if options["delete"] else "inserted" if options["insert"] is not None else "changed"
        self.output.write(f"1 row of {table} {done}.")

    def fault(self, path: Path, options: dict[str, Any]) -> None:
        """Arm a fault, or take back all."""
        with Control(path) as control:
            if options["name"] == "disarm":
                control.disarm()
                self.output.write("No fault is armed.")
                return
            given = {name.lower(): value for name, value in _pairs(options["options"]).items()}
            control.arm(options["name"], match=options["match"], count=options["count"] or None, **given)
        self.output.write(f"Armed: {options['name']}.")

    def day(self, path: Path, options: dict[str, Any]) -> None:
        """Let business days pass."""
        with Control(path) as control:
            reached = control.day(options["days"])
        self.output.write(f"The business date is {reached.isoformat()}.")


def _pairs(given: list[str]) -> dict[str, Value]:
    """NAME=VALUE arguments; an empty value is NULL or blank. Raises ValueError for one without `=`."""
    return {name.upper(): value for name, value in commands.pairs(given).items()}
