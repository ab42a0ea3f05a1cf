"""The people who work in the org: representatives, service, managers, an administrator, those who left."""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from sync.simulators.salesforce.generator.org import Org


@dataclass(frozen=True)
class User:
    """A user of the org; `left` days before the present it was closed, None while it is open."""

    id: str
    name: str
    role: str
    left: int | None = None


# Name, title, department, role, profile, days since it was made, days since it was closed. Manager: the first of the
# department above.
_PEOPLE: tuple[tuple[str, str, str, str, int, int | None], ...] = (
    ("Dina Marchetti", "Sales Operations Administrator", "Sales Operations", "administrator", 3200, None),
    ("Petra Lindqvist", "Vice President, Customer", "Executive", "executive", 3100, None),
    ("Gregory Holloway", "Manager, Key Accounts", "Key Accounts", "manager", 3190, None),
    ("Maria Okafor", "Key Account Representative", "Key Accounts", "representative", 3190, None),
    ("Sayaka Ito", "Key Account Representative", "Key Accounts", "representative", 2800, None),
    ("Thomas Brandt", "Key Account Representative", "Key Accounts", "representative", 2500, None),
    ("Ana Castellano", "Key Account Representative", "Key Accounts", "representative", 1900, None),
    ("Walter Kessler", "Key Account Representative", "Key Accounts", "representative", 3190, 900),
    ("Denise Fournier", "Key Account Representative", "Key Accounts", "representative", 3000, 400),
    ("Helen Amato", "Manager, Customer Service", "Customer Service", "manager", 3180, None),
    ("Julia Alvarez", "Service Representative", "Customer Service", "service", 2900, None),
    ("Paul North", "Service Representative", "Customer Service", "service", 2700, None),
    ("Kofi Mensah", "Service Representative", "Customer Service", "service", 1400, None),
    ("Rosa Delgado", "Service Representative", "Customer Service", "service", 700, None),
    ("Kyle Ames", "Service Representative", "Customer Service", "service", 3000, 1200),
    ("Tina Vaughn", "Service Representative", "Customer Service", "service", 2200, 150),
    ("Billing Support", "Shared mailbox of the billing desk", "Customer Service", "desk", 3000, None),
    ("Hana Novak", "Campaign Manager", "Marketing", "marketing", 2600, None),
    ("CCB Import", "Loads of the old customer file", "Sales Operations", "import", 3200, 2100),
    ("Customer360 Integration", "Integration", "Sales Operations", "integration", 60, None),
)
_PROFILES = {
    "administrator": "System Administrator",
    "integration": "Integration User",
    "import": "Integration User",
    "marketing": "Marketing User",
}


class Team:
    """Finds the user who did something at a given moment."""

    def __init__(self, org: Org, users: list[User], made: dict[str, datetime]) -> None:
        self._org, self._made = org, made
        self.users = users
        self.by_name = {user.name: user for user in users}
        self.administrator = self.by_name["Dina Marchetti"]
        self.marketing = self.by_name["Hana Novak"]
        self.loader = self.by_name["CCB Import"]
        self.desk = self.by_name["Billing Support"]

    def working(self, random: Random, role: str, at: datetime) -> User:
        """One of those of a role who were there at a moment; the administrator if nobody was."""
        days = (self._org.now - at).total_seconds() / 86400
        there = [
            user
            for user in self.users
            if user.role == role and self._made[user.id] <= at and (user.left is None or user.left < days)
        ]
        return random.choice(there) if there else self.administrator

    def owner(self, random: Random, representative: str, business: bool, at: datetime) -> User:
        """Who owns an account made at a moment: CC&B's representative mostly; some still belong to people who left."""
        if not business:
            return self.administrator if random.random() < 0.6 else self.working(random, "service", at)
        if representative in self.by_name and random.random() < 0.85:
            return self.by_name[representative]
        if random.random() < 0.25:
            return random.choice([user for user in self.users if user.role == "representative" and user.left])
        return self.working(random, "representative", at)


def write(org: Org, existing: dict[str, str], profiles: dict[str, str]) -> Team:
    """Write the users and their profiles.

    `existing` gives the ids of users that every org has from the start, by name, `profiles` those of profiles: neither
    is written again.
    """
    users, made = [], {}
    for name, _, _, role, age, left in _PEOPLE:
        user = User(existing.get(name) or org.new_id("User"), name, role, left)
        users.append(user)
        made[user.id] = org.before(age, 13)
    administrator = users[0]
    profiles = dict(profiles)
    for name in ("System Administrator", "Standard User", "Marketing User", "Integration User"):
        if name not in profiles:
            profiles[name] = org.new_id("Profile")
            stamps = {"CreatedDate": org.before(3200), "CreatedById": administrator.id}
            org.add("Profile", {"Id": profiles[name], "Name": name, "UserType": "Standard", **stamps})
    managers: dict[str, str] = {}
    for user, (name, title, department, role, _, left) in zip(users, _PEOPLE, strict=True):
        if name in existing:
            continue
        first, _, last = name.partition(" ")
        handle = f"{first}.{last}".lower()
        if role == "manager":
            managers[department] = user.id
        row = {
            "Id": user.id,
            "Username": f"{handle}@utility.example",
            "FirstName": first,
            "LastName": last,
            "Name": name,
            "Email": "billing.support@utility.example" if role == "desk" else f"{handle}@utility.example",
            "Alias": f"{first[0]}{last}".lower()[:8],
            "CommunityNickname": handle[:40],
            "Title": title,
            "Department": department,
            "CompanyName": "The utility",
            "Phone": f"(207) 555-01{60 + len(users) - users.index(user):02d}",
            "IsActive": left is None,
            "UserType": "Standard",
            "TimeZoneSidKey": "America/New_York",
            "LocaleSidKey": "en_US",
            "EmailEncodingKey": "UTF-8",
            "LanguageLocaleKey": "en_US",
            "ProfileId": profiles[_PROFILES.get(role, "Standard User")],
            "ManagerId": None if role == "manager" else managers.get(department),
            "LastLoginDate": org.before(left or 0.2, 13),
            "CreatedDate": made[user.id],
            "CreatedById": administrator.id,
            "LastModifiedDate": org.before(left, 20) if left else made[user.id],
            "LastModifiedById": administrator.id,
        }
        org.add("User", row)
    return Team(org, users, made)
