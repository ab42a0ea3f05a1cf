"""The page about a customer: its accounts in every role, what they add up to, and what is absent from it."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from decimal import Decimal

import pytest
from django.urls import reverse
from guardian.shortcuts import assign_perm

from customer360 import selectors
from customer360.models import Account, AccountCustomer, Customer, Note, ServiceAgreement
from customer360.visibility.groups import Access, FieldGroup
from customer360.visibility.viewer import Viewer
from tests.customer360.story import BACKEND, at_noon, sign_in_with
from tests.factories import (
    make_account,
    make_account_customer,
    make_agreement,
    make_customer,
    make_note,
    make_premise,
    make_role,
    make_summary,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def page(client, customer: Customer, query: str = "") -> str:
    """The customer's page, which must be there."""
    response = client.get(reverse("customer", args=[customer.pk]) + query)
    assert response.status_code == 200
    return response.content.decode()


def hold(customer: Customer, balance: str = "100.00", **values) -> Account:
    """An account of the customer as main customer, with that balance."""
    account = make_account(customer, **values)
    make_summary(account, balance=balance, past_due="10.00", revenue_12m="1200.00", active_services=2)
    return account


def totals(html: str) -> dict[str, str]:
    """The strip of sums, by label."""
    label, value = r'<div class="l"><span title="[^"]*">([^<]+)</span></div>', r'<\w+ class="v[^>]*>([^<]+)<'
    return dict(re.findall(rf"{label}\s*{value}", html))


def make_northgate() -> Customer:
    """A customer with two accounts as main customer and one as guarantor."""
    customer = make_customer("Northgate Foods Group", phone="(207) 555-0100", email="ap@northgate.example")
    first, second = hold(customer, "100.25"), hold(customer, "-40.00", status=Account.Status.INACTIVE)
    make_agreement(first, make_premise("5 Mill Street"))
    make_agreement(second, make_premise("7 Old Dock"), status=ServiceAgreement.Status.CLOSED)
    other = hold(make_customer("Lantern Foundry"), "9000.00")
    make_account_customer(other, customer, relationship_type_name="Guarantor")
    make_note(first, "Asked for one bill for all accounts", customer=customer)
    return customer


@pytest.fixture
def northgate(db) -> Customer:
    """A customer with two accounts as main customer and one as guarantor."""
    return make_northgate()


@pytest.fixture(scope="class")
def crowded(keep_rows: Callable[[], AbstractContextManager[None]]) -> Iterator[Customer]:
    """A customer with more accounts, premises and notes than a page shows."""
    with at_noon(), keep_rows():
        customer = make_northgate()
        for number in range(120):
            account = hold(customer, name=f"Northgate Foods Group ({number})")
            make_agreement(account, make_premise(f"{number} Lantern Way", life_support_note="Ventilator. Ring first."))
            make_note(account, ("Lights flickered. The crew's lead mended it. " * 90)[:4000], customer=customer)
        yield customer


