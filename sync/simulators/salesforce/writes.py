"""Writes of any call: the records' rules apply, and the faults armed for rows strike here."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sync.simulators.salesforce import faults, records, store, values
from sync.simulators.salesforce.calls import Call
from sync.simulators.salesforce.errors import RowError
from sync.simulators.salesforce.faults import Fault
from sync.simulators.salesforce.messages import Headers
from sync.simulators.salesforce.records import Operation, RowResult

LOCKED = "UNABLE_TO_LOCK_ROW"
ROLLED_BACK = RowError(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)
_TRIGGER_CODE = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
_TRIGGER_TEXT = "execution of BeforeUpdate caused by: System.DmlException: the record cannot be saved"
ROW_FAULTS = ("lock-row", "late-visible")
BULK_FAULTS = (*ROW_FAULTS, "bulk-partial", "bulk-unrecorded", "bulk-unprocessed")
Row = Mapping[str, Any]


def apply(
    call: Call,
    operation: Operation,
    object_name: str,
    rows: Sequence[Row],
    *,
    external_id: str | None = None,
    all_or_none: bool = False,
    single: bool = False,
) -> list[RowResult]:
    """Write the rows of a call, in one transaction that ends with it, or with the call around it.

    `single`: the call is for one record. Raises OrgError and SeveralMatch as `records.apply` does.
    """
    request = call.request
    with store.transaction(call.connection):
        struck = faults.strike(
            call.connection,
            ROW_FAULTS,
            method=request.method,
            path=f"{request.within}{request.path}",
            objects=(object_name,),
        )
        return apply_under(
            call.connection,
            struck,
            call.user_id,
            operation,
            object_name,
            rows,
            external_id=external_id,
            all_or_none=all_or_none,
            duplicate_allow_save=allows_duplicates(request.headers),
            request_id=request.number,
            single=single,
        )


def apply_under(
    connection: sqlite3.Connection,
    struck: Sequence[Fault],
    user_id: str,
    operation: Operation,
    object_name: str,
    rows: Sequence[Row],
    *,
    all_or_none: bool = False,
    **options: Any,
) -> list[RowResult]:
    """Write rows, in the caller's transaction, while these faults strike."""
    refused: dict[int, RowError] = {}
    for fault in struck:
        refused |= _refused(fault, rows)
    if refused and all_or_none:
        return [_failed(row, refused.get(place, ROLLED_BACK)) for place, row in enumerate(rows)]
    going = [row for place, row in enumerate(rows) if place not in refused] if refused else rows
    written = iter(
        records.apply(connection, user_id, operation, object_name, going, all_or_none=all_or_none, **options)
        if going
        else ()
    )
    results = [_failed(row, refused[place]) if place in refused else next(written) for place, row in enumerate(rows)]
    for fault in struck:
        if fault.name == "late-visible":
            _hold_back(connection, object_name, results, fault.seconds())
    return results


def allows_duplicates(headers: Headers) -> bool:
    """Whether the client saves what a duplicate rule only warns of."""
    given = str(headers.get("Sforce-Duplicate-Rule-Header", "")).replace(" ", "").lower()
    return "allowsave=true" in given.split(";")


def _refused(fault: Fault, rows: Sequence[Row]) -> dict[int, RowError]:
    """The rows that a fault refuses, by their place."""
    if fault.name == "lock-row":
        first = fault.number("row", 1) - 1
        places = range(first, min(first + fault.number("rows", 1), len(rows)))
        return {place: _locked(rows[place]) for place in places}
    if fault.name == "bulk-partial":
        every = fault.number("every", 2)
        error = RowError(fault.options.get("code", _TRIGGER_CODE), _TRIGGER_TEXT)
        return dict.fromkeys(range(every - 1, len(rows), every), error)
    return {}


def _locked(row: Row) -> RowError:
    """The refusal of a row that another transaction holds; it names the record where the row does."""
    named = row.get("Id") or row.get("AccountId") or ""
    return RowError(LOCKED, f"unable to obtain exclusive access to this record or 1 records: {named}")


def _failed(row: Row, error: RowError) -> RowResult:
    return RowResult(row.get("Id"), False, errors=(error,))


def _hold_back(connection: sqlite3.Connection, object_name: str, results: Sequence[RowResult], seconds: float) -> None:
    """Let what was written be seen later, as if its transaction ended only then."""
    visible = values.moment_text(store.now(connection) + timedelta(seconds=seconds))
    connection.executemany(
        "INSERT OR REPLACE INTO org_late VALUES (?, ?, ?)",
        [(object_name, result.id, visible) for result in results if result.success],
    )
