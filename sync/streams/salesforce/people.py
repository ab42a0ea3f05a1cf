"""Users, accounts, customers and contacts of Salesforce."""

from customer360.models import Contact, SalesforceAccount, SalesforceCustomer, SalesforceUser
from sync.streams.salesforce.pieces import DELETED, KEY, MERGED, OWNER, address, inbound, line
from sync.transforms import FLAG, codes

LEVELS = codes({"C1": "C1", "C2": "C2", "C3": "C3"})

USERS = inbound(
    name="salesforce.users",
    model=SalesforceUser,
    title="Salesforce users",
    source="User",
    # Users are deactivated, never deleted.
    fields=(
        KEY,
        line("Name", "name"),
        line("Email", "email"),
        line("IsActive", "is_active", FLAG),
    ),
)

ACCOUNTS = inbound(
    name="salesforce.accounts",
    model=SalesforceAccount,
    title="Salesforce accounts",
    source="Account",
    deletion=MERGED,
    fields=(
        KEY,
        line("Name", "name"),
        line("Hierarchy_Level__c", "level", LEVELS),
        line("ParentId", "parent"),
        OWNER,
        line("AccountNumber", "account_number"),
        line("CCB_Account_ID__c", "said_account_id"),
        line("Phone", "phone"),
        line("Territory__c", "territory"),
        line("MasterRecordId", "merged_into"),
        *address("Billing"),
    ),
)

CUSTOMERS = inbound(
    name="salesforce.customers",
    model=SalesforceCustomer,
    title="Salesforce customers",
    source="Customer__c",
    deletion=DELETED,
    fields=(
        KEY,
        line("Name", "name"),
        line("Full_Name__c", "full_name"),
        line("CCB_Person_ID__c", "said_person_id"),
        line("Kind__c", "kind"),
        line("Email__c", "email"),
        line("Phone__c", "phone"),
        line("Customer_Type__c", "customer_type"),
        line("Customer_Definition__c", "customer_definition"),
        OWNER,
        line("Street__c", "street"),
        line("City__c", "city"),
        line("State__c", "state"),
        line("Postal_Code__c", "postal_code"),
        line("Country__c", "country"),
    ),
)

CONTACTS = inbound(
    name="salesforce.contacts",
    model=Contact,
    title="Contacts",
    source="Contact",
    deletion=MERGED,
    fields=(
        KEY,
        line("AccountId", "salesforce_account"),
        line("FirstName", "first_name"),
        line("LastName", "last_name"),
        line("Role__c", "role"),
        line("Title", "title"),
        line("Email", "email"),
        line("Phone", "phone"),
        line("MobilePhone", "mobile_phone"),
        line("CCB_Person_ID__c", "said_person_id"),
        OWNER,
        line("MasterRecordId", "merged_into"),
        *address("Mailing"),
    ),
)
