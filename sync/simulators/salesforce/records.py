"""Writes to the org, as its API takes them: many rows, each with a result of its own."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sync.simulators.salesforce import access, schema, store
from sync.simulators.salesforce.deletion import Deleter
from sync.simulators.salesforce.errors import OrgError, RowError, RowRefused, refuse
from sync.simulators.salesforce.merging import merge_into
from sync.simulators.salesforce.schema.model import Field, SObject
from sync.simulators.salesforce.writing import Writer

Operation = Literal["insert", "update", "upsert", "delete", "hardDelete", "undelete"]
Row = Mapping[str, Any]

_ROLLED_BACK = RowError(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)
# Salesforce works rows off in chunks of this many; within one an external id may stand once.
CHUNK = 200


@dataclass(frozen=True)
class RowResult:
    """What became of one row, in the order of the rows. `created` is told for an upsert and an insert.

    A refused row has the id of its record where the row told one.
    """

    id: str | None
    success: bool
    created: bool = False
    errors: tuple[RowError, ...] = field(default=())


def apply(
    connection: sqlite3.Connection,
    user_id: str,
    operation: Operation,
    object_name: str,
    rows: Iterable[Row],
    *,
    external_id: str | None = None,
    all_or_none: bool = False,
    duplicate_allow_save: bool = False,
    request_id: str | None = None,
    single: bool = False,
) -> list[RowResult]:
    """Write rows as this user, one after another, each good or refused for itself (`all_or_none`: all of them).

    A row maps fields to values (None clears). A parent may be given by an external id, nested
    (`{"Customer__r": {"CCB_Person_ID__c": "…"}}`) or dotted (`{"Customer__r.CCB_Person_ID__c": "…"}`).
    Rows of update, delete, hardDelete and undelete carry `Id`; those of upsert the field named by `external_id` (`Id`
    too). Joins the caller's `store.transaction`, or makes one.

    Raises OrgError for what concerns the whole call (INVALID_TYPE, NOT_FOUND of the external id), and for a `single`
    row that is upserted by an external id which several records carry SeveralMatch (else that row is refused).
    """
    made = require_object(object_name)
    _require_operation(made, operation)
    with store.transaction(connection):
        write = _writer_of(connection, user_id, operation, made, external_id, duplicate_allow_save, request_id, single)
        if not all_or_none:
            return [_attempt(write, row) for row in rows]
        connection.execute("SAVEPOINT org_call")
        results = [_attempt(write, row) for row in rows]
        if not all(result.success for result in results):
            connection.execute("ROLLBACK TO org_call")
            results = [_rolled_back(result) if result.success else result for result in results]
        connection.execute("RELEASE org_call")
        return results


def merge(
    connection: sqlite3.Connection,
    user_id: str,
    object_name: str,
    master: str,
    losers: Sequence[str],
    *,
    request_id: str | None = None,
) -> RowResult:
    """Merge up to two records into a third: their children go to the master, they themselves to the recycle bin.

    Raises OrgError for an object whose records cannot be merged.
    """
    made = require_object(object_name)
    if not made.mergeable:
        raise OrgError("INVALID_TYPE_FOR_OPERATION", f"entity type {made.name} does not support merge")
    with store.transaction(connection):
        try:
            kept = merge_into(connection, user_id, made, master, losers, request_id)
        except RowRefused as refusal:
            return RowResult(master, False, errors=refusal.errors)
        return RowResult(kept, True)


def empty_bin(
    connection: sqlite3.Connection, user_id: str, object_name: str, record_ids: Sequence[str]
) -> list[RowResult]:
    """Remove records for good that are in the recycle bin."""
    made = require_object(object_name)
    with store.transaction(connection):
        writer, deleter = Writer(connection, user_id, made), Deleter(connection, user_id, made)

        def write(row: Row) -> tuple[str, bool]:
            record_id = writer.record_id(row["Id"])
            deleter.empty(record_id)
            return record_id, False

        return [_attempt(write, {"Id": record_id}) for record_id in record_ids]


def require_object(object_name: str) -> SObject:
    """An object of the org. Raises OrgError NOT_FOUND."""
    made = schema.find(object_name)
    if made is None:
        raise OrgError("NOT_FOUND", "The requested resource does not exist", status=404)
    return made


def require_key(connection: sqlite3.Connection, user_id: str, made: SObject, name: str) -> Field:
    """The field by which an upsert finds records. Raises OrgError NOT_FOUND for a hidden one, or no external id."""
    key = made.by_name.get(name.lower())
    hidden = access.hidden_fields(connection, user_id, made.name)
    if key is None or not (key.external_id or key.type == "id") or key.name in hidden:
        message = f"Provided external ID field does not exist or is not accessible: {name}"
        raise OrgError("NOT_FOUND", message, status=404)
    return key


def _require_operation(made: SObject, operation: Operation) -> None:
    allowed = {
        "insert": made.createable,
        "update": made.updateable,
        "upsert": made.createable and made.updateable,
    }.get(operation, made.deletable)
    if not allowed:
        told = {"insert": "create", "hardDelete": "delete"}.get(operation, operation)
        raise OrgError("INVALID_TYPE_FOR_OPERATION", f"entity type {made.name} does not support {told}")


def _writer_of(
    connection: sqlite3.Connection,
    user_id: str,
    operation: Operation,
    made: SObject,
    external_id: str | None,
    allow_save: bool,
    request_id: str | None,
    single: bool,
) -> Callable[[Row], tuple[str, bool]]:
    """What writes one row, and tells its id and whether it is new."""
    writer = Writer(connection, user_id, made, duplicate_allow_save=allow_save, request_id=request_id)
    if operation == "insert":
        return lambda row: (writer.insert(row), True)
    if operation == "upsert":
        return _upsert(writer, require_key(connection, user_id, made, external_id or "Id"), single=single)
    if operation == "update":

        def update(row: Row) -> tuple[str, bool]:
            record_id = writer.record_id(_id_of(row))
            writer.update(record_id, row)
            return record_id, False

        return update
    deleter = Deleter(connection, user_id, made, request_id)
    remove = {"delete": deleter.delete, "hardDelete": deleter.hard_delete, "undelete": deleter.undelete}[operation]

    def delete(row: Row) -> tuple[str, bool]:
        record_id = writer.record_id(_id_of(row))
        remove(record_id)
        return record_id, False

    return delete


def _upsert(writer: Writer, key: Field, *, single: bool) -> Callable[[Row], tuple[str, bool]]:
    seen: set[str] = set()
    position, named = 0, key.name.lower()

    def upsert(row: Row) -> tuple[str, bool]:
        nonlocal position
        if position % CHUNK == 0:
            seen.clear()
        position += 1
        value = str(next((given for name, given in row.items() if name.lower() == named), None) or "").strip()
        folded = value if key.case_sensitive or key.type == "id" else value.lower()
        if folded and folded in seen:
            raise refuse("DUPLICATE_VALUE", f"Duplicate external id specified: {value}", key.name)
        seen.add(folded)
        return writer.upsert(key, row, single=single)

    return upsert


def _id_of(row: Row) -> Any:
    return row.get("Id") or row.get("id")


def _attempt(write: Callable[[Row], tuple[str, bool]], row: Row) -> RowResult:
    try:
        record_id, created = write(row)
    except RowRefused as refusal:
        return RowResult(_id_of(row), False, errors=refusal.errors)
    return RowResult(record_id, True, created)


def _rolled_back(result: RowResult) -> RowResult:
    kept = None if result.created else result.id
    return replace(result, id=kept, success=False, created=False, errors=(_ROLLED_BACK,))
