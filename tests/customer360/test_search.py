"""What the search finds, and that it discloses nothing that the viewer may not see."""

from datetime import date

import pytest

from customer360 import search
from customer360.models import (
    Account,
    AccountCustomer,
    AgreementServicePoint,
    Customer,
    Meter,
    Premise,
    ServiceAgreement,
)
from customer360.visibility.groups import Access, FieldGroup
from customer360.visibility.viewer import Viewer
from tests.factories import (
    make_account,
    make_account_customer,
    make_agreement,
    make_customer,
    make_meter,
    make_point_link,
    make_premise,
    make_role,
    make_summary,
    make_user,
)

pytestmark = pytest.mark.django_db

Status = ServiceAgreement.Status


@pytest.fixture
def viewer() -> Viewer:
    """Someone who may see every field of every account."""
    return Viewer(make_user(role=make_role("everything")))


def viewer_with(**access: Access) -> Viewer:
    """Someone who may see every account, with the named access to the named field groups and VIEW of all others."""
    grades = {group: access.get(group.value, Access.VIEW) for group in FieldGroup}
    return Viewer(make_user(role=make_role(f"all but {access}", grades)))


def found(viewer: Viewer, text: str) -> list[str]:
    """The IDs of the accounts that the text finds, in order."""
    return [row.account.account_id for row in search.find_accounts(viewer, text).accounts]


def numbered(kind: str) -> tuple[Account, str]:
    """An account, and the number of a meter, an agreement, a person or a premise of it."""
    account = make_account()
    agreement = make_agreement(account, make_premise())
    meter = make_meter(make_point_link(agreement).service_point)
    return account, {
        "Meter": meter.badge, "Agreement": agreement.pk, "Person": account.customer_id, "Premise": agreement.premise_id,
    }[kind]  # fmt: skip


