"""The brake on guessed passwords: who is asking, what a locked person reads, and how an administrator unlocks them."""

import re
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from customer360.forms import SignInForm

_WITH_PORT = re.compile(r"\[([^\]]*)\](?::\d+)?|([^:]*):\d+")
NOWHERE = "0.0.0.0"  # noqa: S104 - no address to listen on
"""What a request without an address counts under: one over a socket file, or whose proxy says no address."""


def address_of(request: HttpRequest) -> str:
    """The address that a request came from, as the outermost of our own proxies saw it.

    A client may write whatever it likes into X-Forwarded-For; each proxy adds at the right whom it heard it from.
    """
    heard = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    said = heard[-settings.PROXIES] if 0 < settings.PROXIES <= len(heard) else ""
    return _bare(said) or _bare(str(request.META.get("REMOTE_ADDR", ""))) or NOWHERE


def _bare(said: str) -> str:
    """The address without the port that some proxies add; empty where it is none, such as `unknown`."""
    with_port = _WITH_PORT.fullmatch(said)
    try:
        return str(ip_address((with_port[1] or with_port[2]) if with_port else said))
    except ValueError:
        return ""


def locked(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:
    """The sign-in page with the sentence for a name that is locked at this address; the same whether it exists."""
    wait: timedelta = settings.AXES_COOLOFF_TIME
    sentence = (
        f"Too many wrong passwords for this name. Nothing is lost: wait {wait.total_seconds() / 60:.0f} minutes,"
        " or ask your administrator to unlock it."
    )
    context = {"form": SignInForm(request), "locked": sentence, "next": request.POST.get("next", "")}
    return render(request, "customer360/sign_in.html", context, status=429)


class SignInLockAdmin(admin.ModelAdmin):
    """Wrong passwords by name and address. Deleting a line, or the action, unlocks the name there at once."""

    list_display = ("username", "ip_address", "failures_since_start", "is_locked", "attempt_time")
    ordering = ("-attempt_time",)
    search_fields = ("=username", "=ip_address")
    fields = ("username", "ip_address", "failures_since_start", "is_locked", "attempt_time", "user_agent")
    readonly_fields = fields
    actions = ("unlock",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a wrong password makes one."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody rewrites who tried what."""
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """What was posted beside the name is shown nowhere, and selects nothing."""
        return False

    @admin.display(boolean=True, description="locked")
    def is_locked(self, attempt: AccessAttempt) -> bool:
        """Whether so many failures lock the name; the lock ends by itself when the time is over."""
        return bool(attempt.failures_since_start >= settings.AXES_FAILURE_LIMIT)

    @admin.action(description="Unlock", permissions=["delete"])
    def unlock(self, request: HttpRequest, queryset: Any) -> None:
        """Forget the failures of the chosen names at their addresses, whichever browser they came from."""
        names = sorted({attempt.username or "" for attempt in queryset})
        for attempt in list(queryset):
            AccessAttempt.objects.filter(username=attempt.username, ip_address=attempt.ip_address).delete()
        self.message_user(request, f"Unlocked: {', '.join(names)}. They may sign in at once.")
