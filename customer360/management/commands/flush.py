"""`flush`, which works as the database's owner: the app role may not empty history and logs."""

from typing import Any

from django.core.management.commands.flush import Command as Flush


class Command(Flush):
    """Django's flush over the owner's connection."""

    def handle(self, **options: Any) -> None:
        """Empty every table as the owner, whichever of the two roles was named."""
        super().handle(**{**options, "database": "owner"})
