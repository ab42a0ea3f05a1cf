"""A mirrored account of 40 columns: 28 texts, 6 amounts, 4 dates and 2 switches, about 520 bytes a row."""

from typing import Any

from django.db import models

from customer360.models import Customer, MirroredAddress
from customer360.models.base import KeyField, MirroredModel, tracked
from customer360.visibility.groups import FieldGroup


def _text(length: int) -> Any:
    return models.CharField(max_length=length, null=True, blank=True)


def _amount() -> Any:
    return models.DecimalField(max_digits=15, decimal_places=2, null=True, blank=True)


def _day() -> Any:
    return models.DateField(null=True, blank=True)


class BenchAccount(MirroredAddress, MirroredModel):
    """An account with its figures beside it, as wide as the widest stream is expected to get."""

    account_id = KeyField("account ID", max_length=10, primary_key=True)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    name = _text(254)
    status = models.CharField(max_length=10)
    customer_class = _text(8)
    customer_class_name = _text(60)
    manage_group = _text(10)
    manage_group_name = _text(60)
    cis_division = _text(5)
    cis_division_name = _text(60)
    bill_cycle = _text(4)
    bill_cycle_name = _text(60)
    currency = _text(3)
    collection_class = _text(10)
    email = _text(254)
    phone = _text(40)
    industry = _text(60)
    representative = _text(60)
    business_description = _text(254)
    balance = _amount()
    payoff_balance = _amount()
    past_due = _amount()
    last_payment_amount = _amount()
    revenue_fytd = _amount()
    revenue_12m = _amount()
    setup_date = _day()
    credit_review_date = _day()
    past_due_since = _day()
    last_payment_date = _day()
    is_protected = models.BooleanField(default=False)
    is_paperless = models.BooleanField(default=False)
    history = tracked()

    FIGURES = ("balance", "payoff_balance", "past_due", "last_payment_amount", "revenue_fytd", "revenue_12m")
    DAYS = ("setup_date", "credit_review_date", "past_due_since", "last_payment_date")
    SWITCHES = ("is_protected", "is_paperless")
    TEXTS = (
        "name", "customer_class", "customer_class_name", "manage_group", "manage_group_name", "cis_division",
        "cis_division_name", "bill_cycle", "bill_cycle_name", "currency", "collection_class", "email", "phone",
        "industry", "representative", "business_description", *MirroredAddress.ADDRESS_FIELDS,
    )  # fmt: skip

    field_groups = {
        FieldGroup.IDENTITY: ("account_id",),
        FieldGroup.PROFILE: ("customer", "status", *TEXTS, *DAYS, *SWITCHES, "removed_at"),
        FieldGroup.BILLING: FIGURES,
    }
    account_path = ""
    account_column = "account_id"

    class Meta:
        app_label = "bench"
        indexes = (models.Index(fields=("customer",), name="bench_account_of_customer"),)
