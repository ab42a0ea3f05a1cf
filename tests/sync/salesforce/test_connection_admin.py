"""The connection to Salesforce in admin: one form with its history, and a trial that says what it found."""

from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customer360.models import SalesforceAccount
from customer360.roles import install_roles
from sync.models import SalesforceConnection
from sync.systems.salesforce.trial import Trial, try_connection
from tests.factories import make_user
from tests.sync.salesforce.support import Org

pytestmark = pytest.mark.django_db

LIST, ADD, TRY = (reverse(f"admin:sync_salesforceconnection_{page}") for page in ("changelist", "add", "test"))
CHANGE = reverse("admin:sync_salesforceconnection_change", args=[SalesforceConnection.SINGLE])
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def administrator(client: Client) -> Client:
    """Somebody with the delivered role, no superuser."""
    install_roles()
    client.force_login(make_user(role="administrator", is_staff=True), backend=BACKEND)
    return client


def form(**changes: Any) -> dict[str, Any]:
    """What a person sends who saves the form as it is offered, with changes."""
    given = SalesforceConnection.current()
    names = [field.name for field in SalesforceConnection._meta.concrete_fields if not field.primary_key]
    sent = {name: getattr(given, name) for name in names} | changes
    return {name: value for name, value in sent.items() if value not in (None, False)}


def text(response: Any) -> str:
    """What the page says."""
    return " ".join(unescape(response.content.decode()).split())


def test_the_form_begins_with_what_the_environment_says_and_keeps_who_saved_it(administrator: Client, org: Org) -> None:
    secret = org.simulator.client.secret_file.read_text()
    opened = administrator.get(LIST, follow=True)
    assert opened.redirect_chain == [(ADD, 302)]
    assert f'value="{org.simulator.url}"' in text(opened) and secret not in text(opened)
    assert administrator.post(ADD, form(api_share_percent=30)).status_code == 302
    assert administrator.post(CHANGE, form(api_share_percent=40)).status_code == 302
    assert SalesforceConnection.current().api_share_percent == 40
    history = administrator.get(reverse("admin:sync_salesforceconnection_history", args=[SalesforceConnection.SINGLE]))
    assert "30.0 → 40.0" in text(history)
    assert administrator.get(LIST)["Location"] == CHANGE
    assert 'value="Test connection"' in text(administrator.get(CHANGE))


@pytest.mark.parametrize("role", ["rep", "manager", "executive", "auditor"])
def test_nobody_else_opens_it_or_tries_it(client: Client, role: str) -> None:
    install_roles()
    client.force_login(make_user(role=role, is_staff=True), backend=BACKEND)
    assert {client.get(LIST).status_code, client.get(ADD).status_code, client.post(TRY).status_code} == {403}


def test_a_trial_says_who_is_signed_in_what_the_org_allows_and_that_all_is_there(
    administrator: Client, org: Org
) -> None:
    assert administrator.get(TRY).status_code == 405
    page = text(administrator.post(TRY))
    assert "Everything that the streams read can be read." in page
    assert "Riverbend Utilities (Enterprise Edition on NA224)" in page
    assert "Customer360 Integration, customer360@utility.example" in page
    assert "62.0, of 50.0 to 66.0" in page
    assert "of 100,000 API calls in 24 hours" in page
    assert "of its share of 25,000" in page
    assert "Longer in Salesforce than here" not in page


def test_a_trial_tells_what_has_grown(administrator: Client, org: Org, monkeypatch: pytest.MonkeyPatch) -> None:
    name = SalesforceAccount._meta.get_field("name")
    monkeypatch.setattr(name, "max_length", 100)
    page = text(administrator.post(TRY))
    assert "Longer in Salesforce than here" in page
    assert "Salesforce accounts: Account.Name takes 255 characters and name only 100." in page


def test_a_trial_names_all_that_is_missing_and_what_to_grant(administrator: Client, org: Org) -> None:
    for field in ("Phone", "Territory__c"):
        org.control.hide("Account", field)
    org.control.hide("Case", "Origin")
    page = text(administrator.post(TRY))
    assert "Everything that the streams read can be read." not in page
    assert "Assign the permission set Customer360 Integration to the user." in page
    assert "read access to the fields Account.Phone, Account.Territory__c" in page
    assert "read access to the field Case.Origin" in page
    assert "Salesforce accounts, Enterprises, Divisions" in page


def tried(**values: Any) -> Trial:
    """A trial by the environment's settings, with others."""
    given = SalesforceConnection.from_environment()
    for name, value in values.items():
        setattr(given, name, value)
    return try_connection(given)


def test_what_cannot_be_tried_is_said(org: Org) -> None:
    assert "is not connected" in tried(login_url="").problem
    assert "Correct the consumer key" in tried(consumer_key="nobody").problem
    assert "does not offer version 99.0 of the API. Choose one from 50.0 to 66.0" in tried(api_version="99.0").problem
    org.arm("unavailable", path="/limits", count=None)
    assert "SERVER_UNAVAILABLE" in tried().limits_problem
