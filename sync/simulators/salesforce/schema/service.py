"""The objects of service and marketing: cases, activities, campaigns and their members."""

from sync.simulators.salesforce.schema.builders import (
    area,
    audit,
    day,
    email,
    flag,
    moment,
    money,
    number,
    owner,
    picklist,
    read_only,
    record_id,
    record_name,
    reference,
    text,
    whole,
)
from sync.simulators.salesforce.schema.model import CASCADE, RESTRICT, Field, SObject

WHAT = ("Account", "Campaign", "Case", "Customer__c")
WHO = ("Contact",)
CASE_STATUSES = ("New", "Working", "Escalated", "On Hold", "Closed")
TASK_STATUSES = ("Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred")
# Statuses after which Salesforce calls the record closed.
CLOSED = {"Case": ("Closed",), "Task": ("Completed",)}

CASE = SObject(
    "Case",
    "Case",
    "Cases",
    "500",
    (
        record_id(),
        reference("MasterRecordId", "Master Record ID", "Case", **read_only()),
        text("CaseNumber", "Case Number", 30, nillable=False, auto_number=True, name_field=True, **read_only()),
        reference("ContactId", "Contact ID", "Contact", child_relationship="Cases"),
        reference("AccountId", "Account ID", "Account", child_relationship="Cases", on_delete=RESTRICT),
        reference("ParentId", "Parent Case ID", "Case", child_relationship="Cases"),
        text("SuppliedName", "Name", 80),
        email("SuppliedEmail", "Email Address"),
        picklist("Type", "Case Type", "Question", "Problem", "Request", "Complaint"),
        picklist("Status", "Status", *CASE_STATUSES, default="New"),
        picklist("Reason", "Case Reason", "Billing", "Outage", "Service Request", "Rate Change", "Meter", "Other"),
        picklist("Origin", "Case Origin", "Phone", "Email", "Web"),
        text("Subject", "Subject", 255),
        picklist("Priority", "Priority", "High", "Medium", "Low", default="Medium"),
        area("Description", "Description"),
        flag("IsClosed", "Closed", **read_only()),
        moment("ClosedDate", "Closed Date", **read_only()),
        flag("IsEscalated", "Escalated"),
        owner(),
        email("ContactEmail", "Contact Email", **read_only()),
        *audit(),
    ),
    mergeable=True,
)


def _activity(children: str) -> tuple[Field, ...]:
    """What tasks and events have in common; `children` is what they are called at their parents."""
    return (
        record_id(),
        reference("WhoId", "Name ID", *WHO, child_relationship=children, on_delete=CASCADE),
        reference("WhatId", "Related To ID", *WHAT, child_relationship=children, on_delete=CASCADE),
        Field(
            "Subject",
            "combobox",
            "Subject",
            length=255,
            name_field=True,
            values=("Call", "Email", "Meeting", "Other"),
        ),
    )


TASK = SObject(
    "Task",
    "Task",
    "Tasks",
    "00T",
    (
        *_activity("Tasks"),
        day("ActivityDate", "Due Date Only"),
        picklist("Status", "Status", *TASK_STATUSES, nillable=False, default="Not Started"),
        picklist("Priority", "Priority", "High", "Normal", "Low", nillable=False, default="Normal"),
        flag("IsHighPriority", "High Priority", **read_only()),
        owner(),
        area("Description", "Description"),
        reference("AccountId", "Account ID", "Account", **read_only()),
        flag("IsClosed", "Closed", **read_only()),
        picklist("TaskSubtype", "Task Subtype", "Task", "Email", "Call", "ListEmail", default="Task", updateable=False),
        whole("CallDurationInSeconds", "Call Duration"),
        picklist("CallType", "Call Type", "Internal", "Inbound", "Outbound"),
        text("CallDisposition", "Call Result", 255),
        moment("CompletedDateTime", "Completed Date/Time", **read_only()),
        flag("IsArchived", "Archived", **read_only()),
        *audit(),
    ),
)

EVENT = SObject(
    "Event",
    "Event",
    "Events",
    "00U",
    (
        *_activity("Events"),
        text("Location", "Location", 255),
        flag("IsAllDayEvent", "All-Day Event"),
        moment("ActivityDateTime", "Due Date Time"),
        day("ActivityDate", "Due Date Only"),
        whole("DurationInMinutes", "Duration"),
        moment("StartDateTime", "Start Date Time"),
        moment("EndDateTime", "End Date Time"),
        area("Description", "Description"),
        reference("AccountId", "Account ID", "Account", **read_only()),
        owner(),
        picklist("ShowAs", "Show Time As", "Busy", "OutOfOffice", "Free", default="Busy"),
        flag("IsPrivate", "Private"),
        picklist("EventSubtype", "Event Subtype", "Event", default="Event", updateable=False),
        flag("IsArchived", "Archived", **read_only()),
        *audit(),
    ),
)

CAMPAIGN = SObject(
    "Campaign",
    "Campaign",
    "Campaigns",
    "701",
    (
        record_id(),
        record_name(80),
        reference("ParentId", "Parent Campaign ID", "Campaign", child_relationship="ChildCampaigns"),
        picklist("Type", "Type", "Email", "Direct Mail", "Telemarketing", "Event", "Other"),
        picklist("Status", "Status", "Planned", "In Progress", "Completed", "Aborted", default="Planned"),
        day("StartDate", "Start Date"),
        day("EndDate", "End Date"),
        money("BudgetedCost", "Budgeted Cost"),
        money("ActualCost", "Actual Cost"),
        number("NumberSent", "Num Sent", 18, 0),
        flag("IsActive", "Active"),
        area("Description", "Description"),
        owner(),
        *audit(),
    ),
)

CAMPAIGN_MEMBER = SObject(
    "CampaignMember",
    "Campaign Member",
    "Campaign Members",
    "00v",
    (
        record_id(),
        reference(
            "CampaignId",
            "Campaign ID",
            "Campaign",
            nillable=False,
            updateable=False,
            child_relationship="CampaignMembers",
            on_delete=CASCADE,
        ),
        reference(
            "ContactId",
            "Contact ID",
            "Contact",
            updateable=False,
            child_relationship="CampaignMembers",
            on_delete=CASCADE,
        ),
        reference("AccountId", "Account ID", "Account", updateable=False, child_relationship="CampaignMembers"),
        picklist("Status", "Status", "Sent", "Opened", "Responded", default="Sent"),
        flag("HasResponded", "Responded", **read_only()),
        day("FirstRespondedDate", "First Responded Date", **read_only()),
        text("Name", "Name", 255, name_field=True, **read_only()),
        text("FirstName", "First Name", 40, **read_only()),
        text("LastName", "Last Name", 80, **read_only()),
        email("Email", "Email", **read_only()),
        Field("Phone", "phone", "Phone", length=40, **read_only()),
        *audit(),
    ),
)
