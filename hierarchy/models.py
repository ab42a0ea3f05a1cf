"""The hierarchy above accounts: nodes of level C1 and C2, and where each account stands under them."""

from django.db import models
from django.db.models import Q

from customer360.models import Account, SalesforceUser, VisibleModel
from customer360.models.base import MirroredModel, tracked
from customer360.models.salesforce import SalesforceKeyField, SalesforceReference
from customer360.visibility.groups import FieldGroup


class Node(MirroredModel):
    """An enterprise (C1), or a subsidiary or division of one (C2). Accounts (C3) stand below."""

    class Level(models.TextChoices):
        """How far above accounts a node is."""

        C1 = "C1", "Enterprise (C1)"
        C2 = "C2", "Division (C2)"

    salesforce_id = SalesforceKeyField(
        unique=True, null=True, blank=True, help_text="The key of the node's account in Salesforce."
    )
    level = models.CharField(max_length=2, choices=Level, help_text="Enterprise, or division of one.")
    name = models.CharField(max_length=255, help_text="The node's name.")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", db_index=False,
        help_text="The enterprise that a division belongs to.",
    )  # fmt: skip
    owner = SalesforceReference(SalesforceUser, help_text="Who owns the node's account in Salesforce.")
    territory = models.CharField(max_length=80, null=True, blank=True, help_text="Sales territory.")
    history = tracked()

    field_groups = {
        FieldGroup.PROFILE: ("id", "level", "name", "parent", "owner", "territory", "removed_at"),
        FieldGroup.IDENTITY: ("salesforce_id",),
    }
    account_path = ("c1_placements__account", "c2_placements__account")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(level="C1", parent=None) | Q(level="C2", parent__isnull=False),
                name="a_c1_has_no_parent_and_a_c2_has_one",
            ),
        )
        indexes = (models.Index(fields=("parent",), name="children_of_node"),)


class Placement(VisibleModel):
    """Where an account stands: under which enterprise and division, in which territory. One per account."""

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, primary_key=True, related_name="placement", help_text="The account."
    )
    c1 = models.ForeignKey(
        Node, on_delete=models.PROTECT, null=True, blank=True, related_name="c1_placements", db_index=False,
        verbose_name="enterprise", help_text="The enterprise above the account.",
    )  # fmt: skip
    c2 = models.ForeignKey(
        Node, on_delete=models.PROTECT, null=True, blank=True, related_name="c2_placements", db_index=False,
        verbose_name="division", help_text="The division above the account, where there is one between.",
    )  # fmt: skip
    territory = models.CharField(max_length=80, null=True, blank=True, help_text="Sales territory.")
    history = tracked()

    field_groups = {FieldGroup.PROFILE: ("account", "c1", "c2", "territory")}
    account_path = "account"
    account_column = "account_id"

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(c2=None) | Q(c1__isnull=False), name="a_division_is_of_an_enterprise"),
        )
        indexes = (
            models.Index(fields=("c1",), name="accounts_of_c1"),
            models.Index(fields=("c2",), name="accounts_of_c2"),
        )
