"""Admin obeys the Viewer: mirrored records are read only there, and no hook of Django's leads around it."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from django_celery_beat.models import PeriodicTask

from customer360.models import Account, Customer, FinancialTransaction, RowRule, User, VisibilityRule
from customer360.visibility.groups import Access, FieldGroup
from sync.models import RejectedRow
from tests.factories import make_account, make_customer, make_role, make_user

pytestmark = pytest.mark.django_db

SignIn = Callable[..., Client]


def page(model: type, action: str, *args: object) -> str:
    """The address of an admin page."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{action}", args=args or None)


@pytest.fixture
def superuser(client_as: SignIn) -> Client:
    """A client that every Django permission is given to, and the fields and rows of an executive."""
    return client_as("executive", is_staff=True, is_superuser=True)


@pytest.mark.parametrize("query", ["phone__startswith=5", "phone__regex=.", "city__isnull=1", "history__name=x"])
def test_a_hidden_field_and_an_unknown_one_are_refused_alike(superuser: Client, query: str) -> None:
    make_customer()
    assert superuser.get(f"{page(Customer, 'changelist')}?{query}").status_code == 400
    assert superuser.get(f"{page(Customer, 'changelist')}?no_such_field=1").status_code == 400


def test_a_visible_field_may_be_filtered_by(superuser: Client) -> None:
    make_customer("Harborview"), make_customer("Northgate")
    response = superuser.get(f"{page(Customer, 'changelist')}?name__startswith=North")
    assert [customer.name for customer in response.context["cl"].result_list] == ["Northgate"]


def test_the_list_has_no_hidden_column_and_sorts_by_none(superuser: Client) -> None:
    make_customer("A", phone="2"), make_customer("B", phone="1")
    for order in ("", "?o=1", "?o=4", "?o=-5", "?o=9"):
        response = superuser.get(page(Customer, "changelist") + order)
        assert "Phone" not in response.content.decode()
        assert [customer.name for customer in response.context["cl"].result_list] == ["A", "B"]


def test_a_masked_value_is_a_mask_in_admin_too(client_as: SignIn) -> None:
    customer = make_customer(phone="(207) 555-0142")
    client = client_as("auditor", is_staff=True, is_superuser=True)
    for address in (page(Customer, "changelist"), page(Customer, "change", customer.pk)):
        body = client.get(address).content.decode()
        assert "555-0142" not in body and "••••••" in body


@pytest.mark.parametrize("model", [Customer, Account, FinancialTransaction])
def test_nobody_adds_changes_or_deletes_a_mirrored_record(superuser: Client, model: type) -> None:
    account = make_account()
    key = account.customer_id if model is Customer else account.pk
    before = list(Customer.objects.values()), list(Account.objects.values())
    for address in (page(model, "add"), *(page(model, action, key) for action in ("change", "delete", "history"))):
        assert superuser.post(address, {"name": "Changed", "post": "yes"}).status_code in (403, 404, 405)
    superuser.post(page(model, "changelist"), {"action": "delete_selected", "_selected_action": [key], "post": "yes"})
    assert (list(Customer.objects.values()), list(Account.objects.values())) == before


def test_history_tells_old_and_new_of_visible_fields_and_nothing_of_hidden_ones(superuser: Client) -> None:
    customer = make_customer("Old name", phone="1111111")
    customer.phone = "2222222"
    customer.save()
    customer.name = "New name"
    customer.save()
    response = superuser.get(page(Customer, "history", customer.pk))
    body = response.content.decode()
    assert "Old name" in body and "New name" in body
    assert "1111111" not in body and "2222222" not in body and "Phone" not in body
    assert len(response.context["lines"]) == 2, "the change of the phone alone leaves no line"


def test_history_tells_that_a_masked_field_changed_and_not_from_what_to_what(client_as: SignIn) -> None:
    customer = make_customer(phone="1111111")
    customer.phone = "2222222"
    customer.save()
    client = client_as("auditor", is_staff=True, is_superuser=True)
    body = client.get(page(Customer, "history", customer.pk)).content.decode()
    assert "Phone" in body and "1111111" not in body and "2222222" not in body


def test_simple_historys_own_admin_view_does_not_exist(superuser: Client) -> None:
    customer = make_customer()
    version = customer.history.get().pk
    response = superuser.post(f"{page(Customer, 'history', customer.pk)}{version}/", {"name": "Reverted"})
    assert response.status_code in (302, 404)
    customer.refresh_from_db()
    assert customer.name != "Reverted"


