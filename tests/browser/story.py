"""What the browser sees: one account with something everywhere, some to choose from, and one that is nearly empty."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from customer360.models import Account, LinkPattern, ServiceAgreement
from customer360.sources import Freshness, SourceState
from tests.factories import (
    TODAY,
    make_account,
    make_account_customer,
    make_agreement,
    make_alert,
    make_bill,
    make_customer,
    make_note,
    make_payment,
    make_premise,
    make_summary,
    make_transaction,
)

ACCOUNT = "/accounts/4218665007"
EMPTY_ACCOUNT = "/accounts/4000000002"
BUSY_ACCOUNT = "/accounts/4000000003"
RESULTS = "/search?q=alder"
CUSTOMER = "/customers/3099999901"
PREMISE = "/premises/5599999901"
AGREEMENT = "/service-agreements/7799999901"
NO_RESULTS = "/search?q=zzzz"


def tell() -> Callable[[], SourceState]:
    """Make the records, and return the state of their source: late, so that the longer text is what has to fit."""
    account = make_account(make_customer("Harborview Cold Storage LLC"), account_id="4218665007")
    for name in ("Whitfield,Dana", "Silva,Ramon"):
        make_account_customer(account, make_customer(name, email="accounts.payable@harborviewcold.example"))
    make_summary(
        account, balance="4912.35", past_due="1284.60", past_due_1_30="984.60", past_due_over_90="300.00",
        past_due_since=date(2026, 11, 11), last_payment_amount="2457.50", last_payment_date=date(2026, 11, 14),
        last_bill_amount="3627.75", last_bill_date=date(2026, 11, 19), amount_due="4912.35",
        due_date=date(2026, 12, 10), revenue_12m="45910.22", revenue_prior_12m="43311.00", revenue_fytd="42180.44",
    )  # fmt: skip
    _bills(account)
    _notes(account)
    make_alert(account, "Planned outage at Pier Road", end_date=date(2026, 11, 26))
    pier = make_premise("1180 Pier Road, Unit B", life_support_note="Ammonia refrigeration. Call the plant first.")
    services = [make_agreement(account, pier, service_type_name=name) for name in ("Electric", "Gas", "Outdoor light")]
    loop = make_premise("42 Harbor Loop, Floor 2")
    long_type = "Commercial electric, demand metered, time of use, secondary"
    services.append(make_agreement(account, loop, sa_type_name=long_type))
    services.append(make_agreement(account, loop, service_type_name="Water", sa_type_name="Water commercial"))
    depot = make_premise("9 Quarry Lane (depot)")
    make_agreement(account, depot, status=ServiceAgreement.Status.STOPPED, end_date=TODAY)
    make_agreement(account, depot, status=ServiceAgreement.Status.CLOSED)
    for month in range(6):
        day = TODAY - timedelta(days=30 * month)
        for agreement in services:
            make_transaction(agreement, "612.75", on=day, bill_id=f"6021{day:%Y%m%d}")
        make_transaction(services[0], "-2457.50", on=day - timedelta(days=9))
    make_transaction(services[0], "35.00", type="AD", is_frozen=False, accounting_date=None)
    make_account(make_customer(f"Alderbrook Consolidated Waterworks and Lighting Authority {'of Port Ellery ' * 6}"))
    for number in range(1, 7):
        status = list(Account.Status)[number % 3]
        neighbour = make_account(make_customer(f"Fontaine,Marisol {number}"), status=status)
        make_agreement(neighbour, make_premise(f"{number} Alder Street, Apartment 4, Rear Building"))
        make_summary(neighbour, balance=number * 11 - 30, past_due=max(0, number * 11 - 40))
    make_account(make_customer("Newcomer"), account_id="4000000002", name=None)
    _warnings(make_account(make_customer("Lantern Foundry"), account_id="4000000003"))
    _a_customer_with_many_accounts()
    for kind in LinkPattern.Kind:
        LinkPattern.objects.create(kind=kind, url_pattern="https://ccb.example/ouaf/cis.jsp?id={id}")
    state = SourceState("ccb", "CC&B", timezone.now() - timedelta(hours=30), Freshness.LATE)
    return lambda: state


def _a_customer_with_many_accounts() -> None:
    """Forty accounts in two roles, thirty premises, one of them with a long past, and a year of transactions of one."""
    customer = make_customer("Saltmarsh Public Housing Authority", person_id="3099999901")
    place = make_premise(
        "88 Saltmarsh Causeway, Building 4", premise_id="5599999901", life_support="LS",
        life_support_note="Ventilators on floors 2 and 3. Ring the warden before any interruption.",
    )  # fmt: skip
    for number in range(40):
        is_main = number < 30
        account = make_account(customer if is_main else make_customer(f"Tenant,Number {number}"))
        make_summary(account, balance=number * 13 - 40, past_due=max(0, number * 13 - 200), revenue_12m=number * 1021)
        if not is_main:
            make_account_customer(account, customer, relationship_type_name="Landlord, receives copies of notices")
            make_agreement(account, place, status=ServiceAgreement.Status.CLOSED, end_date=TODAY)
        elif number:
            make_agreement(account, make_premise(f"{number} Saltmarsh Row"))
        else:
            agreement = make_agreement(account, place, service_agreement_id="7799999901", expiry_date=TODAY)
            for month in range(32):
                on = TODAY - timedelta(days=30 * month)
                make_transaction(agreement, "412.20", on=on, bill_id=f"6022{on:%Y%m%d}")
            make_note(account, "The warden has the key to the meter room.", customer=customer, premise=place)


def _bills(account: Account) -> None:
    """Thirty months of bills, the latest not yet due, the one before it paid in part; and what was paid for them."""
    for back in range(30):
        number = TODAY.year * 12 + TODAY.month - 1 - back
        on = date(number // 12, number % 12 + 1, 21 if back else 19)
        left = Decimal({0: "3627.75", 1: "1284.60"}.get(back, "0.00"))
        bill = make_bill(account, "3627.75" if back == 0 else 3742 + 97 * (back % 7), on, open_amount=left)
        if back:
            make_payment(account, bill.amount - bill.open_amount, on + timedelta(days=21))


def _warnings(account: Account) -> None:
    """More alerts than are shown at first, with a text that unfolds; and a debt."""
    Account.objects.filter(pk=account.pk).update(alert_text="Send every notice to the receiver as well. " * 20)
    make_summary(account, balance="90210.00", past_due="90210.00", past_due_over_90="90210.00")
    for name in ("Dog on premises", "Two-way radio needed at the gate", "Meter access by appointment", "Bankruptcy"):
        make_alert(account, name)


def _notes(account: Account) -> None:
    """More notes than are shown at first: a letter, one about a person, and a long one among them."""
    for number in range(30):
        make_note(account, f"Called about meter access, attempt {number + 1}.", subject="Meter access")
    asked = "Dana Whitfield asked why the October payment shows short. Promised a call back."
    letter = {"subject": "Past-due reminder", "source": "CC&B: Credit and collections", "is_letter": True}
    recent = {"written_at": timezone.now() - timedelta(hours=3)}
    make_note(account, asked, subject="Call, inbound", author="J. Alvarez", **recent)
    make_note(account, None, **letter, **recent)
    make_note(None, "Wants bills by post.", customer=account.customer, subject="High bill inquiry", **recent)
    make_note(account, "Walked the site with the plant manager: compressors, dock doors, lighting. " * 9, **recent)
