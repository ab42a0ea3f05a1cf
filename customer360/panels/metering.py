"""Service points, meters and use: on the pages about a premise and about a service agreement."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import attrgetter

from django.utils import timezone

from customer360 import selectors
from customer360.models import Meter, MeterRead, ServicePoint
from customer360.pages import Visit
from customer360.panels.chart import Chart, Words, draw, first_month
from customer360.selectors import MeteredPoint
from customer360.tables import Column, Table
from customer360.templatetags.portal import count, quantity

POINT, METER, READ = attrgetter("point"), attrgetter("meter"), attrgetter("read")

METER_COLUMNS = (
    Column(Meter, "badge", "identifier", record=METER),
    Column(Meter, "serial", "identifier", styles="opt hm", record=METER),
    Column(Meter, "meter_type", styles="opt2 hm", record=METER),
    Column(ServicePoint, "point_type_name", styles="opt wrap", record=POINT),
    Column(Meter, "installed_on", "date", styles="n", record=METER),
    Column(Meter, "removed_on", "date", styles="n opt", record=METER),
    Column(MeterRead, "reading", "quantity", label="Last reading", styles="n", record=READ),
    Column(MeterRead, "read_at", "moment_or_none", styles="n opt", record=READ),
)
POINT_COLUMNS = (
    Column(ServicePoint, "service_type_name", "service", record=POINT),
    Column(ServicePoint, "point_type_name", styles="opt wrap", record=POINT),
    Column(ServicePoint, "status_name", styles="opt2", record=POINT),
    Column(ServicePoint, "connection", record=POINT),
    Column(Meter, "badge", "identifier", record=METER),
    Column(MeterRead, "reading", "quantity", label="Last reading", styles="n opt", record=READ),
    Column(MeterRead, "read_at", "moment_or_none", styles="n opt hm", record=READ),
    Column(ServicePoint, "location", styles="opt2 hm wrap", record=POINT),
    Column(ServicePoint, "service_point_id", "identifier", label="Service point", styles="opt2 hm", record=POINT),
)

ROWS_AT_MOST = 30
"""A premise with more service points, or an agreement with more meters, says how many are left out."""


@dataclass(frozen=True)
class Points:
    """A table of service points or meters; `left_out` counts those that are not shown."""

    table: Table
    count: str
    left_out: int


def meters(visit: Visit) -> Points | None:
    """The meters that the agreement takes or took service through, the installed ones first."""
    found = [row for row in visit.read(selectors.points_of_agreement) if row.meter is not None]
    table = Table.for_viewer(visit.viewer, "Meters of the agreement", METER_COLUMNS)
    return _points(found, table, count(len(found), "meter"))


def service_points(visit: Visit) -> Points | None:
    """The service points on the premise with the meters that are installed."""
    found = visit.read(selectors.points_of_premise)
    table = Table.for_viewer(visit.viewer, "Service points and meters", POINT_COLUMNS)
    return _points(found, table, count(len({row.point.pk for row in found}), "service point"))


def _points(found: list[MeteredPoint], table: Table, words: str) -> Points | None:
    if not found:
        return None
    table.add(found[:ROWS_AT_MOST], is_muted=_is_over)
    return Points(table, words, max(len(found) - ROWS_AT_MOST, 0))


def _is_over(row: MeteredPoint) -> bool:
    """Whether the meter was taken out, or the service point given up, as far as the viewer may see it."""
    return bool(getattr(row.meter, "removed_on", None) or getattr(row.point, "abolished_on", None))


def use(visit: Visit) -> Chart | None:
    """What was billed as used in thirteen months beside the year before, in the agreement's unit."""
    today = timezone.localdate()
    found = selectors.use(visit.viewer, visit.record, since=first_month(today))
    if found is None:
        return None

    def say(month: date, amount: Decimal) -> str:
        billed = found.months[month]
        estimated = ", estimated" if billed.is_estimated else ""
        return f"{quantity(amount)} {found.unit} in {count(billed.days, 'day')}{estimated}"

    words = Words(f"{found.unit}, 13 months", f"Billed use in {found.unit} by month", "nothing billed", say)
    return draw({month: billed.quantity for month, billed in found.months.items()}, today, words)
