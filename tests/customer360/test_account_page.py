"""The page about an account: what is on it, and what is absent from it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils import timezone
from guardian.shortcuts import assign_perm

from customer360 import pages, sources
from customer360.models import Account, Customer, Note
from customer360.sources import Freshness, SourceState
from customer360.templatetags.portal import stamp
from customer360.visibility.groups import Access, FieldGroup
from customer360.visibility.viewer import VisibleRecord
from tests.customer360.story import BACKEND, at_noon, fill, make_harborview, page, sign_in_with, talk, without_token
from tests.factories import (
    make_account,
    make_customer,
    make_role,
    make_summary,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def of_ccb() -> list[pages.Panel]:
    """The panels of the account's page that show what CC&B holds."""
    return [panel for panel in pages.panels("account") if "ccb" in panel.sources]


class TestAccountPage:
    def test_everything_is_in_the_first_answer(self, client_as, harborview, ccb):
        ccb()
        html = page(client_as("rep"), harborview)
        for shown in (
            "<h1>Harborview Cold Storage LLC</h1>", "421 866 5007", "Active", "Commercial, large", "Mar 2014",
            "$4,912.35", "$3,627.75", "$1,284.60", "1–30 days", "$2,457.50", "$45,910.22", "6%", "$42,180.44",
            "Dana Whitfield", "(207) 555-0187", "dana@cold.example", "PO Box 2210", "1180 Pier Road", "7714430192",
            "Ammonia refrigeration", "E-LG-TOU", "Service that has ended", "E-OLD", "10 Dec 2026", "in 16 days",
            "$3,742.10", "Not yet due", "13 d past due", "Wants the dock meter read by hand", "Call times",
            "Planned outage at Pier Road, until 26 Nov 2026", "Ring the plant before any visit",
            "You see the fields of the role <b>rep</b>",
        ):  # fmt: skip
            assert shown in html, shown

    def test_its_context_holds_no_model_instance(self, client_as, harborview, ccb):
        ccb()
        response = client_as("rep").get(reverse("account", args=[harborview.account_id]))
        seen: dict[int, object] = {}

        def walk(value: object, path: str) -> None:
            if id(value) in seen:
                return
            seen[id(value)] = value
            assert not isinstance(value, Model | QuerySet), path
            if isinstance(value, dict):
                for key, item in value.items():
                    walk(item, f"{path}.{key}")
            elif isinstance(value, list | tuple | set):
                for item in value:
                    walk(item, f"{path}[]")
            elif type(value).__module__.startswith("customer360") and hasattr(value, "__dict__"):
                walk(vars(value), path)

        for context in response.context:
            for layer in context.dicts:
                walk(
                    {name: item for name, item in layer.items() if name not in ("request", "shell", "user")}, "context"
                )
        assert any(isinstance(value, VisibleRecord) for value in seen.values())

    @pytest.mark.parametrize("account_id", ["9999999999", "nonsense", "4218665007%00"])
    def test_an_account_that_does_not_exist_is_not_found(self, client_as, account_id):
        response = client_as("rep").get(f"/accounts/{account_id}")
        assert response.status_code == 404
        assert "There is no page at this address" in response.content.decode()

    def test_an_account_out_of_scope_looks_like_one_that_does_not_exist(self, client_as, harborview):
        client = client_as("manager")
        there = client.get(reverse("account", args=[harborview.account_id]))
        missing = client.get(reverse("account", args=["9999999999"]))
        assert there.status_code == missing.status_code == 404
        assert without_token(there, harborview.account_id) == without_token(missing, "9999999999")

    def test_it_answers_only_reads(self, client_as, harborview):
        assert client_as("rep").post(reverse("account", args=[harborview.account_id])).status_code == 405

    def test_its_security_policy_allows_no_inline_script_or_style(self, client_as, harborview):
        response = client_as("rep").get(reverse("account", args=[harborview.account_id]))
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert response.headers["Cache-Control"] == "no-store"

    def test_an_account_without_figures_agreements_or_transactions_says_so(self, client_as):
        html = page(client_as("rep"), make_account(make_customer("Newcomer Inc"), name=None))
        assert "No service agreement is in force or to come." in html
        for nothing in ("CC&amp;B holds no bill of this account.", "CC&amp;B holds no note about this account."):
            assert nothing in html
        for absent in ('id="balance"', 'id="revenue"', 'id="alerts"', "<svg viewBox"):
            assert absent not in html

    def test_an_account_gone_from_its_source_is_marked(self, client_as, harborview):
        Account.objects.filter(pk=harborview.pk).update(removed_at=timezone.now())
        assert "Gone from CC&amp;B since" in page(client_as("rep"), harborview)

    def test_a_credit_has_no_bar_and_no_part(self, client_as):
        account = make_account()
        make_summary(account, balance="-50.00")
        html = page(client_as("rep"), account)
        assert "−$50.00" in html
        assert 'class="bar"' not in html

    def test_a_credit_that_relieves_no_debt_stands_beside_it_so_that_the_parts_add_up(self, client_as):
        account = make_account()
        make_summary(account, balance="0.00", past_due="53.00", past_due_1_30="53.00")
        html = page(client_as("rep"), account)
        balance = " ".join(html[html.index("$0.00") : html.index("1–30 days")].split())
        assert "−$53.00</span> current" in balance and "$53.00</span> past due" in balance
        assert 'class="bar"' not in balance

    @pytest.mark.parametrize(
        ("kind", "name", "suffix", "shown"),
        [
            (Customer.Kind.PERSON, "Banerjee,Hazel", "", "Hazel Banerjee"),
            (Customer.Kind.PERSON, "Banerjee,Hazel", " (Birch Landing)", "Hazel Banerjee (Birch Landing)"),
            (Customer.Kind.BUSINESS, "Lantern, Alder and Sons", "", "Lantern, Alder and Sons"),
        ],
    )
    def test_a_person_is_named_as_one_says_the_name(self, client_as, kind, name, suffix, shown):
        account = make_account(make_customer(name, kind=kind), name=name + suffix)
        assert f"<h1>{shown}</h1>" in page(client_as("rep"), account)


