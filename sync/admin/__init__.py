"""Administration of the sync."""

from sync.admin import alerts as alerts
from sync.admin import choices as choices
from sync.admin import connection as connection
from sync.admin import matching as matching
from sync.admin import records as records
from sync.admin import salesforce_connection as salesforce_connection
