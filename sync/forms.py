"""Forms of the sync's pages."""

from typing import Any

from django import forms

from sync.models import RejectedRow, SyncRun


class IgnoreForm(forms.Form):
    """Why a rejected row is to be ignored."""

    because = forms.CharField(max_length=RejectedRow._meta.get_field("closed_because").max_length)


class GoOnForm(forms.Form):
    """Why a run may go past the brake that stopped it."""

    reason = forms.CharField(
        max_length=SyncRun._meta.get_field("accepted_brake").max_length,
        error_messages={"required": "Write why the removals are right. The run still waits."},
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.errors:
            self.fields["reason"].widget.attrs |= {"aria-invalid": "true", "aria-describedby": "reason-error"}
