"""The commands about people and roles: demo, roles (in test_roles), explain_access."""

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.http import HttpRequest
from pytest_django import Settings

from customer360.management.commands.demo import DEMO_USERS, PASSWORD
from customer360.models import Account, SalesforceUser, User, VisibilityRule
from customer360.visibility.groups import FieldGroup
from customer360.visibility.viewer import Viewer
from tests.factories import make_account, make_customer, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def debug(settings: Settings) -> None:
    """A machine of one's own."""
    settings.DEBUG = True


def test_demo_is_refused_where_debug_is_off() -> None:
    with pytest.raises(CommandError, match="Nothing was done"):
        call_command("demo")
    assert not User.objects.exists()


@pytest.mark.usefixtures("debug")
def test_demo_makes_users_of_every_role_who_can_sign_in() -> None:
    call_command("demo")
    for username, roles in DEMO_USERS.items():
        user = authenticate(HttpRequest(), username=username, password=PASSWORD)
        assert isinstance(user, User) and set(Viewer(user).roles) == set(roles)
        assert user.is_staff == ("administrator" in roles) and not user.is_superuser


@pytest.mark.usefixtures("debug")
def test_demo_repeated_changes_nothing_that_was_changed_since() -> None:
    call_command("demo")
    User.objects.filter(username="rep").update(first_name="Rosa", is_active=False)
    VisibilityRule.objects.filter(role__name="rep", group=FieldGroup.NOTES).delete()
    before = list(User.objects.order_by("pk").values())
    call_command("demo")
    assert list(User.objects.order_by("pk").values()) == before
    assert not VisibilityRule.objects.filter(role__name="rep", group=FieldGroup.NOTES).exists()


@pytest.mark.usefixtures("debug")
def test_the_demo_manager_sees_northgate_once_the_customers_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo")
    assert "demo --grants" in capsys.readouterr().out
    names = (
        "Northgate Logistics",
        "Harborview Cold Storage LLC",
        "Ellery Crossdock",
        "Whitfield,Dana",
        "Southgate Foods",
    )
    accounts = [make_account(make_customer(name)) for name in names]
    for _ in range(2):
        call_command("demo", "--grants")
        assert "3 customers" in capsys.readouterr().out
    seen = Viewer(User.objects.get(username="manager")).records(Account.objects.all())
    assert set(seen) == set(accounts[:3])


@pytest.mark.usefixtures("debug")
def test_the_demo_s_data_steward_decides_for_every_account_and_its_manager_for_those_granted() -> None:
    call_command("demo")
    make_account(make_customer("Northgate Logistics")), make_account(make_customer("Southgate Foods"))
    call_command("demo", "--grants")
    viewers = {name: Viewer(User.objects.get(username=name)) for name in DEMO_USERS}
    stewards = {name: viewer for name, viewer in viewers.items() if viewer.holds("sync.steward")}
    seen = {name: len(viewer.records(Account.objects.all())) for name, viewer in stewards.items()}
    assert seen == {"manager": 1, "steward": 2}


@pytest.mark.usefixtures("debug")
def test_demo_users_are_told_who_they_are_in_the_simulated_salesforce_and_no_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call_command("demo")
    assert "Users of Salesforce" not in capsys.readouterr().out
    for number, name in enumerate(("Maria Okafor", "Gregory Holloway", "Sayaka Ito"), start=1):
        email = f"{name.lower().replace(' ', '.')}@utility.example"
        SalesforceUser.objects.create(salesforce_id=f"0055e{number:013}", name=name, email=email)
    User.objects.filter(username="manager").update(salesforce_user_id="0055e9999999999999")
    call_command("demo", "--grants")
    assert "Users of Salesforce who are demo users: Maria Okafor." in capsys.readouterr().out
    ids = dict(User.objects.values_list("username", "salesforce_user_id"))
    told = {name: key for name, key in ids.items() if key}
    assert told == {"rep": "0055e0000000000001", "manager": "0055e9999999999999"}


@pytest.mark.usefixtures("debug")
def test_grants_without_a_manager_say_what_to_do_first() -> None:
    with pytest.raises(CommandError, match=r"run `manage\.py demo` first"):
        call_command("demo", "--grants")


def test_explain_access_names_roles_rows_and_the_rule_behind_each_field(capsys: pytest.CaptureFixture[str]) -> None:
    make_user("ann", role="auditor")
    call_command("explain_access", "ann", "customer360.customer")
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["Roles: auditor", "Rows: all"]
    assert any(line.startswith("customer360.Customer.phone: masked: auditor: masked") for line in lines)
    call_command("explain_access", "ann", "customer360.Account", "credit_review_date")
    assert capsys.readouterr().out.splitlines()[-1].startswith("customer360.Account.credit_review_date: view")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("nobody",), "no user nobody"),
        (("ann", "customer360.Nothing"), "no visible model"),
        (("ann", "customer360.Customer", "shoe_size"), "has no field shoe_size"),
    ],
)
def test_explain_access_says_what_does_not_exist(arguments: tuple[str, ...], complaint: str) -> None:
    make_user("ann")
    with pytest.raises(CommandError, match=complaint):
        call_command("explain_access", *arguments)
