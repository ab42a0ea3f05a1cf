"""What a person asks the sync to do. A worker does it, once what was asked for is committed."""

from functools import partial
from uuid import UUID

from django.db import transaction
from kombu.exceptions import OperationalError

from customer360.models import User
from customer360.visibility.viewer import Viewer
from sync import tasks
from sync.models import SyncRun
from sync.rights import may_operate
from sync.selectors import waits_for_a_person
from sync.stream import Stream
from sync.streams import by_name
from sync.systems import closed_now


class NotStarted(Exception):
    """Nothing was started. The message says why, what is still fine, and what to do."""


def start_stream(stream: Stream, *, actor: User, full: bool = False) -> None:
    """Have a worker run the stream: what is new, or everything if `full`.

    Raises NotStarted where no worker can be told, or the system may not be read now and the person does not operate.
    """
    _only_while_open(stream, actor)
    with transaction.atomic():
        transaction.on_commit(partial(_publish, stream, actor=actor, full=full))


def let_go_on(run_id: UUID, *, reason: str, actor: User) -> SyncRun:
    """Accept what a brake stopped a run at, and have a worker do that work in a run past the brake.

    As many removals are accepted as the stopped run shows; where the next read would remove more, it stops again.

    The reason and the person stay on the stopped run; the new run carries the reason too.

    Raises SyncRun.DoesNotExist for a run that is not there, KeyError where its stream is gone from the mapping, and
    NotStarted if the run does not wait for a person (any more) or no worker can be told; nothing is kept then.
    """
    try:
        with transaction.atomic():
            run = SyncRun.objects.select_for_update().get(pk=run_id)
            if not waits_for_a_person(run):
                raise NotStarted(
                    "This run waits for no decision any more. Nothing was changed. Look at the stream's latest run."
                )
            stream = by_name(run.stream)
            _only_while_open(stream, actor)
            run.accepted_brake, run.accepted_by = reason, actor.get_username()
            run.save(update_fields=["accepted_brake", "accepted_by"])
            publish = partial(
                _publish, stream, actor=actor, full=True, accepted_brake=reason, accepted_removals=run.gone
            )
            transaction.on_commit(publish)
    except _NoBroker:
        SyncRun.objects.filter(pk=run_id).update(accepted_brake="", accepted_by="")
        raise
    return run


def _only_while_open(stream: Stream, actor: User) -> None:
    """Raise NotStarted outside the hours in which the system may be read, unless the person operates the sync."""
    closed = closed_now(stream.system)
    if closed and not may_operate(Viewer(actor)):
        raise NotStarted(
            f"{stream.title} was not started: {closed} The mirror is as it was. Wait until then, or ask somebody who"
            f" operates the sync."
        )


class _NoBroker(NotStarted):
    """No worker could be told."""


def _publish(
    stream: Stream, *, actor: User, full: bool, accepted_brake: str = "", accepted_removals: int | None = None
) -> None:
    """Wake a worker up. Everything that the run needs to know is in the message; its truth is in the database."""
    order = {
        "name": stream.name,
        "full": full,
        "requested_by": actor.get_username(),
        "accepted_brake": accepted_brake,
        "accepted_removals": accepted_removals,
    }
    try:
        tasks.run_stream.apply_async(kwargs=order, retry_policy=tasks.ONE_RETRY)
    except OperationalError as error:
        raise _NoBroker(
            f"{stream.title} was not started: the broker (REDIS_URL) does not answer. The mirror is as it was. "
            "Start the broker, or run `manage.py sync` on the server."
        ) from error
