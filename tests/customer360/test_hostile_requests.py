"""Requests that nobody's browser sends, and records that lead further than they should."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from guardian.shortcuts import assign_perm

from customer360.models import Account, AccountCustomer, ServiceAgreement
from tests.customer360.story import BACKEND
from tests.factories import (
    make_account,
    make_account_customer,
    make_agreement,
    make_bill,
    make_customer,
    make_meter,
    make_meter_read,
    make_point_link,
    make_premise,
    make_service_point,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def managing(client: Client, account: Account) -> Client:
    """Signed in as a manager to whom that account alone was granted."""
    user = make_user(role="manager")
    assign_perm("customer360.view_account", user, account)
    client.force_login(user, backend=BACKEND)
    return client


@pytest.mark.parametrize("address", ["203.0.113.9:51022", "unknown", "[2001:db8::1]:443"])
def test_a_proxy_that_adds_a_port_or_knows_no_address_breaks_no_sign_in(
    client: Client, settings: Any, address: str
) -> None:
    settings.PROXIES = 1
    guess = {"username": "dana", "password": "x"}
    assert client.post(reverse("sign-in"), guess, HTTP_X_FORWARDED_FOR=address).status_code == 200


def test_guesses_without_an_address_are_counted_together(client: Client) -> None:
    guess = {"username": "dana", "password": "x"}
    answers = [client.post(reverse("sign-in"), guess, REMOTE_ADDR="").status_code for _ in range(7)]
    assert answers[-1] == 429


def test_an_account_id_that_no_address_can_hold_is_found_all_the_same(client_as: Any) -> None:
    make_account(account_id="12/3456789", name="Oddly Numbered A")
    assert client_as("rep").get("/search?q=oddly").status_code == 200
    make_account(account_id="1234567899", name="Oddly Numbered B")
    assert client_as("rep").get("/search?q=oddly").status_code == 200


@pytest.mark.parametrize("page", ["-1", "0", "abc", "²"])
def test_a_page_that_is_none_is_the_first(client_as: Any, page: str) -> None:
    account = make_account()
    for month in range(30):
        make_bill(account, "10.00", on=timezone.localdate() - timezone.timedelta(days=30 * month))
    address = reverse("account", args=[account.pk])
    client = client_as("rep")
    shown = [client.get(address, {"page": number}).content.decode().count("of 30") for number in ("1", page)]
    newest = f"{timezone.localdate():%-d %b %Y}"
    assert shown[0] == shown[1] and newest in client.get(address, {"page": page}).content.decode()


def test_a_role_that_was_taken_away_opens_the_person_no_more(client: Client) -> None:
    account, guarantor = make_account(), make_customer("Was Once Guarantor", phone="(207) 555-0199")
    make_account(guarantor)
    role = make_account_customer(account, guarantor)
    address = reverse("customer", args=[guarantor.pk])
    assert managing(client, account).get(address).status_code == 200
    AccountCustomer.objects.filter(pk=role.pk).update(removed_at=timezone.now())
    assert client.get(address).status_code == 404


def test_an_agreement_that_was_taken_away_opens_the_premise_no_more(client: Client) -> None:
    account, premise = make_account(), make_premise("5 Mill Street")
    agreement = make_agreement(account, premise)
    address = reverse("premise", args=[premise.pk])
    assert managing(client, account).get(address).status_code == 200
    ServiceAgreement.objects.filter(pk=agreement.pk).update(removed_at=timezone.now())
    assert client.get(address).status_code == 404


def test_a_former_tenant_does_not_see_what_the_present_ones_meter_shows(client: Client) -> None:
    premise, former = make_premise("5 Mill Street"), make_account()
    closed = make_agreement(former, premise, status=ServiceAgreement.Status.CLOSED)
    make_agreement(make_account(make_customer("New Tenant")), premise)
    point = make_service_point(premise)
    make_meter_read(make_meter(point, badge="BADGE77"), reading="987654.0")
    make_point_link(closed, point)
    html = managing(client, former).get(reverse("premise", args=[premise.pk])).content.decode()
    assert "987,654" not in html


def test_a_password_in_the_address_of_ccb_comes_into_no_form(client: Client, settings: Any) -> None:
    settings.CCB = settings.CCB | {"dsn": "CISREAD/hush-secret@db.example:1521/CCB"}
    client.force_login(make_user(role="administrator", is_staff=True), backend=BACKEND)
    assert "hush-secret" not in client.get(reverse("admin:sync_ccbconnection_add")).content.decode()
