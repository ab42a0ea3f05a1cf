"""Engagement with customers: cases, interactions, mailings and whom they went to."""

from datetime import datetime

from django.db import models

from customer360.models import Contact, SalesforceAccount, SalesforceUser
from customer360.models.base import MirroredModel, tracked
from customer360.models.salesforce import SalesforceKeyField, SalesforceReference
from customer360.visibility.groups import FieldGroup


class Case(MirroredModel):
    """A question or a complaint that a customer has open, or had (Salesforce: Case)."""

    salesforce_id = SalesforceKeyField(primary_key=True, help_text="The case's key in Salesforce.")
    number = models.CharField("case number", max_length=30, help_text="The number people call it by.")
    subject = models.CharField(max_length=255, null=True, blank=True, help_text="What it is about, in one line.")
    reason = models.CharField(max_length=255, null=True, blank=True, help_text="Why the customer came.")
    status = models.CharField(max_length=255, help_text="How far it has got.")
    priority = models.CharField(max_length=255, null=True, blank=True, help_text="How urgent it is.")
    channel = models.CharField("came by", max_length=255, null=True, blank=True, help_text="By what way it came.")
    is_closed = models.BooleanField("closed", default=False, help_text="Whether its status means that it is settled.")
    opened_at = models.DateTimeField("opened", help_text="When it was opened.")
    closed_at = models.DateTimeField("closed on", null=True, blank=True, help_text="When it was closed.")
    salesforce_account = SalesforceReference(
        SalesforceAccount, related_name="cases", help_text="The Salesforce account it is about."
    )
    contact = SalesforceReference(Contact, related_name="cases", help_text="Who came with it.")
    owner = SalesforceReference(SalesforceUser, help_text="Who works on it.")
    history = tracked()

    field_groups = {
        FieldGroup.ENGAGEMENT: (
            "salesforce_id", "number", "subject", "reason", "status", "priority", "channel", "is_closed", "opened_at",
            "closed_at", "salesforce_account", "contact", "owner", "removed_at",
        ),
    }  # fmt: skip
    account_path = ("salesforce_account__account", "contact__customer__account_roles__account")

    class Meta:
        indexes = (
            models.Index(fields=("salesforce_account", "-opened_at"), name="cases_of_account"),
            models.Index(fields=("contact", "-opened_at"), name="cases_of_contact"),
        )


class Interaction(MirroredModel):
    """One touch with a customer: a call, a mail, a meeting, an event (Salesforce: Task and Event)."""

    class Kind(models.TextChoices):
        """What Salesforce keeps it as."""

        TASK = "task", "Task"
        EVENT = "event", "Event"

    salesforce_id = SalesforceKeyField(
        unique=True, null=True, blank=True, help_text="The activity's key in Salesforce."
    )
    kind = models.CharField(max_length=5, choices=Kind, help_text="Something to do, or something at a time.")
    subject = models.CharField(max_length=255, null=True, blank=True, help_text="What it is about, in one line.")
    type = models.CharField(max_length=255, null=True, blank=True, help_text="Call, e-mail, meeting and the like.")
    description = models.TextField(null=True, blank=True, help_text="What was said or agreed.")
    status = models.CharField(max_length=255, null=True, blank=True, help_text="How far a task has got.")
    priority = models.CharField(max_length=255, null=True, blank=True, help_text="How urgent a task is.")
    is_closed = models.BooleanField("closed", default=False, help_text="Whether a task is done.")
    is_archived = models.BooleanField(
        "archived", default=False, help_text="Whether Salesforce has put it away for its age."
    )
    due_on = models.DateField("due", null=True, blank=True, help_text="The day a task is due, or an event begins.")
    starts_at = models.DateTimeField("starts", null=True, blank=True, help_text="When an event begins.")
    ends_at = models.DateTimeField("ends", null=True, blank=True, help_text="When an event ends.")
    completed_at = models.DateTimeField("completed", null=True, blank=True, help_text="When a task was done.")
    written_at = models.DateTimeField("written", help_text="When it was written down.")
    salesforce_account = SalesforceReference(
        SalesforceAccount, related_name="interactions", help_text="The Salesforce account it is about."
    )
    contact = SalesforceReference(Contact, related_name="interactions", help_text="With whom it was.")
    related_to = SalesforceKeyField(
        verbose_name="related to", null=True, blank=True,
        help_text="The key of the record it is about: an account, a case, a campaign.",
    )  # fmt: skip
    owner = SalesforceReference(SalesforceUser, help_text="Who did it or is to do it.")
    history = tracked()

    field_groups = {
        FieldGroup.ENGAGEMENT: (
            "id", "salesforce_id", "kind", "subject", "type", "description", "status", "priority", "is_closed",
            "is_archived", "due_on", "starts_at", "ends_at", "completed_at", "written_at", "salesforce_account",
            "contact", "related_to", "owner", "removed_at",
        ),
    }  # fmt: skip
    derived_fields = {"happened_at": ("starts_at", "completed_at", "written_at")}
    account_path = ("salesforce_account__account", "contact__customer__account_roles__account")

    class Meta:
        indexes = (
            models.Index(fields=("salesforce_account", "-written_at"), name="interactions_of_account"),
            models.Index(fields=("contact", "-written_at"), name="interactions_of_contact"),
            models.Index(fields=("related_to",), name="interactions_of_record"),
        )

    @property
    def happened_at(self) -> datetime:
        """When it took place: an event's beginning, a task's completion, else when it was written down."""
        return self.starts_at or self.completed_at or self.written_at


