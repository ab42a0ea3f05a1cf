"""Deletion, the recycle bin, and the way back out of it."""

import sqlite3

from sync.simulators.salesforce import schema, store, values
from sync.simulators.salesforce.errors import refuse
from sync.simulators.salesforce.ledger import Ledger
from sync.simulators.salesforce.references import matches
from sync.simulators.salesforce.schema.model import CASCADE, RESTRICT, Field, SObject

MERGED_INTO = "MasterRecordId"


class Deleter:
    """Deletes and restores records as one user, with what hangs on them."""

    def __init__(
        self, connection: sqlite3.Connection, user_id: str, made: SObject, request_id: str | None = None
    ) -> None:
        self.connection = connection
        self.user_id = user_id
        self.made = made
        self.at = values.moment_text(store.now(connection))
        self.ledger = Ledger(connection, self.at, user_id, made.name, request_id)

    def delete(self, record_id: str) -> None:
        """Put a record into the recycle bin, with the children that go along. Raises RowRefused."""
        self._require(record_id, deleted=False)
        self._refuse_restricted(record_id)
        self._bin(self.made, record_id, None, {})
        self.ledger.append("delete", record_id)

    def hard_delete(self, record_id: str) -> None:
        """Remove a record for good, from the bin too, with the children that go along. Raises RowRefused."""
        self._require(record_id, deleted=None)
        self._refuse_restricted(record_id)
        self._purge(self.made, record_id)
        self.ledger.append("hardDelete", record_id)

    def empty(self, record_id: str) -> None:
        """Remove a record from the recycle bin for good. Raises RowRefused for one that is not in it."""
        self._require(record_id, deleted=True)
        self._purge(self.made, record_id)
        self.ledger.append("hardDelete", record_id)

    def undelete(self, record_id: str) -> None:
        """Take a record out of the recycle bin, with what its deletion took along. Raises RowRefused."""
        self._require(record_id, deleted=True)
        self._refuse_taken_values(record_id)
        with_it = self.connection.execute(
            "SELECT object, id FROM org_deletion WHERE with_parent = ? AND purged_at IS NULL", (record_id,)
        ).fetchall()
        for object_name, restored in ((self.made.name, record_id), *with_it):
            made = schema.objects()[object_name]
            merged = f', "{MERGED_INTO}" = NULL' if made.has(MERGED_INTO) else ""
            self.connection.execute(
                f'UPDATE "{object_name}" SET "IsDeleted" = 0, "LastModifiedDate" = ?,'  # noqa: S608 - schema
                f' "LastModifiedById" = ?, "SystemModstamp" = ?{merged} WHERE Id = ?',
                (self.at, self.user_id, self.at, restored),
            )
            self.connection.execute("DELETE FROM org_deletion WHERE id = ?", (restored,))
        self.ledger.append("undelete", record_id)

    def into_bin(self, record_id: str, *, master: str) -> None:
        """Put a record that was merged into another into the recycle bin; its children have left it."""
        self._log(self.made.name, record_id, None)
        self._mark(self.made, record_id, master)

    def take_along(self, child: SObject, record_id: str, root: str) -> None:
        """Put a record into the recycle bin because another one goes."""
        self._log(child.name, record_id, root)
        self._mark(child, record_id, None)

    def _require(self, record_id: str, *, deleted: bool | None) -> None:
        row = self.connection.execute(
            f'SELECT "IsDeleted" FROM "{self.made.name}" WHERE Id = ?',  # noqa: S608 - names of the schema
            (record_id,),
        ).fetchone()
        if row is None:
            raise refuse("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        if deleted is False and row[0]:
            raise refuse("ENTITY_IS_DELETED", "entity is deleted")
        if deleted and not row[0]:
            raise refuse("UNDELETE_FAILED", "entity is not in the recycle bin")

    def _refuse_restricted(self, record_id: str) -> None:
        for child, lookup in schema.children(self.made.name):
            if lookup.on_delete != RESTRICT:
                continue
            named = child.name_field.name if child.name_field else "Id"
            held = self.connection.execute(
                f'SELECT "{named}" FROM "{child.name}" WHERE "{lookup.name}" = ? AND "IsDeleted" = 0',  # noqa: S608
                (record_id,),
            ).fetchall()
            if held:
                raise refuse(
                    "DELETE_FAILED",
                    f"Your attempt to delete {record_id} could not be completed because it is associated with the"
                    f" following {child.label_plural.lower()}.: {', '.join(str(name) for (name,) in held)}\n",
                )

    def _refuse_taken_values(self, record_id: str) -> None:
        for field in self.made.stored_fields:
            if not field.unique:
                continue
            (value,) = self.connection.execute(
                f'SELECT "{field.name}" FROM "{self.made.name}" WHERE Id = ?',  # noqa: S608 - names of the schema
                (record_id,),
            ).fetchone()
            for other in matches(self.connection, self.made, field.name, value) if value is not None else ():
                message = f"duplicate value found: {field.name} duplicates value on record with id: {other}"
                raise refuse("DUPLICATE_VALUE", message)

    def _bin(self, made: SObject, record_id: str, root: str | None, seen: dict[str, None]) -> None:
        seen[record_id] = None
        for child, lookup, found in self._children(made, record_id, deleted_too=False):
            for child_id in found:
                if lookup.on_delete == CASCADE:
                    if child_id not in seen:
                        self._bin(child, child_id, root or record_id, seen)
                else:
                    self._let_go(child, lookup, child_id)
        self._log(made.name, record_id, root)
        self._mark(made, record_id, None)

    def _purge(self, made: SObject, record_id: str) -> None:
        for child, lookup, found in self._children(made, record_id, deleted_too=True):
            for child_id in found:
                if lookup.on_delete == CASCADE:
                    self._purge(child, child_id)
                else:
                    self._let_go(child, lookup, child_id)
        self.connection.execute(f'DELETE FROM "{made.name}" WHERE Id = ?', (record_id,))  # noqa: S608 - schema
        known = self.connection.execute(
            "UPDATE org_deletion SET purged_at = ? WHERE id = ? AND purged_at IS NULL", (self.at, record_id)
        )
        if not known.rowcount:
            self._log(made.name, record_id, None, purged=True)

    def _children(self, made: SObject, record_id: str, *, deleted_too: bool) -> list[tuple[SObject, Field, list[str]]]:
        """Records that look up to this one, by the lookup."""
        found: list[tuple[SObject, Field, list[str]]] = []
        for child, lookup in schema.children(made.name):
            if not child.has("IsDeleted") or (lookup.name == MERGED_INTO and not deleted_too):
                continue
            alive = "" if deleted_too else ' AND "IsDeleted" = 0'
            held = self.connection.execute(
                f'SELECT Id FROM "{child.name}" WHERE "{lookup.name}" = ?{alive}',  # noqa: S608 - schema
                (record_id,),
            ).fetchall()
            if held:
                found.append((child, lookup, [child_id for (child_id,) in held]))
        return found

    def _let_go(self, child: SObject, lookup: Field, child_id: str) -> None:
        self.connection.execute(
            f'UPDATE "{child.name}" SET "{lookup.name}" = NULL, "SystemModstamp" = ? WHERE Id = ?',  # noqa: S608
            (self.at, child_id),
        )

    def _mark(self, made: SObject, record_id: str, master: str | None) -> None:
        merged = f', "{MERGED_INTO}" = ?' if master else ""
        self.connection.execute(
            f'UPDATE "{made.name}" SET "IsDeleted" = 1, "LastModifiedDate" = ?, "LastModifiedById" = ?,'  # noqa: S608
            f' "SystemModstamp" = ?{merged} WHERE Id = ?',
            (self.at, self.user_id, self.at, *((master,) if master else ()), record_id),
        )

    def _log(self, object_name: str, record_id: str, root: str | None, *, purged: bool = False) -> None:
        self.connection.execute(
            "INSERT INTO org_deletion (object, id, at, with_parent, purged_at) VALUES (?, ?, ?, ?, ?)",
            (object_name, record_id, self.at, root, self.at if purged else None),
        )
