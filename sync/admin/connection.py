"""Administration of the connection to CC&B."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.http import HttpRequest

from sync.admin.single import ConnectionAdmin
from sync.models import CcbConnection
from sync.systems.ccb.trial import Trial, try_connection


@admin.register(CcbConnection)
class CcbConnectionAdmin(ConnectionAdmin):
    """How CC&B is reached."""

    trial_title = "Test of the connection to CC&B"
    fieldsets = (
        ("Where CC&B is", {"fields": ("protocol", "host", "port", "service_name", "descriptor")}),
        ("For tcps", {"fields": ("wallet_directory", "check_certificate_name")}),
        ("As whom it is read", {"fields": ("user",)}),
        ("What its data mean", {"fields": ("owner", "language", "time_zone")}),
        (
            "When and how it may be read",
            {"fields": ("window_from", "window_to", "query_timeout", "batch_rows", "brake_percent")},
        ),
    )

    def try_it(self, settings: Any) -> Trial:
        """What is reached and may be read."""
        return try_connection(settings)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A descriptor needs few lines."""
        if db_field.name == "descriptor":
            kwargs["widget"] = AdminTextareaWidget(attrs={"rows": 3})
        return super().formfield_for_dbfield(db_field, request, **kwargs)
