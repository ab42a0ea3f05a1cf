"""`manage.py simulator salesforce ...`: run the Salesforce simulator, fill it, edit its records, arm faults, list
the writes that it accepted."""

import argparse
import json
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from sync.simulators import commands
from sync.simulators.salesforce import clients, faults, store
from sync.simulators.salesforce.control import Control
from sync.simulators.salesforce.errors import OrgError
from sync.simulators.salesforce.server import DEFAULT_PORT, Simulator


class Tasks(commands.Tasks):
    """What the command line does with the Salesforce simulator."""

    file_name = "salesforce.sqlite3"
    refusals = (LookupError, ValueError, OrgError, store.UnusableFile)

    def add(self, task: Callable[..., argparse.ArgumentParser]) -> None:
        """Declare the tasks."""
        serve = task("serve", "listen for Salesforce clients until interrupted")
        serve.add_argument("--port", type=int, default=DEFAULT_PORT)
        serve.add_argument("--pace", type=float, default=0, help="seconds that 10,000 rows of a bulk job take at least")
        fill = task("fill", "make the org of a utility, of the people and businesses in CC&B's file")
        fill.add_argument("--ccb", type=Path, help="the CC&B simulator's file (CUSTOMER360_HOME/ccb.sqlite3)")
        fill.add_argument("--accounts", type=int, help="Salesforce accounts; three to four of CC&B's where not given")
        fill.add_argument("--tasks", type=int, help="five to an account where not given")
        fill.add_argument("--seed", type=int, default=360)
        day = task("day", "let days pass, with the news that they bring")
        day.add_argument("days", nargs="?", type=int, default=1)
        edit = task("edit", "change, insert or delete one record as its administrator would")
        edit.add_argument("object")
        edit.add_argument("id", nargs="?", help="the record; a new one has none")
        change = edit.add_mutually_exclusive_group(required=True)
        change.add_argument("--set", nargs="+", metavar="FIELD=VALUE", action="extend", dest="fields")
        change.add_argument("--insert", nargs="+", metavar="FIELD=VALUE", help="a new record")
        change.add_argument("--delete", action="store_true", help="to the recycle bin")
        fault = task("fault", "arm a fault, or `disarm` all")
        fault.add_argument("name", choices=(*faults.OPTIONS, "disarm"))
        fault.add_argument("options", nargs="*", metavar="OPTION=VALUE", help="seconds=2 row=7 field=Account.Phone")
        fault.add_argument("--method", default="", help="only requests with this method")
        fault.add_argument("--match", default="", help="only requests with this text in their path")
        fault.add_argument("--object", default="", help="only requests that read or write this object")
        fault.add_argument("--after", type=int, default=0, help="so many matching requests pass before")
        fault.add_argument("--count", type=int, default=1, help="how often it strikes; 0: until disarmed")
        ledger = task("ledger", "list accepted writes, one JSON line each")
        ledger.add_argument("--after", type=int, default=0, help="only those after this sequence number")
        ledger.add_argument("--object", help="only those of this object")

    def serve(self, path: Path, options: dict[str, Any]) -> None:
        """Listen until interrupted."""
        port = options["port"]
        try:
            simulator = Simulator(path, port, pace=options["pace"])
        except OSError as error:
            raise CommandError(f"Port {port} is taken; name a free one with --port.") from error
        except OverflowError as error:
            raise CommandError(f"There is no port {port}; name one from 1 to 65535 with --port.") from error
        client = simulator.client
        signal.signal(signal.SIGTERM, self._interrupt)
        self.output.write(f"Salesforce simulator at {simulator.url}, reading {path}")
        self.output.write(
            f"Trust {simulator.ca_file}; sign in as {client.consumer_key} with the secret in {client.secret_file} or"
            f" the key in {client.key_file}, for {client.username}."
        )
        self.output.flush()
        try:
            simulator.serve_forever()
        except KeyboardInterrupt:
            simulator.stop()

    def fill(self, path: Path, options: dict[str, Any]) -> None:
        """Make the org, and the app by which the portal signs in."""
        from sync.simulators.salesforce.generator import fill

        connection = store.create(path)
        try:
            counts = fill(
                connection,
                options["ccb"] or settings.CUSTOMER360_HOME / "ccb.sqlite3",
                seed=options["seed"],
                accounts=options["accounts"],
                tasks=options["tasks"],
                now=datetime.now(UTC),
            )
            clients.ensure(connection, path)
        finally:
            connection.close()
        self.output.write(
            f"{sum(counts.values()):,} records of {len(counts)} objects, {counts.get('Account', 0):,} accounts."
        )

    def day(self, path: Path, options: dict[str, Any]) -> None:
        """Let days pass."""
        from sync.simulators.salesforce.generator.days import advance

        with Control(path) as control:
            done = advance(control.connection, options["days"])
            told = ", ".join(f"{count} {what}" for what, count in sorted(done.items())) or "nothing new"
            self.output.write(f"The org's clock tells {control.now:%Y-%m-%d %H:%M}: {told}.")

    def edit(self, path: Path, options: dict[str, Any]) -> None:
        """Change, insert or delete one record."""
        object_name, record_id = options["object"], options["id"]
        if (record_id is None) is (options["insert"] is None):
            raise ValueError("Name the record to change or delete by its id; a new one has none. Nothing was changed.")
        with Control(path) as control:
            if options["insert"] is not None:
                record_id = control.insert(object_name, **_fields(options["insert"]))
            elif options["delete"]:
                control.delete(object_name, record_id)
            else:
                control.update(object_name, record_id, **_fields(options["fields"]))
        done = "deleted" if options["delete"] else "inserted" if options["insert"] is not None else "changed"
        self.output.write(f"{object_name} {record_id} {done}.")

    def fault(self, path: Path, options: dict[str, Any]) -> None:
        """Arm a fault, or take back all."""
        connection = store.create(path)
        try:
            with store.transaction(connection):
                if options["name"] == "disarm":
                    faults.disarm(connection)
                    self.output.write("No fault is armed.")
                    return
                faults.arm(
                    connection,
                    options["name"],
                    method=options["method"],
                    path=options["match"],
                    object=options["object"],
                    after=options["after"],
                    count=options["count"] or None,
                    **commands.pairs(options["options"]),
                )
        finally:
            connection.close()
        self.output.write(f"Armed: {options['name']}.")

    def ledger(self, path: Path, options: dict[str, Any]) -> None:
        """List accepted writes."""
        with Control(path) as control:
            for entry in control.ledger(options["object"], after=options["after"]):
                self.output.write(json.dumps(entry, ensure_ascii=False, default=str))

    @staticmethod
    def _interrupt(*_: Any) -> None:
        raise KeyboardInterrupt


def _fields(given: list[str]) -> dict[str, str | None]:
    """FIELD=VALUE arguments; an empty value clears the field."""
    return {name: value or None for name, value in commands.pairs(given).items()}
