"""The rules that people of the org have set up: validation rules and duplicate rules, kept as rows.

A validation rule refuses a record that meets its condition, which is written as SOQL writes WHERE. A duplicate rule
refuses a record whose named fields all have values that another record has too; where its action is `alert` a caller
who says so may save nevertheless, where it is `block` nobody may.
"""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any, Literal

from sync.simulators.salesforce import birth
from sync.simulators.salesforce.errors import RowError
from sync.simulators.salesforce.schema.model import SObject
from sync.simulators.salesforce.soql.compiler import Compiler
from sync.simulators.salesforce.soql.parser import parse

VALIDATION, DUPLICATE = "validation", "duplicate"
Action = Literal["block", "alert"]


def add(connection: sqlite3.Connection, kind: str, object_name: str, name: str, detail: Mapping[str, Any]) -> None:
    """Set a rule up, in place of one of the same name."""
    connection.execute(
        "INSERT INTO org_rule (kind, object, name, detail) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (kind, object, name) DO UPDATE SET detail = excluded.detail",
        (kind, object_name, name, json.dumps(detail)),
    )


def remove(connection: sqlite3.Connection, kind: str, object_name: str, name: str) -> None:
    """Take a rule back."""
    connection.execute("DELETE FROM org_rule WHERE kind = ? AND object = ? AND name = ?", (kind, object_name, name))


class OrgRules:
    """The rules of one object, ready to judge records."""

    def __init__(self, connection: sqlite3.Connection, made: SObject) -> None:
        self.connection = connection
        self.made = made
        self._administrator = birth.administrator_id(connection)  # rules see every field
        self.validation: list[tuple[str, tuple[Any, ...], RowError]] = []
        self.duplicate: list[tuple[tuple[str, ...], Action]] = []
        rules = connection.execute("SELECT kind, detail FROM org_rule WHERE object = ? ORDER BY id", (made.name,))
        for kind, told in rules.fetchall():
            detail = json.loads(told)
            if kind == VALIDATION:
                self.validation.append(self._compiled(detail))
            else:
                self.duplicate.append((tuple(detail["fields"]), detail["action"]))

    def broken(self, record_id: str) -> list[RowError]:
        """What the validation rules say against a record as it stands."""
        return [
            error
            for statement, binds, error in self.validation
            if self.connection.execute(statement, (*binds, record_id)).fetchone()
        ]

    def duplicates(self, record: Mapping[str, Any], record_id: str | None, *, allow_save: bool) -> bool:
        """Whether a duplicate rule stops a record with these values."""
        return any(
            self._resembled(fields, record, record_id)
            for fields, action in self.duplicate
            if not (allow_save and action == "alert")
        )

    def _compiled(self, detail: Mapping[str, Any]) -> tuple[str, tuple[Any, ...], RowError]:
        soql = f"SELECT Id FROM {self.made.name} WHERE ({detail['condition']})"  # noqa: S608 - SOQL, compiled here
        plan = Compiler(self.connection, self._administrator, soql, include_deleted=True).compile(parse(soql))
        field = detail.get("field")
        error = RowError("FIELD_CUSTOM_VALIDATION_EXCEPTION", detail["message"], (field,) if field else ())
        statement = f"SELECT 1 {plan.source} AND {plan.scope.root.id_sql} = ?"
        return statement, plan.binds, error

    def _resembled(self, fields: tuple[str, ...], record: Mapping[str, Any], record_id: str | None) -> bool:
        told = [record.get(name) for name in fields]
        if any(value is None for value in told):
            return False
        same = " AND ".join(f'"{name}" = ?' for name in fields)
        found = self.connection.execute(
            f'SELECT 1 FROM "{self.made.name}" WHERE {same} AND "IsDeleted" = 0 AND Id != ? LIMIT 1',  # noqa: S608
            (*told, record_id or ""),
        )
        return found.fetchone() is not None
