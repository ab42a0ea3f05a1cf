"""Channels and events for tests of alerts."""

from typing import Any

from sync.models import AlertChannel, AlertEvent
from sync.models.alerts import every_kind


def make_channel(name: str, kind: str, addresses: str, **values: Any) -> AlertChannel:
    """A channel that is told everything unless values say otherwise."""
    defaults = {"name": name, "kind": kind, "addresses": addresses, "events": every_kind()}
    return AlertChannel.objects.create(**(defaults | values))


def kinds(events: list[AlertEvent]) -> list[tuple[str, str]]:
    """Kind and stream of each event."""
    return [(str(event.kind), event.stream) for event in events]
