"""What the shell around every page needs: where to go, how old the data is, and whose eyes one sees with."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest
from django.urls import reverse

from customer360 import search, sources
from customer360.sources import Freshness, SourceState
from customer360.visibility.viewer import Viewer


@dataclass(frozen=True)
class NavigationItem:
    """One place to go. `pages` are the URL names that count as being there; `is_for` says who may use it.

    The age of the data in the top bar leads to the item that `is_about_sources`.
    """

    label: str
    icon: str
    url_name: str
    order: int
    is_for: Callable[[Viewer], bool]
    pages: tuple[str, ...] = ()
    is_about_sources: bool = False


_items: list[NavigationItem] = []


def register(item: NavigationItem) -> None:
    """Add a place to go; an app does it in its `panels.py`."""
    _items.append(item)


def _may_search(viewer: Viewer) -> bool:
    return bool(search.searchable(viewer))


RECORDS = ("account", "customer", "premise", "service-agreement")
"""The pages about one record, all of which are reached by the search."""

register(NavigationItem("Search", "search", "home", 10, _may_search, pages=("search", *RECORDS)))
register(NavigationItem("Administration", "gear", "admin:index", 90, lambda viewer: viewer.user.is_staff))


class Shell:
    """The frame of one page, for one request. Everything is worked out when a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._viewer: Viewer | None = getattr(request, "viewer", None)

    @cached_property
    def navigation(self) -> list[dict[str, object]]:
        """The places this person may go, each with whether they are there now."""
        here = self._request.resolver_match.view_name if self._request.resolver_match else ""
        return [
            {
                "label": item.label,
                "icon": item.icon,
                "url": reverse(item.url_name),
                "is_here": here in (item.url_name, *item.pages),
            }
            for item in self._places
        ]

    @cached_property
    def _places(self) -> list[NavigationItem]:
        """The places that are for this person, in their order."""
        if self._viewer is None:
            return []
        return [item for item in sorted(_items, key=lambda item: item.order) if item.is_for(self._viewer)]

    @cached_property
    def searchable(self) -> list[str]:
        """What this person may search by, in words."""
        return search.searchable(self._viewer) if self._viewer else []

    @cached_property
    def sources(self) -> list[SourceState]:
        """The systems that the data comes from, asked once for the whole page."""
        return sources.states() if self._viewer else []

    @cached_property
    def sources_url(self) -> str:
        """The page that tells more about the sources; empty if there is none for this person."""
        return next((reverse(item.url_name) for item in self._places if item.is_about_sources), "")

    @cached_property
    def old_sources(self) -> list[SourceState]:
        """The systems whose data a person must not rely on."""
        return [source for source in self.sources if source.freshness in (Freshness.STALE, Freshness.NEVER)]

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """The roles in force."""
        return self._viewer.roles if self._viewer else ()


def shell(request: HttpRequest) -> dict[str, Shell]:
    """The context processor."""
    return {"shell": Shell(request)}
