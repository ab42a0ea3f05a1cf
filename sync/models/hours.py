"""The hours in which a system may be read: two fields and what they mean, for the connection to any system."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone


class ReadingHours(models.Model):
    """A connection whose `window_from` and `window_to` name the hours in which scheduled runs may begin."""

    window_from: "models.TimeField[time | None, time | None]"
    window_to: "models.TimeField[time | None, time | None]"

    class Meta:
        abstract = True

    @property
    def hours_in(self) -> str:
        """The time zone that the hours are meant in."""
        raise NotImplementedError

    def clean_hours(self, system: str) -> None:
        """Raise ValidationError for hours that do not go together."""
        if (self.window_from is None) != (self.window_to is None):
            missing = "window_to" if self.window_to is None else "window_from"
            raise ValidationError({missing: f"Write both ends of the time in which {system} may be read, or neither."})
        if self.window_from is not None and self.window_from == self.window_to:
            raise ValidationError({"window_to": "It ends when it begins: write another time, or leave both empty."})

    def is_open(self, at: datetime | None = None) -> bool:
        """Whether a scheduled run may begin at that moment, now unless given: the beginning included, the end not."""
        begins, ends = self.window_from, self.window_to
        if begins is None or ends is None:
            return True
        clock: time = timezone.localtime(at, ZoneInfo(self.hours_in)).time()
        return begins <= clock < ends if begins < ends else clock >= begins or clock < ends

    @property
    def window(self) -> str:
        """The hours, in words."""
        if self.window_from is None or self.window_to is None:
            return "at any time"
        return f"from {self.window_from:%H:%M} to {self.window_to:%H:%M} ({self.hours_in})"
