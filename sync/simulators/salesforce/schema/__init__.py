"""The org's schema: its objects, standard and custom, in the order in which rows can be written."""

from dataclasses import replace
from functools import cache

from sync.simulators.salesforce.schema import accounts, people, service
from sync.simulators.salesforce.schema.derived import custom_fields, custom_objects
from sync.simulators.salesforce.schema.model import Field, SObject

STANDARD = (
    people.ORGANIZATION,
    people.PROFILE,
    people.USER,
    people.PERMISSION_SET,
    people.PERMISSION_SET_ASSIGNMENT,
    people.SETUP_AUDIT_TRAIL,
    accounts.ACCOUNT,
    accounts.CONTACT,
    accounts.ACCOUNT_CONTACT_RELATION,
    service.CASE,
    service.TASK,
    service.EVENT,
    service.CAMPAIGN,
    service.CAMPAIGN_MEMBER,
)


@cache
def objects() -> dict[str, SObject]:
    """Every object by its name."""
    custom = custom_fields()
    return {
        made.name: replace(made, fields=(*made.fields, *custom.get(made.name, ())))
        for made in (*STANDARD, *custom_objects())
    }


@cache
def _names() -> dict[str, str]:
    return {name.lower(): name for name in objects()}


def find(name: str) -> SObject | None:
    """The object of that name, in any case; None if the org has none."""
    canonical = _names().get(name.lower())
    return objects()[canonical] if canonical else None


@cache
def by_prefix() -> dict[str, SObject]:
    """Objects by the first three characters of their records' ids."""
    return {made.key_prefix: made for made in objects().values()}


@cache
def children(name: str) -> tuple[tuple[SObject, Field], ...]:
    """The objects that look up to this one, each with the field by which it does."""
    return tuple(
        (made, field) for made in objects().values() for field in made.stored_fields if name in field.reference_to
    )


__all__ = ["Field", "SObject", "by_prefix", "children", "find", "objects"]
