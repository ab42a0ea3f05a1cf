"""Celery tasks: each only calls a service. What a lost task would have done, the next run does from PostgreSQL."""

from celery import shared_task

from sync import services, streams
from sync.stream import System


@shared_task
def run_stream(name: str, full: bool = False, requested_by: str = "", accepted_brake: str = "") -> None:
    """Run one stream; for a person, and past the brake on removals, where these are named."""
    _run((streams.by_name(name),), full=full, requested_by=requested_by, accepted_brake=accepted_brake)


@shared_task
def run_system(system: str, full: bool = False) -> None:
    """Run every inbound stream of a system at one point in time, parents first."""
    _run(streams.inbound(System(system)), full=full)


def _run(chosen: tuple[streams.Stream, ...], *, full: bool, requested_by: str = "", accepted_brake: str = "") -> None:
    for _ in services.run_streams(chosen, full=full, requested_by=requested_by, accepted_brake=accepted_brake):
        pass
