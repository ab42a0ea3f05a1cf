"""Administration of what Salesforce holds about the same customers, read only."""

from django.contrib import admin

from customer360.models import Contact, SalesforceAccount, SalesforceCustomer
from customer360.visibility.surfaces.admin import VisibleModelAdmin


@admin.register(SalesforceAccount)
class SalesforceAccountAdmin(VisibleModelAdmin):
    """Accounts of Salesforce, read only."""

    list_display = ("salesforce_id", "name", "level", "account", "owner", "address")
    search_fields = ("=salesforce_id", "=account__account_id", "name")
    list_filter = ("level",)
    list_select_related = ("account", "owner")


@admin.register(SalesforceCustomer)
class SalesforceCustomerAdmin(VisibleModelAdmin):
    """Customers of Salesforce, read only."""

    list_display = ("salesforce_id", "name", "customer", "customer_type", "address")
    search_fields = ("=salesforce_id", "=customer__person_id", "name")
    list_select_related = ("customer",)


@admin.register(Contact)
class ContactAdmin(VisibleModelAdmin):
    """Contacts, read only."""

    list_display = ("salesforce_id", "display_name", "role", "salesforce_account", "customer", "email", "phone")
    search_fields = ("=salesforce_id", "=customer__person_id", "last_name")
    list_select_related = ("customer", "salesforce_account")
