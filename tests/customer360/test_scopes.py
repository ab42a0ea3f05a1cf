"""Whose rows a person sees: scopes are OR-ed over roles, and no scope is no rows."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from guardian.shortcuts import assign_perm

from customer360.models import (
    Account,
    AccountCustomer,
    AccountSummary,
    Customer,
    FinancialTransaction,
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


def test_a_scope_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="registered already"):
        scopes.register("all")(lambda user: None)


def test_a_model_that_does_not_lead_to_an_account_is_an_error_never_open() -> None:
    with pytest.raises(ImproperlyConfigured, match="account_path"):
        Viewer(make_user(role="rep")).records(User.objects.all())
