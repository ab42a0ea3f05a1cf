"""Whose rows a person sees: scopes are OR-ed over roles, and no scope is no rows."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from guardian.shortcuts import assign_perm

from customer360.models import (
    Account,
    AccountCustomer,
    AccountSummary,
    Customer,
    FinancialTransaction,
    Note,
    Premise,
    RowRule,
    ServiceAgreement,
    User,
    VisibleModel,
)
from customer360.visibility import scopes
from customer360.visibility.viewer import Viewer
from tests.factories import (
    make_account,
    make_account_customer,
    make_agreement,
    make_customer,
    make_premise,
    make_role,
    make_summary,
    make_transaction,
    make_user,
)

pytestmark = pytest.mark.django_db

MODELS = (Account, AccountCustomer, AccountSummary, Customer, FinancialTransaction, Premise, ServiceAgreement)


def world(name: str) -> Account:
    """An account with one record of every kind."""
    account = make_account(make_customer(name))
    make_summary(account)
    make_transaction(make_agreement(account))
    return account


def seen(user: User, model: type[VisibleModel]) -> int:
    """How many rows of the model the user has in scope."""
    return Viewer(user).records(model.objects.all()).count()


def test_without_a_scope_there_are_no_rows() -> None:
    world("Northgate Foods")
    user = make_user(role=make_role("sees fields only", scopes=()))
    assert [seen(user, model) for model in MODELS] == [0] * len(MODELS)


def test_the_scope_all_sees_every_row_those_without_an_account_included() -> None:
    world("Northgate Foods")
    make_customer("Nobody's")
    make_premise("1 Empty Lot")
    user = make_user(role="rep")
    assert seen(user, Customer) == 2 and seen(user, Premise) == 2 and seen(user, FinancialTransaction) == 1


def test_a_manager_sees_what_belongs_to_a_granted_customer_and_nothing_else() -> None:
    theirs, other = world("Northgate Foods"), world("Ellery Crossdock")
    user = make_user(role="manager")
    assign_perm("customer360.view_customer", user, theirs.customer)
    assert [seen(user, model) for model in MODELS] == [1] * len(MODELS)
    assert other not in Viewer(user).records(Account.objects.all())


def test_a_manager_sees_a_granted_account_and_everybody_on_it() -> None:
    account = world("Northgate Foods")
    world("Ellery Crossdock")
    make_account_customer(account, make_customer("Whitfield,Dana"))
    user = make_user(role="manager")
    assign_perm("customer360.view_account", user, account)
    assert seen(user, Account) == 1 and seen(user, Customer) == 2


def test_a_grant_shows_nothing_to_whoever_has_no_role_that_honours_grants() -> None:
    account = world("Northgate Foods")
    user = make_user(role="administrator")
    assign_perm("customer360.view_account", user, account)
    assert seen(user, Account) == 0


def test_a_model_permission_is_not_a_grant_of_rows() -> None:
    world("Northgate Foods")
    user = make_user(role="manager", is_superuser=True)
    assign_perm("customer360.view_account", user)
    assert seen(user, Account) == 0


def test_scopes_of_several_roles_add_up() -> None:
    theirs, _ = world("Northgate Foods"), world("Ellery Crossdock")
    user = make_user(role="manager")
    assign_perm("customer360.view_account", user, theirs)
    assert seen(user, Account) == 1
    user.groups.add(make_role("everybody's", {}, ("all",)))
    assert seen(user, Account) == 2


def test_a_rule_with_an_unknown_scope_grants_nothing() -> None:
    world("Northgate Foods")
    role = make_role("of an app that was removed", scopes=())
    RowRule.objects.create(role=role, scope="moon")
    assert seen(make_user(role=role), Account) == 0


def test_a_customer_on_many_accounts_in_scope_is_one_row() -> None:
    customer = make_customer()
    user = make_user(role="manager")
    for _ in range(3):
        assign_perm("customer360.view_account", user, make_account(customer))
    assert seen(user, Customer) == 1


def _note(**about: Any) -> str:
    """A note about what is named, and its key."""
    number = Note.objects.count()
    made = Note.objects.create(
        note_id=f"421866{number:04d}", source="CC&B", written_at=datetime(2026, 11, 24, 15, tzinfo=UTC), **about
    )
    return str(made.pk)


def _notes_seen(user: User) -> set[str]:
    return set(Viewer(user).records(Note.objects.all()).values_list("pk", flat=True))


def test_a_note_without_an_account_belongs_to_every_account_of_its_customer() -> None:
    customer = make_customer()
    shop, plant = make_account(customer), make_account(make_customer("Northgate Foods"))
    make_account_customer(plant, customer)
    alone, _ = _note(customer=customer), _note(customer=make_account(make_customer("Ellery Crossdock")).customer)
    user = make_user(role="manager")
    assign_perm("customer360.view_account", user, plant)
    assert _notes_seen(user) == {alone}
    assign_perm("customer360.view_account", user, shop)
    assert _notes_seen(user) == {alone}, "once, however many of the accounts are in scope"
    assert Viewer(user).records(Note.objects.all()).count() == 1


def test_a_note_about_one_account_of_a_customer_is_not_seen_by_way_of_another() -> None:
    customer = make_customer()
    shop, plant = make_account(customer), make_account(customer)
    about_the_shop, about_the_plant = (_note(customer=customer, account=account) for account in (shop, plant))
    user = make_user(role="manager")
    assign_perm("customer360.view_account", user, plant)
    assert _notes_seen(user) == {about_the_plant}
    assert _notes_seen(make_user(role="rep")) == {about_the_shop, about_the_plant}


def test_a_note_about_nobody_is_seen_by_whoever_sees_every_row() -> None:
    make_account()
    note = _note()
    user = make_user(role="manager")
    assign_perm("customer360.view_account", user, Account.objects.get())
    assert _notes_seen(user) == set()
    assert _notes_seen(make_user(role="rep")) == {note}


def test_a_scope_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="registered already"):
        scopes.register("all")(lambda user: None)


def test_a_model_that_does_not_lead_to_an_account_is_an_error_never_open() -> None:
    with pytest.raises(ImproperlyConfigured, match="account_path"):
        Viewer(make_user(role="rep")).records(User.objects.all())
