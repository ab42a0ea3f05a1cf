"""Gives every request its Viewer."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from customer360.visibility.viewer import Viewer


class ViewerMiddleware:
    """Sets `request.viewer` for whoever is signed in; nobody signed in, no viewer.

    Personal data is never stored by a browser or a proxy: every answer to a signed-in person says no-store.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Attach the viewer, answer, and forbid caching."""
        signed_in = request.user.is_authenticated
        request.viewer = Viewer(request.user) if signed_in else None
        response = self.get_response(request)
        if signed_in:
            response.headers.setdefault("Cache-Control", "no-store")
        return response
