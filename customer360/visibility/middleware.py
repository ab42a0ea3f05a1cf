"""Gives every request its Viewer."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from customer360.models import User
from customer360.visibility.viewer import Viewer


class ViewerMiddleware:
    """Sets `request.viewer` for whoever is signed in; nobody signed in, no viewer.

    Personal data is never stored by a browser or a proxy: every answer to a signed-in person says no-store.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Attach the viewer, answer, and forbid caching."""
        viewer = Viewer(request.user) if isinstance(request.user, User) else None
        request.viewer = viewer  # type: ignore[attr-defined]
        response = self.get_response(request)
        if viewer is not None:
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def viewer_of(request: HttpRequest) -> Viewer:
    """The request's viewer.

    Raises PermissionDenied where there is none: no viewer sees nothing, never everything.
    """
    viewer = getattr(request, "viewer", None)
    if not isinstance(viewer, Viewer):
        raise PermissionDenied("Nobody is signed in.")
    return viewer
