"""The page of matches in two worlds that differ only in what a person may not see: it must be the same page."""

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from guardian.shortcuts import assign_perm

from customer360.models import Account, Customer, SalesforceAccount, User, VisibilityRule
from customer360.visibility.groups import Access, FieldGroup
from sync import matching
from sync.models import Match, MatchProgress
from tests.factories import make_account_customer, make_customer, make_role, make_user
from tests.sync.matching.support import contact, in_ccb, in_salesforce, link_of, match_of, person

pytestmark = pytest.mark.django_db

ADDRESSES = (
    "?", "?kind=exact", "?kind=doubtful", "?kind=none", "?q=Mesa", "?q=zzz", "?state=linked", "?object=contacts",
    "?object=contacts&kind=exact", "?page=2",
)  # fmt: skip


def signed_in(client: Client, access: dict[FieldGroup, Access], scope: str = "all", may: str = "steward") -> Client:
    """The client as somebody of one role, which a rule may narrow."""
    role = make_role(f"role {uuid.uuid4().hex[:6]}", access, scopes=(scope,))
    role.permissions.add(Permission.objects.get(content_type__app_label="sync", codename=may))
    client.force_login(make_user(role=role), backend="django.contrib.auth.backends.ModelBackend")
    return client


def everything(**narrowed: Access) -> dict[FieldGroup, Access]:
    """Every group to VIEW, but for those that are narrowed."""
    return dict.fromkeys(FieldGroup, Access.VIEW) | {FieldGroup(name): access for name, access in narrowed.items()}


def told(client: Client) -> list[str]:
    """Every answer, without the forms' tokens, and as if matching had run at the same moment."""
    MatchProgress.objects.update(matched_at=datetime(2026, 11, 24, 14, tzinfo=UTC))
    paths = [reverse("matches") + query for query in ADDRESSES] + [reverse("matches-exact", args=["accounts"])]
    return [re.sub(r'csrfmiddlewaretoken" value="[^"]*', "", client.get(path).content.decode()) for path in paths]


@pytest.fixture
def world() -> None:
    """Exact and doubtful matches of accounts and contacts, in which everything that is compared agrees."""
    for number, name in enumerate(("Blue Mesa Semiconductor", "Harborview Cold Storage")):
        account = in_ccb(name, f"{number} Oak Street")
        Customer.objects.filter(pk=account.customer_id).update(phone=f"(207) 555-010{number}")
        in_salesforce(name, f"{number} Oak Street", phone=f"207-555-010{number}")
    in_ccb("Northgate Logistics", "7 Elm Road")
    in_salesforce("Northgate Logistic", "9 Elm Road")
    person("Whitfield,Dana", email="dana@post.example", phone="(207) 555-0199")
    match_of(contact("Dana", "Whitfield", email="dana@post.example", phone="207 555 0199"))
    matching.match()


def move_contact() -> None:
    """Every mailing address, telephone number and e-mail address of CC&B is another."""
    Customer.objects.update(phone="(617) 555-7777", email="x@y.example", address1="1 Far Road", city="Boston")
    Customer.objects.update(postal_code="02101")
    Account.objects.update(address1="1 Far Road", city="Boston", postal_code="02101")


def move_phones() -> None:
    """Every telephone number of CC&B is another."""
    Customer.objects.update(phone="(617) 555-7777")


def same_in(client: Client, change: Callable[[], Any]) -> bool:
    """Whether every page is the same after the change, and another to somebody who sees all."""
    before, clear = told(client), told(signed_in(Client(), everything()))
    change()
    matching.match(again=True)
    assert told(signed_in(Client(), everything())) != clear
    return told(client) == before


@pytest.mark.parametrize("access", [Access.MASKED, Access.HIDDEN])
@pytest.mark.parametrize("may", ["steward", "view_match"])
def test_without_contact_no_page_tells_of_addresses_and_numbers(client, world, access, may):
    assert same_in(signed_in(client, everything(contact=access), may=may), move_contact)


