"""Row scopes: which accounts a person sees. Each app registers those it knows; RowRule grants them to roles."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from guardian.shortcuts import get_objects_for_user

if TYPE_CHECKING:
    from customer360.models import User

Scope = Callable[["User"], Q | None]
"""Given a user, a condition on Account; None means every account, mirrored rows without an account included."""

_scopes: dict[str, Scope] = {}


def register(name: str) -> Callable[[Scope], Scope]:
    """Register the decorated function as the scope of that name.

    Raises ValueError if the name is taken.
    """

    def add(scope: Scope) -> Scope:
        if name in _scopes:
            raise ValueError(f"The scope {name} is registered already.")
        _scopes[name] = scope
        return scope

    return add


def names() -> tuple[str, ...]:
    """The names of all registered scopes."""
    return tuple(sorted(_scopes))


def scope(name: str) -> Scope | None:
    """The scope of that name, or None: a rule that names an unknown scope grants nothing."""
    return _scopes.get(name)


@register("all")
def every_account(user: "User") -> None:
    """Every account."""


@register("granted")
def granted_directly(user: "User") -> Q:
    """Accounts granted to this person one by one, and the accounts of customers granted to this person."""
    accounts, customers = _granted(user, "view_account"), _granted(user, "view_customer")
    return Q(pk__in=accounts.values("pk")) | Q(customer__in=customers.values("pk"))


def _granted(user: "User", permission: str) -> QuerySet[Any]:
    """The records that the permission is granted on, to the person or to a role: a superuser has none by being one."""
    granted: QuerySet[Any] = get_objects_for_user(
        user, f"customer360.{permission}", use_groups=True, with_superuser=False, accept_global_perms=False
    )
    return granted
