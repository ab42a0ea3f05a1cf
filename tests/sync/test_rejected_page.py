"""What the page of rejected rows tells of them, and to whom: values only as far as the Viewer shows the field."""

import uuid
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from guardian.shortcuts import assign_perm

from customer360.models import Customer, User
from customer360.visibility.groups import Access, FieldGroup
from sync.models import RejectedRow
from tests.factories import make_account, make_agreement, make_customer, make_role, make_user
from tests.sync.runs import CUSTOMERS, make_rejection, make_run

pytestmark = pytest.mark.django_db

SignIn = Callable[..., Client]


def steward(client: Client, access: dict[FieldGroup, Access], scope: str = "all") -> Client:
    """The client as somebody whose only role sees so much and minds rejected rows."""
    role = make_role(f"steward {uuid.uuid4().hex[:6]}", access, scopes=(scope,))
    role.permissions.add(Permission.objects.get(content_type__app_label="sync", codename="steward"))
    client.force_login(make_user(role=role), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def row() -> RejectedRow:
    """A rejected row of a customer whom the mirror holds."""
    customer = make_customer("Whitfield,Dana", person_id="3000000001", email="old@harborview.example")
    make_account(customer)
    raw = {
        "person_id": "3000000001", "name": "Whitfield,Dana Maria", "kind": "P", "email": "dana@harborview.example",
        "phone": None, "unreadable": "nul",
    }  # fmt: skip
    return make_rejection(raw=raw)


def test_rows_are_counted_by_stream_and_reason(client_as: SignIn) -> None:
    for reason in (RejectedRow.Reason.TOO_LONG, RejectedRow.Reason.TOO_LONG, RejectedRow.Reason.REQUIRED):
        make_rejection(reason=reason)
    make_rejection("ccb.premises"), make_rejection(closed_at=timezone.now())
    groups = client_as("manager").get(reverse("sync-rejected")).context["groups"]
    assert [(group.title, group.reason, group.rows) for group in groups] == [
        ("Customers", "too long", 2), ("Customers", "required", 1), ("Premises", "too long", 1),
    ]  # fmt: skip


def test_the_rows_of_one_reason_are_chosen_and_paged(client_as: SignIn) -> None:
    for number in range(27):
        make_rejection(record_key=f"key {number}")
    make_rejection("ccb.premises", record_key="a premise")
    client, address = client_as("manager"), reverse("sync-rejected")
    page = client.get(address, {"stream": CUSTOMERS, "reason": "too long", "page": "2"})
    assert [row.key for row in page.context["rows"]] == ["key 1", "key 0"]
    assert "stream=ccb.customers" in page.content.decode()
    for unknown in ({"stream": "\x00"}, {"reason": "no such"}, {"page": "x"}):
        assert client.get(address, unknown).context["page"].paginator.count == 28


def test_an_operator_sees_field_and_shape_and_no_value(client_as: SignIn, row: RejectedRow) -> None:
    html = client_as("administrator").get(reverse("sync-rejected")).content.decode()
    for shown in ("3000000001", "Its name is longer than 254", "text of 20 characters", "E-mail", "unreadable"):
        assert shown in html, shown
    assert "Maria" not in html and "dana@" not in html


def test_a_steward_sees_the_values_of_the_fields_they_may_view_and_of_no_other(
    client: Client, row: RejectedRow
) -> None:
    access = {FieldGroup.PROFILE: Access.VIEW, FieldGroup.CONTACT: Access.MASKED}
    html = steward(client, access).get(reverse("sync-rejected")).content.decode()
    assert "Whitfield,Dana Maria" in html
    for absent in ("dana@", "E-mail", "Phone", "text of", "unreadable", "Person ID"):
        assert absent not in html, absent


def test_a_hidden_field_is_not_named_as_the_reason(client: Client, row: RejectedRow) -> None:
    html = steward(client, {FieldGroup.CONTACT: Access.VIEW}).get(reverse("sync-rejected")).content.decode()
    assert "dana@harborview.example" in html and "A text is longer than the field" in html
    assert "254 characters" not in html and ">Name<" not in html


def test_a_row_of_an_account_out_of_scope_shows_no_value(client: Client, row: RejectedRow) -> None:
    everything = dict.fromkeys(FieldGroup, Access.VIEW)
    html = steward(client, everything, scope="granted").get(reverse("sync-rejected")).content.decode()
    assert "Not of an account of yours" in html and "3000000001" in html
    assert "Maria" not in html and "dana@" not in html


def test_a_manager_sees_the_rows_of_accounts_granted_to_them(client: Client, row: RejectedRow) -> None:
    mine, other = make_account(), make_account()
    for account, note in ((mine, "MINE"), (other, "OTHER")):
        agreement = make_agreement(account)
        raw = {"service_agreement_id": agreement.pk, "account_id": account.pk, "rate": f"RATE-{note}"}
        make_rejection("ccb.service-agreements", record_key=note, field="rate", raw=raw)
    everything = dict.fromkeys(FieldGroup, Access.VIEW)
    client = steward(client, everything, scope="granted")
    user = User.objects.latest("pk")
    assign_perm("customer360.view_customer", user, mine.customer)
    html = client.get(reverse("sync-rejected")).content.decode()
    assert "RATE-MINE" in html and "RATE-OTHER" not in html and "Maria" not in html
    assign_perm("customer360.view_customer", user, Customer.objects.get(pk="3000000001"))
    assert "Maria" in client.get(reverse("sync-rejected")).content.decode()


def test_a_row_of_a_stream_that_is_no_more_shows_its_key_and_cannot_be_offered(client_as: SignIn) -> None:
    make_rejection("legacy.things", raw={"secret": "value"})
    html = client_as("manager").get(reverse("sync-rejected")).content.decode()
    assert "legacy.things" in html and "value" not in html.replace("values", "").replace('value="', "")
    assert "Offer again" not in html


def test_a_steward_sees_warnings_only_about_fields_they_may_view(client_as: SignIn) -> None:
    warnings = [
        {"field": name, "rows": 2, "detail": f"Kept a code of {name}."} for name in ("status", "credit_review_date")
    ]
    run = make_run("ccb.accounts", warnings=warnings)
    client = steward(client_as(None), {FieldGroup.PROFILE: Access.VIEW})
    html = client.get(reverse("sync-run", args=[run.pk])).content.decode()
    assert "Kept a code of status." in html and "credit_review_date" not in html
    html = client_as("administrator").get(reverse("sync-run", args=[run.pk])).content.decode()
    assert "Kept a code of status." in html and "Kept a code of credit_review_date." in html


def test_a_note_that_names_an_account_is_not_reached_around_it_by_its_customer(client: Client) -> None:
    mine, other = make_account(), make_account()
    for text, account in (("PERSONAL", None), ("AROUND", other.pk), ("DIRECT", mine.pk)):
        raw = {"note_id": text, "account_id": account, "customer_id": mine.customer_id, "text": f"{text} text"}
        make_rejection("ccb.notes", record_key=text, field="subject", raw=raw)
    client = steward(client, dict.fromkeys(FieldGroup, Access.VIEW), scope="granted")
    assign_perm("customer360.view_customer", User.objects.latest("pk"), mine.customer)
    html = client.get(reverse("sync-rejected")).content.decode()
    assert "PERSONAL text" in html and "DIRECT text" in html and "AROUND text" not in html
