"""What the account page and the search read, and that neither reads past what the viewer may see."""

from datetime import timedelta

import pytest

from customer360 import search, selectors
from customer360.models import Account, Customer, ServiceAgreement
from customer360.visibility.groups import Access, FieldGroup
from customer360.visibility.viewer import Viewer
from tests.factories import (
    TODAY,
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


class TestAccount:
    def test_an_account_in_scope_is_found_by_its_id(self, viewer):
        account = make_account()
        assert selectors.account(viewer, account.account_id).name == account.name

    @pytest.mark.parametrize("account_id", ["9999999999", "", "421 866 5007", "1\x002", "'; --"])
    def test_what_is_no_account_id_does_not_exist(self, viewer, account_id):
        with pytest.raises(Account.DoesNotExist):
            selectors.account(viewer, account_id)

    def test_an_account_out_of_scope_does_not_exist(self):
        account = make_account()
        outsider = Viewer(make_user(role=make_role("no rows", scopes=())))
        with pytest.raises(Account.DoesNotExist):
            selectors.account(outsider, account.account_id)

    @pytest.mark.parametrize("access", [Access.HIDDEN, Access.MASKED])
    def test_whoever_may_not_see_account_ids_has_no_account_page(self, access):
        account = make_account()
        with pytest.raises(Account.DoesNotExist):
            selectors.account(viewer_with(identity=access), account.account_id)


class TestService:
    def served(self, viewer: Viewer, account: Account) -> selectors.Service:
        return selectors.service(viewer, selectors.account(viewer, account.account_id))

    def test_agreements_stand_under_their_premise(self, viewer):
        account, premise = make_account(), make_premise()
        electric, gas = make_agreement(account, premise), make_agreement(account, premise, service_type_name="Gas")
        (served,) = self.served(viewer, account).current
        assert served.premise.premise_id == premise.premise_id
        assert [record.pk for record in served.agreements] == [electric.pk, gas.pk]

    def test_premises_in_use_stand_before_those_not_yet_in_use(self, viewer):
        account = make_account()
        to_come = make_agreement(account, make_premise("1 First Street"), status=Status.PENDING_START)
        in_use = make_agreement(account, make_premise("2 Second Street"))
        premises = [served.premise.premise_id for served in self.served(viewer, account).current]
        assert premises == [in_use.premise_id, to_come.premise_id]

    @pytest.mark.parametrize("status", [Status.CLOSED, Status.CANCELED])
    def test_an_agreement_that_is_over_has_ended_even_where_others_are_in_force(self, viewer, status):
        account, premise = make_account(), make_premise()
        make_agreement(account, premise)
        over = make_agreement(account, premise, status=status)
        service = self.served(viewer, account)
        assert [record.pk for served in service.ended for record in served.agreements] == [over.pk]
        assert len(service.current) == 1

    def test_a_stopped_agreement_is_not_over_before_its_final_bill(self, viewer):
        account = make_account()
        make_agreement(account, status=Status.STOPPED)
        assert not self.served(viewer, account).ended

    def test_whoever_may_not_see_the_status_sees_no_difference_by_status(self):
        account = make_account()
        make_agreement(account, status=Status.CLOSED)
        make_agreement(account)
        rules = make_role("no status")
        rules.visibility_rules.create(
            group=FieldGroup.SERVICE, model=ServiceAgreement._meta.label, field="status", access=Access.HIDDEN
        )
        service = self.served(Viewer(make_user(role=rules)), account)
        assert len(service.current) == 2
        assert not service.ended

    def test_an_agreement_without_a_premise_is_not_lost(self, viewer):
        account = make_account()
        make_agreement(account, premise_id=None)
        (served,) = self.served(viewer, account).current
        assert served.premise is None

    def test_an_agreement_gone_from_its_source_is_left_out(self, viewer):
        account = make_account()
        agreement = make_agreement(account)
        ServiceAgreement.objects.filter(pk=agreement.pk).update(removed_at="2026-11-01T00:00Z")
        service = self.served(viewer, account)
        assert not service.current
        assert not service.ended


class TestCustomers:
    def test_the_main_customer_stands_first(self, viewer):
        first_made = make_customer("Silva,Ramon")
        account = make_account(make_customer("Harborview Cold Storage LLC"))
        make_account_customer(account, first_made)
        roles = selectors.customers(viewer, selectors.account(viewer, account.account_id))
        assert [role.customer.name for role in roles] == ["Harborview Cold Storage LLC", "Silva,Ramon"]


class TestTransactions:
    def listed(self, viewer: Viewer, account: Account, page: str | None = None) -> selectors.Slice:
        return selectors.transactions(viewer, selectors.account(viewer, account.account_id), page)

    def test_the_newest_stand_first_and_those_not_frozen_before_them(self, viewer):
        agreement = make_agreement(make_account())
        old = make_transaction(agreement, on=TODAY - timedelta(days=30))
        new = make_transaction(agreement, on=TODAY)
        waiting = make_transaction(agreement, is_frozen=False, accounting_date=None)
        listed = self.listed(viewer, agreement.account)
        assert [record.pk for record in listed.records] == [waiting.pk, new.pk, old.pk]

    def test_pages_cover_every_transaction_once(self, viewer):
        agreement = make_agreement(make_account())
        made = {make_transaction(agreement, on=TODAY - timedelta(days=day % 7)).pk for day in range(60)}
        slices = [self.listed(viewer, agreement.account, str(page)) for page in (1, 2, 3)]
        assert [len(part.records) for part in slices] == [25, 25, 10]
        assert {record.pk for part in slices for record in part.records} == made
        assert [(part.first, part.last, part.total) for part in slices] == [(1, 25, 60), (26, 50, 60), (51, 60, 60)]
        assert [(part.previous, part.next) for part in slices] == [(None, 2), (1, 3), (2, None)]

    @pytest.mark.parametrize(("page", "number"), [("nonsense", 1), ("999", 3), ("-4", 1), (None, 1)])
    def test_a_page_that_does_not_exist_is_the_nearest_that_does(self, viewer, page, number):
        agreement = make_agreement(make_account())
        for _ in range(51):
            make_transaction(agreement)
        assert self.listed(viewer, agreement.account, page).number == number

    def test_transactions_of_other_accounts_are_not_among_them(self, viewer):
        make_transaction(make_agreement(make_account()))
        assert self.listed(viewer, make_account()).total == 0


class TestSearch:
    @pytest.mark.parametrize("typed", ["4218665007", "421 866 5007", "421-866-5007", " 421.866.5007 "])
    def test_an_account_id_is_found_however_it_is_written(self, viewer, typed):
        make_account(account_id="4218665007")
        make_account(account_id="4218665008")
        result = search.find_accounts(viewer, typed)
        assert result.only.account.account_id == "4218665007"
        assert result.only.matched == "Account ID"

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
