"""What the sync knows of itself, and how each system is reached.

Runs, ranges, bookmarks with their leases, rejected rows, what a system last said, alerts, connections, site choices,
matches with Salesforce.
"""

from sync.models.alerts import AlertChannel, AlertDelivery, AlertEvent
from sync.models.choices import SiteChoice, site_choices
from sync.models.connection import CcbConnection
from sync.models.matching import Match, MatchDecision, MatchObject, MatchProgress, MatchSetting
from sync.models.ranges import DueAccount, SyncRange
from sync.models.rejections import FieldBase, RejectedRow
from sync.models.runs import Bookmark, SyncRun
from sync.models.salesforce_connection import SalesforceConnection

__all__ = [
    "AlertChannel", "AlertDelivery", "AlertEvent", "Bookmark", "CcbConnection", "DueAccount", "FieldBase", "Match",
    "MatchDecision", "MatchObject", "MatchProgress", "MatchSetting", "RejectedRow", "SalesforceConnection",
    "SiteChoice", "SyncRange", "SyncRun", "site_choices",
]  # fmt: skip
