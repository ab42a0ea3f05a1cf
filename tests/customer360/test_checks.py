"""The checks that keep a new field from being forgotten."""

import pytest
from django.core.management import call_command
from django.db import models
from django.test.utils import isolate_apps

from customer360.checks import _check_model
from customer360.models import VisibleModel
from customer360.visibility.groups import FieldGroup


def codes(model: type[VisibleModel]) -> list[str]:
    """The ids of what the check finds, in order."""
    return [message.id for message in _check_model(model)]


@isolate_apps("customer360")
def make_model(groups: dict, derived: dict | None = None, **attributes: object) -> type[VisibleModel]:
    """A visible model with one field `name` and these declarations."""
    body = {
        "__module__": "customer360.models.made",
        "name": models.CharField(max_length=10),
        "field_groups": groups,
        "derived_fields": derived or {},
        "Meta": type("Meta", (), {"app_label": "customer360"}),
    } | attributes
    return type("Made", (VisibleModel,), body)


def test_the_models_of_the_portal_pass_every_check() -> None:
    call_command("check", fail_level="WARNING")


def test_a_field_in_no_group_is_an_error() -> None:
    assert codes(make_model({FieldGroup.PROFILE: ("id",)})) == ["customer360.E001"]


def test_a_field_in_two_groups_is_an_error() -> None:
    assert codes(make_model({FieldGroup.PROFILE: ("id", "name"), FieldGroup.CREDIT: ("name",)})) == ["customer360.E002"]


def test_a_group_that_names_no_field_is_an_error() -> None:
    assert codes(make_model({FieldGroup.PROFILE: ("id", "name", "nmae")})) == ["customer360.E003"]


@pytest.mark.parametrize("derived", [{"missing": ("name",)}, {"shout": ("nmae",)}])
def test_a_derived_field_without_a_property_or_a_part_is_an_error(derived: dict) -> None:
    model = make_model({FieldGroup.PROFILE: ("id", "name")}, derived, shout=property(lambda self: self.name.upper()))
    assert codes(model) == ["customer360.E004"]


def test_a_tracked_field_that_is_not_editable_is_an_error() -> None:
    fields = {"name": models.CharField(max_length=10, editable=False), "history": None}
    assert codes(make_model({FieldGroup.PROFILE: ("id", "name")}, **fields)) == ["customer360.E005"]
