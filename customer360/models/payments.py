"""Payments: what came in, and how it was tendered."""

from django.db import models

from customer360.models.account import Account
from customer360.models.base import KeyField, MirroredModel
from customer360.visibility.groups import FieldGroup


class Payment(MirroredModel):
    """One payment to an account (CC&B: CI_PAY, received on its event's day).

    An event may pay several accounts. A payment moved to another account is canceled here and made there, under the
    same event; one that takes money back has a negative amount.
    """

    class Status(models.TextChoices):
        """CC&B's PAY_STATUS_FLG in words."""

        INCOMPLETE = "incomplete", "Incomplete"
        ERROR = "error", "In error"
        FREEZABLE = "freezable", "Freezable"
        FROZEN = "frozen", "Frozen"
        CANCELED = "canceled", "Canceled"

    payment_id = KeyField("payment ID", max_length=12, primary_key=True, help_text="The payment's key in CC&B.")
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="payments", db_index=False, help_text="The account."
    )
    received_date = models.DateField("received", null=True, blank=True, help_text="The day the money came in.")
    amount = models.DecimalField(max_digits=15, decimal_places=2, help_text="What was paid.")
    event_id = models.CharField(
        "payment event", max_length=12, null=True, blank=True, help_text="What it came in with, tenders included."
    )
    tender_type = models.CharField(
        "tender code", max_length=4, null=True, blank=True, help_text="How it was paid first, as CC&B's code."
    )
    tender_type_name = models.CharField(
        "tender", max_length=60, null=True, blank=True, help_text="How it was paid; of several tenders the first one."
    )
    status = models.CharField(max_length=12, choices=Status, help_text="Where the payment is in its life.")
    cancel_reason = models.CharField(
        "cancel reason code", max_length=4, null=True, blank=True, help_text="Why it was canceled, as CC&B's code."
    )
    cancel_reason_name = models.CharField(
        "canceled for", max_length=60, null=True, blank=True, help_text="Why the payment was canceled."
    )

    field_groups = {
        FieldGroup.BILLING: (
            "payment_id", "account", "received_date", "amount", "event_id", "tender_type", "tender_type_name", "status",
            "cancel_reason", "cancel_reason_name", "removed_at",
        ),
    }  # fmt: skip
    derived_fields = {
        "tender": ("tender_type", "tender_type_name"), "canceled_for": ("cancel_reason", "cancel_reason_name"),
    }  # fmt: skip
    account_path = "account"
    account_column = "account_id"

    class Meta:
        indexes = (models.Index(fields=("account", "-received_date", "-payment_id"), name="payments_of_account"),)

    @property
    def tender(self) -> str | None:
        """How it was paid: by name, or by code where CC&B has no name for it."""
        return self.tender_type_name or self.tender_type

    @property
    def canceled_for(self) -> str | None:
        """Why the payment was canceled: by name, or by code where CC&B has no name for it."""
        return self.cancel_reason_name or self.cancel_reason


class PaymentTender(MirroredModel):
    """One tender of a payment event (CC&B: CI_PAY_TNDR): a check, cash, a transfer. It is its payor's.

    Numbers of bank accounts and cards are never mirrored.
    """

    class Status(models.TextChoices):
        """CC&B's TNDR_STATUS_FLG in words."""

        VALID = "valid", "Valid"
        CANCELED = "canceled", "Canceled"

    tender_id = KeyField("tender ID", max_length=12, primary_key=True, help_text="The tender's key in CC&B.")
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="tenders", db_index=False,
        help_text="The account that paid, which need not be the one that was paid to.",
    )  # fmt: skip
    event_id = models.CharField("payment event", max_length=12, help_text="What it came in with.")
    tender_type = models.CharField(
        "tender code", max_length=4, null=True, blank=True, help_text="How it was paid, as CC&B's code."
    )
    tender_type_name = models.CharField("tender", max_length=60, null=True, blank=True, help_text="How it was paid.")
    amount = models.DecimalField(max_digits=15, decimal_places=2, help_text="What was tendered.")
    status = models.CharField(max_length=10, choices=Status, help_text="Whether the tender holds.")

    field_groups = {
        FieldGroup.BILLING: (
            "tender_id", "account", "event_id", "tender_type", "tender_type_name", "amount", "status", "removed_at",
        ),
    }  # fmt: skip
    derived_fields = {"tender": ("tender_type", "tender_type_name")}
    account_path = "account"

    class Meta:
        indexes = (
            models.Index(fields=("event_id",), name="tenders_of_event"),
            models.Index(fields=("account",), name="tenders_of_account"),
        )

    @property
    def tender(self) -> str | None:
        """How it was paid: by name, or by code where CC&B has no name for it."""
        return self.tender_type_name or self.tender_type
