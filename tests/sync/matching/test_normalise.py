"""Names and addresses in one form: whatever text, the form is stable, and what people vary makes no difference."""

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.matching import engine, normalise

pytestmark = pytest.mark.django_db
quick = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=40)
words = st.sampled_from(("Blue", "Mesa", "Harbor", "Granite", "Provisions", "O'Brien", "Zürich", "Fab", "3", "Québec"))


def forms(names: list[str]) -> list[tuple[str, ...]]:
    """Of each name: in order, as a bag, suffix and initials."""
    with transaction.atomic(), connection.cursor() as cursor:
        engine._clear(cursor)
        cursor.execute(f"CREATE TEMPORARY TABLE match_name ({engine.TABLES['name']})")
        normalise.dictionary(cursor)
        cursor.executemany("INSERT INTO match_name VALUES ('s', %s, %s, true)", list(enumerate(names)))
        normalise.names(cursor)
        cursor.execute("""
            SELECT f.ordered, f.bag, f.suffix, f.initials
            FROM match_name n LEFT JOIN match_spelling s USING (raw) LEFT JOIN match_form f USING (no)
            ORDER BY n.owner::int
        """)
        return cursor.fetchall()


def sites(places: list[tuple[str, str, str]]) -> list[tuple[str, ...]]:
    """Of each address: house, street, unit, ZIP code and town."""
    with transaction.atomic(), connection.cursor() as cursor:
        engine._clear(cursor)
        cursor.execute(f"CREATE TEMPORARY TABLE match_place ({engine.TABLES['place']})")
        normalise.dictionary(cursor)
        rows = [(number, *place) for number, place in enumerate(places)]
        cursor.executemany("INSERT INTO match_place VALUES ('s', %s, %s, %s, %s, true)", rows)
        normalise.places(cursor)
        cursor.execute("""
            SELECT t.house, t.name, t.unit, t.zip, t.town
            FROM match_place p JOIN match_site t USING (raw) ORDER BY p.owner::int
        """)
        return cursor.fetchall()


@pytest.mark.parametrize(
    ("raw", "form"),
    [
        ("Whitfield,Dana Q", ("dana whitfield", "dana whitfield", None, "q")),
        ("Dana Whitfield, Jr.", ("dana whitfield", "dana whitfield", "jr", None)),
        ("The BLUE-MESA Semiconductor Co., Inc.", ("blue mesa semiconductor", "blue mesa semiconductor", None, None)),
        ("St. Mary's Hosp.", ("st marys hospital", "hospital marys st", None, None)),
        ("J & J", ("j j", "j", None, None)),
        ("The Company", ("the company", "company the", None, None)),
        ("Łódź Øresund Straße", ("lodz oresund strase", "lodz oresund strase", None, None)),
        ("", (None, None, None, None)),
        ("...", (None, None, None, None)),
    ],
)
def test_the_form_of_a_name(raw, form):
    assert forms([raw]) == [form]


@pytest.mark.parametrize(
    ("street", "site"),
    [
        ("1180 Pier Road, Unit B", ("1180", "pier rd", "b")),
        ("1180 PIER RD #B", ("1180", "pier rd", "b")),
        ("Suite 4, 400 N. Main Street", ("400", "n main st", "4")),
        ("400 North Main St\nApt # 4", ("400", "n main st", "4")),
        ("P.O. Box 2210", ("box2210", "pobox", None)),
        ("POB 2210", ("box2210", "pobox", None)),
        ("c/o Payables, 9B Elm Avenue", ("9b", "elm ave", None)),
        ("Pier Road", (None, "pier rd", None)),
        ("", (None, None, None)),
    ],
)
def test_the_form_of_an_address(street, site):
    assert sites([(street, "Port Ellery", "04101-2210")]) == [(*site, "04101", "port ellery")]


@pytest.mark.parametrize(
    ("postal", "form"), [("04101", "04101"), ("04101-2210", "04101"), ("k1a 0b6", "K1A0B6"), ("", None)]
)
def test_the_form_of_a_postal_code(postal, form):
    assert sites([("1 A Street", "X", postal)])[0][3] == form


@quick
@given(st.lists(st.lists(words, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=8, unique=True))
def test_case_marks_and_legal_forms_make_no_difference(names):
    variants = [f"  the {name.upper().replace(' ', '-')}, Inc." for name in names]
    assert [form[1] for form in forms(names)] == [form[1] for form in forms(variants)]


@quick
@given(st.lists(texts, min_size=1, max_size=8, unique=True))
def test_any_text_has_a_form_that_is_its_own_form(names):
    found = forms(names)
    assert len(found) == len(names)
    again = forms([form[0] or "" for form in found])
    assert [form[0] for form in again] == [form[0] for form in found]


@quick
@given(st.lists(st.tuples(texts, texts, texts), min_size=1, max_size=8, unique=True))
def test_any_text_is_taken_as_an_address(places):
    assert len(sites(places)) == len(places)
