"""The figures that sum an account up."""

from django.db import models

from customer360.models.account import Account
from customer360.models.base import VisibleModel
from customer360.visibility.groups import FieldGroup


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
        help_text="Debt past its arrears date, less credits: each relieves what it is matched with, else the oldest.",
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
    disputed = models.DecimalField(
        "in dispute", max_digits=17, decimal_places=2, default=0,
        help_text="What open match events in dispute come to; it is part of the balance, and never past due.",
    )  # fmt: skip
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
        help_text="Billed since the fiscal year began, by accounting date: bill segments less their cancellations; of"
        " transactions of which the ledger's revenue is known, that.",
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
    fiscal_year_start = models.DateField(
        "fiscal year since", null=True, blank=True, help_text="The first day of the fiscal year of revenue to date."
    )
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
            "past_due_over_90", "past_due_since", "disputed", "last_payment_amount", "last_payment_date",
            "last_bill_amount", "last_bill_date", "amount_due", "due_date", "revenue_fytd",
            "revenue_12m", "revenue_prior_12m", "fiscal_year_start", "next_change_on", "as_of",
        ),
        FieldGroup.SERVICE: ("active_services", "premises"),
    }  # fmt: skip
    derived_fields = {
        "not_past_due": ("balance", "past_due", "disputed"),
        "revenue_change_percent": ("revenue_12m", "revenue_prior_12m"),
    }
    account_path = "account"
    account_column = "account_id"

    @property
    def not_past_due(self):
        """The part of the balance that is neither past due nor in dispute, in the account's currency."""
        return self.balance - self.past_due - self.disputed

    @property
    def revenue_change_percent(self):
        """How the last 12 closed months compare with the 12 before, in percent; None without a prior year."""
        if not self.revenue_prior_12m:
            return None
        return (self.revenue_12m - self.revenue_prior_12m) * 100 / self.revenue_prior_12m
