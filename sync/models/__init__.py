"""What the sync knows of itself: runs, bookmarks with their leases, rejected rows, what a system last said, and how
each system is reached."""

from sync.models.choices import SiteChoice, site_choices
from sync.models.connection import CcbConnection
from sync.models.rejections import FieldBase, RejectedRow
from sync.models.runs import Bookmark, SyncRun

__all__ = ["Bookmark", "CcbConnection", "FieldBase", "RejectedRow", "SiteChoice", "SyncRun", "site_choices"]
