"""sObject Collections: up to 200 records in a call, each with a result of its own in the order of the request."""

from typing import Any

from sync.simulators.salesforce import faults, ids, record_calls, schema, soql, store, writes
from sync.simulators.salesforce.calls import Call
from sync.simulators.salesforce.errors import OrgError
from sync.simulators.salesforce.messages import Reply, json_reply
from sync.simulators.salesforce.records import Operation, RowResult
from sync.simulators.salesforce.schema import SObject

MOST_RECORDS = 200


def create(call: Call) -> Reply:
    """POST composite/sobjects: 200, also when every record failed."""
    return _write(call, "insert")


def update(call: Call) -> Reply:
    """PATCH composite/sobjects: each record names itself by `id`."""
    return _write(call, "update")


def upsert(call: Call) -> Reply:
    """PATCH composite/sobjects/X/<field>: one object, by an external id."""
    made = call.sobject()
    field = record_calls.external_id(made, call.parts["field"])
    body = call.request.document()
    given = _records(body)
    for place, record in enumerate(given):
        if _type(record, place) is not made:
            raise OrgError("INVALID_INPUT", f"The records must all be of the type {made.name}.")
    results = writes.apply(
        call,
        "upsert",
        made.name,
        [_fields(record) for record in given],
        external_id=field.name,
        all_or_none=body.get("allOrNone") is True,
    )
    return json_reply([_told(result) | ({"created": result.created} if result.success else {}) for result in results])


def delete(call: Call) -> Reply:
    """DELETE composite/sobjects?ids=A,B&allOrNone=."""
    given = [each for each in call.request.query.get("ids", "").split(",") if each]
    _check_count(given)
    rows = [(schema.by_prefix().get(each[:3]), {"Id": ids.normal(each) or each}) for each in given]
    unknown = next((row["Id"] for made, row in rows if made is None), None)
    if unknown is not None:
        raise OrgError("MALFORMED_ID", f"malformed id {unknown}")
    known = [(made, row) for made, row in rows if made is not None]
    results = _by_object(call, "delete", known, all_or_none=call.request.query.get("allOrNone", "").lower() == "true")
    return json_reply([_told(result) for result in results])


def retrieve(call: Call) -> Reply:
    """POST composite/sobjects/X with ids and fields: the records in that order, null for one that is not there."""
    made, body = call.sobject(), call.request.document()
    wanted, names = body.get("ids"), body.get("fields")
    if not isinstance(wanted, list) or not isinstance(names, list):
        raise OrgError("INVALID_INPUT", "The body names the records by ids and what to tell of them by fields.")
    _check_count(wanted)
    normal = [ids.normal(each) or "" for each in wanted]
    quoted = ", ".join(f"'{each}'" for each in normal if each)
    text = f"SELECT {', '.join(dict.fromkeys(['Id', *map(str, names)]))} FROM {made.name} WHERE Id IN ({quoted})"  # noqa: S608
    found = soql.run(call.connection, call.user_id, text, version=call.version).rows if quoted else ()
    by_id = {record["Id"]: record for record in found}
    return json_reply([by_id.get(each) for each in normal])


def _write(call: Call, operation: Operation) -> Reply:
    body = call.request.document()
    rows = [(_type(record, place), _fields(record)) for place, record in enumerate(_records(body))]
    results = _by_object(call, operation, rows, all_or_none=body.get("allOrNone") is True)
    return json_reply([_told(result) for result in results])


def _by_object(
    call: Call, operation: Operation, rows: list[tuple[SObject, dict[str, Any]]], *, all_or_none: bool
) -> list[RowResult]:
    """Results in the order of the rows, which are written object by object as they follow one another."""
    names = list(dict.fromkeys(made.name for made, _ in rows))
    results: dict[int, RowResult] = {}
    with store.transaction(call.connection):
        call.connection.execute("SAVEPOINT collection")
        for name in names:
            places = [place for place, (made, _) in enumerate(rows) if made.name == name]
            given = [rows[place][1] for place in places]
            written = writes.apply(call, operation, name, given, all_or_none=all_or_none)
            results |= dict(zip(places, written, strict=True))
            if all_or_none and not all(result.success for result in written):
                struck = faults.used(call.connection)
                call.connection.execute("ROLLBACK TO collection")
                faults.keep_used(call.connection, struck)
                break
        call.connection.execute("RELEASE collection")
    if all_or_none and not all(result.success for result in results.values()):
        return [_undone(operation, row, results.get(place)) for place, (_, row) in enumerate(rows)]
    return [results[place] for place in range(len(rows))]


def _undone(operation: Operation, row: dict[str, Any], result: RowResult | None) -> RowResult:
    """The result of a row of a call that was rolled back: its own failure, or that another one failed."""
    if result is not None and not result.success:
        return result
    return RowResult(None if operation == "insert" else row.get("Id"), False, errors=(writes.ROLLED_BACK,))


def _records(body: dict[str, Any]) -> list[dict[str, Any]]:
    given = body.get("records")
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise OrgError("INVALID_INPUT", "The records are missing.")
    _check_count(given)
    return given


def _check_count(given: list[Any]) -> None:
    if not given:
        raise OrgError("INVALID_INPUT", "The request names no record.")
    if len(given) > MOST_RECORDS:
        raise OrgError("EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {MOST_RECORDS} records")


def _type(record: dict[str, Any], place: int) -> SObject:
    """The object that a record names. Raises OrgError INVALID_INPUT, INVALID_TYPE."""
    attributes = record.get("attributes")
    name = attributes.get("type") if isinstance(attributes, dict) else None
    if not name:
        raise OrgError(
            "INVALID_INPUT", f"Include an entity type in the attributes field for the record at index {place}."
        )
    found = schema.find(str(name))
    if found is None:
        raise OrgError("INVALID_TYPE", f"sObject type '{name}' is not supported.")
    return found


def _fields(record: dict[str, Any]) -> dict[str, Any]:
    """A record's fields; `id` in any case is its Id."""
    return {("Id" if name.lower() == "id" else name): value for name, value in record.items() if name != "attributes"}


def _told(result: RowResult) -> dict[str, Any]:
    """A row's result: a refused one names its record only where there is one."""
    told: dict[str, Any] = {"id": result.id} if result.id else {}
    return told | {"success": result.success, "errors": [error.as_rest() for error in result.errors]}
