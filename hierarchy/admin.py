"""Administration of the hierarchy, read only."""

from django.contrib import admin

from customer360.visibility.surfaces.admin import VisibleModelAdmin
from hierarchy.models import Node, Placement


@admin.register(Node)
class NodeAdmin(VisibleModelAdmin):
    """Enterprises and divisions, read only."""

    list_display = ("id", "name", "level", "parent", "owner", "territory")
    search_fields = ("name",)
    list_filter = ("level",)
    list_select_related = ("parent", "owner")


@admin.register(Placement)
class PlacementAdmin(VisibleModelAdmin):
    """Where accounts stand, read only."""

    list_display = ("account", "c1", "c2", "territory")
    search_fields = ("=account__account_id",)
    list_select_related = ("account", "c1", "c2")
