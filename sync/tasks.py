"""Celery tasks: each only calls a service. What a lost task would have done, the sweep finds in PostgreSQL."""

from typing import Any
from uuid import UUID

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError

from sync import alerts, matching, ranges, services, split, streams, sweeper, systems
from sync.stream import System

logger = structlog.get_logger(__name__)

ONE_RETRY = {"max_retries": 1, "interval_start": 0}
"""A broker that is away is not waited for: the work goes on without it, and a person is told at once."""


@shared_task
def run_stream(
    name: str,
    full: bool = False,
    keys: bool = False,
    requested_by: str = "",
    accepted_brake: str = "",
    accepted_removals: int | None = None,
) -> None:
    """Run one stream; for a person, and past the brake on so many removals, where these are named."""
    _run(
        (streams.by_name(name),),
        full=full,
        keys=keys,
        requested_by=requested_by,
        accepted_brake=accepted_brake,
        accepted_removals=accepted_removals,
    )


@shared_task
def run_system(system: str, full: bool = False, keys: bool = False) -> None:
    """Run every inbound stream of a system at one point in time, parents first; none while it is not connected."""
    _run(systems.connected(streams.inbound(System(system))), full=full, keys=keys)


@shared_task
def run_again(names: list[str], **order: Any) -> None:
    """Run the named streams, which the sweep found owing; `order` says how, as `run_streams` takes it."""
    _run(tuple(stream for stream in streams.STREAMS if stream.name in names), **order)


@shared_task
def match() -> None:
    """Match what Salesforce's records are in CC&B; where nothing changed since the last time, that is a few queries."""
    matching.match()


@shared_task
def read_range(run: str) -> None:
    """Read one range of a run, then have the next one read; another run's work may come in between."""
    split.help_with(UUID(run))
    if ranges.free(UUID(run)):
        _share_out(UUID(run), 1)


@shared_task
def sweep() -> None:
    """Start what is owed and what nobody does. A start that no worker takes up in time is found anew."""
    owed, expires = sweeper.owed(), sweeper.PERIOD.total_seconds()
    for start in owed.starts:
        logger.warning("started again", streams=start.streams, full=start.full, attempt=start.attempt)
        run_again.apply_async(
            kwargs={"names": start.streams, **start.order},
            expires=expires,
        )
    for each in owed.helps:
        _share_out(each.run, each.workers, expires=expires)


@shared_task
def tell_alerts() -> None:
    """Find what is worth an alert, and send what is due."""
    alerts.watch()
    alerts.send()


def _run(chosen: tuple[streams.Stream, ...], **order: Any) -> None:
    for _ in services.run_streams(chosen, on_ranges=_share_out, **order):
        pass
    if any(stream.system == System.SALESFORCE for stream in chosen):
        matching.match()


def _share_out(run: UUID, workers: int, *, expires: float | None = None) -> None:
    """Tell so many workers of the run's ranges. Where the broker is away, whoever holds the run reads them alone."""
    try:
        for _ in range(min(workers, sweeper.HELPERS)):
            read_range.apply_async(args=[str(run)], expires=expires, retry_policy=ONE_RETRY)
    except OperationalError:
        logger.warning("no broker, ranges are read by one worker", run=str(run))