class Mailing(MirroredModel):
    """One thing sent to many: a rate notice, an offer, an invitation (Salesforce: Campaign)."""

    salesforce_id = SalesforceKeyField(
        unique=True, null=True, blank=True, help_text="The campaign's key in Salesforce."
    )
    name = models.CharField(max_length=80, help_text="What it is called.")
    type = models.CharField(max_length=255, null=True, blank=True, help_text="Mailing, e-mail, event and the like.")
    status = models.CharField(max_length=255, null=True, blank=True, help_text="How far it has got.")
    starts_on = models.DateField("from", null=True, blank=True, help_text="The day it begins.")
    ends_on = models.DateField("until", null=True, blank=True, help_text="The day it ends.")
    is_active = models.BooleanField("active", default=False, help_text="Whether it is under way.")
    owner = SalesforceReference(SalesforceUser, help_text="Who runs it.")
    history = tracked()

    field_groups = {
        FieldGroup.ENGAGEMENT: (
            "id", "salesforce_id", "name", "type", "status", "starts_on", "ends_on", "is_active", "owner", "removed_at",
        ),
    }  # fmt: skip
    account_path = "recipients__contact__salesforce_account__account"


class MailingRecipient(MirroredModel):
    """One contact whom a mailing was for (Salesforce: CampaignMember)."""

    salesforce_id = SalesforceKeyField(
        unique=True, null=True, blank=True, help_text="The campaign member's key in Salesforce."
    )
    mailing = models.ForeignKey(
        Mailing, on_delete=models.PROTECT, related_name="recipients", db_index=False, help_text="The mailing."
    )
    contact = SalesforceReference(Contact, related_name="mailings", help_text="Whom it was for.")
    status = models.CharField(max_length=255, null=True, blank=True, help_text="Sent, responded and the like.")
    has_responded = models.BooleanField("responded", default=False, help_text="Whether an answer came.")
    responded_on = models.DateField("responded on", null=True, blank=True, help_text="The day the first answer came.")
    history = tracked()

    field_groups = {
        FieldGroup.ENGAGEMENT: (
            "id", "salesforce_id", "mailing", "contact", "status", "has_responded", "responded_on", "removed_at",
        ),
    }  # fmt: skip
    account_path = ("contact__salesforce_account__account", "contact__customer__account_roles__account")

    class Meta:
        indexes = (
            models.Index(fields=("mailing",), name="recipients_of_mailing"),
            models.Index(fields=("contact",), name="mailings_of_contact"),
        )
