"""Spans of time and counts as the sync's pages write them."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone

register = template.Library()


@register.filter
def duration(value: Any) -> str:
    """A span, a timedelta or seconds, as 0.4 s, 41 s, 3 min 20 s, 7 h 19 min, 3 d 2 h; nothing for what is no span."""
    if not isinstance(value, timedelta | float | int):
        return ""
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    if seconds < 9.95:
        return f"{max(seconds, 0):.1f} s"
    whole = round(seconds)
    for size, unit, rest, smaller in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            left = whole % size // rest
            return f"{whole // size} {unit}" + (f" {left} {smaller}" if left else "")
    return f"{whole} s"


@register.filter
def lag(value: Any) -> str:
    """How long ago a moment was, which is how far the mirror may lie behind; nothing for what is no moment."""
    return duration(timezone.now() - value) if isinstance(value, datetime) else ""


@register.filter
def thousands(value: int) -> str:
    """A count with its thousands apart: 12,345."""
    return f"{value:,}"
