"""Administration of the one record that says how a system is reached: a form, its history, and a trial."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.views.decorators.http import require_POST

from customer360.visibility.surfaces.admin import HistoryMixin


class ConnectionAdmin(HistoryMixin):
    """The settings in force. While none are saved, the form offers what the environment says.

    The model has `SINGLE`, the record's key, and `from_environment` and `current`, which give an unsaved record and the
    one in force. A subclass says what a trial is and how its page is called.
    """

    change_form_template = "admin/sync/connection_form.html"
    trial_title = ""
    view_on_site = False
    actions = None

    def try_it(self, settings: Any) -> Any:
        """What a trial of these settings finds."""
        raise NotImplementedError

    @property
    def trial_template(self) -> str:
        """The page that shows what a trial found."""
        return f"admin/sync/{self.opts.model_name}/trial.html"

    def _name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def get_urls(self) -> list[URLPattern]:
        """Admin's own pages, and the trial."""
        trial = path("test/", self.admin_site.admin_view(require_POST(self.trial_view)), name=self._name("test"))
        return [trial, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """There is one record at most."""
        return super().has_add_permission(request) and not self.model._default_manager.exists()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What the environment says, to begin with."""
        given = self.model.from_environment()
        return {field.name: getattr(given, field.name) for field in self.opts.concrete_fields if not field.primary_key}

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """The form, with the address of the trial beside it."""
        context["trial_url"] = reverse(f"admin:{self._name('test')}")
        return super().render_change_form(request, context, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The form itself: a list of one would be a detour."""
        if self.model._default_manager.exists() and self.has_view_or_change_permission(request):
            return HttpResponseRedirect(reverse(f"admin:{self._name('change')}", args=[self.model.SINGLE]))
        if self.has_add_permission(request):
            return HttpResponseRedirect(reverse(f"admin:{self._name('add')}"))
        return super().changelist_view(request, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save it as the one record there is."""
        obj.pk = self.model.SINGLE
        super().save_model(request, obj, form, change)

    def trial_view(self, request: HttpRequest) -> HttpResponse:
        """Try the settings in force, and say what was found.

        Raises PermissionDenied for who may not change them: a trial opens a connection to where they point.
        """
        if not (self.has_change_permission(request) or self.has_add_permission(request)):
            raise PermissionDenied
        settings = self.model.current()
        context = {
            **self.admin_site.each_context(request),
            "title": self.trial_title,
            "opts": self.opts,
            "connection": settings,
            "is_saved": not settings._state.adding,
            "trial": self.try_it(settings),
            "trial_url": reverse(f"admin:{self._name('test')}"),
        }
        return TemplateResponse(request, self.trial_template, context)
