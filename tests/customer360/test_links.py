"""Links to other systems: which patterns are taken, what stands in an address, and who gets the link."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from customer360 import links
from customer360.models import Account, LinkPattern, ServiceAgreement
from customer360.visibility.groups import Access, FieldGroup
from customer360.visibility.viewer import Viewer
from tests.customer360.story import BACKEND, sign_in_with
from tests.factories import make_account, make_agreement, make_customer, make_role, make_user

pytestmark = pytest.mark.django_db

CCB = "https://ccb.example:7501/ouaf/cis.jsp?script=F1-GoToPrtl&mo=ACCOUNT&pkValue1={id}"
Kind = LinkPattern.Kind


def problem(url_pattern: str, kind: str = Kind.ACCOUNT) -> str:
    """What is wrong with a pattern, in one sentence; empty where nothing is."""
    try:
        LinkPattern(kind=kind, url_pattern=url_pattern).full_clean()
    except ValidationError as error:
        (message,) = error.message_dict["url_pattern"]
        return message
    return ""


class TestPattern:
    @pytest.mark.parametrize(
        "url_pattern",
        [CCB, "http://ccbhost/{id}", "https://ccb.example?key={id}", "https://ccb.example/#/{customer_id}"],
    )
    def test_web_addresses_with_known_placeholders_are_taken(self, url_pattern):
        assert problem(url_pattern) == ""

    @pytest.mark.parametrize(
        "url_pattern",
        [
            "javascript:alert({id})", "data:text/html,{id}", "//ccb.example/{id}", "/accounts/{id}", "ftp://ccb/{id}",
            "https://{id}.example/", "https://{id}", "https://user:secret@ccb.example/{id}", "https://ccb.example{id}/",
            "https:///{id}", "HTTPS://ccb.example/{id}",
        ],
    )  # fmt: skip
    def test_whatever_is_not_plainly_a_server_on_the_web_is_refused(self, url_pattern):
        assert "Begin with https:// or http:// and the name of the server" in problem(url_pattern)

    @pytest.mark.parametrize("odd", [" ", "\n", "\t", '"', "'", "<", "\\"])
    def test_characters_that_no_address_has_are_refused(self, odd):
        assert "An address has no spaces" in problem(f"https://ccb.example/{odd}{{id}}")

    @pytest.mark.parametrize("port", ["0x10", "99999"])
    def test_a_port_that_is_none_is_refused(self, port):
        assert problem(f"https://ccb.example:{port}/{{id}}") != ""

    @pytest.mark.parametrize("name", ["ID", "premise_id", "id.__class__", "phone", "", "0"])
    def test_an_unknown_placeholder_is_refused_and_the_known_ones_are_named(self, name):
        told = problem(f"https://ccb.example/{{{name}}}")
        assert told and "{id}, {customer_id}" in told

    @pytest.mark.parametrize("tail", ["{id", "id}", "{{id}}", "{id}}"])
    def test_a_brace_that_stands_alone_is_refused(self, tail):
        assert "A brace stands alone." in problem(f"https://ccb.example/{tail}")

    def test_an_address_that_is_the_same_for_every_record_is_refused(self):
        assert "every record would lead to the same page" in problem("https://ccb.example/home")

    def test_each_kind_of_record_has_its_own_placeholders(self):
        pattern = "https://ccb.example/{account_id}/{premise_id}/{id}"
        assert problem(pattern, Kind.SERVICE_AGREEMENT) == ""
        assert problem(pattern, Kind.PREMISE) != ""

    def test_the_database_itself_takes_web_addresses_alone(self):
        with pytest.raises(IntegrityError, match="a_link_leads_to_a_web_page"), transaction.atomic():
            LinkPattern.objects.create(kind=Kind.ACCOUNT, url_pattern="javascript:alert('{id}')")

    def test_values_are_escaped(self):
        pattern = LinkPattern(kind=Kind.ACCOUNT, url_pattern="https://ccb.example/{id}?of={customer_id}")
        address = pattern.address({"id": "../a b", "customer_id": "x&y=é"})
        assert address == "https://ccb.example/..%2Fa%20b?of=x%26y%3D%C3%A9"

    def test_every_kind_of_record_has_a_page_whose_links_are_made(self):
        assert set(LinkPattern.PLACEHOLDERS) == set(Kind) == set(links.MODELS)
        for kind in Kind:
            assert reverse(kind, args=["1"])


class TestOnPages:
    def html(self, client, account: Account) -> str:
        return client.get(reverse("account", args=[account.pk])).content.decode()

    def test_the_link_names_the_system_and_opens_a_tab_that_knows_nothing_of_this_one(self, client_as):
        account = make_account(account_id="4218665007")
        LinkPattern.objects.create(kind=Kind.ACCOUNT, url_pattern=CCB)
        html = self.html(client_as("rep"), account)
        address = CCB.replace("{id}", "4218665007").replace("&", "&amp;")
        tag = html[: html.index("Open in CC&amp;B<")].rpartition("<a ")[2]
        for attribute in (f'href="{address}"', 'target="_blank"', 'rel="noopener noreferrer"'):
            assert attribute in tag
        assert '<span class="vh"> (opens a new tab)</span>' in html

    def test_all_active_links_of_the_kind_stand_there_and_no_others(self, client_as):
        account = make_account()
        for kind, title, is_active in (
            (Kind.ACCOUNT, "Account in Salesforce", True), (Kind.ACCOUNT, "Old console", False),
            (Kind.PREMISE, "Premise in CC&B", True),
        ):  # fmt: skip
            LinkPattern.objects.create(kind=kind, title=title, url_pattern=CCB, is_active=is_active)
        html = self.html(client_as("rep"), account)
        assert "Account in Salesforce" in html
        assert "Old console" not in html and "Premise in CC" not in html

    def test_a_change_shows_on_the_next_page(self, client_as):
        account, client = make_account(), client_as("rep")
        assert "Open in CC" not in self.html(client, account)
        pattern = LinkPattern.objects.create(kind=Kind.ACCOUNT, url_pattern=CCB)
        assert "Open in CC" in self.html(client, account)
        pattern.delete()
        assert "Open in CC" not in self.html(client, account)

    @pytest.mark.parametrize("access", [Access.HIDDEN, Access.MASKED])
    def test_a_link_that_would_tell_a_hidden_key_is_absent(self, client, access):
        account = make_account(make_customer(person_id="3000000042"))
        LinkPattern.objects.create(
            kind=Kind.ACCOUNT, title="By customer", url_pattern="https://ccb.example/{customer_id}"
        )
        LinkPattern.objects.create(kind=Kind.ACCOUNT, title="By account", url_pattern="https://ccb.example/{id}")
        sign_in_with(client)
        assert "https://ccb.example/3000000042" in self.html(client, account)
        role = make_role("no person IDs")
        role.visibility_rules.create(
            group=FieldGroup.IDENTITY, model="customer360.Customer", field="person_id", access=access
        )
        client.force_login(make_user(role=role), backend=BACKEND)
        html = self.html(client, account)
        assert "By account" in html
        assert "By customer" not in html and "3000000042" not in html

    def test_a_record_without_the_key_that_a_link_needs_has_no_such_link(self):
        agreement = make_agreement(make_account(), premise_id=None)
        LinkPattern.objects.create(kind=Kind.SERVICE_AGREEMENT, url_pattern="https://ccb.example/{premise_id}")
        viewer = Viewer(make_user(role=make_role("everything")))
        assert links.links(viewer, "service-agreement", viewer.see(agreement)) == []

    @pytest.mark.parametrize("key", ["..", "a/b", "a?b", "a b"])
    def test_a_key_that_could_change_the_page_meant_makes_no_link(self, key):
        LinkPattern.objects.create(kind=Kind.SERVICE_AGREEMENT, url_pattern="https://ccb.example/{id}/edit")
        viewer = Viewer(make_user(role=make_role("everything")))
        odd = viewer.see(ServiceAgreement(service_agreement_id=key))
        assert links.links(viewer, "service-agreement", odd) == []


class TestAdmin:
    add = "admin:customer360_linkpattern_add"

    def test_an_administrator_adds_one_sees_what_it_makes_and_its_history(self, client_as):
        client = client_as("administrator", is_staff=True)
        form = {
            "system": "ccb",
            "kind": "account",
            "title": "",
            "url_pattern": CCB,
            "is_active": "on",
            "_continue": "1",
        }
        response = client.post(reverse(self.add), form, follow=True)
        html = response.content.decode()
        address = CCB.replace("{id}", "1234567890").replace("&", "&amp;")
        assert f'<a href="{address}" target="_blank" rel="noopener noreferrer">{address}</a>' in html
        pattern = LinkPattern.objects.get()
        client.post(
            reverse("admin:customer360_linkpattern_change", args=[pattern.pk]), form | {"title": "Open the account"}
        )
        history = client.get(reverse("admin:customer360_linkpattern_history", args=[pattern.pk])).content.decode()
        assert "Open the account" in history and "Created" in history

    def test_a_pattern_that_is_none_is_sent_back_with_the_reason_and_without_a_preview(self, client_as):
        client = client_as("administrator", is_staff=True)
        form = {"system": "ccb", "kind": "account", "url_pattern": "javascript:alert('{id}')"}
        html = client.post(reverse(self.add), form).content.decode()
        assert "An address has no spaces, quotes" in html
        assert 'href="javascript' not in html
        assert not LinkPattern.objects.exists()

    @pytest.mark.parametrize("role", ["rep", "manager", "executive", "auditor"])
    def test_nobody_else_opens_the_list(self, client_as, role):
        client = client_as(role, is_staff=True)
        assert client.get(reverse("admin:customer360_linkpattern_changelist")).status_code == 403
