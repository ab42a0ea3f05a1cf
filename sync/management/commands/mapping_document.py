"""`manage.py mapping_document`: write docs/mapping.md anew, or check that it tells the truth."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sync.mapping import document


class Command(BaseCommand):
    """Write the mapping documentation from the declarations."""

    help = "Write docs/mapping.md from the streams and the models; --check only compares."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Write or compare."""
        parser.add_argument("--check", action="store_true", help="write nothing; fail if the file is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file, or raise CommandError where it lies."""
        path = settings.BASE_DIR / "docs" / "mapping.md"
        text = document()
        if not options["check"]:
            path.write_text(text)
            self.stdout.write(f"Wrote {path.relative_to(settings.BASE_DIR)}.")
        elif not path.exists() or path.read_text() != text:
            raise CommandError("docs/mapping.md differs from the streams and the models. Run make docs and commit it.")
