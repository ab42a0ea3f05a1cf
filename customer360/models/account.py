"""Accounts, and the roles of customers on them."""

from django.db import models

from customer360.models.base import KeyField, MirroredAddress, MirroredModel, tracked
from customer360.models.customer import Customer
from customer360.visibility.groups import FieldGroup


class Account(MirroredAddress, MirroredModel):
    """A billing account (CC&B: CI_ACCT), level C3 of the hierarchy. Its address is where its bills go."""

    class Status(models.TextChoices):
        """Derived from the service agreements: CC&B's account has no status of its own."""

        ACTIVE = "active", "Active"
        PENDING = "pending", "Pending"
        INACTIVE = "inactive", "Inactive"

    account_id = KeyField("account ID", max_length=10, primary_key=True, help_text="The account's key in CC&B.")
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="main_accounts", db_index=False,
        help_text="The main customer of the account.",
    )  # fmt: skip
    name = models.CharField(
        max_length=254, null=True, blank=True,
        help_text="The main customer's name, with the service city where that customer has several accounts.",
    )  # fmt: skip
    status = models.CharField(
        max_length=10, choices=Status,
        help_text="Active while a service agreement is open, pending while one is to start, else inactive.",
    )  # fmt: skip
    customer_class = models.CharField(
        "class code", max_length=8, null=True, blank=True, help_text="Customer class code."
    )
    customer_class_name = models.CharField("class", max_length=60, null=True, blank=True, help_text="Customer class.")
    is_open_item = models.BooleanField(
        "open item", default=False,
        help_text="Whether each item is paid by what is matched with it, as its class says, and not the oldest debt.",
    )  # fmt: skip
    manage_group = models.CharField(
        "manage group code", max_length=10, null=True, blank=True, help_text="Account management group code."
    )
    manage_group_name = models.CharField(
        "manage group", max_length=60, null=True, blank=True, help_text="The group that looks after the account."
    )
    cis_division = models.CharField(
        "CIS division code", max_length=5, null=True, blank=True, help_text="CIS division code."
    )
    cis_division_name = models.CharField(
        "CIS division", max_length=60, null=True, blank=True, help_text="CIS division."
    )
    bill_cycle = models.CharField("cycle", max_length=4, null=True, blank=True, help_text="Bill cycle code.")
    bill_cycle_name = models.CharField("bill cycle", max_length=60, null=True, blank=True, help_text="Bill cycle.")
    account_representative = models.CharField(
        "account representative", max_length=254, null=True, blank=True, help_text="Who looks after the customer."
    )
    setup_date = models.DateField("since", null=True, blank=True, help_text="The day the account was set up.")
    currency = models.CharField(max_length=3, null=True, blank=True, help_text="The currency of the account's money.")
    collection_class = models.CharField(
        "collection class", max_length=10, null=True, blank=True, help_text="How debt on the account is collected."
    )
    alert_text = models.CharField(
        "alert text", max_length=4000, null=True, blank=True, help_text="A warning about the account in free text."
    )
    credit_review_date = models.DateField(
        "credit review", null=True, blank=True, help_text="The day the account's credit is reviewed next."
    )
    history = tracked()

    field_groups = {
        FieldGroup.IDENTITY: ("account_id",),
        FieldGroup.PROFILE: (
            "customer", "name", "status", "customer_class", "customer_class_name", "manage_group", "manage_group_name",
            "cis_division", "cis_division_name", "bill_cycle", "bill_cycle_name", "account_representative",
            "setup_date", "currency", "is_open_item", "removed_at",
        ),
        FieldGroup.CONTACT: MirroredAddress.ADDRESS_FIELDS,
        FieldGroup.NOTES: ("alert_text",),
        FieldGroup.CREDIT: ("collection_class", "credit_review_date"),
    }  # fmt: skip
    # The figures are a record of their own, whose fields are seen by their own groups.
    derived_fields = Customer.derived_fields | {
        "display_name": ("name", "customer"), "is_active": ("status",), "summary": ("account_id",),
    }  # fmt: skip
    account_path = ""
    account_column = "account_id"

    class Meta:
        indexes = (
            models.Index(fields=("name",), name="account_name"),
            models.Index(fields=("customer",), name="account_of_customer"),
        )

    @property
    def display_name(self) -> str:
        """The account's name as one says it, or its number where CC&B names no main customer."""
        if not self.name:
            return f"Account {self.account_id}"
        if self.customer and self.name.startswith(self.customer.name):
            return self.customer.display_name + self.name.removeprefix(self.customer.name)
        return self.name

    @property
    def is_active(self) -> bool:
        """Whether a service agreement of the account is open."""
        return self.status == self.Status.ACTIVE


class AccountCustomer(MirroredModel):
    """The role of one customer on one account (CC&B: CI_ACCT_PER)."""

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="customer_roles", db_index=False, help_text="The account."
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="account_roles", db_index=False, help_text="The customer."
    )
    is_main = models.BooleanField("main customer", default=False, help_text="The customer the account is about.")
    is_financially_responsible = models.BooleanField(
        "financially responsible", default=False, help_text="Answers for the account's debt."
    )
    is_third_party = models.BooleanField("third party", default=False, help_text="A guarantor or another third party.")
    relationship_type = models.CharField(
        "relationship code", max_length=8, null=True, blank=True, help_text="Relationship type code."
    )
    relationship_type_name = models.CharField(
        "relationship", max_length=60, null=True, blank=True, help_text="What the customer is to the account."
    )
    history = tracked()

    field_groups = {
        FieldGroup.PROFILE: (
            "id", "account", "customer", "is_main", "is_financially_responsible", "is_third_party", "relationship_type",
            "relationship_type_name", "removed_at",
        ),
    }  # fmt: skip
    derived_fields = {"role": ("is_main", "is_financially_responsible", "is_third_party", "relationship_type_name")}
    account_path = "account"
    account_column = "account_id"

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("account", "customer"), name="one_role_per_account_and_customer"),
        )
        indexes = (models.Index(fields=("customer",), name="roles_of_customer"),)

    @property
    def role(self) -> str:
        """What the customer is to the account, in words."""
        words = (
            ("Main customer", self.is_main),
            ("Financially responsible", self.is_financially_responsible and not self.is_main),
            ("Third party", self.is_third_party),
        )
        return ", ".join(word for word, holds in words if holds) or self.relationship_type_name or "Other"
