"""The Viewer: which rule decides, what a visible record gives away, and what selecting by a field asks for."""

import pytest
from django.contrib.auth.models import Group
from django.template import Context, Template

from customer360.models import Account, AccountCustomer, AccountSummary, Customer, VisibilityRule
from customer360.visibility.groups import Access, FieldGroup
from customer360.visibility.paths import may_select
from customer360.visibility.viewer import MASK, Viewer
from tests.factories import make_account, make_customer, make_role, make_summary, make_user

pytestmark = pytest.mark.django_db


def viewer_with(*rules: tuple[FieldGroup, Access, str, str], scopes: tuple[str, ...] = ("all",)) -> Viewer:
    """A viewer with one role of these rules: group, access, model, field."""
    role = make_role("tested", {}, scopes)
    for group, access, model, field in rules:
        VisibilityRule.objects.create(role=role, group=group, access=access, model=model, field=field)
    return Viewer(make_user(role=role))


def test_what_no_rule_names_is_hidden() -> None:
    viewer = viewer_with((FieldGroup.PROFILE, Access.VIEW, "", ""))
    assert viewer.access(Customer)["email"] == Access.HIDDEN
    with pytest.raises(AttributeError, match="hidden"):
        _ = viewer.see(make_customer()).email


def test_an_exception_for_a_field_beats_the_rule_of_its_group_both_ways() -> None:
    viewer = viewer_with(
        (FieldGroup.CONTACT, Access.VIEW, "", ""),
        (FieldGroup.CONTACT, Access.HIDDEN, "customer360.Customer", "phone"),
        (FieldGroup.CREDIT, Access.VIEW, "customer360.Account", "credit_review_date"),
    )
    assert viewer.may(Customer, "email") and not viewer.may(Customer, "phone")
    assert viewer.may(Account, "credit_review_date") and not viewer.may(Account, "collection_class")


def test_a_rule_of_a_model_beats_the_rule_of_the_group() -> None:
    viewer = viewer_with(
        (FieldGroup.CONTACT, Access.VIEW, "", ""), (FieldGroup.CONTACT, Access.MASKED, "customer360.Customer", "")
    )
    assert viewer.access(Customer)["city"] == Access.MASKED and viewer.may(Account, "city")


def test_of_several_roles_the_highest_access_counts() -> None:
    user = make_user(role=make_role("low", {FieldGroup.CONTACT: Access.MASKED}))
    user.groups.add(make_role("high", {FieldGroup.CONTACT: Access.VIEW}))
    assert Viewer(user).may(Customer, "phone")


def test_an_exception_in_one_role_takes_nothing_from_another() -> None:
    user = make_user(role=make_role("wide", {FieldGroup.CONTACT: Access.VIEW}))
    narrow = make_role("narrow", {})
    VisibilityRule.objects.create(
        role=narrow, group=FieldGroup.CONTACT, access=Access.HIDDEN, model="customer360.Customer", field="phone"
    )
    user.groups.add(narrow)
    assert Viewer(user).may(Customer, "phone")


def test_a_deactivated_user_and_a_superuser_without_a_role_see_nothing() -> None:
    account = make_account()
    gone = make_user(role="rep", is_active=False)
    superuser = make_user(role=None, is_superuser=True, is_staff=True)
    for viewer in (Viewer(gone), Viewer(superuser)):
        assert viewer.fields(Account, Access.MASKED) == ()
        assert account not in viewer.records(Account.objects.all())


def test_a_masked_value_is_a_mask_whatever_it_holds_and_nothing_where_there_is_none() -> None:
    viewer = viewer_with((FieldGroup.CONTACT, Access.MASKED, "", ""))
    seen = viewer.see(make_customer(phone="1", email=None))
    assert seen.phone == MASK and seen.email is None


def test_a_derived_field_is_as_visible_as_its_least_visible_part() -> None:
    viewer = viewer_with(
        (FieldGroup.CONTACT, Access.VIEW, "", ""), (FieldGroup.CONTACT, Access.MASKED, "customer360.Customer", "city")
    )
    assert viewer.access(Customer)["street"] == Access.VIEW
    assert viewer.see(make_customer(city="Port Ellery")).town == MASK


