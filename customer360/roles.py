"""The roles as they are delivered: which field groups and which rows each sees, and what the administrator administers.

This is what a first installation begins with. From then on the database holds the truth and an administrator edits it;
installing again adds roles that are missing and touches none that is there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from customer360.models import RowRule, VisibilityRule
from customer360.visibility.groups import Access, FieldGroup

# (app label, model or None for every model of the app, actions)
Administered = tuple[str, str | None, tuple[str, ...]]


@dataclass(frozen=True)
class Role:
    """A job function: the access it has to field groups, the scopes whose rows it sees, and what it administers.

    `may` names permissions beside those on models, as app label and codename.
    """

    name: str
    access: Mapping[FieldGroup, Access] = field(default_factory=dict)
    scopes: tuple[str, ...] = ()
    administers: tuple[Administered, ...] = ()
    may: tuple[str, ...] = ()


def _all_but(*hidden: FieldGroup, **exceptions: Access) -> dict[FieldGroup, Access]:
    """VIEW of every field group, except those hidden and those given another access by their value."""
    visible = {group: Access.VIEW for group in FieldGroup if group not in hidden}
    return visible | {FieldGroup(name): access for name, access in exceptions.items()}


EVERY_ACTION = ("view", "add", "change", "delete")

ROLES = (
    Role("rep", _all_but(FieldGroup.CREDIT, engagement=Access.EDIT), ("all",)),
    Role("manager", _all_but(engagement=Access.EDIT), ("granted",), may=("sync.steward",)),
    Role("executive", _all_but(FieldGroup.CONTACT, FieldGroup.NOTES), ("all",)),
    Role("auditor", _all_but(contact=Access.MASKED), ("all",), may=("sync.view_match",)),
    Role(
        "administrator",
        administers=(
            ("customer360", "user", ("view", "add", "change")),
            ("customer360", "visibilityrule", EVERY_ACTION),
            ("customer360", "rowrule", EVERY_ACTION),
            ("customer360", "fiscalcalendar", ("view", "change")),
            ("customer360", "linkpattern", EVERY_ACTION),
            ("auth", "group", EVERY_ACTION),
            ("django_celery_beat", None, EVERY_ACTION),
            ("sync", None, ("view",)),
            ("sync", "alertchannel", EVERY_ACTION),
            ("axes", "accessattempt", ("view", "delete")),
            ("sync", "sitechoice", ("change",)),
            ("sync", "matchsetting", ("change",)),
            ("sync", "ccbconnection", EVERY_ACTION),
            ("sync", "salesforceconnection", EVERY_ACTION),
        ),
        may=("sync.operate",),
    ),
    # Django's superuser sees no more than its roles do; whoever must see everything is given this role, which shows.
    Role("full access", _all_but(), ("all",)),
)


@transaction.atomic
def install_roles() -> list[str]:
    """Create the delivered roles that do not exist, with their rules, and return their names.

    A role that exists is left as it is, whatever an administrator took away from it or gave to it.
    """
    present = set(Group.objects.filter(name__in=[role.name for role in ROLES]).values_list("name", flat=True))
    missing = [role for role in ROLES if role.name not in present]
    for role in missing:
        group = Group.objects.create(name=role.name)
        for name, access in role.access.items():
            VisibilityRule.objects.create(role=group, group=name, access=access)
        for scope in role.scopes:
            RowRule.objects.create(role=group, scope=scope)
        group.permissions.set(permissions(role))
    return [role.name for role in missing]


def permissions(role: Role) -> Iterator[Permission]:
    """The role's permissions that exist by now: an app that is not installed yet adds none."""
    for permission in Permission.objects.select_related("content_type").order_by("pk"):
        action, _, model = permission.codename.partition("_")
        content_type = permission.content_type
        if f"{content_type.app_label}.{permission.codename}" in role.may or (
            model == content_type.model
            and any(
                app == content_type.app_label and only in (None, model) and action in actions
                for app, only, actions in role.administers
            )
        ):
            yield permission


def add_new_permissions() -> list[Permission]:
    """Give the roles the permissions that came with a later version, and return those added.

    Raises Group.DoesNotExist where a delivered role was deleted.
    """
    added = []
    for role in ROLES:
        if role.administers or role.may:
            group = Group.objects.get(name=role.name)
            held = set(group.permissions.all())
            new = [permission for permission in permissions(role) if permission not in held]
            group.permissions.add(*new)
            added += new
    return added
