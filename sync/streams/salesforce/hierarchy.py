"""The hierarchy above accounts: accounts of Salesforce at the levels C1 and C2."""

from hierarchy.models import Node
from sync.stream import Direction, Stream, System
from sync.streams.salesforce.pieces import CADENCE, CHANGED, DELETED, KEY, OWNER, line
from sync.transforms import Reference

# An account that leaves its level leaves the query that asks for it: the weekly compare of ids finds it gone.
ENTERPRISES = Stream(
    name="salesforce.enterprises",
    system=System.SALESFORCE,
    direction=Direction.IN,
    model=Node,
    title="Enterprises",
    source="Account",
    where="Hierarchy_Level__c = 'C1'",
    key=("salesforce_id",),
    cadence=CADENCE,
    cursor=CHANGED,
    deletion=DELETED,
    part={"level": Node.Level.C1.value, "parent": None},
    fields=(
        KEY,
        line("Name", "name"),
        OWNER,
        line("Territory__c", "territory"),
    ),
)

DIVISIONS = Stream(
    name="salesforce.divisions",
    system=System.SALESFORCE,
    direction=Direction.IN,
    model=Node,
    title="Divisions",
    source="Account",
    where="Hierarchy_Level__c = 'C2'",
    key=("salesforce_id",),
    cadence=CADENCE,
    cursor=CHANGED,
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
