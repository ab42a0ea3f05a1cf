"""The inbox: what it shows of both sides and to whom, and what its buttons do."""

import uuid

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from guardian.shortcuts import assign_perm

from customer360.models import User
from customer360.visibility.groups import Access, FieldGroup
from sync import matching
from sync.models import Match
from tests.factories import make_role, make_user
from tests.sync.matching.support import contact, in_ccb, in_salesforce, link_of, match_of, person

pytestmark = pytest.mark.django_db

EVERYTHING = dict.fromkeys(FieldGroup, Access.VIEW)
INBOX = "/matches"


def sign_in(client, access=EVERYTHING, scope="all", permission="steward"):
    """The client as somebody whose only role sees so much and holds one of the sync's permissions."""
    role = make_role(f"steward {uuid.uuid4().hex[:6]}", access, scopes=(scope,))
    role.permissions.add(Permission.objects.get(content_type__app_label="sync", codename=permission))
    client.force_login(make_user(role=role), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def question():
    """A doubtful match, and both its sides."""
    account = in_ccb("Whitfield,Robert", "12 Oak Street")
    record = in_salesforce("Bob Whitfield", "14 Oak Street", phone="(207) 555-0199")
    return account, record, match_of(record)


def act(client, match, **form):
    """Press a button of a match; what the page then says."""
    return client.post(reverse("matches-decide"), {"match": match.pk, "object": match.object} | form, follow=True)


def test_both_sides_stand_beside_each_other_with_what_differs_marked(client, question):
    account, record, _ = question
    html = sign_in(client).get(INBOX).content.decode()
    for shown in ("Bob Whitfield", record.pk, account.pk, "(207) 555-0199", "Doubtful, "):
        assert shown in html, shown
    for pair in (
        "<mark>Bob</mark> Whitfield",
        "<mark>Robert</mark> Whitfield",
        "<mark>14</mark> Oak",
        "<mark>12</mark>",
    ):
        assert pair in html, pair
    assert "Same street, another house" in html
    assert f'value="{account.pk}"' in html and 'value="ignore"' in html


def test_spellings_of_one_address_are_not_marked(client):
    in_ccb("Blue Mesa Semiconductor LLC", "400 North Main Street, Apt 4")
    match_of(in_salesforce("BLUE MESA SEMICONDUCTOR", "400 N. Main St #4"))
    assert "<mark>" not in sign_in(client).get(INBOX).content.decode()


def test_buttons_link_leave_and_undo(client, question):
    account, record, found = question
    sign_in(client)
    assert "Linked to" in act(client, found, key=account.pk).content.decode()
    assert link_of(record) == account.pk
    linked = client.get(f"{INBOX}?state=linked").content.decode()
    assert "Undo" in linked and User.objects.latest("pk").username in linked
    for do, state in (("undo", "open"), ("ignore", "ignored"), ("undo", "open"), ("create-later", "create later")):
        act(client, found, do=do)
        found.refresh_from_db()
        assert found.state == state
    assert link_of(record) is None


def test_a_typed_key_links_and_an_unknown_one_is_refused(client, question):
    _, record, found = question
    other = in_ccb("Something Else", "9 Elm Road")
    sign_in(client)
    for key in ("", "0000000000", "\x00", "x" * 99):
        assert "no record of that key" in act(client, found, key=key).content.decode()
    act(client, found, key=f" {other.pk[:3]} {other.pk[3:]} ")
    assert link_of(record) == other.pk


def test_exact_ones_are_linked_at_once_after_a_confirmation_that_tells_the_number(client):
    names = {f"{number} Oak Street": f"Number {number} Semiconductor" for number in range(10, 13)}
    pairs = [(in_ccb(name, street), in_salesforce(name, street)) for street, name in names.items()]
    match_of(pairs[0][1])
    sign_in(client)
    assert "Link 3 exact ones" in client.get(INBOX).content.decode()
    asked = reverse("matches-exact", args=["accounts"])
    assert "<b>3 records</b>" in client.get(asked).content.decode()
    these = client.get(asked).context["these"]
    for stale in ({}, {"number": 3}, {"these": "x"}):
        assert "3 in all. Nothing was linked" in client.post(asked, stale, follow=True).content.decode()
    assert not Match.objects.filter(state="linked").exists()
    assert "3 records were linked" in client.post(asked, {"these": these}, follow=True).content.decode()
    assert all(link_of(record) == account.pk for account, record in pairs)
    assert "No exact proposal waits" in client.get(asked).content.decode()
    assert "Every record is decided" in client.get(INBOX).content.decode()


def test_an_object_is_closed_and_opened_again(client, question):
    sign_in(client)
    address = reverse("matches-closing", args=["accounts"])
    assert "<b>1 record</b> of 1 waits for a decision" in client.get(address).content.decode()
    assert "Closed" in client.post(address, {"do": "close"}, follow=True).content.decode()
    assert matching.is_closed("accounts")
    assert "Open the matching again" in client.get(address).content.decode()
    client.post(address, {"do": "reopen"})
    assert not matching.is_closed("accounts")
    assert "not matched yet" in client.post(reverse("matches-closing", args=["contacts"]), follow=True).content.decode()
    assert client.get(reverse("matches-closing", args=["nothing"])).status_code == 404
    assert client.get(reverse("matches-exact", args=["nothing"])).status_code == 404


def test_filters_and_search(client, question):
    exact = in_salesforce("Blue Mesa Semiconductor", "1 Elm Road", account_number="A-77")
    in_ccb("Blue Mesa Semiconductor", "1 Elm Road")
    alone = in_salesforce("Nobody Knows", "77 Far Road")
    match_of(alone)
    sign_in(client)

    def shown(query):
        return [row.title for row in client.get(f"{INBOX}?{query}").context["rows"]]

    assert shown("") == ["Blue Mesa Semiconductor", "Bob Whitfield", "Nobody Knows"]
    assert shown("kind=exact") == ["Blue Mesa Semiconductor"]
    assert shown("kind=doubtful") == ["Bob Whitfield"]
    assert shown("kind=none") == ["Nobody Knows"]
    assert shown("q=MESA+blue") == shown("q=a-77") == shown(f"q={exact.pk}") == ["Blue Mesa Semiconductor"]
    assert shown("q=%25") == shown("q=_") == shown("state=ignored") == shown("object=contacts") == []
    assert shown("object=x&state=x&kind=x&page=x&q=%00") == shown("")
    assert "No record is found by that" in client.get(f"{INBOX}?q=zzz").content.decode()


def test_a_long_list_comes_by_the_page(client):
    for number in range(23):
        record = in_salesforce(f"Nobody {number:02d}", "77 Far Road")
    match_of(record)
    page = sign_in(client).get(INBOX)
    assert len(page.context["rows"]) == 20 and "1–20 of 23" in page.content.decode()
    assert len(client.get(f"{INBOX}?page=2").context["rows"]) == 3


def test_contacts_are_shown_with_their_people(client):
    known = person("Whitfield,Dana", email="dana@post.example")
    match_of(contact("Dana", "Whitfield", email="dana@post.example"))
    html = sign_in(client).get(f"{INBOX}?object=contacts").content.decode()
    assert "Same e-mail address" in html and known.pk in html and html.count("dana@post.example") == 2


class TestWhoSeesWhat:
    def test_hidden_and_masked_fields_are_absent_and_nothing_is_found_by_them(self, client, question):
        account, record, _ = question
        access = {FieldGroup.PROFILE: Access.VIEW, FieldGroup.CONTACT: Access.MASKED}
        html = sign_in(client, access).get(INBOX).content.decode()
        assert "Bob Whitfield" in html
        for absent in ("Robert", "Oak", "555", record.pk, account.pk, "Same street", "••", "Address", "Account ID"):
            assert absent not in html, absent
        assert client.get(f"{INBOX}?q={record.pk}").context["rows"] == []

    def test_without_the_name_a_record_is_a_number_and_not_searched_by_it(self, client, question):
        html = sign_in(client, {FieldGroup.SERVICE: Access.VIEW}).get(INBOX).content.decode()
        assert "Bob" not in html and "Robert" not in html and 'id="find"' not in html
        assert len(client.get(f"{INBOX}?q=zzzz").context["rows"]) == 1

    def test_a_key_that_is_hidden_cannot_be_linked(self, client, question):
        account, record, found = question
        sign_in(client, {FieldGroup.PROFILE: Access.VIEW})
        assert "no record of that key" in act(client, found, key=account.pk).content.decode()
        assert link_of(record) is None

    def test_records_of_nobodys_account_are_for_those_who_see_every_account(self, client, question):
        account, _, found = question
        sign_in(client, scope="granted")
        assign_perm("customer360.view_customer", User.objects.latest("pk"), account.customer)
        page = client.get(INBOX)
        assert page.context["rows"] == [] and "whoever sees every account" in page.content.decode()
        assert "Whitfield" not in page.content.decode()
        assert "not of an account of yours" in act(client, found, do="ignore").content.decode()
        assert "No exact proposal" in client.get(reverse("matches-exact", args=["accounts"])).content.decode()
        found.refresh_from_db()
        assert found.state == "open"

    def test_a_candidate_out_of_scope_is_absent(self, client):
        mine, other = in_ccb("Blue Mesa Semiconductor"), in_ccb("Something Else", "9 Elm Road")
        record = in_salesforce("Blue Mesa Semiconductor", account=mine)
        Match.objects.create(object="accounts", salesforce_id=record.pk, candidate=other.pk, others=[mine.pk], score=60)
        sign_in(client, scope="granted")
        assign_perm("customer360.view_customer", User.objects.latest("pk"), mine.customer)
        html = client.get(INBOX).content.decode()
        assert "Blue Mesa" in html and mine.pk in html
        assert "Something" not in html and other.pk not in html

    def test_an_auditor_sees_the_state_and_decides_nothing(self, client_as, question):
        _, _, found = question
        client = client_as("auditor")
        html = client.get(INBOX).content.decode()
        assert "Bob Whitfield" in html and "<mark>Robert</mark>" in html and "Proposed" in html and "of 100" not in html
        assert "<mark>14" not in html and "14 Oak" not in html
        assert "555" not in html and "Same street" not in html
        assert "Ignore" not in html.partition("<main")[2].replace("Ignored", "")
        assert act(client, found, do="ignore").status_code == 404

    def test_an_administrator_sees_figures_alone(self, client_as, question):
        html = client_as("administrator").get(INBOX).content.decode()
        assert "To decide" in html and "Whitfield" not in html and "Oak" not in html

    def test_for_everybody_else_there_is_no_such_page(self, client_as, question):
        client = client_as("rep")
        for path in (INBOX, reverse("matches-exact", args=["accounts"]), reverse("matches-closing", args=["accounts"])):
            assert client.get(path).status_code == 404
        assert 'href="/matches"' not in client.get("/").content.decode()


def test_before_anything_was_loaded_the_page_says_so(client):
    html = sign_in(client).get(INBOX).content.decode()
    assert html.count("Not loaded yet") == 3 and "Nothing has been matched yet" in html


def test_a_match_that_is_not_there_is_refused(client):
    sign_in(client)
    for number in ("", "x", "٣", "9" * 30, "12"):
        answer = client.post(reverse("matches-decide"), {"match": number, "do": "ignore"}, follow=True)
        assert "Nothing was decided" in answer.content.decode()
