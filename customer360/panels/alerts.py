"""What to be aware of before saying a word: debt, loads that must not be interrupted, and CC&B's own alerts."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils import timezone

from customer360 import selectors
from customer360.models import Account, AccountAlert, AccountSummary, Premise
from customer360.pages import Visit
from customer360.panels.figures import currency_of
from customer360.panels.folding import Room, asked_page, at_first, split
from customer360.tables import readable
from customer360.templatetags.portal import count, money, shortdate

ALERTS_AT_FIRST = 4
ALERTS_FOLDED = 8
"""How many more unfold in place; of longer lists the rest comes by the page."""

ALERTS_A_PAGE = 20

FOLDED_BYTES = 1024
"""How much text the alerts hold ready to unfold. A longer one is whole where all alerts are asked for."""

LOADS_BY_NAME = 2
"""More loads than this are told by their number: the premises themselves say which they are."""

# CC&B's marks of a premise.
LOADS = {"LS": "Life support", "SL": "Sensitive load"}


@dataclass(frozen=True)
class Alert:
    """One warning: its class (bad, warn or info), what it is about, its text in two parts, the panel it leads to.

    Of one that is cut, the second part is not on this page.
    """

    severity: str
    lead: str
    text: str
    rest: str = ""
    section: str = ""
    is_cut: bool = False


@dataclass(frozen=True)
class Alerts:
    """The gravest few and those that unfold, or a page of all of them."""

    first: list[Alert]
    more: list[Alert]
    page: selectors.Slice | None = None
    is_whole: bool = False


def alerts(visit: Visit) -> Alerts | None:
    """The account's warnings by severity, each made only of fields that the viewer may read.

    With `?alerts=all` they come by the page.
    """
    found = [*_debt(visit), *_alert_text(visit), *_loads(visit), *_alerts_in_force(visit)]
    if not found:
        return None
    asked = asked_page(visit, "alerts")
    size = ALERTS_AT_FIRST + at_first(visit, "alerts", ALERTS_FOLDED) if asked is None else ALERTS_A_PAGE
    page = selectors.Slice.of_list(found, asked, size)
    room = Room(FOLDED_BYTES)
    listed = [_folded(alert, room, is_whole=asked is not None) for alert in page.records]
    first = ALERTS_AT_FIRST if asked is None else ALERTS_A_PAGE
    return Alerts(listed[:first], listed[first:], page, asked is not None)


def _folded(alert: Alert, room: Room, *, is_whole: bool) -> Alert:
    """The alert with its text in two parts, the second where there is room for it, or all is asked for."""
    text, rest = split(alert.text)
    fits = room.take(rest, at_any_rate=is_whole)
    return replace(alert, text=text, rest=rest if fits else "", is_cut=not fits)


def _debt(visit: Visit) -> Iterator[Alert]:
    summary = getattr(visit.record, "summary", None)
    past_due = readable(visit.viewer, summary, AccountSummary, "past_due") or Decimal(0)
    if past_due <= 0:
        return
    since = readable(visit.viewer, summary, AccountSummary, "past_due_since")
    days = f", {count((timezone.localdate() - since).days, 'day')}." if since else "."
    yield Alert("bad", f"{money(past_due, currency_of(visit.viewer, visit.record))} past due", days, section="billing")


def _alert_text(visit: Visit) -> Iterator[Alert]:
    if text := (readable(visit.viewer, visit.record, Account, "alert_text") or "").strip():
        yield Alert("warn", "", text)


def _loads(visit: Visit) -> Iterator[Alert]:
    """Premises in use that must not be cut off without a warning; the address where there are several premises."""
    viewer = visit.viewer
    if not viewer.may(Premise, "premise_id"):
        return
    served = [each.premise for each in visit.read(selectors.service).current if each.premise is not None]
    found = []
    for premise in served:
        load = LOADS.get((readable(viewer, premise, Premise, "life_support") or "").strip(), "")
        note = (readable(viewer, premise, Premise, "life_support_note") or "").strip()
        if not (load or note):
            continue
        street = readable(viewer, premise, Premise, "street") if len(served) > 1 else ""
        lead = f"{load or 'Sensitive load'}{f' at {street}' if street else ''}"
        found.append(Alert("warn", f"{lead}:" if note else lead, note, section="premises"))
    if len(found) > LOADS_BY_NAME:
        what = "Life support or sensitive load"
        found = [Alert("warn", f"{what} at {count(len(found), 'premise')}", "", section="premises")]
    yield from found


def _alerts_in_force(visit: Visit) -> Iterator[Alert]:
    viewer = visit.viewer
    for alert in selectors.alerts(viewer, visit.record, on=timezone.localdate()):
        text = readable(viewer, alert, AccountAlert, "alert_type_name") or readable(
            viewer, alert, AccountAlert, "alert_type"
        )
        if text:
            yield Alert("info", "", f"{text}, until {shortdate(alert.end_date)}" if alert.end_date else text)
