"""What a new org holds: itself, a profile, its administrator, and the user as whom Customer360 signs in."""

import sqlite3

from sync.simulators.salesforce import store

ADMINISTRATOR_USERNAME = "admin@utility.example"
_ADMINISTRATOR = "administrator_id"


def populate(connection: sqlite3.Connection) -> None:
    """Fill an empty org; one that has an organization stays as it is."""
    if connection.execute("SELECT 1 FROM Organization").fetchone():
        return
    administrator = store.new_id(connection, "User")
    store.set_setting(connection, _ADMINISTRATOR, administrator)
    profile = store.new_id(connection, "Profile")
    store.insert_rows(connection, "Organization", [_organization()])
    store.insert_rows(connection, "Profile", [{"Id": profile, "Name": "System Administrator", "UserType": "Standard"}])
    store.insert_rows(
        connection,
        "User",
        [
            _user(ADMINISTRATOR_USERNAME, "Org", "Administrator", "admin", profile) | {"Id": administrator},
            _user(store.INTEGRATION_USERNAME, "Customer360", "Integration", "c360", profile),
        ],
    )


def administrator_id(connection: sqlite3.Connection) -> str:
    """The user who owns and authors what names nobody else."""
    return store.setting(connection, _ADMINISTRATOR) or ""


def _organization() -> dict[str, object]:
    return {
        "Name": "Riverbend Utilities",
        "InstanceName": "NA224",
        "OrganizationType": "Enterprise Edition",
        "Country": "US",
        "TimeZoneSidKey": "America/New_York",
        "LanguageLocaleKey": "en_US",
        "DefaultLocaleSidKey": "en_US",
    }


def _user(username: str, first: str, last: str, alias: str, profile: str) -> dict[str, object]:
    return {
        "Username": username,
        "FirstName": first,
        "LastName": last,
        "Email": username,
        "Alias": alias,
        "CommunityNickname": alias,
        "ProfileId": profile,
    }
