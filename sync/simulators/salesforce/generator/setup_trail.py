"""The setup audit trail: what the administrator changed in the last half year; Salesforce keeps no more."""

from datetime import timedelta
from random import Random

from sync.simulators.salesforce.generator.org import Org
from sync.simulators.salesforce.generator.users import Team

_KEPT_DAYS = 180
# Action, section, what is shown; {user} is somebody of the org.
_CHANGES = (
    ("PermSetAssign", "Manage Users", "Permission set Customer 360 Viewer: assigned to user {user}"),
    ("PermSetUnassign", "Manage Users", "Permission set Report Builder: unassigned from user {user}"),
    ("resetpassword", "Manage Users", "Reset password for user {user}"),
    ("changedprofileforuser", "Manage Users", "Changed profile for user {user} from Standard User to Marketing User"),
    ("deactivateduser", "Manage Users", "Deactivated user {user}"),
    ("changedUserEmailVerifiedStatusVerified", "Manage Users", "Email address for {user} verified"),
    ("createdCFText", "Customize Accounts", "Created custom field: Territory (Text)"),
    ("changedCFPicklist", "Customize Accounts", "Changed picklist values of custom field Hierarchy Level"),
    ("createdValidationFormula", "Customize Cases", 'Added validation rule "Reason needed to close"'),
    ("changedLayout", "Customize Contacts", "Changed page layout Contact Layout"),
    ("insertConnectedApplication", "Connected Apps", "For user {user}, connected app Customer360 was created"),
    ("changedsharing", "Sharing Rules", "Changed the organization-wide default of Account from Public to Private"),
    ("dataexport", "Data Export", "Requested a data export"),
    ("createdReport", "Reports", "Created report type Accounts with Cases"),
    ("loginasgrantedtopartnerbt", "Manage Users", "Logged in as {user}"),
)


def write(org: Org, team: Team, random: Random, count: int) -> None:
    """Write so many entries, oldest first."""
    since = org.now - timedelta(days=_KEPT_DAYS)
    moments = sorted(org.office_hour(random, since) for _ in range(count))
    for moment in moments:
        action, section, shown = random.choice(_CHANGES)
        author = team.administrator if random.random() < 0.92 else team.working(random, "manager", moment)
        user = random.choice(team.users)
        org.add(
            "SetupAuditTrail",
            {
                "Id": org.new_id("SetupAuditTrail"),
                "Action": action,
                "Section": section,
                "Display": shown.format(user=user.name),
                "CreatedDate": moment,
                "CreatedById": author.id,
            },
        )
