"""Alerts in words: what happened, what is still fine, what to do. Made of titles, counts, times and codes alone."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from sync.models import AlertEvent, RejectedRow
from sync.streams import STREAMS

Kind = AlertEvent.Kind


def title_of(event: AlertEvent) -> str:
    """What the event's stream is called; its bare name where it is no longer in the mapping."""
    return next((stream.title for stream in STREAMS if stream.name == event.stream), event.stream)


def sentence(event: AlertEvent) -> str:
    """The event as one paragraph."""
    title, at, figures = title_of(event), stamp(event.happened_at), event.figures
    match event.kind:
        case Kind.FAILED:
            codes = f" ({', '.join(figures['codes'])})" if figures.get("codes") else ""
            return (
                f"{title}: the run that ended {at} failed{codes}. The mirror is as it was after the last good run."
                " Open the run to see what to do; the next run tries again."
            )
        case Kind.STOPPED:
            what = f"would mark {figures['gone']:,} of {figures['held']:,} records removed"
            if not figures["read"]:
                what = f"read nothing, where {figures['held']:,} records are expected"
            return (
                f"{title}: the brake stopped the run of {at}, which {what}. Nothing was marked. Look at the source,"
                " then open the run and decide."
            )
        case Kind.LATE:
            last = stamp(datetime.fromisoformat(figures["last_success_at"]))
            return (
                f"{title}: no good run since {last}. What was loaded is still shown, with its age. Check that the"
                " scheduler, a worker and the source are running."
            )
        case Kind.REJECTED:
            reasons = "; ".join(f"{in_words(reason)}: {rows:,}" for reason, rows in sorted(figures["reasons"].items()))
            rows = "1 row" if figures["rows"] == 1 else f"{figures['rows']:,} rows"
            return (
                f"{title}: {rows} could not be taken ({reasons}) and are kept; everything else was taken. Correct them"
                " in the source, or offer them again from the page of rejected rows."
            )
        case Kind.RECOVERED if figures.get("stopped"):
            return (
                f"{title}: the run that ended {at} went well again. The full compare that the brake stopped at"
                f" {figures['stopped']:,} removals is not settled yet."
            )
        case Kind.RECOVERED:
            return f"{title}: the run that ended {at} went well again. Nothing is to be done."
    return "This is a test, sent because somebody asked for it. Nothing happened, and nothing is to be done."


def subject(events: Sequence[AlertEvent]) -> str:
    """The events in a few words."""
    if len(events) == 1:
        (event,) = events
        return f"Customer360: {title_of(event)} {_SHORT[event.kind]}" if event.stream else "Customer360: a test alert"
    counted = Counter(event.kind for event in events)
    listed = ", ".join(f"{counted[kind]} {_SHORT[kind]}" for kind in Kind if counted[kind])
    return f"Customer360: {len(events)} alerts ({listed})"


_SHORT: dict[str, str] = {
    Kind.FAILED: "failed", Kind.STOPPED: "stopped by the brake", Kind.LATE: "late", Kind.REJECTED: "rejected rows",
    Kind.RECOVERED: "recovered", Kind.TEST: "test",
}  # fmt: skip


def text(events: Sequence[AlertEvent]) -> str:
    """The body of an e-mail: a paragraph for each event, with where to look."""
    parts = [f"{sentence(event)}\n{address}" if (address := url(event)) else sentence(event) for event in events]
    return "\n\n".join(parts) + "\n"


def url(event: AlertEvent) -> str:
    """The page about the event; empty where the portal's own address is not set."""
    if not settings.PORTAL_URL:
        return ""
    if event.kind == Kind.REJECTED:
        path = f"{reverse('sync-rejected')}?stream={event.stream}"
    else:
        path = reverse("sync-run", args=[event.run]) if event.run else reverse("sync")
    return str(settings.PORTAL_URL.rstrip("/") + path)


def payload(events: Sequence[AlertEvent]) -> dict[str, Any]:
    """What a webhook is sent; `docs/alerts.md` holds its schema. An event keeps its id however often it is sent."""
    return {
        "version": 1,
        "subject": subject(events),
        "events": [
            {
                "id": str(event.pk),
                "kind": event.kind,
                "stream": event.stream,
                "title": title_of(event),
                "happened_at": event.happened_at.isoformat(),
                "text": sentence(event),
                "run": str(event.run) if event.run else None,
                "url": url(event) or None,
                "figures": event.figures,
            }
            for event in events
        ],
    }


def in_words(reason: str) -> str:
    """A reason of rejection as a person would say it."""
    return str(dict(RejectedRow.Reason.choices).get(reason, reason)).lower()


def stamp(moment: datetime) -> str:
    """A moment by the utility's clock."""
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
