"""`manage.py streams`: what is mirrored from where, where each stream got to, and what it could not take."""

from typing import Any

from django.core.management.base import BaseCommand
from rich.table import Table

from sync import selectors
from sync.management.commands.sync import wide_console


class Command(BaseCommand):
    """List every stream with its last success, its open rejections and what waits for its system."""

    help = (
        "List the streams in load order: what fills what, when it last succeeded, how many rows were rejected, and"
        " which shared fields wait for their system to take the portal's value."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the table."""
        table = Table()
        for heading in ("stream", "fills", "compares", "cadence", "last success", "records", "rejected", "waiting"):
            table.add_column(heading, no_wrap=heading == "stream")
        for state in selectors.stream_states():
            table.add_row(
                state.stream.name,
                state.stream.model.__name__,
                "since the bookmark" if state.stream.cursor else "everything",
                state.stream.cadence,
                f"{state.last_success_at:%Y-%m-%d %H:%M}" if state.last_success_at else "never",
                f"{state.records:,}",
                f"{state.rejected:,}",
                ", ".join(f"{name} {rows:,}" for name, rows in state.waiting.items()) or "-",
            )
        wide_console(self.stdout).print(table)