class TestCustomerPage:
    def test_it_tells_who_it_is_how_to_reach_them_and_every_account_with_its_role(self, client_as, northgate):
        html = page(client_as("rep"), northgate)
        for shown in (
            "<h1>Northgate Foods Group</h1>", "Business", "(207) 555-0100", "ap@northgate.example", "Lantern Foundry",
            "Guarantor", "$9,000.00", "Inactive", "5 Mill Street", "Asked for one bill for all accounts",
        ):  # fmt: skip
            assert shown in html, shown
        for account in Account.objects.all():
            assert f'href="{reverse("account", args=[account.pk])}"' in html

    def test_sums_are_of_the_accounts_as_main_customer_and_say_so(self, client_as, northgate):
        html = page(client_as("rep"), northgate)
        assert totals(html) == {
            "Accounts": "2", "Balance": "$60.25", "Past due": "$20.00", "Revenue, 12 months": "$2,400.00",
            "Active services": "4",
        }  # fmt: skip
        assert "Sums of the 2 accounts you can see with this main customer" in html

    def test_a_sum_leads_to_as_many_accounts_as_it_counts(self, client_as, northgate):
        html = page(client_as("rep"), northgate)
        assert html.count('href="?tab=main#accounts"') == 6, "five sums and the tab"
        main = page(client_as("rep"), northgate, "?tab=main")
        accounts = main[main.index('id="accounts"') : main.index('id="premises"')]
        assert accounts.count("<tr") - 1 == int(totals(main)["Accounts"])
        assert "Lantern Foundry" not in accounts

    def test_other_roles_have_a_tab_of_their_own(self, client_as, northgate):
        html = page(client_as("rep"), northgate, "?tab=others")
        accounts = html[html.index('id="accounts"') : html.index('id="premises"')]
        assert "Lantern Foundry" in accounts and "Northgate" not in accounts

    def test_only_premises_with_service_now_are_listed(self, client_as, northgate):
        html = page(client_as("rep"), northgate)
        assert "5 Mill Street" in html and "7 Old Dock" not in html

    def test_money_of_two_currencies_is_not_added_up(self, client_as, northgate):
        hold(northgate, "7.00", currency="CAD")
        sums = totals(page(client_as("rep"), northgate))
        assert (sums["Balance (USD)"], sums["Balance (CAD)"], sums["Accounts"]) == ("$60.25", "CAD 7.00", "3")

    def test_a_customer_who_is_main_customer_of_nothing_has_no_sums(self, client_as):
        contact = make_customer("Whitfield,Dana")
        make_account_customer(make_account(), contact)
        html = page(client_as("rep"), contact)
        assert "<h1>Dana Whitfield</h1>" in html and 'id="totals"' not in html

    def test_an_account_that_is_gone_and_a_former_role_are_neither_listed_nor_counted(self, client_as, northgate):
        gone, former = hold(northgate, "1.00", name="Gone"), hold(northgate, "1.00", name="Former")
        Account.objects.filter(pk=gone.pk).update(removed_at="2026-11-01T00:00Z")
        AccountCustomer.objects.filter(account=former).update(removed_at="2026-11-01T00:00Z")
        html = page(client_as("rep"), northgate)
        assert totals(html)["Accounts"] == "2"
        assert ">Gone<" not in html and ">Former<" not in html

    def test_pages_of_accounts_cover_each_once_in_a_stable_order(self, northgate):
        for _ in range(60):
            hold(northgate)
        viewer = Viewer(make_user(role=make_role("everything")))
        record = selectors.customer(viewer, northgate.pk)
        held = selectors.holdings(viewer, record)
        pages = [
            selectors.accounts_held(viewer, record, str(number), is_main=None, total=held.total) for number in (1, 2, 3)
        ]
        keys = [role.account.pk for part in pages for role in part.records]
        assert len(keys) == len(set(keys)) == held.total == 63


class TestHowMuchThePageAsksFor:
    @pytest.mark.parametrize("role", ["rep", "manager", "executive", "auditor"])
    @pytest.mark.parametrize("query", ["", "?tab=main&page=2&served=2&notes=all", "?note={note}"])
    def test_it_takes_at_most_twelve_queries_and_sixty_kilobytes(
        self, client, crowded, role, query, django_assert_max_num_queries
    ):
        user = make_user(role=role)
        assign_perm("customer360.view_customer", user, crowded)
        client.force_login(user, backend=BACKEND)
        page(client, crowded)
        note = Note.objects.filter(customer=crowded).latest("written_at", "note_id").pk
        with django_assert_max_num_queries(12):
            html = page(client, crowded, query.format(note=note))
        assert len(html.encode()) <= 60 * 1024