@pytest.mark.parametrize("query", ["_to_field=email", "_popup=1&_to_field=phone"])
def test_records_are_linked_by_key_alone(superuser: Client, query: str) -> None:
    make_customer()
    assert superuser.get(f"{page(Customer, 'changelist')}?{query}").status_code == 400


def test_whoever_may_not_see_the_key_has_no_page_of_the_model(client_as: SignIn) -> None:
    customer = make_customer()
    role = make_role("no keys", {FieldGroup.PROFILE: Access.VIEW})
    client = client_as(role, is_staff=True, is_superuser=True)
    for address in (
        page(Customer, "changelist"),
        *(page(Customer, name, customer.pk) for name in ("change", "history")),
    ):
        assert client.get(address).status_code == 403
    assert "customer360/customer/" not in client.get(reverse("admin:index")).content.decode()


def test_the_administrator_administers_and_sees_no_customer(client_as: SignIn) -> None:
    make_customer("Harborview Cold Storage LLC")
    client = client_as("administrator", is_staff=True)
    for model in (User, Group, VisibilityRule, RowRule, PeriodicTask, RejectedRow):
        assert client.get(page(model, "changelist")).status_code == 200
    assert client.get(page(Customer, "changelist")).status_code == 403


def test_a_change_of_a_rule_takes_effect_on_the_next_request_and_is_tracked(client_as: SignIn, client: Client) -> None:
    customer = make_customer(phone="(207) 555-0142")
    reader = Client()
    reader.force_login(
        make_user(role="executive", is_staff=True, is_superuser=True),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    administrator = client_as("administrator", is_staff=True, username="ada")
    assert "555-0142" not in reader.get(page(Customer, "change", customer.pk)).content.decode()
    form = {"role": Group.objects.get(name="executive").pk, "group": "contact", "access": 2, "model": "", "field": ""}
    assert administrator.post(page(VisibilityRule, "add"), form).status_code == 302
    assert "555-0142" in reader.get(page(Customer, "change", customer.pk)).content.decode()
    rule = VisibilityRule.objects.get(role__name="executive", group="contact")
    body = administrator.get(page(VisibilityRule, "history", rule.pk)).content.decode()
    assert "Created" in body and "ada" in body


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"field": "phone"}, "Name the model"),
        ({"model": "customer360.Customer", "field": "balance"}, "The group contact of customer360.Customer has"),
        ({"model": "customer360.Customer", "group": "credit"}, "has no field in the group credit"),
        ({"model": "customer360.Nothing"}, "Select a valid choice"),
    ],
)
def test_a_rule_that_would_do_nothing_is_refused(client_as: SignIn, values: dict[str, str], complaint: str) -> None:
    client = client_as("administrator", is_staff=True)
    form = {"role": make_role("new", {}).pk, "group": "contact", "access": 2, "model": "", "field": ""} | values
    response = client.post(page(VisibilityRule, "add"), form)
    assert response.status_code == 200 and complaint in response.content.decode()


def test_a_role_is_made_on_one_page_with_its_rules_and_rows(client_as: SignIn) -> None:
    client = client_as("administrator", is_staff=True)
    form = {
        "name": "intern",
        "visibility_rules-TOTAL_FORMS": 1, "visibility_rules-INITIAL_FORMS": 0,
        "visibility_rules-0-group": "profile", "visibility_rules-0-access": 2,
        "row_rules-TOTAL_FORMS": 1, "row_rules-INITIAL_FORMS": 0, "row_rules-0-scope": "all",
    }  # fmt: skip
    assert client.post(page(Group, "add"), form).status_code == 302
    role = Group.objects.get(name="intern")
    assert role.visibility_rules.get().access == Access.VIEW and role.row_rules.get().scope == "all"


def test_the_form_of_a_scheduled_task_has_no_inline_script(client_as: SignIn) -> None:
    task = PeriodicTask.objects.first()
    body = client_as("administrator", is_staff=True).get(page(PeriodicTask, "change", task.pk)).content.decode()
    assert escape(task.name) in body
    scripts = re.findall(r"<script(?![^>]*(?:src=|application/json))[^>]*>", body)
    assert scripts == []


def user_form(user: User, **values: object) -> dict[str, object]:
    """What the user page would post."""
    return {"username": user.username, "first_name": user.first_name, "is_active": "on"} | values


def test_nobody_gives_a_role_to_themselves(client_as: SignIn) -> None:
    client = client_as("administrator", is_staff=True, username="ada")
    ada = User.objects.get(username="ada")
    rep = make_role("rep-like", {})
    form = user_form(ada, groups=[rep.pk], is_superuser="on", first_name="Ada")
    assert client.post(page(User, "change", ada.pk), form).status_code == 302
    ada.refresh_from_db()
    assert ada.first_name == "Ada" and ada.is_staff and not ada.is_superuser
    assert [group.name for group in ada.groups.all()] == ["administrator"]


