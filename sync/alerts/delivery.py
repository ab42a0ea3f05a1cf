"""From an event to a message: who is to be told when, who sends it now, and what became of it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Min, QuerySet
from django.utils import timezone

from sync.alerts.transports import NotSent, PerhapsSent, transmit
from sync.models import AlertChannel, AlertDelivery, AlertEvent

logger = structlog.get_logger(__name__)

State = AlertDelivery.State

ATTEMPTS = 10
"""How often a message is tried: with the waits between, for about nine hours."""

LONGEST_WAIT = timedelta(hours=4)
SILENCE = timedelta(minutes=10)
"""A message that has been on its way for longer has lost the process that sent it."""

A_MESSAGE = 100
"""How many events one message tells; more follow in the next."""


def plan(events: Iterable[AlertEvent], now: datetime) -> None:
    """Write down which channel tells which event, and when: after its quiet time, together with what waits there."""
    events = list(events)
    for channel in AlertChannel.objects.filter(is_enabled=True) if events else ():
        wanted = [event for event in events if channel.wants(event)]
        if wanted:
            due = _due(channel, now)
            AlertDelivery.objects.bulk_create(
                [AlertDelivery(channel=channel, event=event, due_at=due) for event in wanted], ignore_conflicts=True
            )


def _due(channel: AlertChannel, now: datetime) -> datetime:
    """When an event of now is told over the channel."""
    fresh = channel.deliveries.filter(state=State.WAITING, attempts=0, due_at__gt=now)
    gathered: datetime | None = fresh.aggregate(first=Min("due_at"))["first"]
    return gathered or channel.open_at(now + timedelta(minutes=channel.gather_minutes))


def send(now: datetime | None = None) -> int:
    """Send what is due, one message for each channel; how many events were told."""
    now = now or timezone.now()
    _settle_the_silent(now)
    due = AlertDelivery.objects.filter(state=State.WAITING, due_at__lte=now, channel__is_enabled=True)
    told = 0
    for channel in AlertChannel.objects.filter(pk__in=due.values("channel")):
        told += _send(channel, due.filter(channel=channel), now)
    return told


def send_test(channel: AlertChannel) -> AlertDelivery:
    """Tell the channel a test now, whatever it subscribes to and whether it is quiet; what became of it."""
    now = timezone.now()
    event = AlertEvent(kind=AlertEvent.Kind.TEST, happened_at=now)
    event.key = f"test:{event.pk}"
    event.save(force_insert=True)
    delivery = AlertDelivery.objects.create(channel=channel, event=event, due_at=now)
    _send(channel, AlertDelivery.objects.filter(pk=delivery.pk), now)
    # Whoever asked is told at once; a test that comes hours later would be no help.
    AlertDelivery.objects.filter(pk=delivery.pk, state=State.WAITING).update(state=State.FAILED)
    delivery.refresh_from_db()
    return delivery


def send_again(deliveries: QuerySet[AlertDelivery]) -> int:
    """Let what was given up, or perhaps sent, be sent once more, as a person asks; how many."""
    again = deliveries.filter(state__in=(State.FAILED, State.UNKNOWN))
    return again.update(state=State.WAITING, attempts=0, due_at=timezone.now(), last_error="")


def _send(channel: AlertChannel, due: QuerySet[AlertDelivery], now: datetime) -> int:
    """Claim what is due, send it as one message, and write down what became of it; how many events were told."""
    with transaction.atomic():
        oldest_first = due.select_for_update(skip_locked=True).order_by("due_at", "pk")
        claimed = list(oldest_first[:A_MESSAGE])
        for delivery in claimed:
            delivery.state, delivery.claimed_at, delivery.attempts = State.SENDING, now, delivery.attempts + 1
        AlertDelivery.objects.bulk_update(claimed, ("state", "claimed_at", "attempts"))
    if not claimed:
        return 0
    of_delivery = AlertEvent.objects.in_bulk([delivery.event_id for delivery in claimed])
    events = sorted(of_delivery.values(), key=lambda event: event.happened_at)
    try:
        transmit(channel, events)
    except NotSent as failure:
        _try_later(channel, claimed, str(failure), now)
        return 0
    except PerhapsSent as doubt:
        if channel.kind == AlertChannel.Kind.WEBHOOK:
            _try_later(channel, claimed, str(doubt), now)
        else:
            _close(claimed, State.UNKNOWN, error=str(doubt))
        return 0
    except Exception as error:
        # Whatever else goes wrong with one channel must not keep the others from being told.
        logger.exception("alert not sent", channel=channel.name)
        _try_later(channel, claimed, f"It could not be sent ({type(error).__name__}).", now)
        return 0
    _close(claimed, State.SENT, sent_at=timezone.now())
    logger.info("alert sent", channel=channel.name, events=len(claimed))
    return len(claimed)


def _close(claimed: list[AlertDelivery], state: str, *, error: str = "", sent_at: datetime | None = None) -> None:
    ours = AlertDelivery.objects.filter(pk__in=[delivery.pk for delivery in claimed], state=State.SENDING)
    ours.update(state=state, last_error=error[:300], sent_at=sent_at)


def _try_later(channel: AlertChannel, claimed: list[AlertDelivery], error: str, now: datetime) -> None:
    """Wait twice as long after each failure, past the quiet time; give up after the last attempt."""
    logger.warning("alert not sent", channel=channel.name, events=len(claimed), error=error)
    for delivery in claimed:
        wait = min(timedelta(minutes=2 ** (delivery.attempts - 1)), LONGEST_WAIT)
        delivery.state = State.FAILED if delivery.attempts >= ATTEMPTS else State.WAITING
        delivery.due_at, delivery.last_error = channel.open_at(now + wait), error[:300]
    AlertDelivery.objects.bulk_update(claimed, ("state", "due_at", "last_error"))


def _settle_the_silent(now: datetime) -> None:
    """Take over messages whose sender is gone: a webhook knows a repetition by the event's id, a mailbox does not."""
    silent = AlertDelivery.objects.filter(state=State.SENDING, claimed_at__lt=now - SILENCE)
    silent.filter(channel__kind=AlertChannel.Kind.WEBHOOK).update(state=State.WAITING, due_at=now)
    silent.filter(channel__kind=AlertChannel.Kind.EMAIL).update(
        state=State.UNKNOWN, last_error="The process that sent it is gone, so nobody knows whether it went out."
    )
