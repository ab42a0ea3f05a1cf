"""System checks: every field in exactly one field group, every name real, nothing tracked left out of history."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register

from customer360.models import VisibleModel


@register()
def field_groups_are_total(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E001 to E004: a visible model's groups name every field once and nothing else."""
    return [
        message
        for model in apps.get_models()
        if issubclass(model, VisibleModel) and not hasattr(model, "history_object")
        for message in _check_model(model)
    ]


def _check_model(model: type[VisibleModel]) -> Iterator[CheckMessage]:
    names = [field.name for field in model._meta.concrete_fields]
    grouped = [name for group in model.field_groups.values() for name in group]
    where = model._meta.label
    for name in sorted(set(names) - set(grouped)):
        yield Error(
            f"{where}.{name} is in no field group, so nobody sees it.",
            hint=f"Add it to {model.__name__}.field_groups, for example to FieldGroup.PROFILE.", id="customer360.E001",
        )  # fmt: skip
    for name in sorted({name for name in grouped if grouped.count(name) > 1}):
        yield Error(f"{where}.{name} is in two field groups.", hint="Keep the stricter one.", id="customer360.E002")
    for name in sorted(set(grouped) - set(names)):
        yield Error(
            f"{where}.field_groups names {name}, which is no field.", hint="Correct the name.", id="customer360.E003"
        )
    for derived, parts in model.derived_fields.items():
        if not hasattr(model, derived) or set(parts) - set(names):
            yield Error(
                f"{where}.derived_fields[{derived!r}] names a property or a field that does not exist.",
                hint="Name the property, and the fields it is made of.", id="customer360.E004",
            )  # fmt: skip
    for field in model._meta.concrete_fields:
        if hasattr(model, "history") and not field.editable and not field.primary_key:
            yield Error(
                f"{where}.{field.name} is tracked but not editable, which empties its audit trail.",
                hint="Leave editable as it is: read-only is the Viewer's business.", id="customer360.E005",
            )  # fmt: skip
