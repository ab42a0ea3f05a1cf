"""What the sync knows of itself: runs, bookmarks with their leases, rejected rows, what a system last said, alerts."""

from sync.models.alerts import AlertChannel, AlertDelivery, AlertEvent
from sync.models.rejections import FieldBase, RejectedRow
from sync.models.runs import Bookmark, SyncRun

__all__ = ["AlertChannel", "AlertDelivery", "AlertEvent", "Bookmark", "FieldBase", "RejectedRow", "SyncRun"]
