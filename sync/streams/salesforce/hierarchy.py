"""The hierarchy above accounts: accounts of Salesforce at the levels C1 and C2."""

from hierarchy.models import Node
from sync.stream import Belongs
from sync.streams.salesforce.pieces import DELETED, KEY, OWNER, inbound, line
from sync.transforms import Reference

LEVEL = "Hierarchy_Level__c"

# An account that changes from one level to the other is taken over by the other stream, with its number.
ENTERPRISES = inbound(
    name="salesforce.enterprises",
    model=Node,
    title="Enterprises",
    source="Account",
    belongs=Belongs(LEVEL, "C1"),
    deletion=DELETED,
    part={"level": Node.Level.C1.value, "parent": None},
    fields=(
        KEY,
        line("Name", "name"),
        OWNER,
        line("Territory__c", "territory"),
    ),
)

DIVISIONS = inbound(
    name="salesforce.divisions",
    model=Node,
    title="Divisions",
    source="Account",
    belongs=Belongs(LEVEL, "C2"),
    deletion=DELETED,
    part={"level": Node.Level.C2.value},
    fields=(
        KEY,
        line("Name", "name"),
        line("ParentId", "parent", Reference(by="salesforce_id", required=True)),
        OWNER,
        line("Territory__c", "territory"),
    ),
)
