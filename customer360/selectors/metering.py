"""Reads of what measures service: service points with their meters and latest reads, and what was billed as used."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet

from customer360.models import (
    AgreementServicePoint,
    BilledUse,
    Meter,
    MeterRead,
    ServiceAgreement,
    ServicePoint,
)
from customer360.visibility.viewer import Viewer, VisibleRecord


@dataclass(frozen=True)
class MeteredPoint:
    """A service point, one meter that is or was at it, and that meter's latest read; None where there is none."""

    point: VisibleRecord
    meter: VisibleRecord | None = None
    read: VisibleRecord | None = None


def points_of_agreement(viewer: Viewer, agreement: VisibleRecord) -> list[MeteredPoint]:
    """The service points that an agreement takes service at, each with every meter, the installed ones first."""
    if not viewer.may(AgreementServicePoint, "service_agreement", "service_point"):
        return []
    links = viewer.records(AgreementServicePoint.objects.filter(service_agreement=agreement.pk, removed_at=None))
    points = ServicePoint.objects.filter(pk__in=links.values("service_point"))
    return _with_meters(viewer, points, only_installed=False)


def points_of_premise(viewer: Viewer, premise: VisibleRecord) -> list[MeteredPoint]:
    """The service points on a premise, each with the meters that are installed."""
    if not viewer.may(ServicePoint, "premise"):
        return []
    return _with_meters(viewer, ServicePoint.objects.filter(premise=premise.pk), only_installed=True)


def _with_meters(viewer: Viewer, points: QuerySet[ServicePoint], *, only_installed: bool) -> list[MeteredPoint]:
    """Service points by service, with their meters; where a viewer may not see whose a meter is, without."""
    order = [name for name in ("service_type_name", "installed_on") if viewer.may(ServicePoint, name)]
    found = viewer.see_all(viewer.records(points.filter(removed_at=None)).order_by(*order, "pk"))
    if not found or not viewer.may(Meter, "service_point"):
        return [MeteredPoint(point) for point in found]
    meters = Meter.objects.filter(service_point__in=[point.pk for point in found], removed_at=None)
    if only_installed and viewer.may(Meter, "removed_on"):
        meters = meters.filter(removed_on=None)
    latest_first = [
        F(name).desc(nulls_first=True) for name in ("removed_on", "installed_on") if viewer.may(Meter, name)
    ]
    at_point: dict[str, list[VisibleRecord]] = {}
    for row in viewer.records(meters).order_by(*latest_first, "pk"):
        at_point.setdefault(row.service_point_id, []).append(viewer.see(row))
    reads = _reads_of(viewer, [meter.pk for meters_there in at_point.values() for meter in meters_there])
    return [
        MeteredPoint(point, meter, reads.get(meter.pk) if meter else None)
        for point in found
        for meter in at_point.get(point.pk, [None])
    ]


def _reads_of(viewer: Viewer, meters: list[str]) -> dict[str, VisibleRecord]:
    """The latest reads of meters, by meter."""
    if not meters or not viewer.may(MeterRead, "meter"):
        return {}
    reads = viewer.records(MeterRead.objects.filter(meter__in=meters, removed_at=None))
    return {read.meter_id: viewer.see(read) for read in reads}


def may_see_badges(viewer: Viewer) -> bool:
    """Whether the viewer may see which installed meters an agreement takes its service through."""
    return viewer.may(AgreementServicePoint, "service_agreement", "service_point", "stopped_on") and viewer.may(
        Meter, "service_point", "removed_on", "badge"
    )


def badges_of_agreement() -> ArraySubquery:
    """The numbers on the installed meters of each agreement, as a value of a query of agreements."""
    installed = Meter.objects.filter(
        service_point__agreement_links__service_agreement=OuterRef("pk"),
        service_point__agreement_links__stopped_on=None, service_point__agreement_links__removed_at=None,
        service_point__removed_at=None, removed_on=None, removed_at=None,
    )  # fmt: skip
    return ArraySubquery(installed.exclude(badge=None).order_by("badge").values("badge"))


@dataclass(frozen=True)
class MonthOfUse:
    """What was billed as used in the bill segments that end in one month."""

    quantity: Decimal
    days: int = 0
    is_estimated: bool = False


@dataclass(frozen=True)
class Use:
    """What an agreement was billed as used, in its unit, by the first day of the month."""

    unit: str
    months: dict[date, MonthOfUse]


_READ = (
    "segment_id", "unit", "time_of_use", "quantity_kind", "service_agreement", "status", "start_date", "end_date",
    "quantity", "is_estimated",
)  # fmt: skip


def use(viewer: Viewer, agreement: VisibleRecord, since: date) -> Use | None:
    """What frozen bill segments of an agreement say was used, in the unit that the agreement's use is shown in.

    Where the agreement names no unit, in the one of its first line. A segment that is split by time of use counts once.
    None where nothing was billed as used, or where the viewer may not see all that it is made of.
    """
    if not viewer.may(BilledUse, *_READ) or not viewer.may(ServiceAgreement, "use_unit"):
        return None
    lines = BilledUse.objects.filter(
        service_agreement=agreement.pk, removed_at=None, status=BilledUse.Status.FROZEN, end_date__gte=since,
        quantity_kind=BilledUse.WHOLE,
    )  # fmt: skip
    if agreement.use_unit:
        lines = lines.filter(unit=agreement.use_unit)
    segments: dict[str, list[BilledUse]] = {}
    for line in viewer.records(lines).order_by("end_date", "segment_id", "unit", "time_of_use"):
        segments.setdefault(line.segment_id, []).append(line)
    if not segments:
        return None
    unit = agreement.use_unit or next(iter(segments.values()))[0].unit
    months: dict[date, MonthOfUse] = {}
    for split in segments.values():
        of_unit = [line for line in split if line.unit == unit]
        whole = [line for line in of_unit if line.time_of_use == BilledUse.WHOLE] or of_unit
        for line in whole:
            first = line.end_date.replace(day=1)
            month = months.get(first, MonthOfUse(Decimal(0)))
            months[first] = replace(
                month,
                quantity=month.quantity + line.quantity,
                days=month.days + ((line.billed_days or 0) if line is whole[0] else 0),
                is_estimated=month.is_estimated or line.is_estimated,
            )
    return Use(unit, months)
