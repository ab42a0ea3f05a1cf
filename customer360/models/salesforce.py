"""What Salesforce holds about the same customers: its users, accounts, customers and contacts.

A record of Salesforce is linked to one of CC&B by a person's decision or by a key that both sides hold; the link is
ours, and no load touches it. References between records of Salesforce are kept as Salesforce gives them, whether or not
the other record is here yet, so they have no constraint in the database and may lead nowhere for a while.
"""

from typing import Any

from django.db import models

from customer360.models.account import Account
from customer360.models.base import KeyField, MirroredModel, SalesforceAddress, tracked
from customer360.models.customer import Customer
from customer360.visibility.groups import FieldGroup

ID_LENGTH = 18
"""Salesforce's ids in their long form, which differ by more than the case of a letter."""


class SalesforceKeyField(KeyField):
    """An 18-character id that Salesforce gave."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"verbose_name": "Salesforce ID", "max_length": ID_LENGTH} | kwargs)


class SalesforceReference(models.ForeignKey):
    """A reference to another record of Salesforce, of which the mirror may know nothing yet."""

    def __init__(self, to: Any, on_delete: Any = models.DO_NOTHING, **kwargs: Any) -> None:
        defaults = {"null": True, "blank": True, "db_constraint": False, "db_index": False, "related_name": "+"}
        super().__init__(to, on_delete, **defaults | kwargs)


class SalesforceUser(MirroredModel):
    """A user of Salesforce: whoever owns a record there (Salesforce: User)."""

    salesforce_id = SalesforceKeyField(primary_key=True, help_text="The user's key in Salesforce.")
    name = models.CharField(max_length=121, help_text="First and last name.")
    email = models.CharField("e-mail", max_length=128, null=True, blank=True, help_text="The user's e-mail address.")
    is_active = models.BooleanField("active", default=True, help_text="Whether the user may sign in to Salesforce.")
    history = tracked()

    field_groups = {FieldGroup.PROFILE: ("salesforce_id", "name", "email", "is_active", "removed_at")}


class SalesforceAccount(SalesforceAddress, MirroredModel):
    """An account of Salesforce at any level: an enterprise, its division, or the counterpart of an account of CC&B."""

    class Level(models.TextChoices):
        """Where it stands in the hierarchy."""

        C1 = "C1", "Enterprise (C1)"
        C2 = "C2", "Division (C2)"
        C3 = "C3", "Account (C3)"

    salesforce_id = SalesforceKeyField(primary_key=True, help_text="The account's key in Salesforce.")
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="salesforce_accounts", db_index=False,
        help_text="The account of CC&B that it stands for.",
    )  # fmt: skip
    name = models.CharField(max_length=255, help_text="The account's name in Salesforce.")
    level = models.CharField(
        max_length=2, choices=Level, null=True, blank=True, help_text="Its level in the hierarchy, where one was said."
    )
    parent = SalesforceReference("self", help_text="The account above it.")
    owner = SalesforceReference(SalesforceUser, help_text="Who owns the account in Salesforce.")
    account_number = models.CharField(
        max_length=40, null=True, blank=True, help_text="The account number that Salesforce's users write down."
    )
    said_account_id = models.CharField(
        "CC&B account ID in Salesforce", max_length=10, null=True, blank=True,
        help_text="The CC&B account ID that the Salesforce record holds.",
    )  # fmt: skip
    phone = models.CharField(max_length=40, null=True, blank=True, help_text="Telephone number.")
    territory = models.CharField(max_length=80, null=True, blank=True, help_text="Sales territory.")
    merged_into = SalesforceReference("self", help_text="The account that took it over when the two were merged.")
    history = tracked()

    field_groups = {
        FieldGroup.PROFILE: ("name", "level", "parent", "owner", "territory", "merged_into", "removed_at"),
        FieldGroup.IDENTITY: ("salesforce_id", "account", "account_number", "said_account_id"),
        FieldGroup.CONTACT: ("phone", *SalesforceAddress.ADDRESS_FIELDS),
    }
    derived_fields = {"address": SalesforceAddress.ADDRESS_FIELDS[:-1]}
    account_path = "account"
    account_column = "account_id"

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("account",), condition=models.Q(removed_at=None), name="one_salesforce_account_per_account"
            ),
        )
        indexes = (models.Index(fields=("parent",), name="salesforce_account_parent"),)


class SalesforceCustomer(SalesforceAddress, MirroredModel):
    """A customer as Salesforce holds it in its own object (Salesforce: Customer__c)."""

    salesforce_id = SalesforceKeyField(primary_key=True, help_text="The customer's key in Salesforce.")
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="salesforce_customers", db_index=False,
        help_text="The person of CC&B that it stands for.",
    )  # fmt: skip
    name = models.CharField(max_length=80, help_text="The customer's name, cut at 80 characters.")
    full_name = models.CharField(max_length=255, null=True, blank=True, help_text="The whole name.")
    said_person_id = models.CharField(
        "CC&B person ID in Salesforce", max_length=10, null=True, blank=True,
        help_text="The CC&B person ID that the Salesforce record holds.",
    )  # fmt: skip
    kind = models.CharField(max_length=40, null=True, blank=True, help_text="A human being or an organisation.")
    email = models.CharField("e-mail", max_length=80, null=True, blank=True, help_text="E-mail address.")
    phone = models.CharField(max_length=40, null=True, blank=True, help_text="Telephone number.")
    customer_type = models.CharField(max_length=255, null=True, blank=True, help_text="Type, from a picklist.")
    customer_definition = models.CharField(
        max_length=255, null=True, blank=True, help_text="Definition, from a picklist."
    )
    owner = SalesforceReference(SalesforceUser, help_text="Who owns the customer in Salesforce.")
    history = tracked()

    field_groups = {
        FieldGroup.PROFILE: (
            "name", "full_name", "kind", "customer_type", "customer_definition", "owner", "removed_at",
        ),
        FieldGroup.IDENTITY: ("salesforce_id", "customer", "said_person_id"),
        FieldGroup.CONTACT: ("email", "phone", *SalesforceAddress.ADDRESS_FIELDS),
    }  # fmt: skip
    derived_fields = {"address": SalesforceAddress.ADDRESS_FIELDS[:-1]}
    account_path = "customer__account_roles__account"
    account_ties = {
        "customer__account_roles__account": models.Q(customer__account_roles__removed_at=None)
        | models.Q(customer__account_roles__account__removed_at__isnull=False)
    }

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("customer",), condition=models.Q(removed_at=None), name="one_salesforce_customer_per_customer"
            ),
        )


class Contact(SalesforceAddress, MirroredModel):
    """A human to talk to (Salesforce: Contact), linked to a customer where CC&B knows the person."""

    salesforce_id = SalesforceKeyField(primary_key=True, help_text="The contact's key in Salesforce.")
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="contacts", db_index=False,
        help_text="The person of CC&B that the contact is.",
    )  # fmt: skip
    salesforce_account = SalesforceReference(
        SalesforceAccount, related_name="contacts", help_text="The account that the contact belongs to."
    )
    first_name = models.CharField(max_length=40, null=True, blank=True, help_text="First name.")
    last_name = models.CharField(max_length=80, help_text="Last name.")
    role = models.CharField(max_length=255, null=True, blank=True, help_text="What the contact is to the account.")
    title = models.CharField(max_length=128, null=True, blank=True, help_text="Job title.")
    email = models.CharField("e-mail", max_length=80, null=True, blank=True, help_text="E-mail address.")
    phone = models.CharField(max_length=40, null=True, blank=True, help_text="Telephone number.")
    mobile_phone = models.CharField(
        "mobile phone", max_length=40, null=True, blank=True, help_text="Mobile telephone number."
    )
    said_person_id = models.CharField(
        "CC&B person ID in Salesforce", max_length=10, null=True, blank=True,
        help_text="The CC&B person ID that the Salesforce record holds.",
    )  # fmt: skip
    owner = SalesforceReference(SalesforceUser, help_text="Who owns the contact in Salesforce.")
    merged_into = SalesforceReference("self", help_text="The contact that took it over when the two were merged.")
    history = tracked()

    field_groups = {
        FieldGroup.PROFILE: (
            "first_name", "last_name", "role", "title", "salesforce_account", "owner", "merged_into", "removed_at",
        ),
        FieldGroup.IDENTITY: ("salesforce_id", "customer", "said_person_id"),
        FieldGroup.CONTACT: ("email", "phone", "mobile_phone", *SalesforceAddress.ADDRESS_FIELDS),
    }  # fmt: skip
    derived_fields = {
        "display_name": ("first_name", "last_name"),
        "address": SalesforceAddress.ADDRESS_FIELDS[:-1],
    }
    account_path = ("salesforce_account__account", "customer__account_roles__account")
    account_ties = {
        "customer__account_roles__account": models.Q(customer__account_roles__removed_at=None)
        | models.Q(customer__account_roles__account__removed_at__isnull=False)
    }

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("customer",), condition=models.Q(removed_at=None), name="one_contact_per_customer"
            ),
        )
        indexes = (models.Index(fields=("salesforce_account",), name="contacts_of_account"),)

    @property
    def display_name(self) -> str:
        """The name as one says it."""
        return " ".join(part for part in (self.first_name, self.last_name) if part)
