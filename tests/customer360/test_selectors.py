"""What the account page and the search read, and that neither reads past what the viewer may see."""

from datetime import timedelta

import pytest

from customer360 import selectors
from customer360.models import Account, ServiceAgreement
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
