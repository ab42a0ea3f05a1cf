"""Records of Salesforce that wait to be matched, and the CC&B they came from."""

import itertools
from typing import Any

from django.utils import timezone

from customer360.models import Account, Contact, Customer, SalesforceAccount, SalesforceCustomer
from sync import matching
from sync.matching.objects import OBJECTS
from sync.models import Bookmark, Match
from tests.factories import make_account, make_agreement, make_customer, make_premise

_numbers = itertools.count(1)

HERE = {"city": "Port Ellery", "state": "ME", "postal_code": "04101"}
"""The town of records that name no other."""


def loaded() -> None:
    """Every object of Salesforce has been read once."""
    for each in OBJECTS:
        Bookmark.objects.update_or_create(stream=each.stream, defaults={"last_success_at": timezone.now()})


def salesforce_id(prefix: str) -> str:
    """A new id of an object's kind."""
    return f"{prefix}{next(_numbers):015d}"


def in_salesforce(name: str, street: str | None = "12 Oak Street", **values: Any) -> SalesforceAccount:
    """An account of Salesforce in Port Ellery."""
    given = {"salesforce_id": salesforce_id("001"), "name": name, "street": street} | HERE | values
    return SalesforceAccount.objects.create(**given)


def customer_in_salesforce(name: str, street: str | None = "12 Oak Street", **values: Any) -> SalesforceCustomer:
    """A Customer__c in Port Ellery."""
    given = {"salesforce_id": salesforce_id("a00"), "name": name, "street": street} | HERE | values
    return SalesforceCustomer.objects.create(**given)


def contact(first: str, last: str, street: str | None = "12 Oak Street", **values: Any) -> Contact:
    """A contact in Port Ellery."""
    names = {"first_name": first, "last_name": last}
    return Contact.objects.create(**({"salesforce_id": salesforce_id("003"), "street": street} | HERE | names | values))


def in_ccb(name: str, address1: str = "12 Oak Street", *, premise: str | None = None, **values: Any) -> Account:
    """An account of a customer of its own, billed and (unless `premise` says otherwise) served at one address."""
    customer = values.pop("customer", None) or make_customer(name, email=None, phone=None)
    account = make_account(customer, address1=address1, **values)
    make_agreement(account, make_premise(premise or address1))
    return account


def person(name: str, address1: str = "12 Oak Street", **values: Any) -> Customer:
    """A customer of CC&B at an address, without an account."""
    return make_customer(name, **({"address1": address1, "email": None, "phone": None} | HERE | values))


def match_of(record: Any, *, again: bool = False) -> Match:
    """What matching the record's object makes of it."""
    loaded()
    matching.match(tuple(each.object for each in OBJECTS if each.model is type(record)), again=again)
    return Match.objects.get(salesforce_id=record.pk)


def link_of(record: Any) -> str | None:
    """What the record is linked to now."""
    record.refresh_from_db()
    return getattr(record, "account_id" if isinstance(record, SalesforceAccount) else "customer_id")
