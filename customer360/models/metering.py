"""What measures service: service points, the agreements they serve, the meters on them, and what was billed as used."""

from datetime import timedelta

from django.db import models

from customer360.models.base import KeyField, MirroredModel, tracked
from customer360.models.service import Premise, ServiceAgreement
from customer360.visibility.groups import FieldGroup


class ServicePoint(MirroredModel):
    """A place on a premise where one service is delivered (CC&B: CI_SP)."""

    class Connection(models.TextChoices):
        """CC&B's SP_SRC_STATUS_FLG in words. A code that is not among them is kept as CC&B has it, and reported."""

        CONNECTED = "connected", "Connected"
        DISCONNECTED = "disconnected", "Disconnected"

    service_point_id = KeyField(
        "service point ID", max_length=10, primary_key=True, help_text="The service point's key in CC&B."
    )
    premise = models.ForeignKey(
        Premise, on_delete=models.PROTECT, null=True, blank=True, related_name="service_points", db_index=False,
        help_text="The premise it is on.",
    )  # fmt: skip
    point_type = models.CharField(
        "service point type code", max_length=30, null=True, blank=True, help_text="Service point type code."
    )
    point_type_name = models.CharField(
        "service point", max_length=60, null=True, blank=True, help_text="Kind of service point."
    )
    service_type = models.CharField(
        "service type code", max_length=30, null=True, blank=True, help_text="Service type code."
    )
    service_type_name = models.CharField(
        "service", max_length=60, null=True, blank=True, help_text="Electric, gas, water …"
    )
    status = models.CharField("status code", max_length=2, null=True, blank=True, help_text="Status code.")
    status_name = models.CharField(
        "status", max_length=60, null=True, blank=True, help_text="Whether the service point is in service."
    )
    connection = models.CharField(
        max_length=12, choices=Connection, null=True, blank=True,
        help_text="Whether service is connected at the source.",
    )  # fmt: skip
    installed_on = models.DateField("installed", null=True, blank=True, help_text="The day it was installed.")
    abolished_on = models.DateField("abolished", null=True, blank=True, help_text="The day it was given up.")
    location = models.CharField(
        max_length=4000, null=True, blank=True, help_text="Where on the premise the meter is, in words."
    )
    description = models.CharField(max_length=4000, null=True, blank=True, help_text="What was noted about it.")
    history = tracked()

    field_groups = {
        FieldGroup.SERVICE: (
            "service_point_id", "premise", "point_type", "point_type_name", "service_type", "service_type_name",
            "status", "status_name", "connection", "installed_on", "abolished_on", "location", "description",
            "removed_at",
        ),
    }  # fmt: skip
    account_path = "premise__service_agreements__account"

    class Meta:
        indexes = (models.Index(fields=("premise",), name="service_points_of_premise"),)


class AgreementServicePoint(MirroredModel):
    """That an agreement takes its service at a service point, and since when (CC&B: CI_SA_SP)."""

    link_id = KeyField("SA/SP ID", max_length=10, primary_key=True, help_text="The link's key in CC&B.")
    service_agreement = models.ForeignKey(
        ServiceAgreement, on_delete=models.PROTECT, related_name="service_point_links", db_index=False,
        help_text="The agreement.",
    )  # fmt: skip
    service_point = models.ForeignKey(
        ServicePoint, on_delete=models.PROTECT, related_name="agreement_links", db_index=False,
        help_text="The service point.",
    )  # fmt: skip
    started_on = models.DateField("from", null=True, blank=True, help_text="The day service began there.")
    stopped_on = models.DateField("to", null=True, blank=True, help_text="The day service ended there.")
    use_code = models.CharField(
        "use code", max_length=2, null=True, blank=True, help_text="How its use counts: + adds to the agreement's."
    )
    history = tracked()

    field_groups = {
        FieldGroup.SERVICE: (
            "link_id", "service_agreement", "service_point", "started_on", "stopped_on", "use_code", "removed_at",
        ),
    }  # fmt: skip
    account_path = "service_agreement__account"

    class Meta:
        indexes = (
            models.Index(fields=("service_agreement",), name="points_of_agreement"),
            models.Index(fields=("service_point",), name="agreements_of_point"),
        )


class Meter(MirroredModel):
    """One meter at one service point, from its installation to its removal (CC&B: CI_SP_MTR_HIST; C2M: D1_INSTALL_EVT).

    A meter that is moved to another service point is another record there.
    """

    installation_id = KeyField(
        "installation ID", max_length=12, primary_key=True, help_text="The key of the installation in CC&B."
    )
    service_point = models.ForeignKey(
        ServicePoint, on_delete=models.PROTECT, related_name="meters", db_index=False,
        help_text="The service point it is at.",
    )  # fmt: skip
    meter_id = models.CharField(
        "meter ID", max_length=12, null=True, blank=True, help_text="The key of the meter itself in CC&B."
    )
    badge = models.CharField(
        "meter", max_length=120, null=True, blank=True, help_text="The number on the meter that people read out."
    )
    serial = models.CharField(
        "serial number", max_length=120, null=True, blank=True, help_text="The manufacturer's number."
    )
    meter_type = models.CharField("meter type", max_length=30, null=True, blank=True, help_text="Meter type code.")
    manufacturer = models.CharField(max_length=30, null=True, blank=True, help_text="Manufacturer code.")
    installed_on = models.DateField("installed", null=True, blank=True, help_text="The day it was installed.")
    removed_on = models.DateField("taken out", null=True, blank=True, help_text="The day it was taken out.")
    history = tracked()

    field_groups = {
        FieldGroup.SERVICE: (
            "installation_id", "service_point", "meter_id", "badge", "serial", "meter_type", "manufacturer",
            "installed_on", "removed_on", "removed_at",
        ),
    }  # fmt: skip
    account_path = "service_point__premise__service_agreements__account"

    class Meta:
        indexes = (
            models.Index(fields=("service_point",), name="meters_of_service_point"),
            models.Index(fields=("badge",), name="meter_badge"),
            models.Index(fields=("serial",), name="meter_serial"),
        )