class TestSearch:
    @pytest.mark.parametrize("typed", ["4218665007", "421 866 5007", "421-866-5007", " 421.866.5007 "])
    def test_an_account_id_is_found_however_it_is_written(self, viewer, typed):
        make_account(account_id="4218665007")
        make_account(account_id="4218665008")
        result = search.find_accounts(viewer, typed)
        assert result.only.account.account_id == "4218665007"
        assert result.only.matched == "Account ID"

    @pytest.mark.parametrize("kind", ["Meter", "Agreement", "Person", "Premise"])
    def test_the_number_of_what_belongs_to_an_account_leads_to_it(self, viewer, kind):
        account, number = numbered(kind)
        numbered(kind)
        (row,) = search.find_accounts(viewer, f" {number} ").accounts
        assert (row.account.account_id, row.matched, row.matched_text) == (account.account_id, kind, number)
        assert bool(row.matched_url) == (kind != "Meter")
        assert search.find_accounts(viewer, number).only
        assert found(viewer, number[:-1]) == [], "part of a number is no number"

    def test_a_meter_leads_to_who_takes_service_through_it_now(self, viewer):
        account, number = numbered("Meter")
        point = AgreementServicePoint.objects.get(service_agreement__account=account).service_point
        make_point_link(make_agreement(make_account(), point.premise), point, stopped_on=date(2020, 1, 1))
        make_meter(point, badge="E-OLD", removed_on=date(2020, 1, 1))
        assert found(viewer, number) == found(viewer, number.lower()) == [account.account_id]
        assert found(viewer, "E-OLD") == []

    def test_an_id_typed_in_full_opens_though_other_accounts_match_too(self, viewer):
        exact = make_account(account_id="4218665007")
        make_account(make_customer("Trustee of 4218665007 Inc"))
        result = search.find_accounts(viewer, "4218665007")
        assert len(result.accounts) == 2
        assert result.only.account.account_id == exact.account_id

    @pytest.mark.parametrize("typed", ["dana whitfield", "WHITFIELD", "Whitfield, Dana", "whit dan"])
    def test_a_person_is_found_by_first_and_last_name_in_any_order(self, viewer, typed):
        account = make_account(make_customer("Whitfield,Dana"))
        make_account(make_customer("Whitfield,Omar"), name="Omar W.")
        assert account.account_id in found(viewer, typed)

    def test_a_customer_who_is_not_the_main_one_leads_to_the_account(self, viewer):
        account = make_account()
        make_account_customer(account, make_customer("Whitfield,Dana"))
        (row,) = search.find_accounts(viewer, "whitfield").accounts
        assert row.account.account_id == account.account_id
        assert (row.matched, row.matched_text) == ("Customer", "Whitfield,Dana")

    def test_the_address_of_a_premise_leads_to_the_account(self, viewer):
        account = make_account()
        make_agreement(account, make_premise("9 Quarry Lane"))
        matching = make_agreement(account, make_premise("1180 Pier Road, Unit B"))
        (row,) = search.find_accounts(viewer, "1180 pier ellery").accounts
        assert row.matched == "Service address"
        assert row.premise.premise_id == matching.premise_id

    def test_the_mailing_address_leads_to_the_account(self, viewer):
        account = make_account(address1="PO Box 77")
        (row,) = search.find_accounts(viewer, "po box 77").accounts
        assert (row.account.account_id, row.matched) == (account.account_id, "Mailing address")

    def test_an_account_with_many_matching_premises_is_found_once(self, viewer):
        account = make_account()
        for number in range(3):
            make_agreement(account, make_premise(f"{number} Lantern Way"))
        assert found(viewer, "lantern") == [account.account_id]

    @pytest.mark.parametrize("typed", ["northgate lakeland", "Lakeland 12 Northgate", '"Northgate Kitchen" 12 lantern'])
    def test_a_name_with_a_town_or_street_finds_the_one_that_is_there(self, viewer, typed):
        make_agreement(make_account(make_customer("Northgate Kitchen")), make_premise("3 Old Road", city="Saltmarsh"))
        meant = make_account(make_customer("Northgate Kitchen"))
        make_agreement(meant, make_premise("1 Alder Street", city="Saltmarsh"))
        there = make_agreement(meant, make_premise("12 Lantern Way", city="Lakeland"))
        (row,) = search.find_accounts(viewer, typed).accounts
        assert (row.account.account_id, row.matched) == (meant.account_id, "Name and address")
        assert row.premise.premise_id == there.premise_id

    @pytest.mark.parametrize("typed", ['"Dana Whitfield"', "“Whitfield, Dana”", "'dana' 'whitfield'"])
    def test_quotes_around_words_are_no_part_of_them(self, viewer, typed):
        account = make_account(make_customer("Whitfield,Dana"))
        assert found(viewer, typed) == [account.account_id]

    def test_names_stand_before_addresses(self, viewer):
        at_address = make_account(make_customer("Aaron Bakery"))
        make_agreement(at_address, make_premise("5 Harbor Street"))
        by_name = make_account(make_customer("Harbor Street Grill"))
        assert found(viewer, "harbor street") == [by_name.account_id, at_address.account_id]

    def test_more_than_the_limit_says_so(self, viewer):
        for _ in range(3):
            make_account(make_customer("Harborview"))
        result = search.find_accounts(viewer, "harborview", limit=2)
        assert (len(result.accounts), result.has_more, result.only) == (2, True, None)

    def test_pages_of_results_cover_every_account_once(self, viewer):
        made = {make_account(make_customer("Harborview")).pk for _ in range(5)}
        pages = [search.find_accounts(viewer, "harborview", page, limit=2) for page in (None, "2", "3", "99")]
        keys = [row.account.account_id for part in pages[:3] for row in part.accounts]
        assert len(keys) == 5 and set(keys) == made
        assert [(part.page.number, part.page.total) for part in pages] == [(1, 5), (2, 5), (3, 5), (3, 5)]
        assert [part.only for part in pages] == [None] * 4, "one account on the last page is not the one that was meant"

    @pytest.mark.parametrize("typed", ["", " ", "h", "\x00", ",", "%"])
    def test_too_little_to_search_by_finds_nothing_and_says_so(self, viewer, typed):
        make_account()
        result = search.find_accounts(viewer, typed)
        assert result.is_too_short
        assert not result.accounts

    @pytest.mark.parametrize("typed", ["%%", "__", "\\\\", "har\x00borview", "ha'rbor", "(" * 300])
    def test_odd_characters_are_only_characters(self, viewer, typed):
        make_account(make_customer("Plain Name"), name="Plain Name", address1="Plain Street")
        assert found(viewer, typed) == []

    def test_a_row_tells_same_named_customers_apart(self, viewer):
        account = make_account(make_customer("Fontaine,Marisol"))
        make_summary(account, balance="92.14", past_due="10.00")
        make_agreement(account, make_premise("9 Old Road"), status=Status.CLOSED)
        make_agreement(account, make_premise("27 Alder Street"))
        make_account(make_customer("Fontaine,Marisol"))
        row = search.find_accounts(viewer, "marisol fontaine").accounts[0]
        assert row.premise.address1 == "27 Alder Street"
        assert (str(row.summary.balance), str(row.summary.past_due)) == ("92.14", "10.00")

    def test_accounts_out_of_scope_are_not_found(self):
        make_account(account_id="4218665007")
        outsider = Viewer(make_user(role=make_role("no rows", scopes=())))
        assert found(outsider, "4218665007") == found(outsider, "harborview") == []


