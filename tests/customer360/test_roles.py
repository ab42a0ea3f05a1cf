"""The delivered roles: what a first installation gives to whom, and that installing again changes nothing."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

from customer360.models import Account, Customer, FinancialTransaction, RowRule, VisibilityRule
from customer360.roles import ROLES, install_roles
from customer360.visibility.groups import Access, FieldGroup
from customer360.visibility.viewer import Viewer, visible_models
from tests.factories import make_account, make_user

pytestmark = pytest.mark.django_db


def test_rep_sees_everything_but_credit() -> None:
    viewer = Viewer(make_user(role="rep"))
    assert viewer.may(Account, "name") and viewer.may(Customer, "email")
    assert viewer.access(Account)["credit_review_date"] == Access.HIDDEN


def test_executive_sees_money_but_neither_contact_nor_notes() -> None:
    viewer = Viewer(make_user(role="executive"))
    assert viewer.may(FinancialTransaction, "current_amount")
    assert viewer.access(Customer)["phone"] == Access.HIDDEN
    assert not VisibilityRule.objects.filter(role__name="executive", group=FieldGroup.NOTES).exists()


def test_auditor_sees_contact_masked() -> None:
    viewer = Viewer(make_user(role="auditor"))
    assert viewer.access(Customer)["phone"] == Access.MASKED
    assert viewer.may(Account, "credit_review_date")


def test_administrator_sees_no_field_and_no_row() -> None:
    make_account()
    viewer = Viewer(make_user(role="administrator"))
    for model in visible_models():
        assert viewer.fields(model, Access.MASKED) == ()
        if model.account_path is not None:
            assert not viewer.records(model.objects.all()).exists()


def test_full_access_sees_every_field() -> None:
    viewer = Viewer(make_user(role="full access"))
    for model in visible_models():
        assert set(viewer.fields(model)) >= {field.name for field in model._meta.concrete_fields}


def test_every_field_group_is_decided_for_every_role_that_sees_rows() -> None:
    """A group added later must be given to, or kept from, each role on purpose: the table is read here."""
    kept = {"rep": {"credit"}, "executive": {"contact", "notes"}}
    for role in ROLES:
        if role.scopes:
            assert {group.value for group in FieldGroup} - set(role.access) == kept.get(role.name, set())


def test_installing_again_changes_nothing() -> None:
    install_roles()
    rules, rows = VisibilityRule.history.count(), RowRule.history.count()
    assert install_roles() == []
    assert (VisibilityRule.history.count(), RowRule.history.count()) == (rules, rows)


def test_installing_again_keeps_what_an_administrator_took_away() -> None:
    install_roles()
    VisibilityRule.objects.get(role__name="rep", group=FieldGroup.NOTES).delete()
    Group.objects.get(name="auditor").delete()
    assert install_roles() == ["auditor"]
    assert not VisibilityRule.objects.filter(role__name="rep", group=FieldGroup.NOTES).exists()


def test_administrator_may_edit_rules_and_schedules_but_no_customer() -> None:
    user = make_user(role="administrator")
    assert user.has_perm("customer360.change_visibilityrule")
    assert user.has_perm("django_celery_beat.change_periodictask")
    assert user.has_perm("sync.view_rejectedrow") and not user.has_perm("sync.change_rejectedrow")
    assert not user.has_perm("customer360.view_customer") and not user.has_perm("customer360.delete_user")


def test_new_permissions_are_added_only_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    install_roles()
    administrator = Group.objects.get(name="administrator")
    administrator.permissions.clear()
    call_command("roles")
    assert not administrator.permissions.exists()
    call_command("roles", "--new-permissions")
    assert administrator.permissions.filter(codename="view_syncrun").exists()
    assert "Permissions added" in capsys.readouterr().out
