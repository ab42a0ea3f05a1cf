"""Lookup paths and the Viewer: filtering, searching or sorting by a field discloses it as surely as printing it."""

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model

from customer360.models import VisibleModel
from customer360.visibility.viewer import Viewer


def may_select(viewer: Viewer, model: type[Model], path: str) -> bool:
    """Whether selecting or sorting records of `model` by this lookup discloses only what the viewer may VIEW.

    `path` is an ORM lookup such as `name`, `account__name` or `customer__person_id__startswith`. Every field on the way
    must be one the viewer may VIEW; a comparison with a foreign key compares the other record's key. An unknown name
    and a relation back from another model are refused like a hidden field, so that the answers do not differ.
    """
    names = path.split("__")
    while names:
        field = _own_field(model, names.pop(0))
        if field is None or not issubclass(model, VisibleModel) or not viewer.may(model, field.name):
            return False
        related = field.related_model
        if not isinstance(related, type):
            return True
        if names and _own_field(related, names[0]) is not None:
            model = related
            continue
        key = related._meta.pk
        return names == ["isnull"] or (issubclass(related, VisibleModel) and viewer.may(related, key.name))
    return False


def _own_field(model: type[Model], name: str) -> Field | None:
    """The column of the model by that name, or None."""
    try:
        field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, Field) and field.concrete else None
