"""The template language, and how every kind of value is drawn."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import engines
from django.template.loader import render_to_string

from customer360.sources import Freshness, SourceState
from customer360.templatetags import portal
from customer360.visibility.viewer import MASK

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))


def drawn(source: str, **context: object) -> str:
    """What a piece of template language gives."""
    return engines["django"].from_string(source).render(context)


class TestTidy:
    def test_lines_between_and_inside_tags_go_and_words_stay(self):
        source = """{% tidy %}<p>one

            two</p>

            <b
               class="x"
               title="a &lt; b">three</b> <i>four</i>
            <a href="/x">
              five
            </a> six{% endtidy %}"""
        words, tags = "<p>one\n\n            two</p>\n", '<b class="x" title="a &lt; b">three</b> <i>four</i>\n'
        assert drawn(source) == f'{words}{tags}<a href="/x">five</a> six'

    def test_what_a_person_typed_is_escaped_and_whole(self):
        text = "<b\nclass=x>\n\n<i>  two  spaces"
        assert drawn("{% tidy %}<p>{{ text }}</p>{% endtidy %}", text=text) == (
            "<p>&lt;b\nclass=x&gt;\n\n&lt;i&gt;  two  spaces</p>"
        )


class TestMoney:
    @pytest.mark.parametrize(
        ("value", "currency", "text"),
        [
            (Decimal("1284.6"), "USD", "$1,284.60"),
            (Decimal("-2457.50"), "USD", "−$2,457.50"),
            (Decimal("0"), "USD", "$0.00"),
            (Decimal("-0.001"), "USD", "$0.00"),
            (Decimal("1234567.895"), "USD", "$1,234,567.90"),
            (Decimal("5"), "CAD", "CAD 5.00"),
            (Decimal("-5"), "CAD", "CAD −5.00"),
            (Decimal("5"), "", "5.00"),
            (7, "USD", "$7.00"),
        ],
    )
    def test_an_amount_has_its_currency_two_decimals_and_a_true_minus(self, value, currency, text):
        assert portal.money(value, currency) == text

    @pytest.mark.parametrize(("value", "text"), [(MASK, MASK), (None, ""), ("", "")])
    def test_a_mask_or_nothing_stays_as_it_is(self, value, text):
        assert portal.money(value, "USD") == text
        assert portal.shortdate(value) == text
        assert portal.monthyear(value) == text
        assert portal.percent(value) == text
        assert portal.identifier(value) == text
        assert portal.daysaway(value) == text


class TestTime:
    @pytest.fixture(autouse=True)
    def afternoon(self, monkeypatch):
        """It is 24 November 2026, 15:00 in New York."""
        monkeypatch.setattr(portal.timezone, "now", lambda: datetime(2026, 11, 24, 20, tzinfo=UTC))

    @pytest.mark.parametrize(
        ("moment", "text"),
        [
            (datetime(2026, 11, 24, 7, tzinfo=UTC), "02:00"),
            (datetime(2026, 11, 24, 4, 59, tzinfo=UTC), "23 Nov 23:59"),
            (datetime(2025, 12, 31, 17, tzinfo=UTC), "31 Dec 2025 12:00"),
        ],
    )
    def test_a_moment_has_its_date_unless_it_is_today(self, moment, text):
        assert portal.stamp(moment) == text

    def test_a_title_names_the_zone(self):
        assert portal.fullstamp(datetime(2026, 7, 1, 6, tzinfo=UTC)) == "1 Jul 2026 02:00 EDT"

    def test_a_day_near_midnight_is_the_day_of_the_portals_time_zone(self):
        assert portal.shortdate(datetime(2026, 11, 24, 3, tzinfo=UTC)) == "23 Nov 2026"
        assert portal.shortdate(date(2026, 11, 4)) == "4 Nov 2026"

    @pytest.mark.parametrize(
        ("days", "text"), [(16, "in 16 days"), (1, "in 1 day"), (0, "today"), (-13, "13 days ago")]
    )
    def test_a_day_is_told_by_how_far_away_it_is(self, days, text):
        assert portal.daysaway(date(2026, 11, 24) + timedelta(days=days)) == text

    @pytest.mark.parametrize(("hours", "text"), [(1, "1 hour"), (31, "31 hours"), (48, "2 days"), (80, "3 days")])
    def test_age_is_in_hours_and_then_in_days(self, hours, text):
        assert portal.age(portal.timezone.now() - timedelta(hours=hours)) == text


class TestText:
    def test_an_account_number_is_grouped_as_it_is_read_aloud(self):
        assert portal.identifier("4218665007") == "421 866 5007"
        assert portal.identifier("E-4471902") == "E-4471902"

    @pytest.mark.parametrize(
        ("name", "letters"), [("Dana Whitfield", "DW"), ("Cher", "C"), ("", ""), ("- (old) x", "X")]
    )
    def test_initials_are_of_the_first_and_last_word(self, name, letters):
        assert portal.initials(name) == letters

    def test_typed_words_are_marked_whatever_their_case(self):
        assert portal.highlight("1180 Pier Road", "PIER 11") == "<mark>11</mark>80 <mark>Pier</mark> Road"

    def test_marking_lets_no_markup_through(self):
        marked = portal.highlight("<b>Bold & Co</b>", "bold <b> &")
        assert "<b>" not in marked
        assert "&lt;b&gt;" in marked
        assert "<mark>Bold</mark>" in marked

    def test_marking_without_words_escapes_too(self):
        assert portal.highlight("<i>", " , ") == "&lt;i&gt;"

    @pytest.mark.parametrize(
        ("name", "icon"),
        [("Electric", "lightning-charge-fill"), ("Natural GAS", "fire"), ("Water", "droplet-fill"), (None, "dash-lg")],
    )
    def test_a_service_has_the_icon_of_a_word_in_its_name(self, name, icon):
        assert portal.serviceicon(name) == icon

    def test_an_icon_says_nothing_to_a_screen_reader(self):
        assert drawn('{% icon "search" %}').startswith('<svg class="icon" aria-hidden="true"')


class TestAddresses:
    @pytest.mark.parametrize(
        ("asked", "changes", "address"),
        [
            ("", {"tab": "payments"}, "?tab=payments"),
            ("tab=bills&page=3&notes=all", {"tab": "payments", "page": None}, "?tab=payments&notes=all"),
            ("notes=all", {"notes": None}, "?"),
        ],
    )
    def test_a_link_changes_one_thing_and_keeps_the_others(self, rf, asked, changes, address):
        assert portal.with_query({"request": rf.get(f"/?{asked}")}, **changes) == address

    def test_a_pager_turns_the_pages_of_its_own_list(self, rf):
        context = {"request": rf.get("/?page=2&notes=all")}
        assert portal.page_of(context, "notes", 2) == "?page=2&notes=2"


class TestFreshness:
    @pytest.mark.parametrize(
        ("freshness", "text"),
        [
            (Freshness.FRESH, "CC&amp;B 1 Nov 2020 02:00"),
            (Freshness.LATE, "CC&amp;B 1 Nov 2020 02:00, late"),
            (Freshness.STALE, "CC&amp;B 1 Nov 2020 02:00, stale"),
        ],
    )
    def test_a_card_tells_source_time_and_state_in_words(self, freshness, text):
        loaded = datetime(2020, 11, 1, 7, tzinfo=UTC)
        html = render_to_string("components/as_of.html", {"sources": [SourceState("ccb", "CC&B", loaded, freshness)]})
        assert f">{text}<" in html
        assert f'class="src {freshness}"' in html

    def test_a_source_that_was_never_loaded_says_so(self):
        state = SourceState("ccb", "CC&B", None, Freshness.NEVER)
        assert ">CC&amp;B never loaded<" in render_to_string("components/as_of.html", {"sources": [state]})


class TestEveryTemplate:
    @pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
    def test_it_compiles_and_obeys_the_strict_content_security_policy(self, path: Path):
        text = path.read_text()
        engines["django"].from_string(text)
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", text)
        assert not re.search(r"<script(?![^>]*\ssrc=)", text)

    @pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
    def test_it_tests_no_permission_by_hand(self, path: Path):
        assert not re.search(r"\bperms\b|viewer\.may|has_perm|is_superuser", path.read_text())

    def test_every_component_opens_by_saying_what_it_is(self):
        for path in (settings.BASE_DIR / "templates" / "components").rglob("*.html"):
            assert path.read_text().startswith("{# "), path

    def test_every_icon_that_is_named_is_in_the_sprite(self):
        sprite = Path(finders.find("icons.svg")).read_text()
        text = "".join(path.read_text() for path in TEMPLATES)
        named = set(re.findall(r'{% icon "([\w-]+)"', text)) | set(portal.SERVICE_ICONS.values()) | {"dash-lg"}
        assert len(named) > 10
        for name in named:
            assert f'id="{name}"' in sprite, name

    def test_every_kind_of_cell_that_is_named_has_its_template(self):
        from customer360 import views
        from customer360.panels import billing, figures, notes, people, premises
        from customer360.tables import Column

        columns = [
            column
            for module in (views, billing, figures, notes, people, premises)
            for value in vars(module).values()
            for column in ([value] if isinstance(value, Column) else value if isinstance(value, tuple) else [])
            if isinstance(column, Column)
        ]
        assert len(columns) > 25
        for column in columns:
            render_to_string(column.template, {"cell": {"column": column, "value": None, "row": {}}, "text": ""})

    def test_the_page_for_a_failure_needs_no_other_file(self):
        text = (settings.BASE_DIR / "templates" / "500.html").read_text()
        assert not re.search(r"{%|{{|<link|<script|<img|src=", text)
