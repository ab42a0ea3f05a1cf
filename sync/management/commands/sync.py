"""`manage.py sync`: run streams now, with progress, and say what each one did."""

from argparse import ArgumentParser
from datetime import date
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from sync import services, streams, systems
from sync.load import Outcome
from sync.models import SyncRun
from sync.stream import Stream, System

COUNTS = ("read", "new", "changed", "unchanged", "removed", "rejected")


class Command(BaseCommand):
    """Run the named streams, or all of them, in load order."""

    help = "Run streams now: read the source, compare, write the difference. Names as `manage.py streams` lists them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to run, and how."""
        parser.add_argument(
            "streams",
            nargs="*",
            metavar="stream",
            help="names of streams, ccb or salesforce for all of a system's, or all (the default)",
        )
        parser.add_argument(
            "--full", action="store_true", help="compare everything, also where a cursor tells what is new"
        )
        parser.add_argument(
            "--ids", action="store_true",
            help="compare keys alone: mark what is gone and read what is missing, where the source lists its keys",
        )  # fmt: skip
        parser.add_argument(
            "--dry-run", action="store_true", help="write nothing; show what would change, field by field"
        )
        parser.add_argument(
            "--business-date", type=date.fromisoformat, help="the date for ageing and revenue (default: today)"
        )
        parser.add_argument(
            "--accept-brake",
            default="",
            metavar="REASON",
            help="let as many removals as the last stopped run showed go past the brake, for this reason",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, draw progress, print the closing table; exit code 1 if a stream did not end well."""
        chosen = self._chosen(options["streams"])
        console = wide_console(self.stdout)
        results = self._run(console, chosen, options)
        console.print(closing_table([run for run, _ in results]))
        for run, outcome in results:
            self._report(console, run, outcome)
        well = (SyncRun.State.DONE, SyncRun.State.SKIPPED, SyncRun.State.PUT_OFF)
        failed = [run.stream for run, _ in results if run.state not in well]
        if failed:
            others = " The other streams are." if len(failed) < len(results) else ""
            raise CommandError(f"Not done: {', '.join(failed)}.{others}")

    def _chosen(self, names: list[str]) -> tuple[Stream, ...]:
        if names in ([], ["all"]):
            return systems.connected(streams.STREAMS)
        wanted: set[str] = set()
        try:
            for name in names:
                found = streams.inbound(System(name)) if name in set(System) else (streams.by_name(name),)
                wanted |= {stream.name for stream in found}
        except KeyError as error:
            raise CommandError(error.args[0]) from error
        return tuple(stream for stream in streams.STREAMS if stream.name in wanted)

    def _run(
        self, console: Console, chosen: tuple[Stream, ...], options: dict[str, Any]
    ) -> list[tuple[SyncRun, Outcome]]:
        results: list[tuple[SyncRun, Outcome]] = []
        columns = (
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,} rows"),
            TimeElapsedColumn(),
        )  # fmt: skip
        with Progress(*columns, console=console) as progress:
            bars: dict[str, TaskID] = {
                stream.name: progress.add_task(stream.title, total=held_records(stream) or None, start=False)
                for stream in chosen
            }

            def advance(stream: Stream, rows: int) -> None:
                progress.start_task(bars[stream.name])
                progress.update(bars[stream.name], completed=rows)

            for run, outcome in services.run_streams(
                chosen,
                full=options["full"],
                keys=options["ids"],
                dry_run=options["dry_run"],
                business_date=options["business_date"],
                requested_by="manage.py sync",
                accepted_brake=options["accept_brake"],
                on_progress=advance,
            ):
                results.append((run, outcome))
                progress.start_task(bars[run.stream])
                progress.update(bars[run.stream], total=run.read or 1, completed=run.read or 1)
        return results

    def _report(self, console: Console, run: SyncRun, outcome: Outcome) -> None:
        if run.message:
            console.print(f"{run.stream}: {run.message}", markup=False, highlight=False)
        for warning in run.warnings:
            rows = "" if warning["rows"] is None else f"{warning['rows']} rows, "
            console.print(f"{run.stream}: {rows}{warning['field']}: {warning['detail']}", markup=False)
        for change in outcome.differences:
            was = "new" if change["is_new"] else repr(change["old"])
            console.print(
                f"{run.stream} {change['record']} {change['field']}: {was} -> {change['new']!r}", markup=False
            )


def wide_console(stream: OutputWrapper) -> Console:
    """A console on a command's output; where that is no terminal, wide enough for the tables."""
    console = Console(file=cast("IO[str]", stream))
    return console if console.is_terminal else Console(file=cast("IO[str]", stream), width=120)


def held_records(stream: Stream) -> int:
    """How many of the stream's records the mirror holds, which is about how many a full compare will read."""
    return stream.model._default_manager.filter(**stream.part).count()


def closing_table(runs: list[SyncRun]) -> Table:
    """What each run did, in records and seconds."""
    table = Table(title="Dry run: nothing was written" if any(run.is_dry_run for run in runs) else None)
    table.add_column("stream", no_wrap=True)
    for name in (*COUNTS, "seconds"):
        table.add_column(name, justify="right", no_wrap=True)
    for run in runs:
        figures = [f"{getattr(run, name):,}" for name in COUNTS]
        state = "" if run.state == SyncRun.State.DONE else f": {run.get_state_display().lower()}"
        table.add_row(
            f"{streams.by_name(run.stream).title}{state}", *figures, "" if run.seconds is None else f"{run.seconds:.1f}"
        )
    return table
