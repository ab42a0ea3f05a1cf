"""Administration of what the site chooses: each choice, its meaning, its users, and what CC&B has to choose from."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from customer360.visibility.surfaces.admin import HistoryMixin
from sync.choices import DEFAULTS
from sync.extraction import choices_bound
from sync.models import SiteChoice
from sync.offers import offers_of
from sync.stream import System
from sync.streams import inbound
from sync.systems import SourceError


class SiteChoiceForm(forms.ModelForm):
    """The value, with how to write it."""

    class Meta:
        model = SiteChoice
        fields = ("value",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "value" in self.fields:
            self.fields["value"].help_text = self.instance.choice.form.rule


@admin.register(SiteChoice)
class SiteChoiceAdmin(HistoryMixin):
    """Choices are declared, not added: here their values are set. A changed one compares everything once."""

    form = SiteChoiceForm
    fields = ("meaning", "used_by", "value", "delivered")
    readonly_fields = ("meaning", "used_by", "delivered")
    list_display = ("__str__", "value", "meaning")
    change_form_template = "admin/sync/sitechoice/change_form.html"
    actions = None
    view_on_site = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """What may be chosen is declared in `sync.choices`."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: SiteChoice | None = None) -> bool:
        """Nor is it taken away."""
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """The list is short and answers to no filter."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[SiteChoice]:
        """The choices that this version knows; a later version may have left others behind."""
        return super().get_queryset(request).filter(name__in=DEFAULTS)

    @admin.display(description="meaning")
    def meaning(self, row: SiteChoice) -> str:
        """What the choice is for."""
        return row.choice.help

    @admin.display(description="used by")
    def used_by(self, row: SiteChoice) -> str:
        """The streams whose next run compares everything once the value changes."""
        return ", ".join(stream.title for stream in inbound(System.CCB) if row.name in choices_bound(stream))

    @admin.display(description="delivered value")
    def delivered(self, row: SiteChoice) -> str:
        """The value that a new installation begins with."""
        return row.choice.default or "none"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The form; with `?look=1` and what CC&B has to choose from beside it, asked for at that moment."""
        context: dict[str, Any] = dict(extra_context or {})
        row = self.get_object(request, object_id)
        if row is not None and row.choice.offers and self.has_view_or_change_permission(request, row):
            context["may_look"] = True
            if request.GET.get("look"):
                try:
                    context["offers"] = offers_of(row.choice)
                except SourceError as error:
                    context["complaint"] = str(error)
        return super().change_view(request, object_id, form_url, context)
