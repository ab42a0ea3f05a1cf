"""Cases and activity on the page about an account."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from guardian.shortcuts import assign_perm

from customer360.models import Account, SalesforceAccount
from tests.factories import (
    make_account,
    make_case,
    make_contact,
    make_interaction,
    make_salesforce_account,
    make_salesforce_user,
    make_summary,
    make_user,
)

BACKEND = "django.contrib.auth.backends.ModelBackend"

pytestmark = pytest.mark.django_db


@pytest.fixture
def linked() -> SalesforceAccount:
    """An account of Salesforce that is linked to one of CC&B."""
    account = make_account(account_id="4218665007")
    make_summary(account)
    return make_salesforce_account(account)


def page(client: Client, account: Account, query: str = "", role: str = "rep") -> str:
    """The account's page as a person of that role sees it."""
    client.force_login(make_user(role=role), backend=BACKEND)
    return client.get(reverse("account", args=[account.account_id]) + query).content.decode()


def test_it_shows_the_open_cases_first_and_how_many_there_are(client: Client, linked: SalesforceAccount) -> None:
    owner = make_salesforce_user("Priya Nair")
    make_case(linked, number="00148213", subject="High bill inquiry", owner=owner)
    make_case(
        linked, number="00150001", subject="Move out", status="Closed", is_closed=True,
        opened_at=datetime(2026, 11, 22, tzinfo=UTC), closed_at=datetime(2026, 11, 23, tzinfo=UTC),
    )  # fmt: skip
    html = page(client, linked.account)
    assert "1 open of 2" in html
    assert html.index("00148213 High bill inquiry") < html.index("00150001 Move out")
    assert "Priya Nair" in html and "In progress" in html


def test_many_cases_unfold_by_the_page(client: Client, linked: SalesforceAccount) -> None:
    for number in range(25):
        make_case(linked, number=f"{number:08d}", opened_at=datetime(2026, 11, 1, tzinfo=UTC) - timedelta(days=number))
    html = page(client, linked.account)
    assert "All 25 cases" in html and "00000002" in html and "00000003 " not in html
    second = page(client, linked.account, "?cases=2")
    assert "00000024" in second and "00000003 " not in second and "Only the first" in second
    past_the_end = page(client, linked.account, "?cases=99")
    assert "00000024" in past_the_end


def test_it_shows_what_was_done_the_newest_first(client: Client, linked: SalesforceAccount) -> None:
    contact = make_contact(linked)
    make_interaction(
        linked, kind="event", type="Meeting", subject="Q4 efficiency review", contact=contact,
        starts_at=datetime(2026, 11, 20, 15, tzinfo=UTC), description="Next step: send the rebate application.",
    )  # fmt: skip
    make_interaction(linked, type="Call", subject="Call, inbound", written_at=datetime(2026, 11, 1, tzinfo=UTC))
    make_interaction(linked, subject="Asked about October", completed_at=datetime(2026, 11, 23, 14, tzinfo=UTC))
    html = page(client, linked.account)
    assert html.index("Call: Asked about October") < html.index("Meeting: Q4 efficiency review")
    assert ">Call, inbound<" in html, "a type that the subject begins with is not said twice"
    assert "with Dana Whitfield" in html and "send the rebate application" in html


def test_a_reference_that_leads_nowhere_yet_is_left_out(client: Client, linked: SalesforceAccount) -> None:
    make_case(linked, owner_id="005000000000000AAA", contact_id="003000000000000AAA")
    html = page(client, linked.account)
    assert "High bill inquiry" in html and "005000000000000AAA" not in html


@pytest.mark.parametrize("role", ["executive", "auditor"])
def test_a_removed_case_and_an_unlinked_one_are_not_there(client: Client, linked: SalesforceAccount, role: str) -> None:
    make_case(linked, subject="Deleted in Salesforce", removed_at=datetime(2026, 11, 20, tzinfo=UTC))
    make_case(make_salesforce_account(), subject="Of somebody else")
    html = page(client, linked.account, role=role)
    assert "Deleted in Salesforce" not in html and "Of somebody else" not in html and 'id="cases"' not in html


def test_a_contact_of_an_account_out_of_scope_is_not_named(client: Client, linked: SalesforceAccount) -> None:
    ours, theirs = make_contact(linked), make_contact(make_salesforce_account(make_account()), first_name="Hidden")
    make_interaction(linked, subject="Joint call", contact=theirs)
    make_interaction(linked, subject="Own call", contact=ours)
    manager = make_user(role="manager")
    assign_perm("customer360.view_account", manager, linked.account)
    client.force_login(manager, backend=BACKEND)
    html = client.get(reverse("account", args=[linked.account.account_id])).content.decode()
    assert "Joint call" in html and "Hidden" not in html and "with Dana Whitfield" in html
    assert "with Hidden" in page(client, linked.account)
