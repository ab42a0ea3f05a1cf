"""Where service is taken and under which terms."""

from django.db import models

from customer360.models.account import Account
from customer360.models.base import KeyField, MirroredAddress, MirroredModel, tracked
from customer360.models.customer import Customer
from customer360.visibility.groups import FieldGroup


class Premise(MirroredAddress, MirroredModel):
    """A place that is served (CC&B: CI_PREM)."""

    premise_id = KeyField("premise ID", max_length=10, primary_key=True, help_text="The premise's key in CC&B.")
    premise_type = models.CharField(
        "premise type code", max_length=8, null=True, blank=True, help_text="Premise type code."
    )
    premise_type_name = models.CharField(
        "premise type", max_length=60, null=True, blank=True, help_text="Kind of premise."
    )
    life_support = models.CharField(
        "life support or sensitive load", max_length=2, null=True, blank=True,
        help_text="CC&B's mark for life support equipment or a load that must not be interrupted.",
    )  # fmt: skip
    life_support_note = models.CharField(
        "sensitive load note",
        max_length=1000,
        null=True,
        blank=True,
        help_text="What must not be interrupted, and why.",
    )
    latitude = models.CharField(max_length=50, null=True, blank=True, help_text="Degrees north, as CC&B has them.")
    longitude = models.CharField(max_length=50, null=True, blank=True, help_text="Degrees east, as CC&B has them.")
    history = tracked()

    field_groups = {
        FieldGroup.SERVICE: (
            "premise_id", "premise_type", "premise_type_name", "life_support", "life_support_note", "latitude",
            "longitude", "removed_at",
            *MirroredAddress.ADDRESS_FIELDS,
        ),
    }  # fmt: skip
    derived_fields = {name: Customer.derived_fields[name] for name in ("street", "town", "address")}
    account_path = "service_agreements__account"
    account_ties = {
        "service_agreements__account": models.Q(service_agreements__removed_at=None)
        | models.Q(service_agreements__account__removed_at__isnull=False)
    }


class ServiceAgreement(MirroredModel):
    """The terms under which one service is taken on one account (CC&B: CI_SA)."""

    class Status(models.TextChoices):
        """CC&B's SA_STATUS_FLG in words. A code that is not among them is kept as CC&B has it, and reported."""

        INCOMPLETE = "incomplete", "Incomplete"
        PENDING_START = "pending start", "Pending start"
        ACTIVE = "active", "Active"
        PENDING_STOP = "pending stop", "Pending stop"
        STOPPED = "stopped", "Stopped"
        REACTIVATED = "reactivated", "Reactivated"
        CLOSED = "closed", "Closed"
        CANCELED = "canceled", "Canceled"

    OPEN_STATUSES = (Status.ACTIVE, Status.PENDING_STOP, Status.STOPPED, Status.REACTIVATED)

    service_agreement_id = KeyField(
        "SA ID", max_length=10, primary_key=True, help_text="The service agreement's key in CC&B."
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="service_agreements", db_index=False,
        help_text="The account it is billed on.",
    )  # fmt: skip
    premise = models.ForeignKey(
        Premise, on_delete=models.PROTECT, null=True, blank=True, related_name="service_agreements", db_index=False,
        help_text="The premise it serves.",
    )  # fmt: skip
    cis_division = models.CharField(
        "CIS division code", max_length=5, null=True, blank=True, help_text="CIS division code."
    )
    sa_type = models.CharField(
        "SA type code", max_length=8, null=True, blank=True, help_text="Service agreement type code."
    )
    sa_type_name = models.CharField(
        "SA type", max_length=60, null=True, blank=True, help_text="Service agreement type."
    )
    service_type = models.CharField(
        "service type code", max_length=30, null=True, blank=True, help_text="Service type code."
    )
    service_type_name = models.CharField(
        "service", max_length=60, null=True, blank=True, help_text="Electric, gas, water …"
    )
    use_unit = models.CharField(
        "unit of use", max_length=30, null=True, blank=True, help_text="The unit of measure that its use is shown in."
    )
    revenue_class = models.CharField(
        "revenue class code", max_length=8, null=True, blank=True, help_text="Revenue class code."
    )
    revenue_class_name = models.CharField(
        "revenue class", max_length=60, null=True, blank=True, help_text="Residential, commercial, industrial …"
    )
    status = models.CharField(max_length=15, choices=Status, help_text="Where the agreement is in its life.")
    start_date = models.DateField("service start", null=True, blank=True, help_text="The day service began.")
    end_date = models.DateField("service end", null=True, blank=True, help_text="The day service ended.")
    expiry_date = models.DateField("expires", null=True, blank=True, help_text="The day the agreement's term runs out.")
    renewal_date = models.DateField("renews", null=True, blank=True, help_text="The day the agreement is renewed.")
    rate = models.CharField(max_length=8, null=True, blank=True, help_text="The rate schedule in force.")
    sic_code = models.CharField("SIC", max_length=8, null=True, blank=True, help_text="Industry code of the service.")
    industry = models.CharField(max_length=60, null=True, blank=True, help_text="Industry of the service.")
    history = tracked()

    field_groups = {
        FieldGroup.SERVICE: (
            "service_agreement_id", "account", "premise", "cis_division", "sa_type", "sa_type_name", "service_type",
            "service_type_name", "use_unit", "revenue_class", "revenue_class_name", "status", "start_date", "end_date",
            "expiry_date", "renewal_date", "rate", "sic_code", "industry", "removed_at",
        ),
    }  # fmt: skip
    derived_fields = {"is_open": ("status",)}
    account_path = "account"
    account_column = "account_id"

    class Meta:
        indexes = (
            models.Index(fields=("account",), name="agreements_of_account"),
            models.Index(fields=("premise",), name="agreements_of_premise"),
        )

    @property
    def is_open(self) -> bool:
        """Whether the agreement may still take charges."""
        return self.status in self.OPEN_STATUSES
