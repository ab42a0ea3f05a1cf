"""Records of CC&B, people and their roles for tests.

Identifiers count up, so that two calls never collide. Money is Decimal, in US dollars.
"""

import itertools
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group

from customer360.models import (
    Account,
    AccountAlert,
    AccountCustomer,
    AccountSummary,
    AgreementServicePoint,
    Bill,
    BilledUse,
    Customer,
    FinancialTransaction,
    MatchEvent,
    Meter,
    MeterRead,
    Note,
    Payment,
    PaymentTender,
    Premise,
    RowRule,
    ServiceAgreement,
    ServicePoint,
    User,
    VisibilityRule,
)
from customer360.visibility.groups import Access, FieldGroup

PASSWORD = "correct horse battery"
"""The password of every user made here."""

TODAY = date(2026, 11, 24)
"""The business date that the defaults are written for."""

numbers = itertools.count(1)


def identifier(prefix: str, digits: int = 10) -> str:
    """A new identifier of that many digits that begins with the prefix."""
    return f"{prefix}{next(numbers):0{digits - len(prefix)}d}"


def make_customer(name: str = "Harborview Cold Storage LLC", **values: Any) -> Customer:
    """A customer: a business, or a person where the name is written `Last,First`."""
    kind = Customer.Kind.PERSON if "," in name else Customer.Kind.BUSINESS
    defaults = {
        "person_id": identifier("30"),
        "kind": kind,
        "email": "ap@harborview.example",
        "phone": "(207) 555-0142",
    }
    return Customer.objects.create(**(defaults | {"name": name} | values))


def make_account(customer: Customer | None = None, **values: Any) -> Account:
    """An active account with a main customer, its role and a mailing address; without figures (see make_summary)."""
    customer = customer or make_customer()
    defaults = {
        "account_id": identifier("42"),
        "customer": customer,
        "name": customer.name,
        "status": Account.Status.ACTIVE,
        "customer_class": "COM-L",
        "customer_class_name": "Commercial, large",
        "manage_group": "KEY",
        "manage_group_name": "Key accounts",
        "bill_cycle": "14",
        "bill_cycle_name": "Cycle 14",
        "setup_date": date(2014, 3, 3),
        "currency": "USD",
        "collection_class": "COM",
        "address1": "PO Box 2210",
        "city": "Port Ellery",
        "state": "ME",
        "postal_code": "04101",
        "country": "USA",
    }
    account = Account.objects.create(**(defaults | values))
    make_account_customer(account, customer, is_main=True, is_financially_responsible=True)
    return account


def make_account_customer(account: Account, customer: Customer, **values: Any) -> AccountCustomer:
    """The role of a customer on an account: none in particular unless `is_main` or another role is given."""
    defaults = {"relationship_type": "AP", "relationship_type_name": "Accounts payable"}
    return AccountCustomer.objects.create(**(defaults | {"account": account, "customer": customer} | values))


def make_summary(account: Account, **values: Any) -> AccountSummary:
    """The figures of an account; nothing owed unless amounts are given."""
    computed = {"as_of": TODAY, "fiscal_year_start": TODAY.replace(month=1, day=1)}
    return AccountSummary.objects.create(**({"account": account} | computed | values))


def make_premise(address1: str = "1180 Pier Road, Unit B", **values: Any) -> Premise:
    """A premise in Port Ellery. Nobody sees it before an agreement ties it to an account."""
    defaults = {
        "premise_id": identifier("55"),
        "premise_type": "COM",
        "premise_type_name": "Commercial",
        "city": "Port Ellery",
        "state": "ME",
        "postal_code": "04101",
        "country": "USA",
    }
    return Premise.objects.create(**(defaults | {"address1": address1} | values))


def make_service_point(premise: Premise | None = None, **values: Any) -> ServicePoint:
    """A connected electric service point; on a premise of its own unless one is given."""
    defaults = {
        "service_point_id": identifier("55"),
        "premise": premise or make_premise(),
        "point_type": "E-MTR",
        "point_type_name": "Electric, metered",
        "status": "R",
        "status_name": "In service",
        "connection": ServicePoint.Connection.CONNECTED,
        "installed_on": date(2012, 6, 1),
    }
    return ServicePoint.objects.create(**(defaults | values))


