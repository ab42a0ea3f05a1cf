"""`migrate`, which works as the database's owner: the app role may not change tables."""

from argparse import ArgumentParser

from django.core.management.commands.migrate import Command as Migrate


class Command(Migrate):
    """Django's migrate with the owner's connection by default."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Django's arguments, with another default database."""
        super().add_arguments(parser)
        parser.set_defaults(database="owner")
