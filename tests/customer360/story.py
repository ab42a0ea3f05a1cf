"""Records and helpers for tests of pages: an account with something in every panel, and who looks at it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from customer360.models import Account, Premise, ServiceAgreement
from customer360.visibility.groups import Access, FieldGroup
from engagement.models import Case, Interaction
from tests.factories import (
    TODAY,
    make_account,
    make_account_customer,
    make_agreement,
    make_alert,
    make_bill,
    make_case,
    make_contact,
    make_customer,
    make_interaction,
    make_note,
    make_payment,
    make_premise,
    make_role,
    make_salesforce_account,
    make_salesforce_user,
    make_summary,
    make_transaction,
    make_user,
)

NOON = datetime(2026, 11, 24, 17, tzinfo=UTC)
"""Noon in New York on the day that the records of tests are written for."""

BACKEND = "django.contrib.auth.backends.ModelBackend"


@contextmanager
def at_noon() -> Iterator[None]:
    """It is noon on the day of the story; for fixtures of wider scope than `noon`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: NOON)
        yield


def make_harborview() -> Account:
    """An account with something in every panel."""
    account = make_account(
        make_customer("Harborview Cold Storage LLC"), account_id="4218665007", collection_class="COL-9",
        alert_text="Ring the plant before any visit",
    )  # fmt: skip
    contact = make_customer("Whitfield,Dana", phone="(207) 555-0187", email="dana@cold.example")
    make_account_customer(account, contact)
    make_summary(
        account, balance="4912.35", past_due="1284.60", past_due_1_30="1284.60", past_due_since=date(2026, 11, 11),
        last_payment_amount="2457.50", last_payment_date=date(2026, 11, 14), last_bill_amount="3627.75",
        last_bill_date=date(2026, 11, 19), amount_due="4912.35", due_date=date(2026, 12, 10),
        revenue_12m="45910.22", revenue_prior_12m="43311.00", revenue_fytd="42180.44",
    )  # fmt: skip
    make_bill(account, "3627.75", date(2026, 11, 19))
    make_bill(account, "3742.10", date(2026, 10, 21), open_amount="1284.60")
    make_bill(account, "3410.00", date(2025, 11, 19), open_amount="0.00")
    make_payment(account, "2457.50", date(2026, 11, 14), tender_type="LBOX", tender_type_name="Lockbox")
    make_note(account, "Wants the dock meter read by hand", author="T. Brandt")
    make_note(None, "Prefers calls before 11:00", customer=contact, subject="Call times", author="J. Alvarez")
    make_alert(account, "Planned outage at Pier Road", end_date=date(2026, 11, 26))
    premise = make_premise("1180 Pier Road", life_support_note="Ammonia refrigeration")
    agreement = make_agreement(account, premise, service_agreement_id="7714430192")
    make_agreement(account, premise, status=ServiceAgreement.Status.CLOSED, rate="E-OLD")
    make_transaction(agreement, "2214.60", bill_id="602120261119")
    make_transaction(agreement, "-2457.50")
    make_transaction(agreement, "35.00", is_frozen=False, accounting_date=None, type="AD")
    return account


def fill(account: Account) -> None:
    """Give the account more of everything than its page shows at once."""
    agreement = account.service_agreements.first()
    for day in range(60):
        make_transaction(agreement, on=TODAY - timedelta(days=day))
    for number in range(40):
        make_agreement(account, make_premise(f"{number} Lantern Way", life_support_note="Ventilator. Ring first."))
        make_agreement(account, make_premise(f"{number} Old Road"), status=ServiceAgreement.Status.CLOSED)
        make_note(account, "Reported lights flickering. The crew found a loose neutral and mended it. " * 4)
    for month in range(60):
        make_bill(account, 3000 + month, TODAY - timedelta(days=30 * month))
        make_payment(account, 3000 + month, TODAY - timedelta(days=30 * month))
    for number in range(9):
        make_alert(account, f"Alert {number}")
    in_salesforce = make_salesforce_account(account)
    contact = make_contact(in_salesforce)
    for _ in range(40):
        make_case(in_salesforce, owner=make_salesforce_user(), subject="High bill inquiry after the cold week")
        called = "Asked why the October payment shows short; call back. " * 3
        make_interaction(in_salesforce, description=called, contact=contact)


LONG = "Rang about the bill; the crew's \"loose neutral\" & the meter's seal were looked at. Señora Núñez agreed. "


def talk(account: Account) -> None:
    """Give the account texts as long as CC&B takes, and more alerts than anybody reads."""
    for _ in range(60):
        make_note(account, (LONG * 50)[:4000])
    for number in range(300):
        make_alert(account, f"Alert {number} of the planned outages at the harbour, with a name of eighty letters"[:80])
    for number in range(20):
        make_account_customer(
            account, make_customer(f"Resident,Number {number:02}", email=f"number{number}@of.example")
        )
    Case.objects.update(subject=(LONG * 3)[:255])
    Interaction.objects.update(subject=(LONG * 3)[:255], description=(LONG * 300)[:32000])
    Premise.objects.filter(service_agreements__account=account).update(life_support_note=(LONG * 10)[:1000])
    Account.objects.filter(pk=account.pk).update(alert_text=(LONG * 50)[:4000])


def page(client, account: Account, query: str = "") -> str:
    """The account's page, which must be there."""
    response = client.get(reverse("account", args=[account.account_id]) + query)
    assert response.status_code == 200
    return response.content.decode()


def sign_in_with(client, **access: Access) -> None:
    """Sign the client in with that access to the named field groups and VIEW of all others."""
    grades = {group: access.get(group.value, Access.VIEW) for group in FieldGroup}
    client.force_login(make_user(role=make_role(f"all but {access}", grades)), backend=BACKEND)


def without_token(response, account_id: str) -> str:
    """The answer without what differs from one request to the next."""
    html = response.content.decode().replace(account_id, "")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", html)
