"""`manage.py demo`: the roles, and users who hold them, to try the portal on a machine of one's own."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Q
from guardian.shortcuts import assign_perm

from customer360.models import Customer, LinkPattern, RowRule, SalesforceUser, User
from customer360.roles import add_new_permissions, install_roles

PASSWORD = "customer360"  # noqa: S105
EVERY_ACCOUNT = "every account"
"""A role of the demo's own, which adds the rows of all accounts to those of another role."""

DEMO_USERS = {
    "rep": ("rep",),
    "manager": ("manager",),
    "steward": ("manager", EVERY_ACCOUNT),
    "executive": ("executive",),
    "auditor": ("auditor",),
    "admin": ("administrator",),
}
"""Sign-in name -> roles. A manager is a data steward for the customers granted to it; a record of Salesforce that has
no account is in nobody's rows but theirs who see all, as the steward does."""

IN_SALESFORCE = {
    "rep": "maria.okafor",
    "manager": "gregory.holloway",
    "executive": "petra.lindqvist",
    "admin": "dina.marchetti",
}
"""Sign-in name -> who that is among the users of the simulated org."""

COMPANIES = (
    "Harborview Cold Storage LLC",
    "Ellery Crossdock",
    "Pier 4 Reefer Terminal",
    "Falls Warehouse",
    "Quarry Lane Yard",
)
MANAGED = Q(name__istartswith="Northgate") | Q(name__in=COMPANIES)
"""The customers the demo manager looks after: Northgate Foods Group and its companies, whose story the demo tells."""

LINKS = {"account": "ACCOUNT", "customer": "PERSON", "premise": "PREMISE", "service-agreement": "SA"}
"""Kind of record -> its name in CC&B, in links to a CC&B that does not exist: `.example` belongs to nobody."""


class Command(BaseCommand):
    """Installs the roles, the demo users and links to a made-up CC&B; harmless to repeat."""

    help = "Install the roles, demo users who hold them, and links to a made-up CC&B, on a machine of your own (DEBUG)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One switch: customers and users of Salesforce are there once the first sync brought them."""
        parser.add_argument("--grants", action="store_true", help="only what needs the mirror, after a sync")

    def handle(self, **options: Any) -> None:
        """Make what is missing, and say so.

        Raises CommandError unless DEBUG is on: the demo's password is public.
        """
        if not settings.DEBUG:
            raise CommandError(
                "Nothing was done: demo users have a public password and are made only where DEBUG is on."
            )
        with transaction.atomic():
            if not options["grants"]:
                install_roles()
                add_new_permissions()
                make_role_of_every_account()
                for username, roles in DEMO_USERS.items():
                    make_user(username, roles)
                make_links()
                self.stdout.write(f"Demo users: {', '.join(DEMO_USERS)}; the password is {PASSWORD}.")
            granted = grant_customers()
            known = name_in_salesforce()
        self.stdout.write(
            f"The manager sees {granted} customers by direct grant."
            if granted
            else "The manager sees no customer yet: run `manage.py demo --grants` after the first sync."
        )
        if known:
            self.stdout.write(f"Users of Salesforce who are demo users: {', '.join(known)}.")


def make_role_of_every_account() -> None:
    """The role that adds all rows to another one; an existing one keeps what was changed about it."""
    role, created = Group.objects.get_or_create(name=EVERY_ACCOUNT)
    if created:
        RowRule.objects.create(role=role, scope="all")


def make_user(username: str, roles: tuple[str, ...]) -> User:
    """The demo user of that name with its roles; an existing one keeps what was changed about it."""
    last_name = username if len(roles) > 1 else roles[0]
    user, created = User.objects.get_or_create(
        username=username,
        defaults={"first_name": "Demo", "last_name": last_name, "is_staff": "administrator" in roles},
    )
    if created:
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
        user.groups.add(*Group.objects.filter(name__in=roles))
    return user


def make_links() -> None:
    """Links from every kind of record into CC&B; none where an administrator already keeps some."""
    if not LinkPattern.objects.exists():
        for kind, name in LINKS.items():
            pattern = f"https://ccb.example/ouaf/cis.jsp?script=F1-GoToPrtl&mo={name}&pkValue1={{id}}"
            LinkPattern.objects.create(kind=kind, url_pattern=pattern)


def grant_customers() -> int:
    """Grant the demo manager the customers of the demo's story that the mirror holds; return how many there are.

    Raises CommandError where there is no demo manager yet.
    """
    manager = User.objects.filter(username="manager").first()
    if manager is None:
        raise CommandError("There is no demo manager yet: run `manage.py demo` first.")
    customers = Customer.objects.filter(MANAGED)
    assign_perm("customer360.view_customer", manager, customers)
    return customers.count()


def name_in_salesforce() -> list[str]:
    """Tell who the demo users are in the simulated Salesforce; return their names there.

    An id that an administrator gave stays, and so it does where the mirror does not hold the simulated users.
    """
    names = []
    for username, handle in IN_SALESFORCE.items():
        found = SalesforceUser.objects.filter(email=f"{handle}@utility.example").first()
        unnamed = User.objects.filter(username=username, salesforce_user_id="")
        if found and unnamed.update(salesforce_user_id=found.pk):
            names.append(found.name)
    return names