def make_point_link(
    agreement: ServiceAgreement, point: ServicePoint | None = None, **values: Any
) -> AgreementServicePoint:
    """That an agreement takes service at a service point, of the agreement's premise unless one is given."""
    defaults = {
        "link_id": identifier("77"),
        "service_agreement": agreement,
        "service_point": point or make_service_point(agreement.premise),
        "started_on": agreement.start_date,
        "use_code": "+",
    }
    return AgreementServicePoint.objects.create(**(defaults | values))


def make_meter(point: ServicePoint | None = None, **values: Any) -> Meter:
    """A meter that is installed at a service point, of its own unless one is given."""
    number = identifier("59", 12)
    defaults = {
        "installation_id": number,
        "service_point": point or make_service_point(),
        "meter_id": identifier("66"),
        "badge": f"E-{number[-7:]}",
        "serial": f"88{number[-7:]}",
        "meter_type": "E-AMI",
        "installed_on": date(2021, 2, 3),
    }
    return Meter.objects.create(**(defaults | values))


def make_meter_read(meter: Meter, **values: Any) -> MeterRead:
    """The latest read of a meter."""
    defaults = {
        "installation_id": meter.installation_id,
        "meter": meter,
        "read_at": datetime(2026, 11, 21, 8, 15, tzinfo=UTC),
        "reading": Decimal("48210.5"),
        "unit": "KWH",
    }
    return MeterRead.objects.create(**(defaults | values))


def make_use(agreement: ServiceAgreement, end: date = TODAY, **values: Any) -> BilledUse:
    """What was billed as used over thirty days up to a day: 850 kWh unless given."""
    defaults = {
        "segment_id": identifier("42", 12),
        "unit": "KWH",
        "time_of_use": BilledUse.WHOLE,
        "quantity_kind": BilledUse.WHOLE,
        "service_agreement": agreement,
        "status": BilledUse.Status.FROZEN,
        "start_date": end - timedelta(days=30),
        "end_date": end,
        "quantity": Decimal(850),
        "is_estimated": False,
    }
    return BilledUse.objects.create(**(defaults | values))


def make_agreement(account: Account, premise: Premise | None = None, **values: Any) -> ServiceAgreement:
    """An active electric service agreement; at a premise of its own unless one, or `premise_id=None`, is given."""
    if "premise_id" not in values:
        values["premise"] = premise or make_premise()
    defaults = {
        "service_agreement_id": identifier("77"),
        "account": account,
        "sa_type": "E-COM",
        "sa_type_name": "Electric commercial",
        "service_type": "E",
        "service_type_name": "Electric",
        "status": ServiceAgreement.Status.ACTIVE,
        "start_date": date(2014, 3, 3),
        "rate": "E-LG-TOU",
    }
    return ServiceAgreement.objects.create(**(defaults | values))


def make_transaction(
    agreement: ServiceAgreement, amount: Decimal | str | int = "100.00", on: date = TODAY, **values: Any
) -> FinancialTransaction:
    """A frozen transaction of that amount: a bill segment, or a payment where the amount is negative."""
    amount = Decimal(amount)
    created_at = datetime(on.year, on.month, on.day, 6, tzinfo=UTC)
    is_payment = amount < 0
    defaults = {
        "ft_id": identifier("90", digits=12),
        "account_id": agreement.account_id,
        "service_agreement": agreement,
        "type": FinancialTransaction.Type.PAYMENT if is_payment else FinancialTransaction.Type.BILL_SEGMENT,
        "current_amount": amount,
        "payoff_amount": amount,
        "created_at": created_at,
        "is_frozen": True,
        "frozen_at": created_at,
        "accounting_date": on,
        "arrears_date": None if is_payment else on + timedelta(days=21),
        "is_outside_arrears": False,
        "is_correction": False,
        "bill_id": None if is_payment else identifier("60", digits=12),
        "received_date": on if is_payment else None,
    }
    return FinancialTransaction.objects.create(**(defaults | values))


