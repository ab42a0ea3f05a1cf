"""Celery tasks: each only calls a service. What a lost task would have done, the next run does from PostgreSQL."""

from typing import Any

from celery import shared_task

from sync import alerts, services, streams
from sync.stream import System


@shared_task
def run_stream(
    name: str,
    full: bool = False,
    requested_by: str = "",
    accepted_brake: str = "",
    accepted_removals: int | None = None,
) -> None:
    """Run one stream; for a person, and past the brake on so many removals, where these are named."""
    _run(
        (streams.by_name(name),),
        full=full,
        requested_by=requested_by,
        accepted_brake=accepted_brake,
        accepted_removals=accepted_removals,
    )


@shared_task
def run_system(system: str, full: bool = False) -> None:
    """Run every inbound stream of a system at one point in time, parents first."""
    _run(streams.inbound(System(system)), full=full)


@shared_task
def tell_alerts() -> None:
    """Find what is worth an alert, and send what is due."""
    alerts.watch()
    alerts.send()


def _run(chosen: tuple[streams.Stream, ...], **order: Any) -> None:
    for _ in services.run_streams(chosen, **order):
        pass
