"""`manage.py roles`: install the delivered roles."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError

from customer360.roles import add_new_permissions, install_roles


class Command(BaseCommand):
    """Creates the delivered roles that are missing; never changes one that exists."""

    help = "Create the delivered roles that are missing. A role that exists is left as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One switch, for the day after an upgrade."""
        parser.add_argument(
            "--new-permissions", action="store_true",
            help="also give the delivered roles the permissions that a new version brought",
        )  # fmt: skip

    def handle(self, **options: Any) -> None:
        """Install, and say what was installed.

        Raises CommandError where new permissions are asked for and the administrator role was deleted.
        """
        created = install_roles()
        self.stdout.write(f"Roles created: {', '.join(created)}." if created else "Every role exists; none changed.")
        if options["new_permissions"]:
            try:
                added = add_new_permissions()
            except Group.DoesNotExist as error:
                raise CommandError("The administrator role does not exist; nothing was added.") from error
            self.stdout.write(f"Permissions added: {len(added)}.")
