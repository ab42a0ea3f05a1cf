"""Records of Salesforce, of the hierarchy and of engagement for tests."""

from datetime import UTC, datetime
from typing import Any

from customer360.models import Account, Contact, Customer, SalesforceAccount, SalesforceCustomer, SalesforceUser
from engagement.models import Case, Interaction, Mailing, MailingRecipient
from hierarchy.models import Node, Placement
from tests.factories.core import numbers


def _salesforce_id(prefix: str) -> str:
    """A new id as Salesforce gives them, of the object with that prefix."""
    return f"{prefix}5f{next(numbers):010d}AAA"


def make_salesforce_user(name: str = "Maria Okafor", **values: Any) -> SalesforceUser:
    """An active user of Salesforce."""
    defaults = {"salesforce_id": _salesforce_id("005"), "email": "m.okafor@utility.example"}
    return SalesforceUser.objects.create(**(defaults | {"name": name} | values))


def make_salesforce_account(account: Account | None = None, **values: Any) -> SalesforceAccount:
    """An account of Salesforce, linked to one of CC&B where one is given."""
    defaults = {
        "salesforce_id": _salesforce_id("001"),
        "account": account,
        "name": "Harborview Cold Storage",
        "level": SalesforceAccount.Level.C3,
        "owner": None,
        "street": "PO Box 2210",
        "city": "Port Ellery",
        "state": "ME",
        "postal_code": "04101",
        "country": "USA",
    }
    return SalesforceAccount.objects.create(**(defaults | values))


def make_salesforce_customer(customer: Customer | None = None, **values: Any) -> SalesforceCustomer:
    """A customer of Salesforce, linked to a person of CC&B where one is given."""
    defaults = {"salesforce_id": _salesforce_id("a01"), "customer": customer, "name": "Harborview Cold Storage"}
    return SalesforceCustomer.objects.create(**(defaults | values))


def make_contact(at: SalesforceAccount | None = None, **values: Any) -> Contact:
    """Dana Whitfield, a contact of an account of Salesforce; no person of CC&B unless `customer` is given."""
    defaults = {
        "salesforce_id": _salesforce_id("003"),
        "salesforce_account": at,
        "first_name": "Dana",
        "last_name": "Whitfield",
        "email": "dana@harborview.example",
    }
    return Contact.objects.create(**(defaults | values))


def make_case(about: SalesforceAccount | None = None, **values: Any) -> Case:
    """An open case about an account of Salesforce."""
    number = next(numbers)
    defaults = {
        "salesforce_id": _salesforce_id("500"),
        "number": f"{148_000 + number:08d}",
        "subject": "High bill inquiry",
        "reason": "Billing",
        "status": "In progress",
        "priority": "Medium",
        "opened_at": datetime(2026, 11, 18, 15, 10, tzinfo=UTC),
        "salesforce_account": about,
    }
    return Case.objects.create(**(defaults | values))


def make_interaction(about: SalesforceAccount | None = None, **values: Any) -> Interaction:
    """A call with somebody of an account of Salesforce, done."""
    defaults = {
        "salesforce_id": _salesforce_id("00T"),
        "kind": Interaction.Kind.TASK,
        "subject": "Asked about the October payment",
        "type": "Call",
        "status": "Completed",
        "is_closed": True,
        "written_at": datetime(2026, 11, 23, 13, 52, tzinfo=UTC),
        "salesforce_account": about,
    }
    return Interaction.objects.create(**(defaults | values))


def make_mailing(name: str = "Winter readiness", **values: Any) -> Mailing:
    """A mailing under way."""
    defaults = {"salesforce_id": _salesforce_id("701"), "type": "Email", "status": "In Progress", "is_active": True}
    return Mailing.objects.create(**(defaults | {"name": name} | values))


def make_mailing_recipient(mailing: Mailing, contact: Contact, **values: Any) -> MailingRecipient:
    """A contact whom a mailing was sent to."""
    defaults = {"salesforce_id": _salesforce_id("00v"), "mailing": mailing, "contact": contact, "status": "Sent"}
    return MailingRecipient.objects.create(**(defaults | values))


def make_node(name: str = "Northgate Foods", parent: Node | None = None, **values: Any) -> Node:
    """An enterprise; a division where a parent is given."""
    level = Node.Level.C2 if parent else Node.Level.C1
    defaults = {"salesforce_id": _salesforce_id("001"), "level": level, "parent": parent}
    return Node.objects.create(**(defaults | {"name": name} | values))


def make_placement(account: Account, node: Node | None = None, **values: Any) -> Placement:
    """Where an account stands: under an enterprise, or under a division and its enterprise."""
    at = {"c1": node.parent or node, "c2": node if node.parent else None} if node else {}
    return Placement.objects.create(**({"account": account} | at | values))
