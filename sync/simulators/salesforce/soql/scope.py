"""Fields of a query: what a path leads to, and the joins that it takes to get there."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from sync.simulators.salesforce import access, schema
from sync.simulators.salesforce.errors import OrgError
from sync.simulators.salesforce.schema.model import Field, SObject
from sync.simulators.salesforce.soql.lexer import located
from sync.simulators.salesforce.soql.nodes import Path

_ADVICE = "Please reference your WSDL or the describe call for the appropriate names."
MOST_PARENTS = 5
# What a lookup to one of several objects shows of whichever it is.
SHARED = ("Name", "FirstName", "LastName", "Email", "Phone", "Title", "Username", "Alias", "IsActive")


@dataclass(frozen=True)
class Parent:
    """A record reached from the query's object: its object (None: one of several), its table's alias, its id."""

    object: SObject | None
    alias: str
    id_sql: str
    path: tuple[str, ...] = ()
    targets: tuple[SObject, ...] = ()


@dataclass(frozen=True)
class Reached:
    """A field that a path leads to: the SQL of its value, its field, whose it is, its name as Salesforce spells it."""

    sql: str
    field: Field
    parent: Parent

    @property
    def name(self) -> str:
        """Dotted, in Salesforce's own spelling."""
        return ".".join((*self.parent.path, self.field.name))


class Scope:
    """The object of one FROM, and the parents that the query's paths reach."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        user_id: str,
        soql: str,
        object_name: str,
        position: int,
        alias: str | None,
        new_alias: Callable[[], str],
    ) -> None:
        self.connection = connection
        self.user_id = user_id
        self.soql = soql
        found = schema.find(object_name)
        if found is None:
            raise OrgError("INVALID_TYPE", located(soql, position, unsupported(object_name)))
        self.object = found
        self.own_names = {found.name.lower(), (alias or found.name).lower()}
        self._new_alias = new_alias
        alias_sql = new_alias()
        self.root = Parent(found, alias_sql, f'{alias_sql}."Id"')
        self._parents: dict[tuple[str, ...], Parent] = {(): self.root}
        self._hidden: dict[str, frozenset[str]] = {}
        self.joins: list[str] = []

    def reach(self, path: Path) -> Reached:
        """What a path leads to. Raises OrgError INVALID_FIELD for what is not there, or not there for this user."""
        parts = path.parts
        if (
            len(parts) > 1
            and parts[0].lower() not in self.object.by_relationship
            and parts[0].lower() in self.own_names
        ):
            parts = parts[1:]
        if len(parts) > MOST_PARENTS + 1:
            raise self.refuse(path, "SOQL relationships cannot have more than 5 levels")
        parent = self.root
        for relationship in parts[:-1]:
            parent = self._step(parent, relationship, path)
        return self.field(parent, parts[-1], path)

    def field(self, parent: Parent, name: str, path: Path) -> Reached:
        """A field of a record that is reached already."""
        if parent.object is None:
            return self._shared(parent, name, path)
        field = parent.object.by_name.get(name.lower())
        if field is None or field.name in self.hidden(parent.object.name):
            raise self._no_column(path, name, parent.object.name)
        return Reached(f'{parent.alias}."{field.name}"' if field.stored else "NULL", field, parent)

    def parent(self, path: tuple[str, ...]) -> Parent:
        """A record on the way of a path that has been reached."""
        return self._parents[path]

    def hidden(self, object_name: str) -> frozenset[str]:
        """The fields of an object that the user may not see."""
        if object_name not in self._hidden:
            self._hidden[object_name] = access.hidden_fields(self.connection, self.user_id, object_name)
        return self._hidden[object_name]

    def refuse(self, path: Path, message: str, code: str = "INVALID_FIELD") -> OrgError:
        """The refusal of a field, with its place in the query."""
        return OrgError(code, located(self.soql, path.position, message))

    def _step(self, parent: Parent, relationship: str, path: Path) -> Parent:
        made = parent.object
        lookup = made.by_relationship.get(relationship.lower()) if made else None
        if made is None or lookup is None or lookup.name in self.hidden(made.name):
            raise self.refuse(
                path,
                f"Didn't understand relationship '{relationship}' in field path. If you are attempting to use a custom"
                " relationship, be sure to append the '__r' after the custom relationship name. " + _ADVICE,
            )
        key = (*parent.path, lookup.relationship_name or "")
        if key not in self._parents:
            self._parents[key] = self._join(parent, lookup, key)
        return self._parents[key]

    def _join(self, parent: Parent, lookup: Field, key: tuple[str, ...]) -> Parent:
        source = f'{parent.alias}."{lookup.name}"'
        targets = tuple(schema.objects()[name] for name in lookup.reference_to)
        if lookup.polymorphic:
            return Parent(None, parent.alias, source, key, targets)
        alias = self._new_alias()
        self.joins.append(f'LEFT JOIN "{targets[0].name}" {alias} ON {alias}."Id" = {source}')
        return Parent(targets[0], alias, f'{alias}."Id"', key, targets)

    def _shared(self, parent: Parent, name: str, path: Path) -> Reached:
        """A field of a record of one of several objects, told apart by the first characters of its id."""
        lower = name.lower()
        if lower == "id":
            return Reached(parent.id_sql, parent.targets[0].field("Id"), parent)
        if lower == "type":
            cases = " ".join(f"WHEN '{made.key_prefix}' THEN '{made.name}'" for made in parent.targets)
            return Reached(f"CASE substr({parent.id_sql}, 1, 3) {cases} END", _TYPE, parent)
        spelled = next((shared for shared in SHARED if shared.lower() == lower), None)
        if spelled is None:
            raise self._no_column(path, name, "Name")
        held = [(made, _shown(made, spelled)) for made in parent.targets]
        cases = " ".join(
            f"WHEN '{made.key_prefix}' THEN {_of_one(made, field, parent)}"
            for made, field in held
            if field is not None and field.name not in self.hidden(made.name)
        )
        sql = f"CASE substr({parent.id_sql}, 1, 3) {cases} END" if cases else "NULL"
        return Reached(
            sql, Field(spelled, "boolean" if spelled == "IsActive" else "string", spelled, length=255), parent
        )

    def _no_column(self, path: Path, name: str, object_name: str) -> OrgError:
        return self.refuse(
            path,
            f"No such column '{name}' on entity '{object_name}'. If you are attempting to use a custom field, be sure"
            " to append the '__c' after the custom field name. " + _ADVICE,
        )


_TYPE = Field("Type", "string", "Type", length=50)


def _shown(made: SObject, name: str) -> Field | None:
    """The field that stands for a shared one at this object: a case's Name is its number."""
    return made.name_field if name == "Name" else made.by_name.get(name.lower())


def _of_one(made: SObject, field: Field, parent: Parent) -> str:
    """A field of the record that a lookup points to, if it is of this object."""
    return f'(SELECT n."{field.name}" FROM "{made.name}" n WHERE n."Id" = {parent.id_sql})'  # noqa: S608 - schema


def unsupported(object_name: str) -> str:
    """What Salesforce says of an object that it does not have."""
    return (
        f"sObject type '{object_name}' is not supported. If you are attempting to use a custom object, be sure to"
        " append the '__c' after the entity name. " + _ADVICE
    )
