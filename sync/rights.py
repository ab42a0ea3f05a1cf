"""Who may look at the sync, and who may do what with it: two permissions on runs."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.defaults import page_not_found

from customer360.visibility.middleware import viewer_of
from customer360.visibility.viewer import Viewer


def may_operate(viewer: Viewer) -> bool:
    """Whether this person runs streams, also in full, and sees which fields a rejected row has and of what kind."""
    return viewer.holds("sync.operate")


def may_steward(viewer: Viewer) -> bool:
    """Whether this person settles what the machine cannot: rejected rows, and runs that a brake stopped."""
    return viewer.holds("sync.steward")


def may_see(viewer: Viewer) -> bool:
    """Whether the sync has pages for this person."""
    return may_operate(viewer) or may_steward(viewer)


def may_see_matches(viewer: Viewer) -> bool:
    """Whether this person sees how far matching is. Its records and values are a matter of the Viewer."""
    return may_see(viewer) or viewer.holds("sync.view_match")


View = Callable[..., HttpResponse]


def only_for(may: Callable[[Viewer], bool]) -> Callable[[View], View]:
    """A view for those who may; for everybody else there is no such page, on a developer's machine too."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return view(request, *args, **kwargs) if may(viewer_of(request)) else nothing_here(request)

        return guarded

    return decorate


def nothing_here(request: HttpRequest) -> HttpResponse:
    """The answer for what does not exist, or not for this person."""
    return page_not_found(request, Http404())
