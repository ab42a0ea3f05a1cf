"""Customers: CC&B persons linked to an account in any role."""

from django.db import models

from customer360.models.base import KeyField, MirroredAddress, MirroredModel, tracked
from customer360.visibility.groups import FieldGroup


class Customer(MirroredAddress, MirroredModel):
    """A person or a business linked to an account (CC&B: CI_PER)."""

    class Kind(models.TextChoices):
        """What CC&B's PER_OR_BUS_FLG says."""

        PERSON = "person", "Person"
        BUSINESS = "business", "Business"

    person_id = KeyField("person ID", max_length=10, primary_key=True, help_text="The person's key in CC&B.")
    name = models.CharField(max_length=254, help_text="The primary name; people as Last,First.")
    kind = models.CharField(max_length=10, choices=Kind, help_text="A human being or an organisation.")
    email = models.CharField("e-mail", max_length=254, blank=True, null=True, help_text="The primary e-mail address.")
    phone = models.CharField(max_length=254, blank=True, null=True, help_text="The primary telephone number.")
    industry = models.CharField(
        max_length=254, null=True, blank=True,
        help_text="Of the agreements by their revenue of twelve months, else as written down about the person.",
    )  # fmt: skip
    business_description = models.CharField(
        "business description", max_length=254, null=True, blank=True, help_text="What the customer does."
    )
    history = tracked()

    field_groups = {
        FieldGroup.IDENTITY: ("person_id",),
        FieldGroup.PROFILE: ("name", "kind", "industry", "business_description", "removed_at"),
        FieldGroup.CONTACT: ("email", "phone", *MirroredAddress.ADDRESS_FIELDS),
    }
    derived_fields = {
        "display_name": ("name", "kind"),
        "street": ("address1", "address2", "address3", "address4"),
        "town": ("city", "state", "postal_code"),
        "address": ("address1", "address2", "address3", "address4", "city", "state", "postal_code"),
    }
    account_path = "account_roles__account"
    # A role that CC&B took away shows nobody any more; of an account that is gone itself, the last roles stand.
    account_ties = {
        "account_roles__account": models.Q(account_roles__removed_at=None)
        | models.Q(account_roles__account__removed_at__isnull=False)
    }

    class Meta:
        indexes = (models.Index(fields=("name",), name="customer_name"),)

    @property
    def display_name(self) -> str:
        """The name as one says it: `Whitfield,Dana` of a person becomes `Dana Whitfield`."""
        last, comma, first = self.name.partition(",")
        return f"{first.strip()} {last.strip()}" if comma and self.kind == self.Kind.PERSON else self.name