def make_bill(account: Account, amount: Decimal | str | int = "100.00", on: date = TODAY, **values: Any) -> Bill:
    """A complete bill of that amount, due 21 days later; all of it is open unless `open_amount` says otherwise."""
    amount = Decimal(amount)
    defaults = {
        "bill_id": identifier("60", digits=12),
        "account": account,
        "status": Bill.Status.COMPLETE,
        "bill_date": on,
        "due_date": on + timedelta(days=21),
        "completed_at": datetime(on.year, on.month, on.day, 6, tzinfo=UTC),
        "amount": amount,
        "amount_due": amount,
        "open_amount": amount,
    }
    return Bill.objects.create(**(defaults | values))


def make_payment(account: Account, amount: Decimal | str | int = "100.00", on: date = TODAY, **values: Any) -> Payment:
    """A frozen payment of that amount by bank transfer."""
    defaults = {
        "payment_id": identifier("80", digits=12),
        "account": account,
        "received_date": on,
        "amount": Decimal(amount),
        "event_id": identifier("81", digits=12),
        "tender_type": "ACH",
        "tender_type_name": "Bank transfer",
        "status": Payment.Status.FROZEN,
    }
    return Payment.objects.create(**(defaults | values))


def make_tender(payment: Payment, **values: Any) -> PaymentTender:
    """The one tender of a payment's event: all of the payment, by the payment's own means."""
    defaults = {
        "tender_id": identifier("82", digits=12),
        "account": payment.account,
        "event_id": payment.event_id,
        "tender_type": payment.tender_type,
        "tender_type_name": payment.tender_type_name,
        "amount": payment.amount,
        "status": PaymentTender.Status.VALID,
    }
    return PaymentTender.objects.create(**(defaults | values))


def make_match_event(account: Account, **values: Any) -> MatchEvent:
    """An open match event without a dispute. Its transactions are those that name it."""
    defaults = {
        "match_event_id": identifier("83", digits=12),
        "account": account,
        "status": MatchEvent.Status.OPEN,
        "is_disputed": False,
        "created_date": TODAY,
    }
    return MatchEvent.objects.create(**(defaults | values))


def make_note(account: Account | None, text: str = "Prefers calls before 11:00.", **values: Any) -> Note:
    """A note about an account; with None and `customer`, one about the customer alone."""
    defaults = {
        "note_id": identifier("50"),
        "account": account,
        "subject": "Account note",
        "source": "CC&B: Account",
        "author": "T. Brandt",
        "written_at": datetime(2026, 10, 21, 14, 30, tzinfo=UTC),
    }
    return Note.objects.create(**(defaults | {"text": text} | values))


def make_alert(account: Account, name: str = "Dog on premises", **values: Any) -> AccountAlert:
    """An alert that has held for a month, until further notice."""
    defaults = {"alert_type": f"T{next(numbers)}", "start_date": TODAY - timedelta(days=30), "end_date": None}
    return AccountAlert.objects.create(**(defaults | {"account": account, "alert_type_name": name} | values))


def make_role(name: str, access: Mapping[FieldGroup, Access] | None = None, scopes: Iterable[str] = ("all",)) -> Group:
    """A role of its own with access to field groups and row scopes; VIEW of every group unless some are named."""
    role = Group.objects.create(name=name)
    grants = access if access is not None else dict.fromkeys(FieldGroup, Access.VIEW)
    for group, grade in grants.items():
        VisibilityRule.objects.create(role=role, group=group, access=grade)
    for scope in scopes:
        RowRule.objects.create(role=role, scope=scope)
    return role


def make_user(username: str = "", *, role: str | Group | None = "rep", **values: Any) -> User:
    """A user with one role: a shipped one by its name (rep, manager, executive, auditor, administrator), or a Group."""
    username = username or f"user{next(numbers)}"
    user = User.objects.create_user(username, password=PASSWORD, **values)
    if isinstance(role, str):
        from customer360.roles import install_roles

        install_roles()
        role = Group.objects.get(name=role)
    if role is not None:
        user.groups.add(role)
    return user
