"""`manage.py explain_access USER [MODEL [FIELD]]`: what a person may see, and which rule says so."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customer360.models import RowRule, User, VisibleModel
from customer360.visibility.viewer import Viewer, visible_models


class Command(BaseCommand):
    """Explains a person's access to fields and rows by the rules in force."""

    help = "Explain what a user may see: one line for each field, with the rule that decides it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose access, and to what."""
        parser.add_argument("username")
        parser.add_argument("model", nargs="?", help="for example customer360.Account; every model if left out")
        parser.add_argument("field", nargs="?", help="every field if left out")

    def handle(self, *, username: str, model: str | None, field: str | None, **options: Any) -> None:
        """Print the roles, the row scopes and one line for each field.

        Raises CommandError for a user, a model or a field that does not exist.
        """
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user {username}.")
        viewer = Viewer(user)
        if not user.is_active:
            self.stdout.write(f"{username} is deactivated and sees nothing.")
        scopes = sorted(set(RowRule.objects.filter(role__user=user).values_list("scope", flat=True)))
        self.stdout.write(f"Roles: {', '.join(viewer.roles) or 'none'}")
        self.stdout.write(f"Rows: {', '.join(scopes) or 'none'}")
        for visible in _models(model):
            names = list(viewer.access(visible))
            if field and field not in names and field not in {one.name for one in visible._meta.concrete_fields}:
                raise CommandError(f"{visible._meta.label} has no field {field}.")
            for name in [field] if field else names:
                self.stdout.write(f"{visible._meta.label}.{name}: {viewer.explain(visible, name)}")


def _models(label: str | None) -> list[type[VisibleModel]]:
    """The model of that label, or every visible model.

    Raises CommandError for a label that names none.
    """
    visible = visible_models()
    if label is None:
        return visible
    chosen = [model for model in visible if model._meta.label.lower() == label.lower()]
    if not chosen:
        raise CommandError(f"There is no visible model {label}; there are {', '.join(m._meta.label for m in visible)}.")
    return chosen