@pytest.mark.parametrize("is_superuser", [False, True])
def test_nobody_edits_a_role_they_hold_nor_its_rules(client_as: SignIn, is_superuser: bool) -> None:
    customer = make_customer(phone="(207) 555-0142")
    client = client_as("administrator", is_staff=True, is_superuser=is_superuser)
    own, other = Group.objects.get(name="administrator"), Group.objects.get(name="executive")
    hiding = VisibilityRule.objects.create(role=own, group="contact", access=Access.HIDDEN)
    rule = {"group": "contact", "access": 2, "model": "", "field": ""}
    for model, values in ((VisibilityRule, rule), (RowRule, {"scope": "all"})):
        answer = client.post(page(model, "add"), values | {"role": own.pk})
        assert answer.status_code == 200 and "Select a valid choice" in answer.content.decode()
        foreign = model.objects.filter(role=other).first()
        assert client.post(page(model, "change", foreign.pk), values | {"role": own.pk}).status_code == 200
    for address in (page(VisibilityRule, "change", hiding.pk), page(VisibilityRule, "delete", hiding.pk)):
        assert client.post(address, rule | {"role": own.pk, "post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [hiding.pk], "post": "yes"}
    client.post(page(VisibilityRule, "changelist"), chosen)
    for address in (page(Group, "change", own.pk), page(Group, "delete", own.pk)):
        assert client.get(page(Group, "change", own.pk)).status_code == 200
        assert client.post(address, {"name": "administrator", "post": "yes"}).status_code == 403
    assert list(own.visibility_rules.values_list("access", flat=True)) == [Access.HIDDEN]
    assert not own.row_rules.exists()
    assert customer.phone not in client.get(page(Customer, "changelist")).content.decode()


def test_an_administrator_makes_no_superuser_and_touches_none(client_as: SignIn) -> None:
    client = client_as("administrator", is_staff=True)
    other, chief = make_user(), make_user(role=None, is_superuser=True)
    assert client.post(page(User, "change", other.pk), user_form(other, is_superuser="on")).status_code == 302
    other.refresh_from_db()
    assert not other.is_superuser
    assert client.post(page(User, "change", chief.pk), user_form(chief)).status_code == 403
    password = {"password1": "a long new password", "password2": "a long new password", "usable_password": "true"}
    assert client.post(reverse("admin:auth_user_password_change", args=[chief.pk]), password).status_code == 403


def test_users_are_deactivated_never_deleted_and_not_found_by_their_password(superuser: Client) -> None:
    user = make_user()
    assert superuser.post(page(User, "delete", user.pk), {"post": "yes"}).status_code == 403
    assert superuser.get(f"{page(User, 'changelist')}?password__startswith=md5").status_code == 400


def test_a_rejected_row_shows_key_reason_and_shape_and_answers_nothing_by_value(client_as: SignIn) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    row = RejectedRow.objects.create(
        stream="ccb.customers", record_key="3000000001", field="name", reason=RejectedRow.Reason.TOO_LONG,
        detail="The name is longer than 254 characters.",
        raw={"name": "Whitfield,Dana", "balance": 73103.37, "since": None, "is_main": True},
        fingerprint="f" * 32, first_run="9bb09e6c-7b62-4a4c-a0bd-5e6ccbf6e2c0", first_seen_at=now,
    )  # fmt: skip
    client = client_as("administrator", is_staff=True)
    body = client.get(page(RejectedRow, "change", row.pk)).content.decode()
    assert "3000000001" in body and "longer than 254" in body
    assert "name: text of 14 characters" in body and "balance: number" in body and "since: empty" in body
    assert "Whitfield" not in body and "73103" not in body and "ffff" not in body
    for query in ("raw__name__startswith=W", "fingerprint=" + "f" * 32, "detail__contains=n"):
        assert client.get(f"{page(RejectedRow, 'changelist')}?{query}").status_code == 400
    assert client.post(page(RejectedRow, "change", row.pk), {"raw": "{}"}).status_code == 403


def test_a_dates_column_reads_as_a_date_and_a_related_record_as_its_key(superuser: Client) -> None:
    account = make_account(setup_date=date(2014, 3, 3))
    body = superuser.get(page(Account, "change", account.pk)).content.decode()
    assert "March 3, 2014" in body and account.customer_id in body
