"""What the sync knows of itself: runs, bookmarks with their leases, rejected rows, and what a system last said."""

from sync.models.choices import SiteChoice, site_choices
from sync.models.rejections import FieldBase, RejectedRow
from sync.models.runs import Bookmark, SyncRun

__all__ = ["Bookmark", "FieldBase", "RejectedRow", "SiteChoice", "SyncRun", "site_choices"]
