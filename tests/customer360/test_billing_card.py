"""The billing card: which list an address shows, how a bill stands, and what the chart draws."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest

from customer360.models import Account, Bill, Payment
from customer360.visibility.groups import Access, FieldGroup
from tests.customer360.story import BACKEND, page, sign_in_with
from tests.factories import (
    TODAY,
    make_account,
    make_agreement,
    make_bill,
    make_payment,
    make_role,
    make_transaction,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def card(client, account: Account, query: str = "") -> str:
    """The billing card alone."""
    html = page(client, account, query)
    return html[html.index('id="billing"') : html.index('id="notes"')]


def standings(html: str) -> list[str]:
    """What the chips of a card say, in order."""
    return re.findall(r'<span class="chip[^"]*">([^<]+)</span>', html)


class TestTabs:
    def test_bills_are_shown_unless_another_list_is_asked_for(self, client_as, harborview):
        client = client_as("rep")
        for query in ("", "?tab=bills", "?tab=nonsense"):
            bills = card(client, harborview, query)
            assert "$3,742.10" in bills and "Lockbox" not in bills and "Not frozen" not in bills
        assert "Lockbox" in card(client, harborview, "?tab=payments")
        assert "Not frozen" in card(client, harborview, "?tab=transactions")

    def test_each_tab_is_a_link_with_its_number_and_the_chosen_one_is_marked(self, client_as, harborview):
        html = card(client_as("rep"), harborview, "?tab=payments&page=7&premises=all")
        links = re.findall(r'<a href="([^"]+)"( aria-current="page")?>(\w+)(?: <span class="cnt">(\d+))?', html)
        assert links == [
            ("?tab=bills&amp;premises=all#billing", "", "Bills", "3"),
            ("?tab=payments&amp;premises=all#billing", ' aria-current="page"', "Payments", "1"),
            ("?tab=transactions&amp;premises=all#billing", "", "Transactions", ""),
        ]

    def test_only_the_chosen_list_is_read(self, client_as, harborview, settings, django_assert_max_num_queries):
        settings.SOURCES_KEPT_FOR_SECONDS = 5
        client = client_as("rep")
        page(client, harborview)
        with django_assert_max_num_queries(12) as bills:
            page(client, harborview)
        with django_assert_max_num_queries(12) as payments:
            page(client, harborview, "?tab=payments")
        assert not any("financialtransaction" in query["sql"] for query in [*bills, *payments])
        assert not any('FROM "customer360_bill"' in query["sql"].split("(SELECT")[0] for query in payments)

    @pytest.mark.parametrize("tab", ["bills", "payments", "transactions"])
    def test_older_entries_are_a_link_away(self, client_as, tab):
        agreement = make_agreement(make_account())
        for back in range(33):
            on = TODAY - timedelta(days=back)
            make_bill(agreement.account, on=on)
            make_payment(agreement.account, on=on)
            make_transaction(agreement, on=on)
        client = client_as("rep")
        first = card(client, agreement.account, f"?tab={tab}")
        assert f'href="?tab={tab}&amp;page=2#billing"' in first and "1–25 of 33" in first
        second = card(client, agreement.account, f"?tab={tab}&page=2&notes=all")
        assert f'href="?tab={tab}&amp;page=1&amp;notes=all#billing"' in second and "26–33 of 33" in second

    @pytest.mark.parametrize(
        ("tab", "text"),
        [
            ("bills", "CC&amp;B holds no bill of this account."),
            ("payments", "CC&amp;B holds no payment to this account."),
            ("transactions", "CC&amp;B holds no financial transaction of this account."),
        ],
    )
    def test_an_empty_list_says_so(self, client_as, tab, text):
        assert text in card(client_as("rep"), make_account(), f"?tab={tab}")

    def test_a_list_the_viewer_may_not_see_has_no_tab_and_no_address(self, client, harborview):
        role = make_role("no bills")
        for model, field in (("Bill", "bill_date"), ("Payment", "received_date")):
            role.visibility_rules.create(
                group=FieldGroup.BILLING, model=f"customer360.{model}", field=field, access=Access.HIDDEN
            )
        client.force_login(make_user(role=role), backend=BACKEND)
        html = card(client, harborview, "?tab=payments")
        assert "Not frozen" in html
        for absent in ("Bills", "Payments", "Lockbox", "tab=bills"):
            assert absent not in html

    def test_entries_gone_from_their_source_are_left_out(self, client_as, harborview):
        Bill.objects.filter(amount="3742.10").update(removed_at="2026-11-01T00:00Z")
        Payment.objects.update(removed_at="2026-11-01T00:00Z")
        client = client_as("rep")
        assert "$3,742.10" not in card(client, harborview)
        assert "CC&amp;B holds no payment to this account." in card(client, harborview, "?tab=payments")


class TestBills:
    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"open_amount": 100, "due_date": TODAY}, "Not yet due"),
            ({"open_amount": 100, "due_date": TODAY - timedelta(days=1)}, "1 d past due"),
            ({"open_amount": 40, "due_date": TODAY - timedelta(days=13)}, "13 d past due"),
            ({"open_amount": 0, "due_date": TODAY - timedelta(days=13)}, "Paid"),
            ({"open_amount": 0, "not_ageing_amount": 100}, "Not ageing"),
            ({"open_amount": 60, "not_ageing_amount": 40, "due_date": TODAY - timedelta(days=13)}, "13 d past due"),
            ({"open_amount": 100, "due_date": None}, "Open"),
            ({"amount": -20, "open_amount": 0}, "Credit"),
            ({"status": Bill.Status.PENDING, "bill_date": None, "due_date": None}, "Pending"),
        ],
    )
    def test_a_bill_stands_by_its_due_date_and_what_is_open(self, client_as, values, words):
        account = make_account()
        make_bill(account, **values)
        assert standings(card(client_as("rep"), account)) == [words]

    def test_paid_and_open_add_up_to_the_amount(self, client_as, harborview):
        row = next(row for row in card(client_as("rep"), harborview).split("<tr") if "3,742.10" in row)
        assert "$2,457.50" in row and "$1,284.60" in row

    def test_a_bill_being_made_stands_first_without_a_date(self, client_as, harborview):
        make_bill(harborview, "0.00", status=Bill.Status.PENDING, bill_date=None, due_date=None)
        html = card(client_as("rep"), harborview)
        assert html.index("Not dated yet") < html.index("19 Nov 2026")

    @pytest.mark.parametrize("field", ["due_date", "open_amount", "amount"])
    def test_how_a_bill_stands_is_not_told_to_whoever_may_not_see_what_it_follows_from(self, client, harborview, field):
        role = make_role("no standing")
        role.visibility_rules.create(
            group=FieldGroup.BILLING, model="customer360.Bill", field=field, access=Access.HIDDEN
        )
        client.force_login(make_user(role=role), backend=BACKEND)
        html = card(client, harborview)
        assert "Complete" in html
        assert standings(html) == []

    def test_a_canceled_payment_is_marked_and_greyed(self, client_as):
        account = make_account()
        make_payment(account, status=Payment.Status.CANCELED)
        html = card(client_as("rep"), account, "?tab=payments")
        assert 'class="off"' in html and standings(html) == ["Canceled"]


class TestChart:
    def heights(self, html: str) -> dict[str, list[float]]:
        """The heights of the bars of each month that has any, the year before first."""
        months = re.findall(r"<g><title>(\w+ \d+):.*?</title>(.*?)<text", html)
        found = {name: [float(height) for height in re.findall(r'height="([\d.]+)"', bars)] for name, bars in months}
        assert len(found) == 13
        return {name: bars for name, bars in found.items() if bars}

    def test_thirteen_months_stand_beside_the_year_before_in_proportion(self, client_as):
        account = make_account()
        for on, amount in ((date(2026, 11, 3), 100), (date(2026, 11, 30), 100), (date(2025, 11, 1), 100)):
            make_bill(account, amount, on)
        make_bill(account, 50, date(2024, 11, 30))
        make_bill(account, 999, date(2024, 10, 31))
        make_bill(account, 999, date(2026, 11, 5), status=Bill.Status.PENDING)
        heights = self.heights(card(client_as("rep"), account))
        assert heights == {"Nov 2025": [22.5, 45.0], "Nov 2026": [45.0, 90.0]}

    def test_it_is_told_in_words_and_as_a_table(self, client_as, harborview):
        html = card(client_as("rep"), harborview)
        assert (
            "Thirteen months to November 2026. Highest October 2026, $3,742.10; lowest November 2025, $3,410.00."
            " November 2026 is $3,627.75; a year before it was $3,410.00."
        ) in html
        row = '<th scope="row">Nov 2026</th><td class="n">$3,627.75</td><td class="n">$3,410.00</td>'
        assert row in html and '<th scope="row">Sep 2026</th><td class="n">—</td><td class="n">—</td>' in html

    def test_a_credit_goes_below_the_axis(self, client_as):
        account = make_account()
        make_bill(account, 200, date(2026, 10, 5))
        make_bill(account, -100, date(2026, 11, 5))
        html = card(client_as("rep"), account)
        axis = float(re.search(r'y1="([\d.]+)"', html)[1])
        bars = dict(re.findall(r'y="([\d.]+)" width="7" height="([\d.]+)"', html))
        assert bars == {"6.0": "60.0", "66.0": "30.0"} and axis == 66.5

    def test_an_account_not_billed_in_thirteen_months_has_none(self, client_as):
        account = make_account()
        make_bill(account, 200, date(2025, 10, 31))
        html = card(client_as("rep"), account)
        assert "$200.00" in html and "13 months" not in html

    @pytest.mark.parametrize("access", [Access.HIDDEN, Access.MASKED])
    def test_there_is_none_for_whoever_may_not_view_amounts(self, client, harborview, access):
        role = make_role("no amounts")
        role.visibility_rules.create(group=FieldGroup.BILLING, model="customer360.Bill", field="amount", access=access)
        client.force_login(make_user(role=role), backend=BACKEND)
        html = card(client, harborview)
        assert "13 months" not in html and "3,742.10" not in html

    def test_masked_money_is_masked_everywhere(self, client, harborview):
        sign_in_with(client, billing=Access.MASKED)
        html = page(client, harborview)
        assert not re.search(r"\$[\d,]+\.\d\d", html)


def test_amounts_of_the_factories_are_money() -> None:
    """A guard for the tests above: what they compare is stored exactly."""
    bill = make_bill(make_account(), "3742.10", open_amount="1284.60")
    bill.refresh_from_db()
    assert bill.paid_amount == Decimal("2457.50")
