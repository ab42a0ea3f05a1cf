"""Accounts, the roles of customers on them, and the figures that sum an account up."""

from django.db import models

from customer360.models.base import KeyField, MirroredAddress, MirroredModel, VisibleModel, tracked
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
            "setup_date", "currency", "removed_at",
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


class AccountSummary(VisibleModel):
    """The figures that sum an account's money and service up, made from its transactions and agreements.

    A row is rewritten when a figure moves: by a change in CC&B or by the calendar. No history: money as of a past date
    is recomputed from the transactions.
    """

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, primary_key=True, related_name="summary", help_text="The account."
    )
    balance = models.DecimalField(
        max_digits=17,
        decimal_places=2,
        default=0,
        help_text="What the customer is asked to pay: all frozen current amounts.",
    )
    payoff_balance = models.DecimalField(
        max_digits=17,
        decimal_places=2,
        default=0,
        help_text="What would settle the account in full: all frozen payoff amounts.",
    )
    past_due = models.DecimalField(
        max_digits=17, decimal_places=2, default=0,
        help_text="Debt whose arrears date has passed, after credits have relieved the oldest debt first.",
    )  # fmt: skip
    past_due_1_30 = models.DecimalField(
        "1-30 days",
        max_digits=17,
        decimal_places=2,
        default=0,
        help_text="The part of past due that is 1 to 30 days old.",
    )
    past_due_31_60 = models.DecimalField(
        "31-60 days", max_digits=17, decimal_places=2, default=0, help_text="The part that is 31 to 60 days old."
    )
    past_due_61_90 = models.DecimalField(
        "61-90 days", max_digits=17, decimal_places=2, default=0, help_text="The part that is 61 to 90 days old."
    )
    past_due_over_90 = models.DecimalField(
        "over 90 days", max_digits=17, decimal_places=2, default=0, help_text="The part that is more than 90 days old."
    )
    past_due_since = models.DateField(
        "past due since", null=True, blank=True, help_text="The arrears date of the oldest debt still unpaid."
    )
    last_payment_amount = models.DecimalField(
        "last payment", max_digits=17, decimal_places=2, null=True, blank=True,
        help_text="What came in on the day of the latest payment.",
    )  # fmt: skip
    last_payment_date = models.DateField(
        "last payment on", null=True, blank=True, help_text="The day the latest payment was received."
    )
    last_bill_amount = models.DecimalField(
        "latest bill",
        max_digits=17,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="What the latest complete bill charges.",
    )
    last_bill_date = models.DateField(
        "latest bill on", null=True, blank=True, help_text="The day on the latest complete bill."
    )
    amount_due = models.DecimalField(
        "amount due", max_digits=17, decimal_places=2, default=0,
        help_text="What the latest complete bill asks for, all that was open on its day included.",
    )  # fmt: skip
    due_date = models.DateField(
        "due", null=True, blank=True, help_text="The day by which the latest bill is to be paid."
    )
    revenue_fytd = models.DecimalField(
        "revenue fiscal year to date", max_digits=17, decimal_places=2, default=0,
        help_text="Billed since the fiscal year began, by accounting date: bill segments less their cancellations.",
    )  # fmt: skip
    revenue_12m = models.DecimalField(
        "revenue last 12 months",
        max_digits=17,
        decimal_places=2,
        default=0,
        help_text="Billed in the last 12 closed months.",
    )
    revenue_prior_12m = models.DecimalField(
        "revenue prior 12 months", max_digits=17, decimal_places=2, default=0,
        help_text="Billed in the 12 closed months before those.",
    )  # fmt: skip
    active_services = models.IntegerField(
        "active services",
        default=0,
        help_text="Service agreements that are open: active, to be stopped, stopped, reactivated.",
    )
    premises = models.IntegerField(default=0, help_text="Premises that the open agreements serve.")
    next_change_on = models.DateField(
        "next change",
        null=True,
        blank=True,
        db_index=True,
        help_text="When the calendar alone will next move a figure.",
    )
    as_of = models.DateField("as of", help_text="The business date on which a figure moved last.")

    field_groups = {
        FieldGroup.BILLING: (
            "account", "balance", "payoff_balance", "past_due", "past_due_1_30", "past_due_31_60", "past_due_61_90",
            "past_due_over_90", "past_due_since", "last_payment_amount", "last_payment_date",
            "last_bill_amount", "last_bill_date", "amount_due", "due_date", "revenue_fytd",
            "revenue_12m", "revenue_prior_12m", "next_change_on", "as_of",
        ),
        FieldGroup.SERVICE: ("active_services", "premises"),
    }  # fmt: skip
    derived_fields = {
        "not_past_due": ("balance", "past_due"),
        "revenue_change_percent": ("revenue_12m", "revenue_prior_12m"),
    }
    account_path = "account"
    account_column = "account_id"

    @property
    def not_past_due(self):
        """The part of the balance that is not past due, in the account's currency."""
        return self.balance - self.past_due

    @property
    def revenue_change_percent(self):
        """How the last 12 closed months compare with the 12 before, in percent; None without a prior year."""
        if not self.revenue_prior_12m:
            return None
        return (self.revenue_12m - self.revenue_prior_12m) * 100 / self.revenue_prior_12m
