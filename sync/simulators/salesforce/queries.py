"""query, queryAll and the pages that follow."""

import json
import re
from typing import Any

from sync.simulators.salesforce import faults, schema, soql, values
from sync.simulators.salesforce.calls import Call
from sync.simulators.salesforce.cursors import PAGE_ROWS, Page, invalid_locator
from sync.simulators.salesforce.errors import OrgError
from sync.simulators.salesforce.messages import Reply, json_reply
from sync.simulators.salesforce.objects import FROM

_BATCH_SIZE = re.compile(r"batchSize\s*=\s*(\d+)", re.IGNORECASE | re.ASCII)
_SMALLEST_PAGE = 200
_PAGE_FAULTS = ("duplicate-page", "reordered-page")
# What describes a column of a query to the tools that ask for it.
_DISPLAY_TYPES = {"boolean": "Boolean", "double": "Number", "currency": "Number", "int": "Number"}


def query(call: Call) -> Reply:
    """GET query?q=: what is neither deleted nor archived."""
    return _query(call, include_deleted=False)


def query_all(call: Call) -> Reply:
    """GET queryAll?q=: deleted, merged and archived records too."""
    return _query(call, include_deleted=True)


def next_page(call: Call) -> Reply:
    """GET query/<cursor>-<offset>, as nextRecordsUrl gives it, for either kind of query."""
    number, _, place = call.parts["locator"].rpartition("-")
    offset = values.count(place)
    if faults.any_armed(call.connection):
        # A cursor that has expired stays so.
        request = call.request
        struck = faults.strike(
            call.connection, ("expired-locator",), method="GET", path=request.path, objects=request.objects
        )
        if struck:
            call.application.cursors.end(number)
    if not number or offset is None:
        raise invalid_locator()
    return _page(call, call.application.cursors.page(call.user_id, number, offset))


def tooling(call: Call) -> Reply:
    """GET tooling/query: an org of this kind has none of the objects that tools ask for there."""
    text = _text(call)
    found = FROM.search(text)
    name, place = (found[1], found.start(1)) if found else ("", 0)
    pointed = f"\n{text}\n{' ' * place}^\nERROR at Row:1:Column:{place + 1}"
    raise OrgError("INVALID_TYPE", f"{pointed}\nsObject type '{name}' is not supported.")


def _query(call: Call, *, include_deleted: bool) -> Reply:
    text = _text(call)
    if call.request.query.get("columns", "").lower() == "true":
        return _columns(call, text)
    wanted = _BATCH_SIZE.search(call.request.headers.get("Sforce-Query-Options", ""))
    rows = max(_SMALLEST_PAGE, min(PAGE_ROWS, values.count(wanted[1]) or 0)) if wanted else PAGE_ROWS
    page = call.application.cursors.first(
        call.user_id, text, include_deleted=include_deleted, version=call.version, page_rows=rows
    )
    return _page(call, page)


def _text(call: Call) -> str:
    text = call.request.query.get("q", "")
    if not text.strip():
        raise OrgError("MALFORMED_QUERY", "A query string has to be specified")
    return text


def _page(call: Call, page: Page) -> Reply:
    """A page as REST gives it; its records are JSON already, and not read again for the answer."""
    following, records = page.next_offset, page.body
    if faults.any_armed(call.connection):
        request = call.request
        struck = faults.strike(
            call.connection, _PAGE_FAULTS, method=request.method, path=request.path, objects=request.objects
        )
        for fault in struck:
            if fault.name == "reordered-page":
                records = json.dumps(json.loads(records)[::-1], ensure_ascii=False, separators=(",", ":")).encode()
            elif page.cursor:
                following = page.offset
    head: dict[str, Any] = {"totalSize": page.total, "done": following is None}
    if following is not None:
        head["nextRecordsUrl"] = f"{call.base}/query/{page.cursor}-{following}"
    told = json.dumps(head, separators=(",", ":"))[:-1].encode()
    return Reply(200, b'%b,"records":%b}' % (told, records))


def _columns(call: Call, text: str) -> Reply:
    """What `columns=true` asks for in place of the records."""
    result = soql.run(call.connection, call.user_id, text, version=call.version)
    described: list[dict[str, Any]] = [
        {
            "aggregate": column.aggregate,
            "apexType": _DISPLAY_TYPES.get(column.type, "String"),
            "booleanType": column.type == "boolean",
            "columnName": column.name,
            "custom": column.name.endswith("__c"),
            "displayName": column.name,
            "foreignKeyName": None,
            "insertable": True,
            "joinColumns": [],
            "numberType": column.type in ("double", "currency", "int"),
            "textType": column.type in ("string", "textarea", "picklist", "email", "phone", "url"),
            "updatable": True,
        }
        for column in result.columns
    ]
    found = schema.find(result.object)
    return json_reply(
        {
            "columnMetadata": described,
            "entityName": result.object,
            "groupBy": False,
            "idSelected": any(column.name == "Id" for column in result.columns),
            "keyPrefix": found.key_prefix if found else "",
        }
    )