class TestSearchDisclosesNothing:
    """Finding a record by a field discloses the field."""

    @pytest.mark.parametrize(
        ("kind", "model", "field"),
        [
            ("Meter", Meter, "badge"), ("Meter", AgreementServicePoint, "stopped_on"),
            ("Agreement", ServiceAgreement, "service_agreement_id"), ("Agreement", ServiceAgreement, "account"),
            ("Person", Customer, "person_id"), ("Person", AccountCustomer, "customer"),
            ("Premise", Premise, "premise_id"), ("Premise", ServiceAgreement, "premise"),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("access", [Access.HIDDEN, Access.MASKED])
    def test_a_number_finds_nothing_for_whoever_may_not_see_all_that_leads_from_it(self, kind, model, field, access):
        _, number = numbered(kind)
        role = make_role("all but one")
        group = next(group for group, names in model.field_groups.items() if field in names)
        role.visibility_rules.create(group=group, model=model._meta.label, field=field, access=access)
        assert found(Viewer(make_user(role=role)), number) == []
        assert found(viewer_with(), number)

    def test_a_number_finds_no_account_out_of_scope(self):
        outsider = Viewer(make_user(role=make_role("no rows", scopes=())))
        for kind in ("Meter", "Agreement", "Person", "Premise"):
            assert found(outsider, numbered(kind)[1]) == []

    def test_a_hidden_or_masked_mailing_address_finds_nothing(self):
        make_account(address1="77 Secret Street")
        for access in (Access.HIDDEN, Access.MASKED):
            viewer = viewer_with(contact=access)
            assert found(viewer, "secret street") == []
            assert "mailing address" not in search.searchable(viewer)

    def test_a_word_of_a_hidden_address_beside_a_name_finds_nothing(self):
        make_agreement(make_account(make_customer("Harborview"), address1="PO Box 77"), make_premise("5 Alder Street"))
        everything = viewer_with()
        assert found(everything, "harborview 77") and found(everything, "harborview alder")
        assert found(viewer_with(contact=Access.MASKED), "harborview 77") == []
        assert found(viewer_with(service=Access.HIDDEN), "harborview alder") == []

    def test_hidden_names_find_nothing(self):
        make_account(make_customer("Whitfield,Dana"))
        viewer = viewer_with(profile=Access.HIDDEN)
        assert found(viewer, "whitfield") == []
        assert "name" not in search.searchable(viewer)

    def test_a_hidden_service_address_finds_nothing_and_is_not_shown(self):
        account = make_account(account_id="4218665007")
        make_agreement(account, make_premise("1180 Pier Road"))
        viewer = viewer_with(service=Access.HIDDEN)
        assert found(viewer, "pier road") == []
        assert search.find_accounts(viewer, "4218665007").only.premise is None

    def test_one_hidden_field_of_an_address_is_left_out_of_the_search(self):
        account = make_account(address1="77 Secret Street", city="Port Ellery")
        role = make_role("no street")
        role.visibility_rules.create(
            group=FieldGroup.CONTACT, model=Account._meta.label, field="address1", access=Access.HIDDEN
        )
        viewer = Viewer(make_user(role=role))
        assert found(viewer, "secret") == []
        assert found(viewer, "ellery") == [account.account_id]

    def test_whoever_may_not_see_account_ids_may_search_by_nothing(self):
        make_account(make_customer("Whitfield,Dana"))
        viewer = viewer_with(identity=Access.HIDDEN)
        assert search.searchable(viewer) == []
        assert found(viewer, "whitfield") == []

    def test_hidden_money_is_not_read(self):
        make_summary(make_account(account_id="4218665007"), balance="92.14")
        row = search.find_accounts(viewer_with(billing=Access.HIDDEN), "4218665007").only
        assert not hasattr(row.summary, "balance")

    def test_hidden_names_do_not_order_the_results(self):
        second = make_account(make_customer("B"), account_id="4000000002", name="Aaa", address1="Elm Street")
        first = make_account(make_customer("A"), account_id="4000000001", name="Zzz", address1="Elm Street")
        assert found(viewer_with(), "elm street") == [second.account_id, first.account_id]
        assert found(viewer_hiding_names(), "elm street") == [first.account_id, second.account_id]


def viewer_hiding_names() -> Viewer:
    """Someone who may see everything but names."""
    role = make_role("no names")
    for model in (Account, Customer):
        role.visibility_rules.create(
            group=FieldGroup.PROFILE, model=model._meta.label, field="name", access=Access.HIDDEN
        )
    return Viewer(make_user(role=role))
