"""Money: the financial transactions that every figure is made of."""

from django.db import models

from customer360.models.account import Account
from customer360.models.base import MirroredModel
from customer360.models.service import ServiceAgreement
from customer360.visibility.groups import FieldGroup


class FinancialTransaction(MirroredModel):
    """One change of what is owed on one service agreement (CC&B: CI_FT).

    A fact: it has no history. Flags and links that CC&B sets later are updated in place. A frozen transaction that CC&B
    archives away is marked and still counted.
    """

    class Type(models.TextChoices):
        """CC&B's FT_TYPE_FLG in words."""

        BILL_SEGMENT = "BS", "Bill segment"
        BILL_CANCELLATION = "BX", "Bill cancellation"
        PAYMENT = "PS", "Payment"
        PAYMENT_CANCELLATION = "PX", "Payment cancellation"
        ADJUSTMENT = "AD", "Adjustment"
        ADJUSTMENT_CANCELLATION = "AX", "Adjustment cancellation"

    REVENUE_TYPES = (Type.BILL_SEGMENT, Type.BILL_CANCELLATION)
    PAYMENT_TYPES = (Type.PAYMENT, Type.PAYMENT_CANCELLATION)

    ft_id = models.CharField(
        "transaction ID", max_length=12, primary_key=True, help_text="The transaction's key in CC&B."
    )
    account = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        related_name="financial_transactions",
        db_index=False,
        help_text="The account.",
    )
    service_agreement = models.ForeignKey(
        ServiceAgreement, on_delete=models.PROTECT, related_name="financial_transactions", db_index=False,
        help_text="The agreement.",
    )  # fmt: skip
    type = models.CharField(max_length=2, choices=Type, help_text="What made the transaction.")
    current_amount = models.DecimalField(
        "amount due", max_digits=15, decimal_places=2, help_text="Its effect on what the customer is asked to pay now."
    )
    payoff_amount = models.DecimalField(
        "payoff amount",
        max_digits=15,
        decimal_places=2,
        help_text="Its effect on what would settle the account in full.",
    )
    created_at = models.DateTimeField("created", help_text="When CC&B made the transaction.")
    is_frozen = models.BooleanField("frozen", help_text="Whether it is financially effective.")
    frozen_at = models.DateTimeField("frozen at", null=True, blank=True, help_text="When it became effective.")
    accounting_date = models.DateField(
        "accounting date", null=True, blank=True, help_text="The day it counts in the books."
    )
    arrears_date = models.DateField("arrears date", null=True, blank=True, help_text="The day from which debt ages.")
    is_outside_arrears = models.BooleanField("outside arrears", help_text="Whether it is left out of ageing.")
    is_correction = models.BooleanField("correction", help_text="Whether it corrects another one.")
    bill_id = models.CharField("bill", max_length=12, null=True, blank=True, help_text="The bill that shows it.")
    received_date = models.DateField(
        "received", null=True, blank=True, help_text="For a payment, the day the money came in."
    )
    archived_at = models.DateTimeField(
        "archived", null=True, blank=True, help_text="When CC&B was found to have archived it; it still counts."
    )

    field_groups = {
        FieldGroup.BILLING: (
            "ft_id", "account", "service_agreement", "type", "current_amount", "payoff_amount", "created_at",
            "is_frozen", "frozen_at", "accounting_date", "arrears_date", "is_outside_arrears", "is_correction",
            "bill_id", "received_date", "archived_at", "removed_at",
        ),
    }  # fmt: skip
    derived_fields = {"amount_due": ("current_amount",)}
    account_path = "account"
    account_column = "account_id"

    class Meta:
        indexes = (
            models.Index(fields=("account", "-accounting_date", "-ft_id"), name="transactions_of_account"),
            models.Index(fields=("service_agreement",), name="transactions_of_agreement"),
        )

    @property
    def amount_due(self):
        """The current amount: what the transaction asks of the customer, or gives back."""
        return self.current_amount
