"""What the utility itself has added to the org: the custom objects and fields that our own streams name."""

from dataclasses import replace
from functools import cache

from django.db import models

from sync.simulators.salesforce.schema.builders import (
    area,
    audit,
    day,
    email,
    flag,
    moment,
    number,
    owner,
    phone,
    picklist,
    record_id,
    record_name,
    reference,
    text,
)
from sync.simulators.salesforce.schema.model import Field, SObject
from sync.stream import Stream, System
from sync.streams import STREAMS

CUSTOMER = SObject(
    "Customer__c",
    "Customer",
    "Customers",
    "a00",
    (record_id(), owner(), record_name(80, "Customer Name"), *audit()),
)
_DECLARED_OBJECTS = (CUSTOMER,)

KEY = {"external_id": True, "unique": True}
_LINK = reference("Customer__c", "Customer", "Customer__c", child_relationship="Accounts__r")

# What a model's field does not tell: labels of the org, its picklists, its lookups.
DECLARED: dict[str, tuple[Field, ...]] = {
    "Account": (
        text("CCB_Account_ID__c", "CC&B Account ID", 10, **KEY),
        picklist("Hierarchy_Level__c", "Hierarchy Level", "C1", "C2", "C3", restricted=True),
        text("Territory__c", "Territory", 80),
        text("Customer360_Node_ID__c", "Customer 360 Node ID", 36, **KEY),
        _LINK,
    ),
    "Contact": (
        text("CCB_Person_ID__c", "CC&B Person ID", 10, **KEY),
        text("Role__c", "Role", 80),
    ),
    "Customer__c": (
        text("CCB_Person_ID__c", "CC&B Person ID", 10, **KEY),
        text("Full_Name__c", "Full Name", 255),
        picklist("Kind__c", "Kind", "Person", "Business", restricted=True),
        email("Email__c", "Email"),
        phone("Phone__c", "Phone"),
        text("Street__c", "Street", 255),
        text("City__c", "City", 90),
        text("State__c", "State", 80),
        text("Postal_Code__c", "Postal Code", 20),
        text("Country__c", "Country", 80),
        picklist(
            "Customer_Type__c", "Customer Type", "Residential", "Commercial", "Industrial", "Municipal", "Agricultural"
        ),
        picklist("Customer_Definition__c", "Customer Definition", "Key", "Managed", "Mass Market"),
    ),
    "Task": (text("Customer360_ID__c", "Customer 360 ID", 36, **KEY),),
    "Event": (text("Customer360_ID__c", "Customer 360 ID", 36, **KEY),),
}


@cache
def custom_fields() -> dict[str, tuple[Field, ...]]:
    """The custom fields of every object: those declared here, and each that a stream of ours reads or writes."""
    found = {name: {field.name: field for field in fields} for name, fields in DECLARED.items()}
    for stream in STREAMS:
        if stream.system != System.SALESFORCE:
            continue
        own = found.setdefault(object_of(stream), {})
        for line in stream.fields:
            if line.theirs.endswith("__c") and "." not in line.theirs:
                own.setdefault(line.theirs, _derived(stream, line.theirs, line.ours))
    return {name: tuple(fields.values()) for name, fields in found.items()}


@cache
def custom_objects() -> tuple[SObject, ...]:
    """The custom objects: those declared here, and each that a stream of ours reads or writes."""
    known = {made.name for made in _DECLARED_OBJECTS}
    others = [name for name in custom_fields() if name.endswith("__c") and name not in known]
    return (*_DECLARED_OBJECTS, *(_object(name, f"a{number:02}") for number, name in enumerate(others, 1)))


def _object(name: str, prefix: str) -> SObject:
    label = name.removesuffix("__c").replace("_", " ")
    fields = (record_id(), owner(), record_name(80, f"{label} Name"), *audit())
    return SObject(name, label, f"{label}s", prefix, fields)


def object_of(stream: Stream) -> str:
    """The object that a stream of Salesforce reads or writes."""
    return stream.source.split()[0]


def _derived(stream: Stream, theirs: str, ours: str) -> Field:
    """A field of the org that holds what a field of our model holds."""
    model_field = stream.model_field(ours)
    label = theirs.removesuffix("__c").replace("_", " ")
    made = _of_type(model_field, theirs, label)
    if model_field.unique or stream.key == (ours,):
        made = replace(made, external_id=True, unique=True)
    return made


def _of_type(field: models.Field, name: str, label: str) -> Field:
    if isinstance(field, models.BooleanField):
        return flag(name, label)
    if isinstance(field, models.DateTimeField):
        return moment(name, label)
    if isinstance(field, models.DateField):
        return day(name, label)
    if isinstance(field, models.DecimalField):
        return number(name, label, 18, field.decimal_places)
    if isinstance(field, models.IntegerField):
        return number(name, label, 18, 0)
    if isinstance(field, models.EmailField):
        return email(name, label)
    if isinstance(field, models.CharField) and field.max_length and field.max_length <= 255:
        return text(name, label, field.max_length)
    return area(name, label)
