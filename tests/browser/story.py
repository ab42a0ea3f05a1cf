"""What the browser sees: one account with something everywhere, some to choose from, and one that is nearly empty."""

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from customer360.models import Account, ServiceAgreement
from customer360.sources import Freshness, SourceState
from tests.factories import (
    TODAY,
    make_account,
    make_account_customer,
    make_agreement,
    make_customer,
    make_premise,
    make_summary,
    make_transaction,
)

ACCOUNT = "/accounts/4218665007"
EMPTY_ACCOUNT = "/accounts/4000000002"
RESULTS = "/search?q=alder"
NO_RESULTS = "/search?q=zzzz"


def tell() -> Callable[[], SourceState]:
    """Make the records, and return the state of their source: late, so that the longer text is what has to fit."""
    account = make_account(make_customer("Harborview Cold Storage LLC"), account_id="4218665007")
    for name in ("Whitfield,Dana", "Silva,Ramon"):
        make_account_customer(account, make_customer(name, email="accounts.payable@harborviewcold.example"))
    make_summary(
        account, balance="4912.35", past_due="1284.60", past_due_1_30="984.60", past_due_over_90="300.00",
        past_due_since=TODAY, last_payment_amount="2457.50", last_payment_date=TODAY, revenue_12m="45910.22",
        revenue_prior_12m="43311.00", revenue_fytd="42180.44",
    )  # fmt: skip
    pier = make_premise("1180 Pier Road, Unit B", life_support_note="Ammonia refrigeration. Call the plant first.")
    services = [make_agreement(account, pier, service_type_name=name) for name in ("Electric", "Gas", "Outdoor light")]
    loop = make_premise("42 Harbor Loop, Floor 2")
    services += [make_agreement(account, loop, service_type_name=name) for name in ("Electric", "Water")]
    depot = make_premise("9 Quarry Lane (depot)")
    make_agreement(account, depot, status=ServiceAgreement.Status.STOPPED, end_date=TODAY)
    make_agreement(account, depot, status=ServiceAgreement.Status.CLOSED)
    for month in range(6):
        day = TODAY - timedelta(days=30 * month)
        for agreement in services:
            make_transaction(agreement, "612.75", on=day, bill_id=f"6021{day:%Y%m%d}")
        make_transaction(services[0], "-2457.50", on=day - timedelta(days=9))
    make_transaction(services[0], "35.00", type="AD", is_frozen=False, accounting_date=None)
    make_agreement(
        account,
        loop,
        service_type_name="Electric",
        sa_type_name="Commercial electric, demand metered, time of use, secondary",
    )
    make_account(make_customer(f"Alderbrook Consolidated Waterworks and Lighting Authority {'of Port Ellery ' * 6}"))
    for number in range(1, 7):
        status = list(Account.Status)[number % 3]
        neighbour = make_account(make_customer(f"Fontaine,Marisol {number}"), status=status)
        make_agreement(neighbour, make_premise(f"{number} Alder Street, Apartment 4, Rear Building"))
        make_summary(neighbour, balance=number * 11 - 30, past_due=max(0, number * 11 - 40))
    make_account(make_customer("Newcomer"), account_id="4000000002", name=None)
    state = SourceState("ccb", "CC&B", timezone.now() - timedelta(hours=30), Freshness.LATE)
    return lambda: state
