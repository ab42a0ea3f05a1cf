"""Short spellings for the fields that standard objects have."""

from typing import Any

from sync.simulators.salesforce.schema.model import Field

MAIL_LENGTH = 80
PHONE_LENGTH = 40
ADDRESS_PIECES = (
    ("Street", "textarea", 255),
    ("City", "string", 40),
    ("State", "string", 80),
    ("PostalCode", "string", 20),
    ("Country", "string", 80),
)


def text(name: str, label: str, length: int, **more: Any) -> Field:
    """A line of text."""
    return Field(name, "string", label, length=length, **more)


def area(name: str, label: str, length: int = 32000, **more: Any) -> Field:
    """Text of several lines."""
    return Field(name, "textarea", label, length=length, **more)


def email(name: str, label: str, **more: Any) -> Field:
    """An e-mail address."""
    return Field(name, "email", label, length=MAIL_LENGTH, **more)


def phone(name: str, label: str) -> Field:
    """A telephone number, as typed."""
    return Field(name, "phone", label, length=PHONE_LENGTH)


def picklist(name: str, label: str, *values: str, **more: Any) -> Field:
    """A list of values; only a restricted one refuses others."""
    return Field(name, "picklist", label, length=more.pop("length", 255), values=values, **more)


def flag(name: str, label: str, **more: Any) -> Field:
    """A checkbox: never null."""
    return Field(name, "boolean", label, nillable=False, default=more.pop("default", False), **more)


def whole(name: str, label: str, digits: int = 8, **more: Any) -> Field:
    """A whole number."""
    return Field(name, "int", label, precision=digits, **more)


def number(name: str, label: str, precision: int = 18, scale: int = 2, **more: Any) -> Field:
    """A decimal number."""
    return Field(name, "double", label, precision=precision, scale=scale, **more)


def money(name: str, label: str, precision: int = 18, scale: int = 0, **more: Any) -> Field:
    """An amount in the org's currency."""
    return Field(name, "currency", label, precision=precision, scale=scale, **more)


def day(name: str, label: str, **more: Any) -> Field:
    """A calendar day."""
    return Field(name, "date", label, **more)


def moment(name: str, label: str, **more: Any) -> Field:
    """A point in time, UTC, whole seconds."""
    return Field(name, "datetime", label, **more)


def reference(name: str, label: str, *to: str, **more: Any) -> Field:
    """A lookup; the parent's name in a path follows: AccountId -> Account, Customer__c -> Customer__r."""
    relationship = name.removesuffix("__c") + "__r" if name.endswith("__c") else name.removesuffix("Id")
    return Field(name, "reference", label, length=18, reference_to=to, relationship_name=relationship, **more)


def read_only(**more: Any) -> dict[str, Any]:
    """What nobody writes."""
    return {"createable": False, "updateable": False, **more}


def address(prefix: str) -> tuple[Field, ...]:
    """The pieces of an address, and the compound that shows them together."""
    compound = f"{prefix}Address"
    pieces = tuple(
        Field(f"{prefix}{piece}", kind, f"{prefix} {piece}".strip(), length=length, compound=compound)
        for piece, kind, length in ADDRESS_PIECES
    )
    places = tuple(
        number(f"{prefix}{axis}", f"{prefix} {axis}", 18, 15, compound=compound) for axis in ("Latitude", "Longitude")
    )
    return (*pieces, *places, Field(compound, "address", f"{prefix} Address", **read_only()))


def record_id() -> Field:
    """The record's own id."""
    return Field("Id", "id", "Record ID", length=18, nillable=False, **read_only())


def record_name(length: int = 80, label: str = "Name", **more: Any) -> Field:
    """The name of a record that needs one."""
    return text("Name", label, length, nillable=False, name_field=True, **more)


def audit(*, deletable: bool = True) -> tuple[Field, ...]:
    """Who made and last changed a record, and the stamp that every change moves."""
    fixed = read_only(nillable=False)
    fields = (
        moment("CreatedDate", "Created Date", **fixed),
        reference("CreatedById", "Created By ID", "User", **fixed),
        moment("LastModifiedDate", "Last Modified Date", **fixed),
        reference("LastModifiedById", "Last Modified By ID", "User", **fixed),
        moment("SystemModstamp", "System Modstamp", **fixed),
    )
    return (flag("IsDeleted", "Deleted", **read_only()), *fields) if deletable else fields


def person_name(*, first_required: bool = False) -> tuple[Field, ...]:
    """A person's names and the full name that Salesforce puts together."""
    return (
        text("LastName", "Last Name", 80, nillable=False, compound="Name"),
        text("FirstName", "First Name", 40, nillable=not first_required, compound="Name"),
        text("Name", "Full Name", 121, nillable=False, name_field=True, **read_only()),
    )


def owner(*also: str) -> Field:
    """The user a record belongs to."""
    return reference("OwnerId", "Owner ID", "User", *also, nillable=False, default="")
