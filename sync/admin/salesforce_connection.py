"""Administration of the connection to Salesforce."""

from typing import Any

from django.contrib import admin

from sync.admin.single import ConnectionAdmin
from sync.models import SalesforceConnection
from sync.systems.salesforce.trial import Trial, try_connection


@admin.register(SalesforceConnection)
class SalesforceConnectionAdmin(ConnectionAdmin):
    """How Salesforce is reached."""

    trial_title = "Test of the connection to Salesforce"
    fieldsets = (
        ("Where Salesforce is", {"fields": ("login_url", "api_version", "ca_file", "proxy")}),
        ("As whom it is read", {"fields": ("sign_in", "consumer_key", "user")}),
        ("When it may be read", {"fields": ("window_from", "window_to")}),
        (
            "How it is read",
            {
                "fields": (
                    "api_share_percent",
                    "bulk_rows",
                    "hold_back_minutes",
                    "overlap_minutes",
                    "timeout",
                    "bulk_minutes",
                    "brake_percent",
                )
            },
        ),
    )

    def try_it(self, settings: Any) -> Trial:
        """Who is signed in, what the org allows, and what the streams would miss."""
        return try_connection(settings)
