"""What was written down about an account, and what to be aware of: what is shown, in which order, and to whom."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest

from customer360.models import Account, AccountAlert, Note, User, VisibleModel
from customer360.panels.folding import split
from customer360.visibility.groups import Access, FieldGroup
from tests.customer360.story import BACKEND, page
from tests.factories import (
    TODAY,
    make_account,
    make_account_customer,
    make_agreement,
    make_alert,
    make_customer,
    make_note,
    make_premise,
    make_role,
    make_summary,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def notes(client, account: Account, query: str = "") -> str:
    """The notes card alone."""
    html = page(client, account, query)
    return html[html.index('id="notes"') : html.index('class="foot"')]


def alerts(client, account: Account) -> list[str]:
    """The alerts in their order, as plain text."""
    html = page(client, account)
    if 'id="alerts"' not in html:
        return []
    strip = html[html.index('id="alerts"') : html.index('<div class="g360"')]
    items = re.findall(r'<li class="(bad|warn|info)">(.*?)</li>', strip, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", "", text).split()) for _, text in items]


def without(model: type[VisibleModel], field: str) -> User:
    """Someone who sees everything but this field of the model."""
    role = make_role(f"without {field}")
    group = next(group for group, names in model.field_groups.items() if field in names)
    role.visibility_rules.create(group=group, model=model._meta.label, field=field, access=Access.HIDDEN)
    return make_user(role=role)


class TestNotes:
    def test_an_account_has_its_own_notes_and_those_of_its_customers_that_name_no_account(self, client_as):
        account = make_account()
        contact, former = make_customer("Whitfield,Dana"), make_customer("Gone,Away")
        make_account_customer(account, contact)
        make_account_customer(account, former, removed_at="2026-11-01T00:00Z")
        elsewhere = make_account(contact)
        make_note(account, "its own")
        make_note(None, "of its contact", customer=contact)
        make_note(elsewhere, "of the contact about another account", customer=contact)
        make_note(None, "of a former customer", customer=former)
        make_note(account, "gone", removed_at="2026-11-01T00:00Z")
        html = notes(client_as("rep"), account)
        assert "its own" in html and "of its contact" in html and ">Dana Whitfield</a>" in html
        for absent in ("another account", "former customer", "gone"):
            assert absent not in html

    def test_the_newest_eight_stand_first_and_all_are_a_link_away(self, client_as):
        account = make_account()
        for day in range(11, 31):
            make_note(account, f"day {day:02}", written_at=datetime(2026, 10, day, 15, tzinfo=UTC))
        client = client_as("rep")
        assert re.findall(r"day (\d\d)", notes(client, account)) == [f"{day:02}" for day in range(30, 24, -1)]
        assert 'href="?notes=all#notes">All 20 notes</a>' in notes(client, account)
        whole = notes(client, account, "?notes=all")
        assert len(re.findall(r"day \d\d", whole)) == 15 and 'href="?notes=2#notes"' in whole
        rest = notes(client, account, "?notes=2&tab=payments")
        assert re.findall(r"day (\d\d)", rest) == ["15", "14", "13", "12", "11"]
        assert 'href="?tab=payments#notes">Only the newest</a>' in rest

    def test_a_note_names_subject_source_author_and_time_and_marks_a_letter(self, client_as):
        account = make_account()
        make_note(account, None, subject="Reminder", source="CC&B: Credit", author="P. North", is_letter=True)
        html = notes(client_as("rep"), account)
        for shown in ("Reminder", "CC&amp;B: Credit · P. North", "21 Oct 10:30", "21 Oct 2026 10:30 EDT", ">Letter<"):
            assert shown in html, shown

    def test_a_long_text_unfolds_and_is_there_whole(self, client_as):
        account, text = make_account(), " ".join(f"word{number}" for number in range(90))
        make_note(account, text)
        html = notes(client_as("rep"), account)
        shown = " ".join(re.sub(r"<summary>.*?</summary>|<[^>]+>", " ", html).split())
        assert text in shown and "<details" in html

    def test_what_a_page_has_no_room_for_is_a_link_away_and_read_without_a_script(self, client_as):
        account = make_account()
        texts = [" ".join(f"{letter}{number:03}" for number in range(800)) for letter in "abcd"]
        for minute, text in enumerate(texts):
            make_note(account, text, written_at=datetime(2026, 10, 20, 15, minute, tzinfo=UTC))
        client = client_as("rep")
        folded = notes(client, account, "?tab=payments")
        assert "<details" not in folded and "b100" not in folded
        links = [unescape(link) for link in re.findall(r'<a href="([^"]+)#note">All of it</a>', folded)]
        assert len(links) == 4
        for text, link in zip(reversed(texts), links, strict=True):
            html = notes(client, account, link)
            shown = " ".join(re.sub(r"<summary>.*?</summary>|<[^>]+>", " ", html).split())
            assert "tab=payments" in link and text in shown and html.count("<details") == 1
            assert 'id="note"' in html and '<details class="rest" open>' in html

    def test_whoever_may_not_see_the_id_of_a_note_reads_the_rest_of_it_all_the_same(self, client):
        account = make_account()
        note = make_note(account, " ".join(f"word{number}" for number in range(700))[:4000])
        client.force_login(without(Note, "note_id"), backend=BACKEND)
        assert "word400" not in notes(client, account) and note.pk not in notes(client, account)
        assert "word400" in notes(client, account, "?note=1") and note.pk not in notes(client, account, "?note=1")
        assert "word400" not in notes(client, account, f"?note={note.pk}")

    @pytest.mark.parametrize(
        ("text", "beginning", "rest"),
        [
            ("Short.", "Short.", ""),
            ("", "", ""),
            ("one\ntwo\nthree\nfour", "one\ntwo\nthree\nfour", ""),
            ("one\ntwo\nthree\nfour\nfive\nsix", "one\ntwo\nthree\nfour", "five\nsix"),
            ("x" * 181 + " and then it goes on for a while", "x" * 180, "x and then it goes on for a while"),
            ("word " * 36 + "end.", "word " * 36 + "end.", ""),
        ],
    )  # fmt: skip
    def test_a_text_is_parted_after_four_lines_between_words(self, text, beginning, rest):
        assert split(text) == (beginning, rest)

    def test_whoever_may_not_see_who_the_customers_are_is_not_told_by_their_notes(self, client):
        account = make_account()
        make_note(account, "its own")
        make_note(None, "of its customer", customer=account.customer)
        role = make_role("no customers")
        role.visibility_rules.create(
            group=FieldGroup.PROFILE, model="customer360.AccountCustomer", field="customer", access=Access.HIDDEN
        )
        client.force_login(make_user(role=role), backend=BACKEND)
        html = notes(client, account)
        assert "its own" in html and "of its customer" not in html and '<span class="cnt">1</span>' in html

    def test_a_hidden_author_is_absent_and_the_note_is_not(self, client):
        account = make_account()
        make_note(account, "its own", author="T. Brandt")
        client.force_login(without(Note, "author"), backend=BACKEND)
        html = notes(client, account)
        assert "its own" in html and "Brandt" not in html


class TestAlerts:
    def test_debt_stands_before_warnings_and_these_before_what_is_good_to_know(self, client_as, harborview):
        assert alerts(client_as("rep"), harborview) == [
            "$1,284.60 past due, 13 days.",
            "Ring the plant before any visit",
            "Sensitive load: Ammonia refrigeration",
            "Planned outage at Pier Road, until 26 Nov 2026",
        ]

    def test_an_account_with_nothing_to_be_aware_of_has_no_strip(self, client_as):
        account = make_account()
        make_summary(account, balance="10.00")
        assert alerts(client_as("rep"), account) == []

    @pytest.mark.parametrize(
        ("start", "end", "holds"),
        [
            (TODAY, None, True), (TODAY, TODAY, True), (TODAY + timedelta(days=1), None, False),
            (date(2026, 1, 1), TODAY - timedelta(days=1), False),
        ],
    )  # fmt: skip
    def test_an_alert_holds_from_its_first_to_its_last_day(self, client_as, start, end, holds):
        account = make_account()
        make_alert(account, "Dog on premises", start_date=start, end_date=end)
        assert bool(alerts(client_as("rep"), account)) == holds

    def test_more_than_four_unfold(self, client_as):
        account = make_account()
        for number in range(6):
            make_alert(account, f"Alert {number}", start_date=TODAY - timedelta(days=number))
        html = page(client_as("rep"), account)
        folded = html[html.index("<summary>2 more</summary>") : html.index('<div class="g360"')]
        assert "Alert 4" in folded and "Alert 5" in folded and "Alert 3" not in folded

    def test_more_than_a_dozen_come_by_the_page(self, client_as):
        account = make_account()
        for number in range(45):
            make_alert(account, f"Alert {number:02}", start_date=TODAY - timedelta(days=number))
        client = client_as("rep")
        folded = page(client, account, "?tab=payments")
        assert [f"Alert {number}" in folded for number in (11, 12)] == [True, False]
        assert 'href="?tab=payments&amp;alerts=all#alerts">All 45 alerts</a>' in folded
        seen = [
            text
            for number in (1, 2, 3)
            for text in re.findall(r"Alert \d\d", page(client, account, f"?alerts={number}"))
        ]
        assert seen == [f"Alert {number:02}" for number in range(45)]
        assert "21–40 of 45" in page(client, account, "?alerts=2")
        assert 'href="?#alerts">Only the gravest</a>' in page(client, account, "?alerts=all")

    def test_a_long_text_is_whole_where_all_alerts_are_asked_for(self, client_as):
        account = make_account(alert_text=" ".join(f"word{number}" for number in range(400)))
        client = client_as("rep")
        folded = page(client, account)
        assert "word399" not in folded and 'href="?alerts=all#alerts">All of it</a>' in folded
        assert "word399" in page(client, account, "?alerts=all")

    def test_a_load_is_named_by_its_mark_and_by_its_address_among_several(self, client_as):
        account = make_account()
        make_agreement(account, make_premise("1 Elm Street", life_support="LS", life_support_note="Oxygen"))
        make_agreement(account, make_premise("2 Elm Street", life_support="SL"))
        make_agreement(account, make_premise("3 Elm Street"))
        make_agreement(account, make_premise("4 Elm Street", life_support="LS"), status="closed")
        assert alerts(client_as("rep"), account) == [
            "Life support at 1 Elm Street: Oxygen", "Sensitive load at 2 Elm Street",
        ]  # fmt: skip

    def test_many_loads_are_told_by_their_number(self, client_as):
        account = make_account()
        for number in range(3):
            make_agreement(account, make_premise(f"{number} Elm Street", life_support="LS"))
        assert alerts(client_as("rep"), account) == ["Life support or sensitive load at 3 premises"]

    def test_an_alert_leads_to_its_panel_only_where_there_is_one(self, client, harborview):
        client.force_login(make_user(), backend=BACKEND)
        assert 'href="#billing"' in page(client, harborview)
        role = make_role("no lists")
        for model, field in (("Bill", "bill_date"), ("Payment", "account"), ("FinancialTransaction", "account")):
            role.visibility_rules.create(
                group=FieldGroup.BILLING, model=f"customer360.{model}", field=field, access=Access.HIDDEN
            )
        client.force_login(make_user(role=role), backend=BACKEND)
        html = page(client, harborview)
        assert "$1,284.60 past due" in html and "#billing" not in html

    @pytest.mark.parametrize(
        ("model", "field", "absent"),
        [
            (AccountAlert, "end_date", "Planned outage"),
            (AccountAlert, "start_date", "Planned outage"),
            (Account, "alert_text", "Ring the plant"),
        ],
    )
    def test_an_alert_is_not_told_to_whoever_may_not_see_what_it_follows_from(
        self, client, harborview, model, field, absent
    ):
        client.force_login(without(model, field), backend=BACKEND)
        html = page(client, harborview)
        assert absent not in html and "Ammonia" in html

    def test_the_days_of_a_debt_are_not_told_to_whoever_may_not_see_since_when(self, client, harborview):
        client.force_login(without(type(harborview.summary), "past_due_since"), backend=BACKEND)
        assert alerts(client, harborview)[0] == "$1,284.60 past due."


class TestNextDue:
    def strip(self, client, account: Account) -> str:
        html = page(client, account)
        return " ".join(re.sub(r"<[^>]+>", " ", html[html.index('id="balance"') : html.index('class="a-side')]).split())

    def test_what_is_due_next_is_what_is_open_and_not_past_due(self, client_as, harborview):
        assert "Next due 10 Dec 2026 $3,627.75 in 16 days" in self.strip(client_as("rep"), harborview)

    def test_a_credit_asks_for_nothing(self, client_as):
        account = make_account()
        make_summary(account, balance="-50.00", due_date=TODAY)
        assert "Next due 24 Nov 2026 $0.00 today" in self.strip(client_as("rep"), account)

    def test_a_day_that_has_passed_is_told_as_such(self, client_as):
        account = make_account()
        make_summary(account, balance="80.00", past_due="80.00", due_date=date(2026, 11, 11))
        strip = self.strip(client_as("rep"), account)
        assert "Last due 11 Nov 2026 13 days ago" in strip and "Next due" not in strip

    def test_the_latest_bill_stands_with_its_day(self, client_as, harborview):
        assert "Latest bill $3,627.75 19 Nov 2026" in self.strip(client_as("rep"), harborview)
