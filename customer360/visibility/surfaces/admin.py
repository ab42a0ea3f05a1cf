"""Django admin over the Viewer: mirrored records are read as everywhere, and every hook that names a field asks it.

Stock admin answers `?any_field__startswith=x` for any local field, and simple-history's admin views print hidden fields
and accept changes by view permission; so the lookups are refused here and those views are not used at all.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.admin import ModelAdmin, ShowFacets
from django.contrib.admin.utils import display_for_value, unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from customer360.models import VisibleModel
from customer360.visibility.groups import Access
from customer360.visibility.middleware import viewer_of
from customer360.visibility.paths import may_select
from customer360.visibility.surfaces.history import HistoryLine, history_lines, visible_history
from customer360.visibility.viewer import Viewer, VisibleRecord, label


class Column:
    """One field of a model as admin shows it to one viewer: a callable, so that admin never reads the record itself."""

    def __init__(self, viewer: Viewer, model: type[VisibleModel], name: str) -> None:
        self.viewer = viewer
        self.__name__ = name
        self.short_description = label(model, name)
        self.admin_order_field = name if may_select(viewer, model, name) else None

    def __call__(self, record: VisibleModel) -> str:
        """The value as text; a code in words, a related record by its key where that is visible."""
        visible = self.viewer.see(record)
        value = getattr(visible, f"get_{self.__name__}_display", None) or getattr(visible, self.__name__, None)
        if isinstance(value, VisibleRecord):
            value = getattr(value, "pk", value)
        return display_for_value(value, "-", isinstance(value, bool))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Column) and self.__name__ == other.__name__

    def __hash__(self) -> int:
        return hash(self.__name__)


class HistoryMixin(ModelAdmin):
    """A history page of ours in place of Django's log of admin's own changes and of simple-history's views."""

    object_history_template = "admin/record_history.html"

    def history_lines(self, request: HttpRequest, record: Any) -> list[HistoryLine]:
        """The changes to show; of a record that holds no customer's data, all of them."""
        access: Mapping[str, Access] = {field.name: Access.VIEW for field in record._meta.concrete_fields}
        return history_lines(record, access)

    @method_decorator(require_safe)
    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Who changed what and when, for whoever may open the record.

        Raises Http404 for a record that is not there or not in scope, PermissionDenied without the permission.
        """
        record = self.get_object(request, unquote(object_id))
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        if record is None:
            raise Http404("There is no such record.")
        context = {
            **self.admin_site.each_context(request),
            "title": f"History of {record._meta.verbose_name} {record}",
            "lines": self.history_lines(request, record),
            "opts": self.opts,
            "object_id": object_id,
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.object_history_template, context)


class ReadOnlyAdmin(ModelAdmin):
    """Admin of records that nobody writes by hand."""

    actions = None
    view_on_site = False
    show_full_result_count = False
    show_facets = ShowFacets.NEVER

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds one."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes one."""
        return False


class VisibleModelAdmin(HistoryMixin, ReadOnlyAdmin):
    """Reads one visible model as the viewer may see it.

    `list_display`, `search_fields`, `list_filter` and `ordering` say what a viewer of everything gets; each viewer gets
    the part that is visible. Admin links to records by key, so a viewer who may not VIEW the key has no such page. A
    model permission opens the page, the Viewer decides what is on it: a superuser sees what its roles see.
    """

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The model permission, and a key that is visible."""
        if not super().has_view_permission(request):
            return False
        return viewer_of(request).key_access(self.model, self.opts.pk.name) >= Access.VIEW

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """The records in the viewer's scope."""
        return viewer_of(request).records(super().get_queryset(request))

    def _visible(self, request: HttpRequest, paths: Iterable[Any]) -> list[str]:
        return [path for path in paths if may_select(viewer_of(request), self.model, path.lstrip("-^=@"))]

    def _columns(self, request: HttpRequest, names: Iterable[Any]) -> list[Column]:
        visible = set(viewer_of(request).fields(self.model, Access.MASKED))
        return [Column(viewer_of(request), self.model, name) for name in names if name in visible]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The listed fields that are visible."""
        return self._columns(request, self.list_display)

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """The filters by fields that may be viewed."""
        return self._visible(request, self.list_filter)

    def get_search_fields(self, request: HttpRequest) -> list[Any]:
        """The searched fields that may be viewed."""
        return self._visible(request, self.search_fields)

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """The ordering by fields that may be viewed; nothing of it left, by key."""
        return self._visible(request, self.ordering or ()) or ["pk"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Every visible field, in the order of the model's field groups."""
        return self._columns(request, viewer_of(request).fields(self.model, Access.MASKED))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """All of them."""
        return self.get_fields(request, obj)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Whether the query string may select by this lookup."""
        return may_select(viewer_of(request), self.model, lookup)

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """Records are linked by their key alone; another field in `_to_field` would be printed and searched."""
        return to_field in (self.opts.pk.name, self.opts.pk.attname) and super().to_field_allowed(request, to_field)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """Not found, like any other page outside the viewer's scope."""
        raise Http404("There is no such record.")

    def history_lines(self, request: HttpRequest, record: Any) -> list[HistoryLine]:
        """The visible part of the record's changes."""
        return visible_history(viewer_of(request), record)