def test_a_number_that_is_hidden_on_one_side_alone_is_not_told_by_a_reason_or_a_score(client, world):
    signed_in(client, everything())
    role = User.objects.latest("pk").groups.get()
    rule = {"model": "customer360.Customer", "field": "phone", "access": Access.HIDDEN}
    VisibilityRule.objects.create(role=role, group=FieldGroup.CONTACT, **rule)
    html = "".join(told(client))
    assert "207-555-0100" in html and "Same address" in html and "Same telephone number" not in html
    assert same_in(client, move_phones)


def test_without_identity_no_page_tells_what_is_linked_or_proposed(client, world):
    signed_in(client, everything(identity=Access.HIDDEN))
    html = "".join(told(client))
    assert "Blue Mesa" in html and "Same name" not in html and "Link to" not in html

    def link() -> None:
        Match.objects.filter(state="open").update(candidate=None, others=[], score=0, is_exact=False, findings=[])

    before = told(client)
    link()
    assert told(client) == before


class TestOneScope:
    @pytest.fixture
    def mine(self, client: Client):
        """A contact of an account of the steward's scope, who looks like a person out of it."""
        account, other = in_ccb("Blue Mesa Semiconductor"), in_ccb("Elsewhere", "9 Elm Road")
        outside = person("Whitfield,Dana")
        make_account_customer(other, outside)
        linked = in_salesforce("Blue Mesa Semiconductor", account=account)
        record = contact("Dana", "Whitfield", salesforce_account=linked)
        found = match_of(record)
        assert found.candidate == outside.pk
        Match.objects.filter(pk=found.pk).update(is_exact=True, score=100)
        signed_in(client, everything(), scope="granted")
        assign_perm("customer360.view_customer", User.objects.latest("pk"), account.customer)
        return record, found, outside

    def test_a_candidate_out_of_scope_leaves_no_trace(self, client, mine):
        _, found, outside = mine
        before = told(client)
        page = before[ADDRESSES.index("?object=contacts")]
        assert "Dana Whitfield" in page and "No proposal to show" in page
        for absent in ("Same name", "Same address", "of 100", outside.pk, "Has no role"):
            assert absent not in page, absent
        Match.objects.filter(pk=found.pk).update(candidate=None, findings=[], score=0, is_exact=False)
        assert told(client) == before

    def test_a_bulk_decision_links_nothing_that_is_out_of_scope(self, client, mine):
        record, _, _ = mine
        asked = reverse("matches-exact", args=["contacts"])
        page = client.get(asked)
        assert "No exact proposal" in page.content.decode()
        client.post(asked, {"these": page.context["these"]})
        assert link_of(record) is None

    def test_a_typed_key_out_of_scope_is_refused_as_one_that_is_not_there(self, client, mine):
        record, found, outside = mine
        form = {"match": found.pk, "object": "contacts"}
        pages = [client.post(reverse("matches-decide"), form | {"key": key}, follow=True) for key in (outside.pk, "0")]
        said = [re.findall(r"mirror holds no record[^<]*", page.content.decode()) for page in pages]
        assert said[0] == said[1] != [] and link_of(record) is None

    def test_matching_is_closed_by_those_alone_who_see_all_that_waits(self, client, mine):
        address = reverse("matches-closing", args=["contacts"])
        assert client.get(address).status_code == client.post(address, {"do": "close"}).status_code == 404
        assert address not in client.get(reverse("matches")).content.decode()
        assert not matching.is_closed("contacts")


def test_a_namesake_out_of_scope_is_not_told_by_a_reason(client):
    mine, other = in_ccb("Blue Mesa Semiconductor"), in_ccb("Something Else", "9 Elm Road")
    human = person("Whitfield,Dana")
    make_account_customer(mine, human)
    linked = SalesforceAccount.objects.create(salesforce_id="001000000000000XYZ", name="Blue Mesa", account=mine)
    found = match_of(contact("Dana", "Whitfield", salesforce_account=linked))
    Match.objects.filter(pk=found.pk).update(findings=["name.same", "close", "shared", "rival", "key.twice"])
    make_account_customer(other, make_customer("Whitfield,Dana"))
    signed_in(client, everything(), scope="granted")
    assign_perm("customer360.view_customer", User.objects.latest("pk"), mine.customer)
    html = client.get(reverse("matches") + "?object=contacts").content.decode()
    assert "Same name" in html and human.pk in html
    for absent in ("Others fit", "Another record", "of 100"):
        assert absent not in html
