"""Cases, activities, campaigns and their members."""

from engagement.models import Case, Interaction, Mailing, MailingRecipient
from sync.streams.salesforce.pieces import DELETED, KEY, OWNER, inbound, line
from sync.transforms import CALENDAR_DAY, FLAG, INSTANT, Reference

CASES = inbound(
    name="salesforce.cases",
    model=Case,
    title="Cases",
    source="Case",
    deletion=DELETED,
    fields=(
        KEY,
        line("CaseNumber", "number"),
        line("Subject", "subject"),
        line("Reason", "reason"),
        line("Status", "status"),
        line("Priority", "priority"),
        line("Origin", "channel"),
        line("IsClosed", "is_closed", FLAG),
        line("CreatedDate", "opened_at", INSTANT),
        line("ClosedDate", "closed_at", INSTANT),
        line("AccountId", "salesforce_account"),
        line("ContactId", "contact"),
        OWNER,
    ),
)

_ACTIVITY = (
    KEY,
    line("Subject", "subject"),
    line("Description", "description"),
    line("IsArchived", "is_archived", FLAG),
    line("ActivityDate", "due_on", CALENDAR_DAY),
    line("CreatedDate", "written_at", INSTANT),
    line("AccountId", "salesforce_account"),
    line("WhoId", "contact"),
    line("WhatId", "related_to"),
    OWNER,
)
"""What tasks and events have in common."""

TASKS = inbound(
    name="salesforce.tasks",
    model=Interaction,
    title="Tasks",
    source="Task",
    deletion=DELETED,
    part={"kind": Interaction.Kind.TASK.value},
    fields=(
        *_ACTIVITY,
        line("TaskSubtype", "type"),
        line("Status", "status"),
        line("Priority", "priority"),
        line("IsClosed", "is_closed", FLAG),
        line("CompletedDateTime", "completed_at", INSTANT),
    ),
)

EVENTS = inbound(
    name="salesforce.events",
    model=Interaction,
    title="Events",
    source="Event",
    deletion=DELETED,
    part={"kind": Interaction.Kind.EVENT.value},
    fields=(
        *_ACTIVITY,
        line("EventSubtype", "type"),
        line("StartDateTime", "starts_at", INSTANT),
        line("EndDateTime", "ends_at", INSTANT),
    ),
)

CAMPAIGNS = inbound(
    name="salesforce.campaigns",
    model=Mailing,
    title="Campaigns",
    source="Campaign",
    deletion=DELETED,
    fields=(
        KEY,
        line("Name", "name"),
        line("Type", "type"),
        line("Status", "status"),
        line("StartDate", "starts_on", CALENDAR_DAY),
        line("EndDate", "ends_on", CALENDAR_DAY),
        line("IsActive", "is_active", FLAG),
        OWNER,
    ),
)

CAMPAIGN_MEMBERS = inbound(
    name="salesforce.campaign-members",
    model=MailingRecipient,
    title="Campaign members",
    source="CampaignMember",
    deletion=DELETED,
    fields=(
        KEY,
        line("CampaignId", "mailing", Reference(by="salesforce_id", required=True)),
        line("ContactId", "contact"),
        line("Status", "status"),
        line("HasResponded", "has_responded", FLAG),
        line("FirstRespondedDate", "responded_on", CALENDAR_DAY),
    ),
)
