"""Calls for one record: create, read, update, upsert by an external id, delete."""

from typing import Any

from sync.simulators.salesforce import access, ids, soql, writes
from sync.simulators.salesforce.calls import Call, Failed, not_found
from sync.simulators.salesforce.errors import OrgError, SeveralMatch
from sync.simulators.salesforce.messages import Reply, json_reply
from sync.simulators.salesforce.records import RowResult
from sync.simulators.salesforce.schema import Field, SObject


def create(call: Call) -> Reply:
    """POST sobjects/X: 201 with the new id."""
    made = call.sobject()
    (result,) = writes.apply(call, "insert", made.name, [record(call)])
    _check(result)
    return json_reply(
        {"id": result.id, "success": True, "errors": []},
        201,
        Location=f"{call.base}/sobjects/{made.name}/{result.id}",
    )


def read(call: Call) -> Reply:
    """GET sobjects/X/<id>, with `fields=` only those named."""
    made = call.sobject()
    return json_reply(_record(call, made, "Id", _id(call, made)))


def update(call: Call) -> Reply:
    """PATCH sobjects/X/<id>: 204."""
    made = call.sobject()
    row = record(call)
    if any(name.lower() == "id" for name in row):
        raise OrgError("INVALID_FIELD", "The Id field should not be specified in the sobject data.", fields=("Id",))
    (result,) = writes.apply(call, "update", made.name, [{**row, "Id": _id(call, made)}])
    _check(result)
    return Reply(204)


def delete(call: Call) -> Reply:
    """DELETE sobjects/X/<id>: 204."""
    made = call.sobject()
    (result,) = writes.apply(call, "delete", made.name, [{"Id": _id(call, made)}])
    _check(result)
    return Reply(204)


def read_by_external_id(call: Call) -> Reply:
    """GET sobjects/X/<field>/<value>; 300 with the records' addresses where several have that value."""
    made = call.sobject()
    field = external_id(made, call.parts["field"])
    try:
        return json_reply(_record(call, made, field.name, call.parts["value"]))
    except SeveralMatch as several:
        return _choices(call, several)


def upsert(call: Call) -> Reply:
    """PATCH sobjects/X/<field>/<value>: 201 if that made a record, 200 if it changed one, 300 if several match."""
    made = call.sobject()
    row = record(call)
    if call.parts["field"].lower() == "id":
        call.parts["id"] = call.parts["value"]
        return update(call)
    field = external_id(made, call.parts["field"])
    named = next((name for name in row if name.lower() == field.name.lower()), None)
    if named is not None:
        raise OrgError(
            "INVALID_FIELD",
            f"The {field.name} field should not be specified in the sobject data.",
            fields=(field.name,),
        )
    given = {**row, field.name: call.parts["value"]}
    try:
        (result,) = writes.apply(call, "upsert", made.name, [given], external_id=field.name, single=True)
    except SeveralMatch as several:
        return _choices(call, several)
    _check(result)
    answer: dict[str, Any] = {"id": result.id, "success": True, "errors": [], "created": result.created}
    return json_reply(answer, 201 if result.created else 200)


def delete_by_external_id(call: Call) -> Reply:
    """DELETE sobjects/X/<field>/<value>: 204."""
    made = call.sobject()
    field = external_id(made, call.parts["field"])
    try:
        found = _record(call, made, field.name, call.parts["value"])
    except SeveralMatch as several:
        return _choices(call, several)
    (result,) = writes.apply(call, "delete", made.name, [{"Id": found["Id"]}])
    _check(result)
    return Reply(204)


def record(call: Call) -> dict[str, Any]:
    """The fields of the record in the body, without its attributes."""
    return {name: value for name, value in call.request.document().items() if name != "attributes"}


def external_id(made: SObject, name: str) -> Field:
    """The external id field of that name. Raises OrgError NOT_FOUND if the object has none."""
    if made.has(name) and (field := made.field(name)) and (field.external_id or field.type == "id"):
        return field
    raise OrgError("NOT_FOUND", f"Provided external ID field does not exist or is not accessible: {name}", status=404)


def _id(call: Call, made: SObject) -> str:
    """The id that the route names. Raises OrgError NOT_FOUND for one that no record of the object can have."""
    normal = ids.normal(call.parts["id"])
    if normal is None or not normal.startswith(made.key_prefix):
        raise OrgError(
            "NOT_FOUND",
            f"Provided external ID field does not exist or is not accessible: {call.parts['id']}",
            status=404,
        )
    return normal


def _record(call: Call, made: SObject, by: str, value: str) -> dict[str, Any]:
    """A record whose field has that value, with the fields that the call names, or all that its user may see.

    Raises OrgError NOT_FOUND, SeveralMatch.
    """
    wanted = [name.strip() for name in call.request.query.get("fields", "").split(",") if name.strip()]
    if not wanted:
        wanted = [field.name for field in visible(call, made)]
    names = dict.fromkeys(["Id", *wanted])
    quoted = "'{}'".format(value.replace("\\", "\\\\").replace("'", "\\'"))
    text = f"SELECT {', '.join(names)} FROM {made.name} WHERE {by} = {quoted} LIMIT 20"  # noqa: S608 - SOQL of our own
    found = list(soql.run(call.connection, call.user_id, text, version=call.version).rows)
    if not found:
        raise not_found()
    if len(found) > 1:
        raise SeveralMatch(made.name, [str(each["Id"]) for each in found])
    if call.request.query.get("fields") and "Id" not in wanted:
        found[0].pop("Id")
    return found[0]


def visible(call: Call, made: SObject) -> list[Field]:
    """The fields of an object that the call's user may see."""
    hidden = access.hidden_fields(call.connection, call.user_id, made.name)
    return [field for field in made.fields if field.name not in hidden]


def _choices(call: Call, several: SeveralMatch) -> Reply:
    return json_reply([f"{call.base}/sobjects/{several.object_name}/{each}" for each in several.ids], 300)


def _check(result: RowResult) -> None:
    if not result.success:
        raise Failed(result)
