"""Administration of what measures service: service points, meters and billed use, read only."""

from django.contrib import admin

from customer360.models import AgreementServicePoint, BilledUse, Meter, MeterRead, ServicePoint
from customer360.visibility.surfaces.admin import VisibleModelAdmin


@admin.register(ServicePoint)
class ServicePointAdmin(VisibleModelAdmin):
    """Service points, read only."""

    list_display = ("service_point_id", "premise", "point_type_name", "status_name", "connection", "installed_on")
    search_fields = ("=service_point_id", "=premise__premise_id")
    list_filter = ("connection",)
    list_select_related = ("premise",)


@admin.register(AgreementServicePoint)
class AgreementServicePointAdmin(VisibleModelAdmin):
    """Which agreement takes service where, read only."""

    list_display = ("link_id", "service_agreement", "service_point", "started_on", "stopped_on")
    search_fields = ("=service_agreement__service_agreement_id", "=service_point__service_point_id")
    list_select_related = ("service_agreement", "service_point")


@admin.register(Meter)
class MeterAdmin(VisibleModelAdmin):
    """Meters at their service points, read only."""

    list_display = ("installation_id", "badge", "serial", "meter_type", "service_point", "installed_on", "removed_on")
    search_fields = ("=badge", "=serial", "=service_point__service_point_id")
    list_select_related = ("service_point",)


@admin.register(MeterRead)
class MeterReadAdmin(VisibleModelAdmin):
    """The latest read of each meter, read only."""

    list_display = ("installation_id", "meter", "read_at", "reading", "unit")
    search_fields = ("=installation_id",)
    list_select_related = ("meter",)


@admin.register(BilledUse)
class BilledUseAdmin(VisibleModelAdmin):
    """What was billed as used, read only."""

    list_display = ("id", "service_agreement", "end_date", "billed_days", "quantity", "unit", "status", "is_estimated")
    search_fields = ("=segment_id", "=service_agreement__service_agreement_id")
    list_filter = ("status", "is_estimated")
    list_select_related = ("service_agreement",)
