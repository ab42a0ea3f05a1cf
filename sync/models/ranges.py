"""The ranges in which a full compare of a large stream is read, and the accounts whose figures wait for its end."""

from django.db import models

from sync.models.runs import SyncRun


class SyncRange(models.Model):
    """One range of the key that a run reads: its bounds, who works on it, and what it came to.

    Any worker takes a free range under a lease with a fencing token, as `Bookmark` describes it; a range that is done
    is never read again. Its figures and its records are committed together.
    """

    class State(models.TextChoices):
        """How the range stands. One that is being read is free again when its lease is."""

        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Being read"
        DONE = "done", "Done"

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="ranges")
    position = models.PositiveIntegerField(help_text="Its place among the run's ranges, from 1.")
    lower = models.CharField(max_length=100, blank=True, help_text="The first key; empty: from the beginning.")
    upper = models.CharField(max_length=100, blank=True, help_text="The key before which it ends; empty: to the end.")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="How often somebody began it.")
    not_before = models.DateTimeField(null=True, blank=True, help_text="Until when it rests after it failed.")
    token = models.BigIntegerField(default=0)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    lease_session = models.CharField(max_length=60, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    clock = models.CharField(max_length=40, blank=True, help_text="The source's clock when the range was read.")
    highest = models.CharField(max_length=40, blank=True, help_text="The highest cursor value in it.")
    read = models.BigIntegerField(default=0)
    new = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    healed = models.BigIntegerField(default=0)
    keys = models.BigIntegerField(default=0, help_text="Keys recorded as seen, for the end of the run.")
    warnings = models.JSONField(default=list, blank=True)
    message = models.TextField(blank=True, help_text="Why it failed last.")

    class Meta:
        ordering = ("run", "position")
        constraints = (models.UniqueConstraint(fields=("run", "position"), name="one_range_per_place"),)

    def __str__(self) -> str:
        """The run and the range's place in it."""
        return f"{self.run_id} range {self.position}"

    @property
    def seconds(self) -> float | None:
        """How long the last attempt took; None while it is not done."""
        if self.state != self.State.DONE or self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()

    @property
    def written(self) -> int:
        """The records that the range wrote."""
        return self.new + self.changed


class DueAccount(models.Model):
    """An account in which a range changed a record, and whose figures the end of the run has yet to refresh.

    It outlives its run: should that never end, the stream's next run refreshes the account.
    """

    stream = models.CharField(max_length=60)
    account_id = models.CharField(max_length=10)

    class Meta:
        indexes = (models.Index(fields=("stream",), name="due_accounts_of_stream"),)

    def __str__(self) -> str:
        """The stream and the account."""
        return f"{self.stream} {self.account_id}"