def test_a_foreign_key_shows_the_other_key_only_to_whoever_sees_that_key() -> None:
    summary = make_summary(make_account())
    role_row = AccountCustomer.objects.get()
    viewer = viewer_with((FieldGroup.PROFILE, Access.VIEW, "", ""), (FieldGroup.BILLING, Access.VIEW, "", ""))
    assert viewer.see(role_row).customer.name
    for record, name in ((role_row, "customer_id"), (summary, "account_id"), (summary, "pk")):
        assert not hasattr(viewer.see(record), name)
    VisibilityRule.objects.create(role=Group.objects.get(), group=FieldGroup.IDENTITY, access=Access.VIEW)
    assert Viewer(viewer.user).see(role_row).customer_id == role_row.customer_id
    assert Viewer(viewer.user).see(summary).pk == summary.pk


def test_a_related_record_comes_wrapped_with_the_same_viewer() -> None:
    viewer = viewer_with((FieldGroup.PROFILE, Access.VIEW, "", ""))
    customer = viewer.see(make_account(make_customer(phone="555-0100"))).customer
    assert not hasattr(customer, "phone") and customer.name


def test_a_template_renders_a_hidden_field_as_nothing_and_a_record_as_its_kind() -> None:
    account = make_account(collection_class="SECRET")
    seen = viewer_with((FieldGroup.PROFILE, Access.VIEW, "", "")).see(account)
    rendered = Template("[{{ r.collection_class }}][{{ r.account_id }}][{{ r }}]").render(Context({"r": seen}))
    assert rendered == "[][][account]"


def test_a_coded_field_is_as_visible_in_words_as_in_code() -> None:
    account = make_account(status=Account.Status.PENDING)
    assert viewer_with((FieldGroup.PROFILE, Access.VIEW, "", "")).see(account).get_status_display == "Pending"
    assert not hasattr(Viewer(make_user(role=None)).see(account), "get_status_display")


def test_rows_leave_out_what_is_hidden_and_what_is_empty() -> None:
    seen = viewer_with((FieldGroup.CONTACT, Access.VIEW, "", "")).see(make_customer(phone="555-0100", email=""))
    assert [(label, value) for label, value, _ in seen.rows("name", "phone", "email")] == [("Phone", "555-0100")]


def test_a_page_reads_roles_and_rules_once(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    viewer = Viewer(make_user(role="rep"))
    with django_assert_num_queries(1):
        for model in (Account, Customer, AccountSummary):
            viewer.access(model)
            viewer.records(model._default_manager.all())
        assert viewer.roles == ("rep",)
        assert not viewer.holds("customer360.view_visibilityrule")


def test_a_permission_is_held_by_a_role_and_by_every_superuser() -> None:
    assert Viewer(make_user(role="administrator")).holds("customer360.view_visibilityrule")
    assert not Viewer(make_user(role="administrator")).holds("customer360.view_account")
    assert not Viewer(make_user(role="administrator", is_active=False)).holds("customer360.view_visibilityrule")
    assert Viewer(make_user(role="rep", is_superuser=True)).holds("customer360.view_visibilityrule")
    assert not Viewer(make_user(role="rep")).holds("customer360.view_visibilityrule")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("name", True),
        ("name__startswith", True),
        ("pk", False),
        ("account_id__in", False),
        ("collection_class", False),
        ("credit_review_date__gt", False),
        ("customer__name__icontains", True),
        ("customer__phone", False),
        ("customer__email__startswith", False),
        ("customer", False),
        ("customer_id", False),
        ("customer__isnull", True),
        ("customer__exact", False),
        ("summary__balance__gt", False),
        ("customer_roles__customer__name", False),
        ("no_such_field", False),
        ("", False),
    ],
)
def test_selecting_by_a_field_needs_view_of_everything_on_the_way(path: str, allowed: bool) -> None:
    assert may_select(viewer_with((FieldGroup.PROFILE, Access.VIEW, "", "")), Account, path) is allowed


def test_a_masked_field_may_not_be_selected_by() -> None:
    assert not may_select(viewer_with((FieldGroup.CONTACT, Access.MASKED, "", "")), Account, "city__startswith")


def test_explain_names_the_rule_that_decides() -> None:
    viewer = viewer_with((FieldGroup.CONTACT, Access.MASKED, "", ""))
    assert viewer.explain(Customer, "phone").startswith("masked: tested: masked")
    assert "no role of" in viewer.explain(Customer, "name")
    assert "least visible of city, state, postal_code" in viewer.explain(Customer, "town")
    assert "is in no field group" in viewer.explain(Customer, "no_such_field")
