"""The inbox of matches in a real browser: accessible and readable at every width, usable without scripts."""

import itertools

import pytest

from customer360.models import User
from tests.browser.test_pages import WIDTHS, violations
from tests.sync.matching.support import in_ccb, in_salesforce, match_of


@pytest.fixture
def steward(portal):
    """Somebody who sees and decides everything, before matches of every kind."""
    in_ccb("Blue Mesa Semiconductor LLC", "PO Box 9", premise="1180 Pier Road, Unit B")
    in_salesforce("BLUE MESA SEMICONDUCTOR", "1180 Pier Rd #B", phone="(207) 555-0100")
    for street in ("12 Oak Street", "9 Elm Road"):
        in_ccb("Smith,John", street)
    in_salesforce("John Smith", None, account_number="042-111-2222")
    match_of(
        in_salesforce("Nobody Knows Provisions Incorporated and Associated Companies of the County", "77 Far Road")
    )
    opened = portal("full access")
    User.objects.update(is_superuser=True)
    return opened


PAGES = ("/matches", "/matches/accounts/exact", "/matches/accounts/closing")


def test_no_page_has_an_accessibility_violation_in_either_theme_on_desk_or_phone(steward):
    found = []
    for path in PAGES:
        page = steward.open(path)
        page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
        for width, theme in itertools.product((1440, 390), ("light", "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            found += [f"{width} {theme} {violation}" for violation in violations(page)]
    assert found == []


def test_no_page_scrolls_sideways_at_any_width(steward):
    for path in PAGES:
        page = steward.open(path)
        page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
            assert widths[0] <= widths[1], f"{path} at {width}"


def test_exact_ones_are_linked_and_one_is_undone_without_scripts(steward):
    page = steward.open("/matches", java_script_enabled=False)
    page.click("text=Link 1 exact one")
    page.click("text=Link 1 record")
    assert page.locator("text=1 record was linked").is_visible()
    page.select_option("select[name=state]", "linked")
    page.click("text=Show")
    page.click("text=Undo")
    assert page.locator("text=Taken back").is_visible()
