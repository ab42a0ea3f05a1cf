"""Alerts about the sync: who is told of what, what happened, and what became of telling it. No customer's value."""

import uuid
from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from customer360.models.base import tracked


class AlertEvent(models.Model):
    """Something that people want to be told: one row for one happening, however many channels tell it.

    It holds streams, runs, counts and error codes of the driver, and never a value or a key of a customer.
    """

    class Kind(models.TextChoices):
        """What happened, as a person would say it."""

        FAILED = "failed", "A run failed"
        STOPPED = "stopped", "A brake stopped a run"
        LATE = "late", "A stream is late"
        REJECTED = "rejected", "Rows were newly rejected"
        RECOVERED = "recovered", "A stream recovered"
        TEST = "test", "A test"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=10, choices=Kind)
    stream = models.CharField(max_length=60, blank=True)
    key = models.CharField(max_length=160, unique=True, help_text="Names the happening, so that it is one event.")
    run = models.UUIDField(null=True, blank=True)
    figures = models.JSONField(default=dict, blank=True, help_text="Counts, times and codes that the alert tells.")
    happened_at = models.DateTimeField()

    class Meta:
        ordering = ("-happened_at",)
        indexes = (models.Index(fields=("stream", "-happened_at"), name="alert_events_of_stream"),)

    def __str__(self) -> str:
        """What happened to which stream, and when."""
        return f"{self.get_kind_display()}: {self.stream or 'no stream'}, {self.happened_at:%Y-%m-%d %H:%M}"


SUBSCRIBED = tuple(kind for kind in AlertEvent.Kind if kind != AlertEvent.Kind.TEST)
"""What a channel may be told of its own accord; a test is asked for."""


def every_kind() -> list[str]:
    """All that a new channel is told."""
    return [kind.value for kind in SUBSCRIBED]


class AlertChannel(models.Model):
    """A way to tell somebody: by e-mail or to a webhook, of some kinds of events, about some streams or all."""

    class Kind(models.TextChoices):
        """How it is told."""

        EMAIL = "email", "E-mail"
        WEBHOOK = "webhook", "Webhook"

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    addresses = models.TextField(help_text="E-mail addresses, one a line; for a webhook its one https:// address.")
    is_enabled = models.BooleanField("enabled", default=True)
    events = ArrayField(models.CharField(max_length=10), default=every_kind, help_text="What is told.")
    streams = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, help_text="About which streams; none: about all."
    )
    rejected_rows = models.PositiveIntegerField(
        "newly rejected rows", default=1, help_text="Rejected rows are told once a run rejects so many new ones."
    )
    quiet_from = models.TimeField(
        null=True, blank=True, help_text="From this time of day nothing is sent; it is gathered into one message."
    )
    quiet_until = models.TimeField(null=True, blank=True, help_text="When what was gathered is sent.")
    gather_minutes = models.PositiveIntegerField(
        default=0, help_text="Wait so long after an event, and tell what else happens meanwhile in the same message."
    )
    history = tracked()

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(quiet_from=None, quiet_until=None)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="a_quiet_time_has_both_ends",
            ),
        )

    def __str__(self) -> str:
        """Its name."""
        return self.name

    @property
    def address_list(self) -> list[str]:
        """The addresses, each once, in their order."""
        return list(dict.fromkeys(self.addresses.split()))

    def wants(self, event: AlertEvent) -> bool:
        """Whether the event is told here."""
        if event.kind not in self.events or (self.streams and event.stream not in self.streams):
            return False
        return event.kind != AlertEvent.Kind.REJECTED or event.figures.get("rows", 0) >= self.rejected_rows

    def open_at(self, moment: datetime) -> datetime:
        """The moment, or the end of the quiet time that it lies in, by the utility's clock."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return moment
        local = timezone.localtime(moment)
        ends = local.replace(
            hour=self.quiet_until.hour, minute=self.quiet_until.minute, second=self.quiet_until.second, microsecond=0
        )
        over_midnight = self.quiet_from > self.quiet_until
        after_start, before_end = local.time() >= self.quiet_from, local.time() < self.quiet_until
        if over_midnight and after_start:
            return ends + timedelta(days=1)
        return ends if before_end and (over_midnight or after_start) else moment


class AlertDelivery(models.Model):
    """The telling of one event over one channel. PostgreSQL holds it: a lost task or a wiped broker delays it only.

    It is claimed before it is sent, in a transaction of its own, so that no two workers send it. Where a sender's
    process is gone, nobody knows whether an e-mail went out: it is unknown and not sent again by itself. A webhook is:
    its receiver knows the event by its id.
    """

    class State(models.TextChoices):
        """How it stands."""

        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Given up"
        UNKNOWN = "unknown", "Perhaps sent"

    channel = models.ForeignKey(AlertChannel, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(AlertEvent, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(help_text="When it is sent, or tried again.")
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("-due_at",)
        verbose_name_plural = "alert deliveries"
        constraints = (models.UniqueConstraint(fields=("channel", "event"), name="one_delivery_per_channel_and_event"),)
        indexes = (
            models.Index(
                fields=("due_at",), condition=models.Q(state__in=("waiting", "sending")), name="unfinished_deliveries"
            ),
        )

    def __str__(self) -> str:
        """The event and the channel."""
        return f"{self.event} over {self.channel}"
