"""The pages about a premise and about a service agreement: what is on them, who sees them, and what is absent."""

from datetime import timedelta

import pytest
from django.urls import reverse
from guardian.shortcuts import assign_perm

from customer360.models import Premise, ServiceAgreement
from customer360.visibility.groups import Access, FieldGroup
from tests.customer360.story import BACKEND, sign_in_with
from tests.factories import (
    TODAY,
    make_account,
    make_agreement,
    make_customer,
    make_note,
    make_premise,
    make_role,
    make_transaction,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

Status = ServiceAgreement.Status


def page(client, name: str, record, query: str = "") -> str:
    """The page of that name about a record, which must be there."""
    response = client.get(reverse(name, args=[record.pk]) + query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def pier(db) -> Premise:
    """A premise with an electric service in force, and a tenant who left."""
    premise = make_premise("1180 Pier Road", life_support="LS", life_support_note="Ventilator on floor 2")
    tenant = make_account(make_customer("Harborview Cold Storage LLC"), account_id="4218665007")
    former = make_account(make_customer("Pier 4 Reefer Terminal"))
    agreement = make_agreement(tenant, premise, service_agreement_id="7714430192", revenue_class="RC-9")
    make_agreement(former, premise, status=Status.CLOSED, rate="E-OLD", end_date=TODAY - timedelta(days=900))
    make_transaction(agreement, "2214.60", bill_id="602120261119")
    make_transaction(agreement, "-2000.00", payoff_amount="-1900.00")
    make_transaction(agreement, "35.00", is_frozen=False, accounting_date=None, type="AD")
    make_note(tenant, "The key is with the harbor master", premise=premise)
    return premise


class TestPremisePage:
    def test_it_tells_where_it_is_what_must_not_be_cut_off_and_who_takes_service(self, client_as, pier):
        html = page(client_as("rep"), "premise", pier)
        for shown in (
            "<h1>1180 Pier Road</h1>", "Port Ellery ME 04101", "Commercial", "Life support:", "Ventilator on floor 2",
            "7714430192", "Harborview Cold Storage LLC", "The key is with the harbor master",
            'href="/accounts/4218665007"', 'href="/service-agreements/7714430192"',
        ):  # fmt: skip
            assert shown in html, shown
        assert "Pier 4 Reefer Terminal" not in html

    def test_past_agreements_are_behind_a_link_with_their_number(self, client_as, pier):
        client = client_as("rep")
        assert 'Ended <span class="cnt">1</span>' in page(client, "premise", pier)
        html = page(client, "premise", pier, "?tab=ended")
        assert "Pier 4 Reefer Terminal" in html and "E-OLD" in html and "7714430192" not in html

    def test_the_one_account_that_takes_service_is_above_it(self, client_as, pier):
        trail = page(client_as("rep"), "premise", pier).partition('class="trail"')[2].partition("</nav>")[0]
        assert "Harborview Cold Storage LLC" in trail and "4218665007" in trail
        make_agreement(make_account(), pier)
        assert 'class="trail"' not in page(client_as("rep"), "premise", pier)

    def test_a_premise_nobody_takes_service_at_says_so(self, client_as):
        premise = make_premise()
        make_agreement(make_account(), premise, status=Status.CANCELED)
        html = page(client_as("rep"), "premise", premise)
        assert "No service agreement of an account that you can see is in force or to come here." in html
        assert "CC&amp;B holds no note about this premise." in html and 'id="alerts"' not in html

    def test_a_manager_sees_of_a_shared_premise_only_the_accounts_in_scope(self, client, pier):
        manager = make_user(role="manager")
        assign_perm("customer360.view_account", manager, pier.service_agreements.get(rate="E-OLD").account)
        client.force_login(manager, backend=BACKEND)
        html = page(client, "premise", pier)
        for absent in ("Harborview", "7714430192", "harbor master", 'In force <span class="cnt">1'):
            assert absent not in html
        assert 'In force <span class="cnt">0' in html and 'Ended <span class="cnt">1' in html

    @pytest.mark.parametrize("role", ["manager", "administrator"])
    def test_it_is_not_found_out_of_scope(self, client_as, pier, role):
        assert client_as(role).get(reverse("premise", args=[pier.pk])).status_code == 404

    @pytest.mark.parametrize("access", [Access.HIDDEN, Access.MASKED])
    def test_whoever_may_not_see_premise_ids_has_no_page_and_no_link(self, client, pier, access):
        role = make_role("no premise IDs")
        role.visibility_rules.create(
            group=FieldGroup.SERVICE, model=Premise._meta.label, field="premise_id", access=access
        )
        client.force_login(make_user(role=role), backend=BACKEND)
        assert client.get(reverse("premise", args=[pier.pk])).status_code == 404
        html = page(client, "account", pier.service_agreements.get(pk="7714430192").account)
        assert "1180 Pier Road" in html and "/premises/" not in html

    def test_whoever_may_not_see_the_status_gets_one_list(self, client, pier):
        role = make_role("no status")
        role.visibility_rules.create(
            group=FieldGroup.SERVICE, model=ServiceAgreement._meta.label, field="status", access=Access.MASKED
        )
        client.force_login(make_user(role=role), backend=BACKEND)
        html = page(client, "premise", pier, "?tab=ended")
        assert "7714430192" in html and "E-OLD" in html and "?tab=" not in html

    @pytest.mark.parametrize("query", ["", "?page=3&notes=all", "?notes=all&note={note}"])
    def test_it_takes_at_most_twelve_queries_and_sixty_kilobytes(
        self, client_as, pier, query, django_assert_max_num_queries
    ):
        for number in range(90):
            account = make_account(make_customer(f"Tenant,Number {number}"))
            make_agreement(account, pier)
            note = make_note(account, ("Lights flickered. The crew's lead mended it. " * 90)[:4000], premise=pier)
        client = client_as("rep")
        page(client, "premise", pier)
        with django_assert_max_num_queries(12):
            html = page(client, "premise", pier, query.format(note=note.pk))
        assert len(html.encode()) <= 60 * 1024


class TestServiceAgreementPage:
    @pytest.fixture
    def agreement(self, pier) -> ServiceAgreement:
        return pier.service_agreements.get(pk="7714430192")

    def test_it_tells_the_terms_whose_it_is_and_what_is_owed_on_it(self, client_as, agreement):
        html = page(client_as("rep"), "service-agreement", agreement)
        for shown in (
            "<h1>Electric commercial</h1>", "771 443 0192", "Active", "E-LG-TOU", "RC-9", "Harborview Cold Storage LLC",
            "1180 Pier Road", "Ventilator on floor 2", "Not frozen", "602120261119", 'href="/accounts/4218665007"',
            f'href="/premises/{agreement.premise_id}"', f'href="/customers/{agreement.account.customer_id}"',
        ):  # fmt: skip
            assert shown in html, shown

    def test_its_balance_is_the_sum_of_what_is_frozen(self, client_as, agreement):
        html = page(client_as("rep"), "service-agreement", agreement)
        strip = html[html.index('id="balance"') : html.index('id="terms"')]
        assert ">$214.60<" in strip and ">$314.60<" in strip and ">3<" in strip
        assert "the frozen ones of its 3 transactions" in strip

    def test_transactions_of_other_agreements_are_not_among_its_own(self, client_as, agreement):
        make_transaction(make_agreement(agreement.account), "77.77")
        assert "77.77" not in page(client_as("rep"), "service-agreement", agreement)

    def test_one_without_premise_and_transactions_says_so(self, client_as):
        agreement = make_agreement(make_account(), premise_id=None, sa_type_name=None, service_type_name=None)
        html = page(client_as("rep"), "service-agreement", agreement)
        assert "<h1>Service agreement</h1>" in html and 'id="balance"' not in html
        assert "CC&amp;B holds no financial transaction of this agreement." in html

    @pytest.mark.parametrize("role", ["manager", "administrator"])
    def test_it_is_not_found_out_of_scope(self, client_as, agreement, role):
        assert client_as(role).get(reverse("service-agreement", args=[agreement.pk])).status_code == 404

    @pytest.mark.parametrize("key", ["9999999999", "nonsense", "77%00"])
    def test_one_that_does_not_exist_is_not_found(self, client_as, key):
        assert client_as("rep").get(f"/service-agreements/{key}").status_code == 404
        assert client_as("rep").get(f"/premises/{key}").status_code == 404

    def test_hidden_money_is_absent_label_and_value(self, client, agreement):
        sign_in_with(client)
        in_full = page(client, "service-agreement", agreement)
        sign_in_with(client, billing=Access.HIDDEN)
        without = page(client, "service-agreement", agreement)
        for text in ("Balance", "Payoff", "Transactions", "214.60", "602120261119", "Bill segment"):
            assert text in in_full
            assert text not in without, text
        assert "E-LG-TOU" in without

    @pytest.mark.parametrize("name", ["current_amount", "is_frozen"])
    def test_a_masked_amount_is_not_summed(self, client, agreement, name):
        role = make_role("masked")
        role.visibility_rules.create(
            group=FieldGroup.BILLING, model="customer360.FinancialTransaction", field=name, access=Access.MASKED
        )
        client.force_login(make_user(role=role), backend=BACKEND)
        assert ">$214.60<" not in page(client, "service-agreement", agreement)

    @pytest.mark.parametrize("role", ["rep", "executive", "auditor"])
    def test_it_takes_at_most_twelve_queries_and_sixty_kilobytes(
        self, client_as, agreement, role, django_assert_max_num_queries
    ):
        for day in range(60):
            make_transaction(agreement, "100.00", on=TODAY - timedelta(days=day))
        client = client_as(role)
        page(client, "service-agreement", agreement)
        with django_assert_max_num_queries(12):
            html = page(client, "service-agreement", agreement, "?page=2")
        assert "26–50 of 63" in html
        assert len(html.encode()) <= 60 * 1024
