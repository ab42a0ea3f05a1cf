"""What the sync knows of its streams: runs, and bookmarks with their leases."""

import uuid
from typing import Any

from django.db import models


class SyncRun(models.Model):
    """One execution of one stream, with what it read and did."""

    class State(models.TextChoices):
        """How the run stands.

        A run that is stopped waits for a person; one that is abandoned lost its process; one that was refused never
        began, as another run held its stream. One that is skipped found that the source lacks what it reads; one that
        is put off fell outside the hours in which the source may be read, and tells nothing of the source.
        """

        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        STOPPED = "stopped", "Stopped by a brake"
        ABANDONED = "abandoned", "Abandoned"
        SKIPPED = "skipped", "Skipped"
        PUT_OFF = "put off", "Put off"
        REFUSED = "refused", "Not started"

    class Mode(models.TextChoices):
        """What was read: everything, what is new since the bookmark, keys alone, or only rejected rows kept here."""

        FULL = "full", "Full compare"
        NEW = "new", "Since the bookmark"
        KEYS = "ids", "Compare of keys alone"
        ROWS = "rows", "Rejected rows that a person chose"

    COMPARES = (Mode.FULL, Mode.KEYS)
    """The modes that show which records are gone from their source, and that a brake may stop."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    stream = models.CharField(max_length=60)
    mode = models.CharField(max_length=4, choices=Mode)
    is_dry_run = models.BooleanField("dry run", default=False)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    business_date = models.DateField(help_text="The date that ageing and revenue were computed for.")
    question = models.CharField(
        max_length=64, blank=True, help_text="Fingerprint of what the run set out to ask the source."
    )
    requested_by = models.CharField(max_length=150, blank=True, help_text="Who asked for the run; empty: the schedule.")
    accepted_brake = models.CharField(
        max_length=200, blank=True, help_text="Why a person let the run go past the brake on removals."
    )
    accepted_removals = models.BigIntegerField(
        null=True, blank=True, help_text="How many removals that person was shown; no more pass the brake."
    )
    accepted_by = models.CharField(
        max_length=150, blank=True, help_text="Who let the work of a stopped run go on; another run does it."
    )
    attempt = models.PositiveSmallIntegerField(
        default=1, help_text="Which attempt at the same work it is: a run that failed is begun again a few times."
    )
    ends_tried = models.PositiveSmallIntegerField(
        default=0, help_text="Of a run in ranges: how often somebody began to bring it to its end."
    )
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    read = models.BigIntegerField(default=0, help_text="Rows the source gave.")
    new = models.BigIntegerField(default=0, help_text="Records the mirror did not have.")
    changed = models.BigIntegerField(default=0, help_text="Records that differ from what the mirror had.")
    unchanged = models.BigIntegerField(default=0, help_text="Records that are as they were.")
    held = models.BigIntegerField(
        default=0, help_text="For a run that the brake stopped: records the mirror holds and expects of the source."
    )
    gone = models.BigIntegerField(
        default=0, help_text="Records a full compare did not find; marked, unless the brake stopped the run."
    )
    removed = models.BigIntegerField(default=0, help_text="Records gone from the source, marked so.")
    archived = models.BigIntegerField(
        default=0, help_text="Frozen transactions the source has archived; they still count."
    )
    rejected = models.BigIntegerField(
        default=0, help_text="Rows that could not be taken; each is kept with its reason."
    )
    healed = models.BigIntegerField(default=0, help_text="Rows rejected before that could be taken now.")
    summaries = models.BigIntegerField(
        default=0, help_text="Account summaries in which a figure moved, and accounts that moved in the hierarchy."
    )
    api_calls = models.PositiveIntegerField(
        "API calls", null=True, blank=True,
        help_text="Calls it cost of those that the source allows in a day; none where the source counts none.",
    )  # fmt: skip
    message = models.TextField(blank=True, help_text="What happened, what is still fine, what to do.")
    warnings = models.JSONField(default=list, blank=True, help_text="What was taken, but deserves a look.")

    watched_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the alerts took note of how it ended."
    )

    class Meta:
        ordering = ("-started_at",)
        indexes = (
            models.Index(fields=("stream", "-started_at"), name="runs_of_stream"),
            models.Index(
                fields=("finished_at",),
                condition=models.Q(watched_at=None, is_dry_run=False, state__in=("done", "failed", "stopped")),
                name="runs_not_watched",
            ),
        )
        permissions = (
            ("operate", "Can run streams, also in full, and let a stopped run go on"),
            ("steward", "Can look at rejected rows, offer them again, and let a stopped run go on"),
        )

    def __str__(self) -> str:
        """The stream and when it ran."""
        return f"{self.stream} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def seconds(self) -> float | None:
        """How long the run took; None while it is going on."""
        return (self.finished_at - self.started_at).total_seconds() if self.finished_at else None

    @property
    def written(self) -> int:
        """The records that the run wrote."""
        return self.new + self.changed + self.removed + self.archived

    @property
    def figures(self) -> list[tuple[str, int, Any]]:
        """Label, number of records and meaning of everything that the run counted."""
        names = ("read", "new", "changed", "unchanged", "removed", "archived", "rejected", "healed", "summaries")
        fields = [field for field in self._meta.concrete_fields if field.name in names]
        return [(str(field.verbose_name).capitalize(), getattr(self, field.name), field.help_text) for field in fields]


class Bookmark(models.Model):
    """Where one stream got to, and who holds the right to move it.

    The lease is a fencing token: a run may commit only while the token is the one it was given. A lease whose database
    session is gone is free at once, so a killed process delays nobody.
    """

    stream = models.CharField(max_length=60, primary_key=True)
    value = models.CharField(
        max_length=40,
        blank=True,
        help_text="The highest cursor value that was read and committed, in the source's clock.",
    )
    question = models.CharField(
        max_length=64,
        blank=True,
        help_text="Fingerprint of what the last run asked the source; another question compares everything once.",
    )
    deletions_covered_to = models.CharField(
        max_length=40,
        blank=True,
        help_text="Up to when the source's log of deletions was read, in the source's clock.",
    )
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_full_at = models.DateTimeField(null=True, blank=True)
    last_run = models.ForeignKey(SyncRun, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    token = models.BigIntegerField(default=0)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    lease_session = models.CharField(
        max_length=60, blank=True, help_text="The database session of the run that holds it."
    )

    class Meta:
        ordering = ("stream",)

    def __str__(self) -> str:
        """The stream."""
        return self.stream