class MeterRead(MirroredModel):
    """The latest read of a meter that is installed (CC&B: CI_MR with CI_REG_READ; C2M: D1_MEASR_COMP).

    A fact that moves with every read: it has no history.
    """

    installation_id = KeyField(
        "installation ID", max_length=12, primary_key=True, help_text="The key of the installation in CC&B."
    )
    meter = models.ForeignKey(
        Meter, on_delete=models.PROTECT, related_name="reads", db_index=False, help_text="The meter."
    )
    read_at = models.DateTimeField("last read", null=True, blank=True, help_text="When the meter was read last.")
    reading = models.DecimalField(
        max_digits=18, decimal_places=6, null=True, blank=True, help_text="What its first register showed then."
    )
    unit = models.CharField(max_length=30, null=True, blank=True, help_text="The unit of measure of the register.")

    field_groups = {
        FieldGroup.SERVICE: ("installation_id", "meter", "read_at", "reading", "unit", "removed_at"),
    }
    account_path = "meter__service_point__premise__service_agreements__account"
    # What a meter shows now is the business of who takes service now, not of who did before.
    account_ties = {
        account_path: models.Q(
            meter__service_point__premise__service_agreements__removed_at=None,
            meter__service_point__premise__service_agreements__status__in=ServiceAgreement.OPEN_STATUSES,
        )
    }

    class Meta:
        indexes = (models.Index(fields=("meter",), name="reads_of_meter"),)


class BilledUse(MirroredModel):
    """One quantity of one bill segment (CC&B: CI_BSEG with CI_BSEG_SQ): what an agreement used, as its bill says.

    A fact: it has no history. Its unit may be split by time of use, and stand beside other quantities of the same
    segment, such as a demand; only what is frozen was billed.
    """

    class Status(models.TextChoices):
        """CC&B's BSEG_STAT_FLG in words. A code that is not among them is kept as CC&B has it, and reported."""

        INCOMPLETE = "incomplete", "Incomplete"
        FROZEN = "frozen", "Frozen"
        CANCELED = "canceled", "Canceled"
        READY = "ready", "Ready"

    WHOLE = "-"
    """The time of use, or the kind of quantity, of a line that is not split by it."""

    segment_id = KeyField("bill segment", max_length=12, help_text="The bill segment's key in CC&B.")
    unit = models.CharField(max_length=30, help_text="The unit of measure: KWH, THERM …")
    time_of_use = models.CharField("time of use", max_length=30, help_text="On peak, off peak …; - for all of it.")
    quantity_kind = models.CharField(
        "kind of quantity", max_length=30, help_text="What was computed from the reads; - for the use itself."
    )
    service_agreement = models.ForeignKey(
        ServiceAgreement, on_delete=models.PROTECT, related_name="billed_use", db_index=False,
        help_text="The agreement.",
    )  # fmt: skip
    bill_id = models.CharField("bill", max_length=12, null=True, blank=True, help_text="The bill it is on.")
    status = models.CharField(max_length=12, choices=Status, help_text="Where the bill segment is in its life.")
    start_date = models.DateField("from", null=True, blank=True, help_text="The first day of the billed days.")
    end_date = models.DateField("to", null=True, blank=True, help_text="The last day of the billed days.")
    quantity = models.DecimalField("use", max_digits=18, decimal_places=6, help_text="How much was billed.")
    is_estimated = models.BooleanField("estimated", help_text="Whether the meter was not read, but its use estimated.")

    field_groups = {
        FieldGroup.SERVICE: (
            "id", "segment_id", "unit", "time_of_use", "quantity_kind", "service_agreement", "bill_id", "status",
            "start_date", "end_date", "quantity", "is_estimated", "removed_at",
        ),
    }  # fmt: skip
    derived_fields = {"billed_days": ("start_date", "end_date")}
    account_path = "service_agreement__account"

    class Meta:
        verbose_name_plural = "billed use"
        constraints = (
            models.UniqueConstraint(
                fields=("segment_id", "unit", "time_of_use", "quantity_kind"), name="one_line_per_segment_and_quantity"
            ),
        )
        indexes = (models.Index(fields=("service_agreement", "-end_date"), name="use_of_agreement"),)

    @property
    def billed_days(self) -> int | None:
        """How many days were billed; None where CC&B does not say from when to when."""
        if self.start_date is None or self.end_date is None:
            return None
        return max((self.end_date - self.start_date) // timedelta(days=1), 1)
