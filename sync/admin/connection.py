"""Administration of the connection to CC&B: one record with its history, and a trial of what it reaches."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.views.decorators.http import require_POST

from customer360.visibility.surfaces.admin import HistoryMixin
from sync.models import CcbConnection
from sync.systems.ccb.trial import try_connection


@admin.register(CcbConnection)
class CcbConnectionAdmin(HistoryMixin):
    """The settings in force. While none are saved, the form offers what the environment says."""

    change_form_template = "admin/sync/ccbconnection/change_form.html"
    view_on_site = False
    actions = None
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

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A descriptor needs few lines."""
        if db_field.name == "descriptor":
            kwargs["widget"] = AdminTextareaWidget(attrs={"rows": 3})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        """Admin's own pages, and the trial."""
        trial = path("test/", self.admin_site.admin_view(require_POST(self.trial_view)), name="sync_ccbconnection_test")
        return [trial, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """There is one record at most."""
        return super().has_add_permission(request) and not CcbConnection.objects.exists()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What the environment says, to begin with."""
        given = CcbConnection.from_environment()
        return {field.name: getattr(given, field.name) for field in self.opts.concrete_fields if not field.primary_key}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The form itself: a list of one would be a detour."""
        if CcbConnection.objects.exists() and self.has_view_or_change_permission(request):
            return HttpResponseRedirect(reverse("admin:sync_ccbconnection_change", args=[CcbConnection.SINGLE]))
        if self.has_add_permission(request):
            return HttpResponseRedirect(reverse("admin:sync_ccbconnection_add"))
        return super().changelist_view(request, extra_context)

    def save_model(self, request: HttpRequest, obj: CcbConnection, form: Any, change: bool) -> None:
        """Save it as the one record there is."""
        obj.pk = CcbConnection.SINGLE
        super().save_model(request, obj, form, change)

    def trial_view(self, request: HttpRequest) -> HttpResponse:
        """Try the settings in force, and say what was found.

        Raises PermissionDenied for who may not change them: a trial opens a connection to where they point.
        """
        if not (self.has_change_permission(request) or self.has_add_permission(request)):
            raise PermissionDenied
        settings = CcbConnection.current()
        context = {
            **self.admin_site.each_context(request),
            "title": "Test of the connection to CC&B",
            "opts": self.opts,
            "connection": settings,
            "is_saved": not settings._state.adding,
            "trial": try_connection(settings),
        }
        return TemplateResponse(request, "admin/sync/ccbconnection/trial.html", context)
