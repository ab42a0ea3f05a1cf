"""What an object and a field of the org are."""

from dataclasses import dataclass
from functools import cached_property

TEXT_TYPES = frozenset(
    {"string", "textarea", "picklist", "email", "phone", "url", "combobox", "multipicklist", "encryptedstring"}
)
NUMBER_TYPES = frozenset({"double", "currency", "percent", "int", "long"})
ID_TYPES = frozenset({"id", "reference"})

SET_NULL, CASCADE, RESTRICT = "SetNull", "Cascade", "Restrict"


@dataclass(frozen=True)
class Field:
    """One field, in the words of a describe call.

    `length` counts characters; `precision` and `scale` digits. `values` are a picklist's; a `restricted` one takes no
    others. A reference names the objects it may point to, the name of the parent in a path (`relationship_name`), the
    name of the children at the parent (`child_relationship`) and what the parent's deletion does to the child.
    `compound` is the field that this one is a piece of. `default` stands in for a value left out at an insert.
    `calculated` marks a formula: no column takes it from a write. A field of type `address` has no column of its own.
    """

    name: str
    type: str
    label: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    external_id: bool = False
    unique: bool = False
    case_sensitive: bool = False
    values: tuple[str, ...] = ()
    restricted: bool = False
    reference_to: tuple[str, ...] = ()
    relationship_name: str | None = None
    child_relationship: str | None = None
    on_delete: str = SET_NULL
    compound: str | None = None
    default: str | int | float | bool | None = None
    calculated: bool = False
    auto_number: bool = False
    name_field: bool = False

    @property
    def custom(self) -> bool:
        """Made by the utility, not by Salesforce."""
        return self.name.endswith("__c")

    @property
    def polymorphic(self) -> bool:
        """Whether its parent is of one of several objects, known only as a name with a type."""
        return self.name in ("WhatId", "WhoId") or len(self.reference_to) > 1

    @property
    def stored(self) -> bool:
        """Whether a column of the object's table holds it."""
        return self.type not in ("address", "location")

    @property
    def required(self) -> bool:
        """Whether an insert must bring a value."""
        return self.createable and not self.nillable and self.default is None and self.type != "boolean"

    @property
    def sql_type(self) -> str:
        """The column's declaration in SQLite. Salesforce compares text without regard to case, but not ids."""
        if self.type in ("int", "long", "boolean"):
            return "INTEGER"
        if self.type in NUMBER_TYPES:
            return "REAL"
        if self.type in TEXT_TYPES and not self.case_sensitive:
            return "TEXT COLLATE NOCASE"
        return "TEXT"


@dataclass(frozen=True)
class SObject:
    """One object of the org. Its fields are in the order of the describe call.

    `queryable` alone: read, never written through the API (SetupAuditTrail).
    """

    name: str
    label: str
    label_plural: str
    key_prefix: str
    fields: tuple[Field, ...]
    createable: bool = True
    updateable: bool = True
    deletable: bool = True
    mergeable: bool = False
    aggregates: bool = True

    @property
    def custom(self) -> bool:
        """Made by the utility."""
        return self.name.endswith("__c")

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Fields by their name in lower case: Salesforce takes names in any."""
        return {field.name.lower(): field for field in self.fields}

    @cached_property
    def by_relationship(self) -> dict[str, Field]:
        """References by the lower-case name under which a path reaches the parent."""
        return {field.relationship_name.lower(): field for field in self.fields if field.relationship_name}

    @cached_property
    def stored_fields(self) -> tuple[Field, ...]:
        """Fields that have a column."""
        return tuple(field for field in self.fields if field.stored)

    @cached_property
    def name_field(self) -> Field | None:
        """The field that names a record: Name, CaseNumber, Subject."""
        return next((field for field in self.fields if field.name_field), None)

    def field(self, name: str) -> Field:
        """The field of that name, in any case; KeyError if there is none."""
        return self.by_name[name.lower()]

    def has(self, name: str) -> bool:
        """Whether there is such a field."""
        return name.lower() in self.by_name

    def pieces(self, compound: Field) -> tuple[Field, ...]:
        """The fields that a compound one consists of."""
        return tuple(field for field in self.fields if field.compound == compound.name)
