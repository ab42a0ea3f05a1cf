"""What the portal takes from Salesforce: the files to edit when a site's org differs.

Each line of `fields` reads: their field, or a path to a parent's such as `Owner.Name`, our field, how one becomes the
other, whose value stands. `source` is the object's API name, `where` a condition in SOQL. A field that is named here
and that the integration user does not see stops its stream, and is named to whoever looks.
"""

from sync.streams.salesforce.engagement import CAMPAIGN_MEMBERS, CAMPAIGNS, CASES, EVENTS, TASKS
from sync.streams.salesforce.hierarchy import DIVISIONS, ENTERPRISES
from sync.streams.salesforce.people import ACCOUNTS, CONTACTS, CUSTOMERS, USERS
from sync.streams.salesforce.setup import SETUP_CHANGES

# Parents before children.
STREAMS = (
    USERS,
    ACCOUNTS,
    CUSTOMERS,
    CONTACTS,
    ENTERPRISES,
    DIVISIONS,
    CASES,
    TASKS,
    EVENTS,
    CAMPAIGNS,
    CAMPAIGN_MEMBERS,
    SETUP_CHANGES,
)
