"""What the sync knows of itself: runs, ranges, bookmarks with their leases, rejected rows, what a system last said."""

from sync.models.ranges import DueAccount, SyncRange
from sync.models.rejections import FieldBase, RejectedRow
from sync.models.runs import Bookmark, SyncRun

__all__ = ["Bookmark", "DueAccount", "FieldBase", "RejectedRow", "SyncRange", "SyncRun"]
