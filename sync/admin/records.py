"""Administration of the sync: runs, bookmarks and rejected rows, read only and without a customer's values."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from customer360.visibility.surfaces.admin import ReadOnlyAdmin
from sync.models import Bookmark, RejectedRow, SyncRun
from sync.rejections import kind_of


class SyncRecordAdmin(ReadOnlyAdmin):
    """Shows the fields it names and answers no query by another: selecting by a value would disclose it."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what is filtered by may be selected by."""
        return lookup.split("__")[0] in self.list_filter

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Every field that is shown."""
        return self.fields or ()


@admin.register(SyncRun)
class SyncRunAdmin(SyncRecordAdmin):
    """What each run read and did."""

    list_display = ("stream", "started_at", "state", "mode", "read", "new", "changed", "removed", "rejected", "message")
    list_filter = ("stream", "state", "mode", "is_dry_run")
    fields = (
        "stream", "mode", "is_dry_run", "state", "business_date", "requested_by", "accepted_brake", "accepted_removals",
        "accepted_by", "started_at", "finished_at", "read", "new", "changed", "unchanged", "held", "gone", "removed",
        "archived", "rejected", "healed", "summaries", "message", "warnings",
    )  # fmt: skip


@admin.register(Bookmark)
class BookmarkAdmin(SyncRecordAdmin):
    """Where each stream got to."""

    list_display = ("stream", "value", "last_success_at", "last_full_at")
    list_filter = ("stream",)
    fields = ("stream", "value", "last_success_at", "last_full_at", "last_run", "token", "lease_expires_at")


@admin.register(RejectedRow)
class RejectedRowAdmin(SyncRecordAdmin):
    """What could not be taken and why: the key, the field, the reason and the row's shape, never its values.

    The fingerprint stays out too: of a short value, the value can be found from it.
    """

    list_display = ("stream", "record_key", "field", "reason", "first_seen_at", "closed_at", "closure")
    list_filter = ("stream", "reason", "closure")
    search_fields = ("=record_key",)
    fields = (
        "stream", "record_key", "field", "reason", "detail", "shape", "first_run", "first_seen_at", "closed_at",
        "closed_run", "closure", "closed_by", "closed_because",
    )  # fmt: skip

    @admin.display(description="shape of the row")
    def shape(self, row: RejectedRow) -> str:
        """One line for each column of the row: its name, and the kind and length of what it holds."""
        return "\n".join(f"{name}: {kind_of(value)}" for name, value in row.raw.items())