class TestWhoSeesIt:
    @pytest.mark.parametrize("person_id", ["9999999999", "nonsense", "30000%00"])
    def test_a_customer_that_does_not_exist_is_not_found(self, client_as, person_id):
        assert client_as("rep").get(f"/customers/{person_id}").status_code == 404

    def test_it_answers_only_reads(self, client_as, northgate):
        assert client_as("rep").post(reverse("customer", args=[northgate.pk])).status_code == 405

    def test_a_customer_out_of_scope_is_not_found(self, client_as, northgate):
        assert client_as("manager").get(reverse("customer", args=[northgate.pk])).status_code == 404
        assert client_as("administrator").get(reverse("customer", args=[northgate.pk])).status_code == 404

    def test_whoever_may_not_see_person_ids_has_no_page_and_no_link_to_it(self, client, northgate):
        for access in (Access.HIDDEN, Access.MASKED):
            sign_in_with(client, identity=access)
            assert client.get(reverse("customer", args=[northgate.pk])).status_code == 404

    def test_a_manager_counts_and_adds_up_only_the_accounts_in_scope(self, client, northgate):
        manager = make_user(role="manager")
        account = Account.objects.filter(customer=northgate).first()
        assign_perm("customer360.view_account", manager, account)
        client.force_login(manager, backend=BACKEND)
        html = page(client, northgate)
        assert totals(html) == {
            "Accounts": "1", "Balance": "$100.25", "Past due": "$10.00", "Revenue, 12 months": "$1,200.00",
            "Active services": "2",
        }  # fmt: skip
        assert "Sums of the 1 account you can see" in html
        for absent in ("Lantern Foundry", "$9,000.00", "−$40.00", "Guarantor"):
            assert absent not in html

    @pytest.mark.parametrize(
        ("group", "absent"),
        [
            ("billing", ("Balance", "$60.25", "Past due", "Revenue", "9,000.00", "12 months")),
            ("service", ("Premises", "5 Mill Street", "Active services")),
            ("contact", ("(207) 555", "ap@northgate.example", "tel:", "mailto:", "Contact")),
            ("notes", ("Notes", "one bill for all")),
        ],
    )
    def test_a_hidden_group_is_absent_label_and_value(self, client, northgate, group, absent):
        sign_in_with(client)
        in_full = page(client, northgate)
        sign_in_with(client, **{group: Access.HIDDEN})
        without = page(client, northgate)
        for text in absent:
            assert text in in_full, f"{text} is never shown, so its absence shows nothing"
            assert text not in without, text

    @pytest.mark.parametrize("access", [Access.HIDDEN, Access.MASKED])
    @pytest.mark.parametrize(
        ("model", "name", "gone"),
        [
            ("AccountSummary", "balance", ("Balance",)),
            ("Account", "currency", ("Balance", "Past due", "Revenue, 12 months", "Active services")),
            ("AccountCustomer", "is_main", ("Accounts", "Balance")),
        ],
    )
    def test_nothing_is_added_up_over_what_the_viewer_may_not_read(self, client, northgate, model, name, gone, access):
        role = make_role("one field less")
        group = {"AccountSummary": FieldGroup.BILLING}.get(model, FieldGroup.PROFILE)
        role.visibility_rules.create(group=group, model=f"customer360.{model}", field=name, access=access)
        client.force_login(make_user(role=role), backend=BACKEND)
        sums = totals(page(client, northgate))
        assert not set(gone) & set(sums)

    def test_without_knowing_the_main_customer_all_accounts_are_one_list(self, client, northgate):
        role = make_role("no roles")
        role.visibility_rules.create(
            group=FieldGroup.PROFILE, model="customer360.AccountCustomer", field="is_main", access=Access.HIDDEN
        )
        client.force_login(make_user(role=role), backend=BACKEND)
        html, asked = page(client, northgate), page(client, northgate, "?tab=main")
        for text in (html, asked):
            assert "Lantern Foundry" in text and "Main customer" not in text and "?tab=" not in text


def test_holdings_add_up_to_the_cent(northgate):
    viewer = Viewer(make_user(role=make_role("everything")))
    held = selectors.holdings(viewer, selectors.customer(viewer, northgate.pk))
    (sums,) = held.sums
    assert (held.total, held.main, held.others, sums.accounts) == (3, 2, 1, 2)
    assert sums.figures["balance"] == Decimal("60.25")
