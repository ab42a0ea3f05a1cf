"""Administration of the sync."""

from sync.admin import records as records
