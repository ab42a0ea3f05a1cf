"""What the sync knows of itself: runs, ranges, bookmarks with their leases, rejected rows, bases, alerts."""

from sync.models.alerts import AlertChannel, AlertDelivery, AlertEvent
from sync.models.ranges import DueAccount, SyncRange
from sync.models.rejections import FieldBase, RejectedRow
from sync.models.runs import Bookmark, SyncRun

__all__ = [
    "AlertChannel", "AlertDelivery", "AlertEvent", "Bookmark", "DueAccount", "FieldBase", "RejectedRow", "SyncRange",
    "SyncRun",
]  # fmt: skip
