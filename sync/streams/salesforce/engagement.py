"""Cases, activities, campaigns and their members."""

from engagement.models import Case, Interaction, Mailing, MailingRecipient
from sync.stream import Direction, Stream, System
from sync.streams.salesforce.pieces import CADENCE, CHANGED, DELETED, KEY, OWNER, line
from sync.transforms import CALENDAR_DAY, FLAG, INSTANT, Reference

CASES = Stream(
    name="salesforce.cases",
    system=System.SALESFORCE,
    direction=Direction.IN,
    model=Case,
    title="Cases",
    source="Case",
    key=("salesforce_id",),
    cadence=CADENCE,
    cursor=CHANGED,
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

TASKS = Stream(
    name="salesforce.tasks",
    system=System.SALESFORCE,
    direction=Direction.IN,
    model=Interaction,
    title="Tasks",
    source="Task",
    key=("salesforce_id",),
    cadence=CADENCE,
    cursor=CHANGED,
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

EVENTS = Stream(
    name="salesforce.events",
    system=System.SALESFORCE,
    direction=Direction.IN,
    model=Interaction,
    title="Events",
    source="Event",
    key=("salesforce_id",),
    cadence=CADENCE,
    cursor=CHANGED,
    deletion=DELETED,
    part={"kind": Interaction.Kind.EVENT.value},
    fields=(
        *_ACTIVITY,
        line("EventSubtype", "type"),
        line("StartDateTime", "starts_at", INSTANT),
        line("EndDateTime", "ends_at", INSTANT),
    ),
)

CAMPAIGNS = Stream(
    name="salesforce.campaigns",
    system=System.SALESFORCE,
    direction=Direction.IN,
    model=Mailing,
    title="Campaigns",
    source="Campaign",
    key=("salesforce_id",),
    cadence=CADENCE,
    cursor=CHANGED,
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

CAMPAIGN_MEMBERS = Stream(
    name="salesforce.campaign-members",
    system=System.SALESFORCE,
    direction=Direction.IN,
    model=MailingRecipient,
    title="Campaign members",
    source="CampaignMember",
    key=("salesforce_id",),
    cadence=CADENCE,
    cursor=CHANGED,
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
