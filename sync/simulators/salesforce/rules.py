"""What a row must be before the org takes it: its values one by one, then the record as a whole."""

import re
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from sync.simulators.salesforce import access, values
from sync.simulators.salesforce.errors import RowError, RowRefused, refuse
from sync.simulators.salesforce.references import References
from sync.simulators.salesforce.schema.model import ID_TYPES, NUMBER_TYPES, TEXT_TYPES, Field, SObject

Values = dict[str, values.Stored]
Check = Callable[[Any], values.Stored]

_EMAIL = re.compile(r"[^@\s,;:<>()\[\]]+@[^@\s,;:<>()\[\]]+\.[A-Za-z0-9-]{2,}")
_NOT_WRITABLE = (
    "Unable to create/update fields: {}. Please check the security settings of this field and verify that it is"
    " read/write for your profile or permission set."
)


class Checker:
    """Reads the rows of one call for one object and one user."""

    def __init__(self, connection: sqlite3.Connection, user_id: str, made: SObject) -> None:
        self.made = made
        self.references = References(connection)
        self._hidden = access.hidden_fields(connection, user_id, made.name)
        self._closed = self._hidden | access.locked_fields(connection, user_id, made.name)
        self._checks: dict[str, tuple[Field, Check]] = {}
        self._required = tuple(field.name for field in made.stored_fields if field.required)
        self._defaults: Values = {
            field.name: values.encode(field, field.default)
            for field in made.stored_fields
            if field.default not in (None, "")
        }

    def for_insert(self, row: Mapping[str, Any]) -> Values:
        """The values of a new record, with defaults where the row says nothing. Raises RowRefused."""
        if row.get("Id"):
            raise refuse("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", "Id")
        given = self._read(row, creating=True)
        missing = [name for name in self._required if given.get(name) is None]
        if missing:
            raise _missing(missing)
        for name, default in self._defaults.items():
            if given.get(name) is None:
                given[name] = default
        return given

    def for_update(self, row: Mapping[str, Any]) -> Values:
        """The values that an update changes. Raises RowRefused."""
        given = self._read(row, creating=False)
        missing = [name for name in self._required if name in given and given[name] is None]
        if missing:
            raise _missing(missing)
        return given

    def _read(self, row: Mapping[str, Any], *, creating: bool) -> Values:
        given: Values = {}
        errors: list[RowError] = []
        closed: list[str] = []
        for name, value in row.items():
            if name == "attributes" or name.lower() == "id":
                continue
            stored: values.Stored
            try:
                if isinstance(value, Mapping) or "." in name:
                    field, stored = self.references.parent(self.made, name, value)
                else:
                    field, check = self._check(name)
                    stored = None if value is None or value == "" else check(value)
            except RowRefused as refusal:
                errors += refusal.errors
                continue
            if not (field.createable if creating else field.updateable) or field.name in self._closed:
                closed.append(field.name)
            given[field.name] = 0 if stored is None and field.type == "boolean" else stored
        if closed:
            raise refuse("INVALID_FIELD_FOR_INSERT_UPDATE", _NOT_WRITABLE.format(", ".join(closed)), *closed)
        if errors:
            raise RowRefused(*errors)
        return given

    def _check(self, name: str) -> tuple[Field, Check]:
        found = self._checks.get(name)
        if found is None:
            field = self.made.by_name.get(name.lower())
            if field is None:
                raise refuse("INVALID_FIELD", f"No such column '{name}' on sobject of type {self.made.name}")
            found = self._checks[name] = (field, self._check_of(field))
        return found

    def _check_of(self, field: Field) -> Check:
        if field.type in ID_TYPES:
            return lambda value: self.references.known(field, value)
        if field.type in TEXT_TYPES:
            return _text_check(field)
        return _typed_check(field)


def _missing(names: list[str]) -> RowRefused:
    return refuse("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(names)}]", *names)


def _text_check(field: Field) -> Check:
    """Salesforce trims texts; it cuts none."""
    length, allowed = field.length, frozenset(value.lower() for value in field.values)
    spelling = {value.lower(): value for value in field.values}

    def check(value: Any) -> values.Stored:
        if isinstance(value, Mapping | list):
            raise _wrong_type(field, value)
        text = values.encoder("string")(value)
        text = text.strip() if isinstance(text, str) else ""
        if not text:
            return None
        if len(text) > length:
            message = f"{field.label}: data value too large: {text} (max length={length})"
            raise refuse("STRING_TOO_LONG", message, field.name)
        if field.restricted and text.lower() not in allowed:
            message = f"{field.label}: bad value for restricted picklist field: {text}"
            raise refuse("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, field.name)
        if field.type == "email" and not _EMAIL.fullmatch(text):
            raise refuse("INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {text}", field.name)
        return spelling[text.lower()] if field.restricted else text

    return check


def _typed_check(field: Field) -> Check:
    convert = values.encoder(field.type)
    largest = 10 ** (field.precision - field.scale) if field.type in NUMBER_TYPES and field.precision else None

    def check(value: Any) -> values.Stored:
        try:
            stored = convert(value)
        except values.Unreadable as error:
            raise _wrong_type(field, value) from error
        if largest is None or not isinstance(stored, int | float):
            return stored
        if abs(stored) >= largest:
            message = f"{field.label}: value outside of valid range on numeric field: {value}"
            raise refuse("NUMBER_OUTSIDE_VALID_RANGE", message, field.name)
        return round(stored, field.scale) if isinstance(stored, float) else stored

    return check


def _wrong_type(field: Field, value: Any) -> RowRefused:
    message = f"{field.label}: value not of required type: {value}"
    return refuse("INVALID_TYPE_ON_FIELD_IN_RECORD", message, field.name)
