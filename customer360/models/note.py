"""What was written down about a customer: customer contacts and alerts."""

from django.db import models

from customer360.models.account import Account
from customer360.models.base import KeyField, MirroredModel, tracked
from customer360.models.customer import Customer
from customer360.models.service import Premise
from customer360.visibility.groups import FieldGroup


class Note(MirroredModel):
    """One customer contact (CC&B: CI_CC). It is about an account, a customer or a premise, or several of them.

    One that names no account belongs to every account that its customer has a role on.
    """

    note_id = KeyField("note ID", max_length=10, primary_key=True, help_text="The contact's key in CC&B.")
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="notes", db_index=False,
        help_text="The account it is about.",
    )  # fmt: skip
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="notes", db_index=False,
        help_text="The customer it is about.",
    )  # fmt: skip
    premise = models.ForeignKey(
        Premise, on_delete=models.PROTECT, null=True, blank=True, related_name="notes", db_index=False,
        help_text="The premise it is about.",
    )  # fmt: skip
    subject = models.CharField(max_length=60, null=True, blank=True, help_text="What kind of contact it was.")
    source = models.CharField(max_length=80, help_text="The system and the class of contact it comes from.")
    text = models.CharField(max_length=4000, null=True, blank=True, help_text="What was written down.")
    author = models.CharField(max_length=60, null=True, blank=True, help_text="Who wrote it down.")
    written_at = models.DateTimeField("written", help_text="When the contact took place.")
    is_letter = models.BooleanField("letter", default=False, help_text="Whether it stands for a letter.")
    history = tracked()

    field_groups = {
        FieldGroup.NOTES: (
            "note_id", "account", "customer", "premise", "subject", "source", "text", "author", "written_at",
            "is_letter", "removed_at",
        ),
    }  # fmt: skip
    account_path = ("account", "customer__account_roles__account")
    account_ties = {
        "customer__account_roles__account": models.Q(customer__account_roles__removed_at=None)
        | models.Q(customer__account_roles__account__removed_at__isnull=False)
    }
    account_column = "account_id"

    class Meta:
        indexes = (
            models.Index(fields=("account", "-written_at"), name="notes_of_account"),
            models.Index(fields=("customer", "-written_at"), name="notes_of_customer"),
        )


class AccountAlert(MirroredModel):
    """A warning about an account for a span of days (CC&B: CI_ACCT_ALERT)."""

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="alerts", db_index=False, help_text="The account."
    )
    alert_type = models.CharField("alert code", max_length=10, help_text="Alert type code.")
    alert_type_name = models.CharField("alert", max_length=80, null=True, blank=True, help_text="What to be aware of.")
    start_date = models.DateField("from", help_text="The first day it holds.")
    end_date = models.DateField(
        "until", null=True, blank=True, help_text="The last day it holds; none: until further notice."
    )
    history = tracked()

    field_groups = {
        FieldGroup.NOTES: (
            "id", "account", "alert_type", "alert_type_name", "start_date", "end_date", "removed_at",
        ),
    }  # fmt: skip
    account_path = "account"
    account_column = "account_id"

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("account", "alert_type", "start_date"), name="one_alert_of_a_type_a_day"),
        )
