"""What is mirrored for the audit trail."""

from django.db import models

from customer360.models import SalesforceUser
from customer360.models.base import MirroredModel
from customer360.models.salesforce import SalesforceKeyField, SalesforceReference
from customer360.visibility.groups import FieldGroup


class SalesforceSetupChange(MirroredModel):
    """One change of Salesforce's own configuration (Salesforce: SetupAuditTrail, which keeps it for 180 days)."""

    salesforce_id = SalesforceKeyField(primary_key=True, help_text="The change's key in Salesforce.")
    action = models.CharField(max_length=255, help_text="What was done, as Salesforce's word for it.")
    section = models.CharField(max_length=255, null=True, blank=True, help_text="The part of the setup.")
    display = models.CharField(max_length=2000, null=True, blank=True, help_text="What was done, in words.")
    changed_at = models.DateTimeField("changed", help_text="When it was done.")
    changed_by = SalesforceReference(SalesforceUser, help_text="Who did it.")
    delegate_user = models.CharField(
        max_length=255, null=True, blank=True, help_text="Who was signed in as that user, where somebody was."
    )

    field_groups = {
        FieldGroup.PROFILE: (
            "salesforce_id", "action", "section", "display", "changed_at", "changed_by", "delegate_user", "removed_at",
        ),
    }  # fmt: skip

    class Meta:
        indexes = (models.Index(fields=("-changed_at",), name="setup_changes_lately"),)
