"""Long lists on the page about an account: what stands there at first, and how the rest is come by."""

import re

import pytest

from customer360.models import ServiceAgreement
from tests.customer360.story import page
from tests.factories import make_account, make_account_customer, make_agreement, make_customer, make_premise

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


class TestPagesWithinThePage:
    def test_more_than_five_premises_unfold_on_request(self, client_as):
        account = make_account()
        for number in range(7):
            make_agreement(account, make_premise(f"{number} Lantern Way"))
        make_agreement(account, premise_id=None)
        client = client_as("rep")
        folded, unfolded = page(client, account), page(client, account, "?premises=all")
        assert "4 Lantern Way" in folded
        assert "5 Lantern Way" not in folded
        assert "All 7 premises · 8 agreements" in folded
        assert "6 Lantern Way" in unfolded
        assert "All 7 premises" not in unfolded

    def test_ended_service_is_cut_short_until_asked_for(self, client_as):
        account = make_account()
        for number in range(12):
            make_agreement(account, make_premise(f"{number} Old Road"), status=ServiceAgreement.Status.CLOSED)
        client = client_as("rep")
        folded = page(client, account)
        assert folded.count("Old Road") == 5
        assert "All 12 ended agreements" in folded
        assert [page(client, account, f"?ended={number}").count("Old Road") for number in ("all", "2")] == [10, 2]

    def test_an_account_with_190_premises_comes_by_the_page(self, client_as):
        account = make_account()
        for number in range(190):
            make_agreement(
                account, make_premise(f"{number:03} Lantern Way", life_support_note="Ventilator. Ring first.")
            )
            make_agreement(account, make_premise(f"{number:03} Old Road"), status=ServiceAgreement.Status.CLOSED)
        client = client_as("rep")
        seen: list[str] = []
        numbers = [("premises", number) for number in range(1, 14)] + [("ended", number) for number in range(1, 20)]
        for parameter, number in numbers:
            html = page(client, account, f"?{parameter}={number}")
            assert len(html.encode()) <= 60 * 1024
            card = html[html.index('id="premises"') :]
            shown = card[card.index("<details") :] if parameter == "ended" else card
            seen += re.findall(r"(\d{3} (?:Lantern Way|Old Road))</a>", shown)
        assert len(seen) == len(set(seen)) == 380
        html = page(client, account, "?premises=all")
        assert "1–15 of 190" in html and 'href="?premises=2#premises"' in html
        assert 'href="?ended=all#premises">Service that has ended: 190 agreements</a>' in html
        assert "181–190 of 190" in page(client, account, "?premises=99")

    def test_a_premise_that_goes_on_over_the_page_is_named_again(self, client_as):
        account, premise = make_account(), make_premise("1180 Pier Road")
        for _ in range(17):
            make_agreement(account, premise)
        client = client_as("rep")
        assert page(client, account).count("1180 Pier Road</a>") == 1
        assert page(client, account, "?premises=2").count("1180 Pier Road</a>") == 1

    def test_more_than_six_customers_come_by_the_page(self, client_as):
        account = make_account()
        for number in range(30):
            make_account_customer(account, make_customer(f"Resident,Number {number:02}"))
        client = client_as("rep")
        assert page(client, account).count('class="person"') == 6
        assert "All 31 customers" in page(client, account)
        whole = page(client, account, "?people=all")
        assert "1–20 of 31" in whole and 'href="?people=2#people"' in whole
        assert "Number 29 Resident" in page(client, account, "?people=2")
