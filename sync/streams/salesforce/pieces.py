"""What the streams of Salesforce have in common."""

from datetime import timedelta
from typing import Any

from sync.stream import Cursor, Deletion, Direction, FieldMap, Owner, Stream, System
from sync.transforms import AS_IS, Transform

OVERLAP, HOLD_BACK = timedelta(minutes=15), timedelta(minutes=5)
"""Where the connection's record or the environment says nothing else."""

CADENCE = "hourly"
CHANGED = Cursor("SystemModstamp", overlap=OVERLAP, hold_back=HOLD_BACK)
"""The stamp that every change moves, those of the system's own among them; LastModifiedDate may be set by people."""
DELETED = Deletion(flag="IsDeleted")
MERGED = Deletion(flag="IsDeleted", into="merged_into")


def line(theirs: str, ours: str, transform: Transform = AS_IS) -> FieldMap:
    """A line whose value is Salesforce's."""
    return FieldMap(theirs, ours, transform, Owner.SALESFORCE)


KEY = line("Id", "salesforce_id")
OWNER = line("OwnerId", "owner")


def inbound(**declared: Any) -> Stream:
    """A stream into the mirror: told apart by Salesforce's ids and read by their stamp, unless it says otherwise."""
    of_all: dict[str, Any] = {
        "system": System.SALESFORCE,
        "direction": Direction.IN,
        "key": ("salesforce_id",),
        "cadence": CADENCE,
        "cursor": CHANGED,
    }
    return Stream(**of_all | declared)


def address(prefix: str) -> tuple[FieldMap, ...]:
    """The lines of one of Salesforce's standard addresses, such as `Billing`."""
    pieces = {"Street": "street", "City": "city", "State": "state", "PostalCode": "postal_code", "Country": "country"}
    return tuple(line(f"{prefix}{theirs}", ours) for theirs, ours in pieces.items())
