"""Changes of Salesforce's own configuration."""

from audit.models import SalesforceSetupChange
from sync.stream import Cursor
from sync.streams.salesforce.pieces import HOLD_BACK, KEY, OVERLAP, inbound, line
from sync.transforms import INSTANT

# Salesforce forgets a change after 180 days: a full compare expects none older than the oldest that it reads.
SETUP_CHANGES = inbound(
    name="salesforce.setup-changes",
    model=SalesforceSetupChange,
    title="Salesforce setup changes",
    source="SetupAuditTrail",
    cursor=Cursor("CreatedDate", overlap=OVERLAP, hold_back=HOLD_BACK),
    window="changed_at",
    fields=(
        KEY,
        line("Action", "action"),
        line("Section", "section"),
        line("Display", "display"),
        line("CreatedDate", "changed_at", INSTANT),
        line("CreatedById", "changed_by"),
        line("DelegateUser", "delegate_user"),
    ),
)
