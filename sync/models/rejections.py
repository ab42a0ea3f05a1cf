"""Rows that one side would not take, and what a system last said about the fields that both sides may change."""

from django.db import models


class RejectedRow(models.Model):
    """A row that one side would not take, kept whole with the reason, and offered again by every run of its stream.

    A row that was taken later, or is gone from its source, is closed; an open one never expires. One that a person
    ignores is closed too, and stays closed for as long as the source gives that very row.
    """

    class Reason(models.TextChoices):
        """What was wrong, as a person would say it."""

        NO_KEY = "no key", "It has no key"
        DUPLICATE = "duplicate", "Its key occurs twice"
        REQUIRED = "required", "A value it must have is missing"
        TOO_LONG = "too long", "A text is longer than the field"
        TOO_LARGE = "too large", "A number is larger than the field"
        UNKNOWN_CODE = "unknown code", "A code is not among the known ones"
        NO_DATE = "no date", "A date is none of our calendar"
        ORPHAN = "orphan", "It belongs to a record that is not there"
        UNREADABLE = "unreadable", "A text holds a character that cannot be stored"

    class Closure(models.TextChoices):
        """How a rejected row came to be closed."""

        TAKEN = "taken", "Taken by a later run"
        REPLACED = "replaced", "Rejected again with other values or another reason"
        GONE = "gone", "Gone from its source"
        IGNORED = "ignored", "Ignored by a person until its source changes"

    ONLY_AT_THE_SOURCE = (Reason.UNREADABLE, Reason.NO_DATE, Reason.DUPLICATE)
    """What is kept of the first two is not what it was; beside a key given twice, the row that was taken stands."""

    stream = models.CharField(max_length=60)
    record_key = models.CharField(max_length=100)
    field = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=20, choices=Reason)
    detail = models.CharField(max_length=300, help_text="The reason in one sentence, without the row's values.")
    raw = models.JSONField(help_text="The row as the source gave it.")
    fingerprint = models.CharField(max_length=32, help_text="Tells whether a row rejected again is the same row.")
    first_run = models.UUIDField()
    first_seen_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_run = models.UUIDField(null=True, blank=True)
    closure = models.CharField(max_length=10, choices=Closure, blank=True)
    closed_by = models.CharField(max_length=150, blank=True, help_text="Who ignored it.")
    closed_because = models.CharField(max_length=200, blank=True, help_text="Why that person ignored it.")

    class Meta:
        ordering = ("stream", "-first_seen_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("stream", "fingerprint"), condition=models.Q(closed_at=None), name="one_open_rejection_per_row"
            ),
        )
        indexes = (
            models.Index(fields=("stream", "record_key"), condition=models.Q(closed_at=None), name="open_rejections"),
            models.Index(
                fields=("stream", "fingerprint"), condition=models.Q(closure="ignored"), name="ignored_rejections"
            ),
        )

    def __str__(self) -> str:
        """Stream, key and reason: never a value of the row."""
        return f"{self.stream} {self.record_key}: {self.reason}"


class FieldBase(models.Model):
    """What a system last said about the shared fields of one record.

    The mirror's value of a shared field changes only when the system's own value moved from this base. Until a system
    has taken a value that another side won, the two differ, and the field is waiting for that system.
    """

    stream = models.CharField(max_length=60)
    record_key = models.CharField(max_length=100)
    values = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("stream", "record_key"), name="one_base_per_stream_and_record"),)

    def __str__(self) -> str:
        """Stream and key."""
        return f"{self.stream} {self.record_key}"