@pytest.fixture(scope="class")
def crowded(keep_rows: Callable[[], AbstractContextManager[None]]) -> Iterator[Account]:
    """The account of the story with more of everything than a page shows."""
    with at_noon(), keep_rows():
        account = make_harborview()
        fill(account)
        yield account


class TestHowMuchThePageAsksFor:
    @pytest.fixture(autouse=True)
    def as_in_operation(self, settings):
        """The age of the sources is read once for many pages."""
        settings.SOURCES_KEPT_FOR_SECONDS = 5

    @pytest.mark.parametrize("role", ["rep", "manager", "executive", "auditor"])
    @pytest.mark.parametrize(
        "query",
        ["", "?tab=payments", "?tab=transactions&page=2", "?notes=all&page=2", "?premises=all", "?ended=all"],
    )
    def test_it_takes_at_most_twelve_queries_and_sixty_kilobytes(
        self, client, crowded, role, query, django_assert_max_num_queries
    ):
        """With the real source of freshness, for an account that has more of everything than a page shows."""
        user = make_user(role=role)
        assign_perm("customer360.view_account", user, crowded)
        client.force_login(user, backend=BACKEND)
        page(client, crowded)
        assert "ccb" in sources.names()
        with django_assert_max_num_queries(12):
            html = page(client, crowded, query)
        assert len(html.encode()) <= 60 * 1024


@pytest.fixture(scope="class")
def talkative(keep_rows: Callable[[], AbstractContextManager[None]]) -> Iterator[Account]:
    """The crowded account with texts as long as its systems take."""
    with at_noon(), keep_rows():
        account = make_harborview()
        fill(account)
        talk(account)
        yield account


class TestHowMuchLongTextsTake:
    @pytest.mark.parametrize(
        "query",
        [
            "",
            "?note={note}",
            "?notes=all",
            "?notes=2",
            "?notes=all&note={note}",
            "?alerts=all",
            "?alerts=2&note={note}",
            "?premises=all",
            "?ended=2&note={note}",
            "?people=all",
            "?cases=all",
            "?activity=2&note={note}",
        ],
    )
    def test_long_notes_and_many_alerts_take_no_more(
        self, client_as, talkative, query, settings, django_assert_max_num_queries
    ):
        settings.SOURCES_KEPT_FOR_SECONDS = 5
        client = client_as("rep")
        query = query.format(note=Note.objects.filter(account=talkative).latest("written_at", "note_id").pk)
        page(client, talkative)
        with django_assert_max_num_queries(12):
            html = page(client, talkative, query)
        assert len(html.encode()) <= 60 * 1024


