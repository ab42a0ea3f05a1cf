"""The bench's tables, made from its models as they are: no database outlives a bench, so there is nothing to evolve."""

from typing import Any

from django.db import migrations

from tests.bench.models import BenchAccount


def make_tables(apps: Any, schema_editor: Any) -> None:
    """The account's table and that of its history."""
    for model in (BenchAccount, BenchAccount.history.model):
        schema_editor.create_model(model)


class Migration(migrations.Migration):
    """Runs after the table of the customers that accounts refer to."""

    dependencies = [("customer360", "0001_initial")]
    operations = [migrations.RunPython(make_tables, migrations.RunPython.noop)]
