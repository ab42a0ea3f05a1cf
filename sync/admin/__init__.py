"""Administration of the sync."""

from sync.admin import choices as choices
from sync.admin import records as records
