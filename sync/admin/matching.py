"""Administration of matching: the rules of each object, and how far it is. Matches have a page of their own."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from customer360.visibility.surfaces.admin import HistoryMixin
from sync.admin.records import SyncRecordAdmin
from sync.models import MatchProgress, MatchSetting
from sync.models.matching import CCB_FIELDS, COMPARED_FIELDS, MatchObject


class MatchSettingForm(forms.ModelForm):
    """The rule, with the fields there are to choose from."""

    class Meta:
        model = MatchSetting
        fields = ("salesforce_field", "ccb_field", "digits_only", "least_score", "link_exact")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, offered in (("salesforce_field", COMPARED_FIELDS), ("ccb_field", CCB_FIELDS)):
            if name in self.fields and self.instance.object:
                names = offered[MatchObject(self.instance.object)]
                field = self.fields[name]
                choices = [("", "None"), *((each, each.replace("_", " ")) for each in names)]
                self.fields[name] = forms.ChoiceField(
                    choices=choices, required=False, label=field.label, help_text=field.help_text
                )


@admin.register(MatchSetting)
class MatchSettingAdmin(HistoryMixin):
    """One rule for each object: neither added nor taken away. A changed one holds from the next matching on."""

    form = MatchSettingForm
    fields = ("salesforce_field", "ccb_field", "digits_only", "least_score", "link_exact")
    list_display = ("__str__", "salesforce_field", "ccb_field", "least_score", "link_exact")
    actions = None
    view_on_site = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The objects are given."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: MatchSetting | None = None) -> bool:
        """And stay."""
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """The list is short and answers to no filter."""
        return False


@admin.register(MatchProgress)
class MatchProgressAdmin(SyncRecordAdmin):
    """When each object was matched last, and who closed it."""

    list_display = ("__str__", "matched_at", "closed_at", "closed_by")
    fields = ("matched_at", "run", "closed_at", "closed_by")
