"""Administration of alerts: the channels, and what became of every alert."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.http import HttpRequest

from customer360.visibility.surfaces.admin import HistoryMixin
from sync import alerts
from sync.admin.records import SyncRecordAdmin
from sync.alerts.transports import may_post_to
from sync.models import AlertChannel, AlertDelivery, AlertEvent
from sync.models.alerts import SUBSCRIBED
from sync.streams import STREAMS


class AlertChannelForm(forms.ModelForm):
    """A channel whose addresses are of its kind."""

    events = forms.MultipleChoiceField(
        choices=[(kind.value, kind.label) for kind in SUBSCRIBED], widget=forms.CheckboxSelectMultiple,
        help_text="What is told.",
    )  # fmt: skip
    streams = forms.MultipleChoiceField(
        required=False, choices=lambda: [(stream.name, stream.title) for stream in STREAMS],
        widget=forms.CheckboxSelectMultiple, help_text="About which streams; none: about all.",
    )  # fmt: skip

    class Meta:
        model = AlertChannel
        fields = (
            "name", "is_enabled", "kind", "addresses", "events", "streams", "rejected_rows", "quiet_from",
            "quiet_until", "gather_minutes",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError for addresses that nothing could be sent to, and a quiet time with one end."""
        values = super().clean() or {}
        given = (values.get("addresses") or "").split()
        if values.get("kind") == AlertChannel.Kind.EMAIL:
            for address in given:
                try:
                    validate_email(address)
                except ValidationError as error:
                    raise ValidationError(
                        {"addresses": f"{address} is no e-mail address. Write one a line."}
                    ) from error
        elif values.get("kind") == AlertChannel.Kind.WEBHOOK and (len(given) != 1 or not may_post_to(given[0])):
            raise ValidationError(
                {"addresses": "A webhook has one address in plain ASCII, which begins with https:// and names no user."}
            )
        if (values.get("quiet_from") is None) != (values.get("quiet_until") is None):
            raise ValidationError({"quiet_until": "A quiet time has a beginning and an end. Give both, or neither."})
        return values


@admin.register(AlertChannel)
class AlertChannelAdmin(HistoryMixin):
    """Who is told of what."""

    form = AlertChannelForm
    list_display = ("name", "kind", "is_enabled", "what", "about", "quiet_from", "quiet_until")
    list_filter = ("kind", "is_enabled")
    actions = ("send_a_test_alert",)

    @admin.display(description="tells")
    def what(self, channel: AlertChannel) -> str:
        """The kinds of events, in words."""
        return ", ".join(kind.label for kind in SUBSCRIBED if kind in channel.events)

    @admin.display(description="about")
    def about(self, channel: AlertChannel) -> str:
        """The streams by title."""
        titles = [stream.title for stream in STREAMS if stream.name in channel.streams]
        return ", ".join(titles) or "every stream"

    @admin.action(description="Send a test alert", permissions=["change"])
    def send_a_test_alert(self, request: HttpRequest, queryset: QuerySet[AlertChannel]) -> None:
        """Send one to each chosen channel now, and say what became of it."""
        for channel in queryset:
            delivery = alerts.send_test(channel)
            if delivery.state == AlertDelivery.State.SENT:
                self.message_user(request, f"The test alert over {channel} was sent.")
                continue
            self.message_user(
                request, f"The test alert over {channel} was not sent. {delivery.last_error} The sync is as it was."
                " Correct the channel, and try again.", level=messages.ERROR,
            )  # fmt: skip


@admin.register(AlertEvent)
class AlertEventAdmin(SyncRecordAdmin):
    """What happened, whether or not anybody was told."""

    list_display = ("happened_at", "kind", "stream", "run")
    list_filter = ("kind", "stream")
    fields = ("kind", "stream", "run", "figures", "happened_at")


@admin.register(AlertDelivery)
class AlertDeliveryAdmin(SyncRecordAdmin):
    """What became of every alert."""

    list_display = ("event", "channel", "state", "attempts", "due_at", "sent_at", "last_error")
    list_filter = ("state", "channel")
    list_select_related = ("event", "channel")
    fields = ("event", "channel", "state", "attempts", "due_at", "claimed_at", "sent_at", "last_error")
    actions = ("send_again",)  # type: ignore[assignment]

    def has_send_permission(self, request: HttpRequest) -> bool:
        """Whoever may change channels."""
        return request.user.has_perm("sync.change_alertchannel")

    @admin.action(description="Send again", permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[AlertDelivery]) -> None:
        """Let what was given up, or perhaps sent, be sent once more."""
        number = alerts.send_again(queryset)
        self.message_user(request, f"{number} of the chosen alerts will be sent within a minute.")
