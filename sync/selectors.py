"""Reads about streams and runs."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from sync.models import Bookmark, RejectedRow
from sync.stream import Stream
from sync.streams import STREAMS


@dataclass(frozen=True)
class StreamState:
    """One stream: where it got to, how much the mirror holds, how much it could not take."""

    stream: Stream
    last_success_at: datetime | None
    records: int
    rejected: int


def stream_states() -> list[StreamState]:
    """Every stream in load order."""
    reached = dict(Bookmark.objects.values_list("stream", "last_success_at"))
    rejected = dict(
        RejectedRow.objects.filter(closed_at=None)
        .values_list("stream")
        .annotate(rows=Count("id"))
        .values_list("stream", "rows")
    )
    return [
        StreamState(
            stream, reached.get(stream.name), stream.model._default_manager.count(), rejected.get(stream.name, 0)
        )
        for stream in STREAMS
    ]
