"""Objects about the org itself: its users, their profiles and permission sets, the organization, its setup trail."""

from sync.simulators.salesforce.schema.builders import (
    address,
    audit,
    email,
    flag,
    moment,
    person_name,
    phone,
    picklist,
    read_only,
    record_id,
    record_name,
    reference,
    text,
)
from sync.simulators.salesforce.schema.model import SObject

USER = SObject(
    "User",
    "User",
    "Users",
    "005",
    (
        record_id(),
        text("Username", "Username", 80, nillable=False, unique=True),
        *person_name(),
        text("CompanyName", "Company Name", 80),
        text("Division", "Division", 80),
        text("Department", "Department", 80),
        text("Title", "Title", 80),
        *address(""),
        email("Email", "Email", nillable=False),
        phone("Phone", "Phone"),
        phone("MobilePhone", "Mobile"),
        text("Alias", "Alias", 8, nillable=False),
        text("CommunityNickname", "Nickname", 40),
        flag("IsActive", "Active", default=True),
        picklist("TimeZoneSidKey", "Time Zone", "America/New_York", "America/Chicago", default="America/New_York"),
        picklist("LocaleSidKey", "Locale", "en_US", default="en_US"),
        picklist("EmailEncodingKey", "Email Encoding", "UTF-8", "ISO-8859-1", default="UTF-8"),
        picklist("LanguageLocaleKey", "Language", "en_US", "es", default="en_US"),
        picklist("UserType", "User Type", "Standard", "Guest", default="Standard", createable=False, updateable=False),
        reference("ProfileId", "Profile ID", "Profile"),
        reference("ManagerId", "Manager ID", "User", child_relationship="ManagedUsers"),
        text("EmployeeNumber", "Employee Number", 20),
        text("FederationIdentifier", "SAML Federation ID", 512),
        moment("LastLoginDate", "Last Login", **read_only()),
        *audit(deletable=False),
    ),
    deletable=False,
)

PROFILE = SObject(
    "Profile",
    "Profile",
    "Profile",
    "00e",
    (
        record_id(),
        record_name(255),
        picklist("UserType", "User Type", "Standard", default="Standard", **read_only()),
        text("Description", "Description", 255),
        *audit(deletable=False),
    ),
    createable=False,
    updateable=False,
    deletable=False,
)

PERMISSION_SET = SObject(
    "PermissionSet",
    "Permission Set",
    "Permission Sets",
    "0PS",
    (
        record_id(),
        record_name(80),
        text("Label", "Permission Set Label", 80, nillable=False),
        text("Description", "Description", 255),
        flag("IsOwnedByProfile", "Is Owned By Profile", **read_only()),
        *audit(deletable=False),
    ),
    deletable=False,
)

PERMISSION_SET_ASSIGNMENT = SObject(
    "PermissionSetAssignment",
    "Permission Set Assignment",
    "Permission Set Assignments",
    "0Pa",
    (
        record_id(),
        reference(
            "PermissionSetId", "PermissionSet ID", "PermissionSet", nillable=False, child_relationship="Assignments"
        ),
        reference("AssigneeId", "Assignee ID", "User", nillable=False, child_relationship="PermissionSetAssignments"),
        moment("SystemModstamp", "Date Assigned", **read_only(nillable=False)),
    ),
    updateable=False,
    deletable=False,
)

ORGANIZATION = SObject(
    "Organization",
    "Organization",
    "Organizations",
    "00D",
    (
        record_id(),
        record_name(80),
        text("Division", "Division", 80),
        *address(""),
        phone("Phone", "Phone"),
        text("InstanceName", "Instance Name", 5, **read_only()),
        flag("IsSandbox", "Is Sandbox", **read_only()),
        picklist("OrganizationType", "Edition", "Enterprise Edition", "Developer Edition", **read_only()),
        text("NamespacePrefix", "Namespace Prefix", 15, **read_only()),
        moment("TrialExpirationDate", "Trial Expiration Date", **read_only()),
        picklist("TimeZoneSidKey", "Time Zone", "America/New_York"),
        picklist("LanguageLocaleKey", "Language", "en_US"),
        picklist("DefaultLocaleSidKey", "Locale", "en_US"),
        *audit(deletable=False),
    ),
    createable=False,
    deletable=False,
)

SETUP_AUDIT_TRAIL = SObject(
    "SetupAuditTrail",
    "Setup Audit Trail Entry",
    "Setup Audit Trail Entries",
    "0Ym",
    (
        record_id(),
        text("Action", "Action", 255, **read_only()),
        text("Section", "Section", 255, **read_only()),
        moment("CreatedDate", "Date", **read_only(nillable=False)),
        reference("CreatedById", "User ID", "User", **read_only(nillable=False)),
        text("Display", "Display", 1000, **read_only()),
        text("DelegateUser", "Delegate User", 255, **read_only()),
        text("ResponsibleNamespacePrefix", "Source Namespace Prefix", 255, **read_only()),
        text("CreatedByContext", "Created By Context", 80, **read_only()),
        text("CreatedByIssuer", "Created By Issuer", 255, **read_only()),
    ),
    createable=False,
    updateable=False,
    deletable=False,
    aggregates=False,
)
