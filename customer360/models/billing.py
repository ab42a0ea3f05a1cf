"""Money: the financial transactions that every figure is made of."""

from decimal import Decimal

from django.db import models

from customer360.models.account import Account
from customer360.models.base import KeyField, MirroredModel
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
    CHARGE_TYPES = (*REVENUE_TYPES, Type.ADJUSTMENT, Type.ADJUSTMENT_CANCELLATION)
    PAYMENT_TYPES = (Type.PAYMENT, Type.PAYMENT_CANCELLATION)

    ft_id = KeyField("transaction ID", max_length=12, primary_key=True, help_text="The transaction's key in CC&B.")
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
    match_event_id = models.CharField(
        "match event", max_length=12, null=True, blank=True,
        help_text="Under open-item accounting, the match event that ties it to what it pays or is paid by.",
    )  # fmt: skip
    received_date = models.DateField(
        "received", null=True, blank=True, help_text="For a payment, the day the money came in."
    )
    ledger_revenue = models.DecimalField(
        "revenue in the ledger", max_digits=15, decimal_places=2, null=True, blank=True,
        help_text="What of it the general ledger holds as revenue, where the site named the codes of revenue.",
    )  # fmt: skip
    archived_at = models.DateTimeField(
        "archived", null=True, blank=True, help_text="When CC&B was found to have archived it; it still counts."
    )

    field_groups = {
        FieldGroup.BILLING: (
            "ft_id", "account", "service_agreement", "type", "current_amount", "payoff_amount", "created_at",
            "is_frozen", "frozen_at", "accounting_date", "arrears_date", "is_outside_arrears", "is_correction",
            "bill_id", "match_event_id", "received_date", "ledger_revenue", "archived_at", "removed_at",
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


class Bill(MirroredModel):
    """One bill of an account (CC&B: CI_BILL). CC&B's bill has no amount: it is the sum of what the bill shows.

    Amount and open amount are derived from the account's transactions, in the load that moves them.
    """

    class Status(models.TextChoices):
        """CC&B's BILL_STAT_FLG in words."""

        PENDING = "pending", "Pending"
        COMPLETE = "complete", "Complete"

    bill_id = KeyField("bill ID", max_length=12, primary_key=True, help_text="The bill's key in CC&B.")
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="bills", db_index=False, help_text="The account."
    )
    status = models.CharField(max_length=10, choices=Status, help_text="Whether the bill is made or being made.")
    bill_date = models.DateField("bill date", null=True, blank=True, help_text="The day on the bill.")
    due_date = models.DateField("due", null=True, blank=True, help_text="The day by which it is to be paid.")
    completed_at = models.DateTimeField("completed", null=True, blank=True, help_text="When CC&B completed it.")
    amount = models.DecimalField(
        max_digits=17,
        decimal_places=2,
        default=0,
        help_text="What the bill charges: its frozen charges and adjustments.",
    )
    amount_due = models.DecimalField(
        "amount due", max_digits=15, decimal_places=2, null=True, blank=True,
        help_text="What the bill asks for: the balances it presents, what was open before included.",
    )  # fmt: skip
    open_amount = models.DecimalField(
        "open", max_digits=17, decimal_places=2, default=0,
        help_text="What is left of it to pay, without what is in dispute or does not age.",
    )  # fmt: skip
    disputed_amount = models.DecimalField(
        "in dispute", max_digits=17, decimal_places=2, default=0,
        help_text="What is left of it in match events that the customer disputes.",
    )  # fmt: skip

    not_ageing_amount = models.DecimalField(
        "not ageing", max_digits=17, decimal_places=2, default=0,
        help_text="What it charges outside arrears: it never falls past due, and CC&B does not say whether it is paid.",
    )  # fmt: skip

    field_groups = {
        FieldGroup.BILLING: (
            "bill_id", "account", "status", "bill_date", "due_date", "completed_at", "amount", "amount_due",
            "open_amount", "disputed_amount", "not_ageing_amount", "removed_at",
        ),
    }  # fmt: skip
    derived_fields = {"paid_amount": ("amount", "open_amount", "disputed_amount", "not_ageing_amount")}
    account_path = "account"
    account_column = "account_id"

    class Meta:
        indexes = (models.Index(fields=("account", "-bill_date", "-bill_id"), name="bills_of_account"),)

    @property
    def paid_amount(self):
        """What has been paid or credited towards the bill; nothing while a credit on it relieves older debt instead."""
        left = self.open_amount + self.disputed_amount + self.not_ageing_amount
        return max(self.amount - left, Decimal(0))


class MatchEvent(MirroredModel):
    """What ties items of an open-item account to each other (CC&B: CI_MATCH_EVT).

    Its transactions are settled once it is balanced. While it is open their credits relieve their own debts first, and
    in dispute nothing of it is past due. A canceled event ties nothing. It is a fact and has no history.
    """

    class Status(models.TextChoices):
        """CC&B's MEVT_STATUS_FLG in words."""

        OPEN = "open", "Open"
        BALANCED = "balanced", "Balanced"
        CANCELED = "canceled", "Canceled"

    match_event_id = KeyField("match event ID", max_length=12, primary_key=True, help_text="The event's key in CC&B.")
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="match_events", db_index=False, help_text="The account."
    )
    status = models.CharField(max_length=10, choices=Status, help_text="Whether its credits and debts come to nothing.")
    is_disputed = models.BooleanField("in dispute", help_text="Whether the customer disputes what it holds.")
    created_date = models.DateField("created", null=True, blank=True, help_text="The day the event was made.")
    description = models.CharField(
        max_length=4000, null=True, blank=True, help_text="What CC&B's users wrote about the event."
    )

    field_groups = {
        FieldGroup.BILLING: (
            "match_event_id", "account", "status", "is_disputed", "created_date", "description", "removed_at",
        ),
    }  # fmt: skip
    account_path = "account"
    account_column = "account_id"

    class Meta:
        indexes = (models.Index(fields=("account", "-created_date"), name="match_events_of_account"),)