class TestWhatARoleDoesNotSee:
    @pytest.mark.parametrize(
        ("group", "absent"),
        [
            ("billing", ("Balance", "4,912.35", "Billing", "3,742.10", "Revenue", "past due", "Next due", "Bills")),
            ("service", ("Premises", "1180 Pier Road", "7714430192", "E-LG-TOU", "Ammonia")),
            ("notes", ("Notes", "dock meter", "Brandt", "Planned outage", "Ring the plant", "Call times")),
            ("contact", ("(207) 555", "dana@cold.example", "PO Box 2210", "Mail to", "tel:", "mailto:")),
            ("credit", ("Credit", "Collection class", "COL-9")),
            ("profile", ("Harborview", "Whitfield", "Commercial, large", "Key accounts", "Customers", "Since")),
        ],
    )
    def test_a_hidden_group_is_absent_label_and_value(self, client, harborview, group, absent):
        sign_in_with(client)
        in_full = page(client, harborview)
        sign_in_with(client, **{group: Access.HIDDEN})
        without = page(client, harborview)
        for text in absent:
            assert text in in_full, f"{text} is never shown, so its absence shows nothing"
            assert text not in without, text

    def test_one_hidden_field_takes_its_column_with_it(self, client, harborview):
        role = make_role("no bills")
        role.visibility_rules.create(
            group=FieldGroup.BILLING, model="customer360.FinancialTransaction", field="bill_id", access=Access.HIDDEN
        )
        client.force_login(make_user(role=role), backend=BACKEND)
        html = page(client, harborview, "?tab=transactions")
        assert "602120261119" not in html
        assert ">Bill<" not in html
        assert "$2,214.60" in html

    def test_an_executive_is_told_of_debt_and_loads_and_of_nothing_in_notes(self, client_as, harborview):
        html = page(client_as("executive"), harborview)
        assert "$1,284.60 past due" in html and "Ammonia refrigeration" in html
        for absent in ("Planned outage", "Ring the plant", 'id="notes"', "#notes"):
            assert absent not in html

    def test_masked_fields_are_masked_and_lead_nowhere(self, client_as, harborview):
        html = page(client_as("auditor"), harborview)
        assert "••••••" in html
        for absent in ("555-0187", "dana@cold.example", "PO Box 2210", "tel:", "mailto:"):
            assert absent not in html

    def test_masked_money_draws_no_bar(self, client, harborview):
        role = make_role("masked balance")
        role.visibility_rules.create(
            group=FieldGroup.BILLING, model="customer360.AccountSummary", field="past_due", access=Access.MASKED
        )
        client.force_login(make_user(role=role), backend=BACKEND)
        html = page(client, harborview)
        balance = html[html.index("$4,912.35") : html.index("Next due")]
        for absent in ("1,284.60</span> past due", "3,627.75", "fa0"):
            assert absent not in balance
        assert "past due</b>" not in html, "an alert would tell that there is a debt"


class TestAgeOfTheData:
    def test_every_card_names_source_and_time(self, client, harborview, ccb):
        state = ccb()
        sign_in_with(client)
        html = page(client, harborview)
        assert html.count(f">CC&amp;B {stamp(state.last_success)}<") == 8 == len(of_ccb())
        assert "banner" not in html

    def test_late_data_is_marked_in_words_without_a_banner(self, client_as, harborview, ccb):
        ccb(Freshness.LATE, hours=30)
        html = page(client_as("rep"), harborview)
        assert ", late<" in html
        assert "banner" not in html

    def test_stale_data_has_a_banner_with_its_age_and_what_to_do(self, client_as, harborview, ccb):
        ccb(Freshness.STALE, hours=31, problem="The last load failed.")
        html = page(client_as("rep"), harborview)
        assert "<b>CC&amp;B data is 31 hours old.</b>" in html
        assert "The last load failed." in html
        assert "Check in CC&amp;B before you promise anything." in html

    def test_a_failed_load_is_told_on_every_card_and_above_them(self, client, harborview, ccb):
        ccb(Freshness.FAILED, hours=3, problem="The latest load of Bills failed.")
        sign_in_with(client)
        html = page(client, harborview)
        assert html.count(", failed</span>") == 8 == len(of_ccb())
        assert html.count("The latest load of Bills failed.") == 8 + 1

    def test_data_never_loaded_says_so(self, client_as, harborview, ccb):
        ccb(Freshness.NEVER)
        html = page(client_as("rep"), harborview)
        assert "CC&amp;B has never been loaded." in html
        assert ">CC&amp;B never loaded<" in html

    def test_the_sources_are_asked_once_a_page(self, client_as, harborview, monkeypatch):
        asked = []
        state = SourceState("ccb", "CC&B", timezone.now(), Freshness.FRESH)
        monkeypatch.setattr(sources, "_sources", {"ccb": lambda: asked.append(1) or state})
        page(client_as("rep"), harborview)
        assert len(asked) == 1
