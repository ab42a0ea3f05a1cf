"""The pages as a browser gets them: sign-in, start, search, health, and what goes wrong."""

import pytest
from django.urls import reverse

from customer360.models import Account
from customer360.visibility.groups import Access, FieldGroup
from tests.customer360.story import BACKEND, sign_in_with
from tests.factories import (
    PASSWORD,
    make_account,
    make_account_customer,
    make_agreement,
    make_customer,
    make_premise,
    make_role,
    make_user,
)

pytestmark = pytest.mark.django_db


class TestSignIn:
    def test_every_page_leads_to_sign_in_and_from_there_to_the_page(self, client, harborview):
        user = make_user()
        asked_for = reverse("account", args=[harborview.account_id])
        response = client.get(asked_for)
        assert response.url == f"{reverse('sign-in')}?next={asked_for}"
        form = {"username": user.username, "password": PASSWORD, "next": asked_for}
        assert client.post(response.url, form).url == asked_for

    @pytest.mark.parametrize("is_active", [True, False])
    def test_a_wrong_password_and_an_inactive_user_get_the_same_message(self, client, is_active):
        user = make_user(is_active=is_active)
        password = "wrong" if is_active else PASSWORD
        response = client.post(reverse("sign-in"), {"username": user.username, "password": password})
        assert response.status_code == 200
        assert "That name and password do not match an active user." in response.content.decode()

    def test_empty_fields_are_asked_for(self, client):
        response = client.post(reverse("sign-in"), {"username": "", "password": ""})
        assert "Enter both your name and your password." in response.content.decode()

    def test_signing_out_is_a_post_and_ends_the_session(self, client_as):
        client = client_as("rep")
        assert client.get(reverse("sign-out")).status_code == 405
        assert client.post(reverse("sign-out")).url == reverse("sign-in")
        assert client.get(reverse("home")).status_code == 302

    def test_sign_in_shows_nothing_of_what_is_behind_it(self, client, ccb, harborview):
        ccb()
        html = client.get(reverse("sign-in")).content.decode()
        for shown_inside in ("as of", "gsearch", "Administration", "You see the fields"):
            assert shown_inside not in html


class TestHealth:
    def test_it_answers_without_sign_in(self, client):
        response = client.get(reverse("health"))
        assert (response.status_code, response.json()) == (200, {"status": "ok"})

    def test_it_says_when_the_database_does_not_answer(self, client, monkeypatch):
        from django.db import OperationalError

        def refuse() -> None:
            raise OperationalError

        monkeypatch.setattr("customer360.views.connection.cursor", refuse)
        response = client.get(reverse("health"))
        assert (response.status_code, response.json()) == (503, {"status": "the database does not answer"})


class TestHome:
    def test_a_rep_starts_with_the_search_and_learns_what_it_takes(self, client_as):
        html = client_as("rep").get(reverse("home")).content.decode()
        assert "By name, account ID, service address, mailing address, meter number, agreement ID" in html
        assert reverse("admin:index") not in html

    def test_an_executive_is_not_offered_a_search_by_mailing_address(self, client_as):
        assert "mailing address" not in client_as("executive").get(reverse("home")).content.decode()

    def test_an_administrator_is_led_to_the_administration_and_offered_no_search(self, client_as):
        html = client_as("administrator", is_staff=True).get(reverse("home")).content.decode()
        assert html.count(f'href="{reverse("admin:index")}"') >= 2
        assert "<form" not in html.replace(f'<form method="post" action="{reverse("sign-out")}"', "")

    def test_somebody_without_a_role_is_told_whom_to_ask(self, client):
        client.force_login(make_user(role=None), backend=BACKEND)
        assert "Ask your administrator for a role." in client.get(reverse("home")).content.decode()


class TestSearch:
    def test_one_exact_match_opens_directly(self, client_as, harborview):
        response = client_as("rep").get(reverse("search"), {"q": "421-866-5007"})
        assert response.url == reverse("account", args=[harborview.account_id])

    def test_several_matches_are_listed_with_what_tells_them_apart(self, client_as, harborview):
        other = make_account(make_customer("Harborview Ice"), status=Account.Status.INACTIVE)
        html = client_as("rep").get(reverse("search"), {"q": "harborview"}).content.decode()
        for account in (harborview, other):
            assert f'href="{reverse("account", args=[account.account_id])}"' in html
        for shown in ("<mark>Harborview</mark> Ice", "$4,912.35", "$1,284.60", "Inactive", "1180 Pier Road"):
            assert shown in html

    @pytest.mark.parametrize("access", [Access.VIEW, Access.MASKED, Access.HIDDEN])
    def test_a_customer_that_matches_leads_to_its_page_where_its_id_may_be_seen(self, client, access):
        contact = make_customer("Whitfield,Dana")
        for _ in range(2):
            make_account_customer(make_account(), contact)
        role = make_role("person IDs or not")
        role.visibility_rules.create(
            group=FieldGroup.IDENTITY, model="customer360.Customer", field="person_id", access=access
        )
        client.force_login(make_user(role=role), backend=BACKEND)
        html = client.get(reverse("search"), {"q": "whitfield"}).content.decode()
        assert "<mark>Whitfield</mark>,Dana" in html
        assert ("/customers/" in html) == (access == Access.VIEW)

    def test_more_than_fifty_matches_come_by_the_page(self, client_as, django_assert_max_num_queries):
        for number in range(53):
            make_agreement(make_account(make_customer(f"Harborview {number:02}")), make_premise(f"{number} Pier Road"))
        client = client_as("rep")
        html = client.get(reverse("search"), {"q": "harborview"}).content.decode()
        assert "1–50 of 53" in html and 'href="?q=harborview&amp;page=2#main"' in html
        with django_assert_max_num_queries(12):
            html = client.get(reverse("search"), {"q": "harborview", "page": "2"}).content.decode()
        assert "51–53 of 53" in html and "52</a>" in html
        assert html.count('href="/premises/') == 3

    def test_no_match_repeats_the_text_and_says_what_was_searched(self, client_as):
        html = client_as("executive").get(reverse("search"), {"q": "<zzz>"}).content.decode()
        assert "No match for “&lt;zzz&gt;”" in html
        assert "Searched: name, account ID, service address, meter number, agreement ID, person ID, premise ID." in html

    def test_too_little_text_is_asked_for_more(self, client_as):
        assert "Type at least 2 characters." in client_as("rep").get(reverse("search"), {"q": "h"}).content.decode()

    def test_a_role_that_may_search_by_nothing_has_no_search_page(self, client_as):
        assert client_as("administrator").get(reverse("search"), {"q": "harbor"}).status_code == 404

    def test_hidden_money_has_no_column(self, client, harborview):
        make_account(make_customer("Harborview Ice"))
        sign_in_with(client, billing=Access.HIDDEN)
        html = client.get(reverse("search"), {"q": "harborview"}).content.decode()
        assert "Harborview" in html
        for absent in ("Balance", "Past due", "4,912.35"):
            assert absent not in html


def test_a_failed_form_token_is_explained(client_as):
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post(reverse("sign-in"), {"username": "a", "password": "b"})
    assert response.status_code == 403
    assert "This form has expired" in response.content.decode()


def test_the_administration_leads_back_to_the_portal(client_as):
    html = client_as("administrator", is_staff=True).get(reverse("admin:index")).content.decode()
    assert "Customer360 administration" in html
    assert "favicon.svg" in html
    assert f'href="{reverse("home")}"' in html
