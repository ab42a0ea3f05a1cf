"""The pages in a real browser: accessible, readable at every width, and usable by keyboard and without scripts."""

import itertools
from pathlib import Path

import pytest
from django.conf import settings

from tests.browser.story import (
    ACCOUNT,
    AGREEMENT,
    BUSY_ACCOUNT,
    CUSTOMER,
    EMPTY_ACCOUNT,
    NO_RESULTS,
    PREMISE,
    RESULTS,
)
from tests.browser.waiting import wait_until
from tests.factories import PASSWORD

PAYMENTS, TRANSACTIONS = f"{ACCOUNT}?tab=payments&notes=all", f"{ACCOUNT}?tab=transactions"
RECORDS = (ACCOUNT, CUSTOMER, PREMISE, AGREEMENT)
PAGES = (
    "/", RESULTS, NO_RESULTS, *RECORDS, PAYMENTS, TRANSACTIONS, BUSY_ACCOUNT, EMPTY_ACCOUNT, "/nothing-here",
)  # fmt: skip
WIDTHS = (320, 360, 390, 768, 960, 1024, 1280, 1366, 1920)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# What axe would tell of the elements that are as they should be, and where they lie, is most of its work.
NOTHING_BUT_VIOLATIONS = {"resultTypes": ["violations"], "selectors": False}


def violations(page) -> list[str]:
    """What axe finds on a page, with the element that is at fault."""
    (axe,) = sorted(Path(settings.BASE_DIR, "tests", "vendor").glob("axe-core-*/axe.min.js"))
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe.read_text())
    found = page.evaluate("options => axe.run(options)", {"runOnly": RULES, **NOTHING_BUT_VIOLATIONS})["violations"]
    return [f"{page.url}: {rule['id']}: {node['html'][:150]}" for rule in found for node in rule["nodes"]]


def test_no_page_has_an_accessibility_violation_in_either_theme_on_desk_or_phone(portal):
    rep = portal("rep")
    found = []
    for path in PAGES:
        page = rep.open(path)
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        for width, theme in itertools.product((1440, 390), ("light", "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            found += [f"{width} {theme} {violation}" for violation in violations(page)]
    assert found == []


def test_an_accessibility_violation_would_be_noticed(portal):
    page = portal("rep").open(NO_RESULTS)
    page.evaluate("""() => {
        const image = document.createElement('img'), faint = document.createElement('p');
        image.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACw=';
        faint.textContent = 'Hardly to be read';
        faint.style.color = '#bbb';
        document.querySelector('main').append(image, faint);
    }""")
    found = violations(page)
    assert any("image-alt" in violation for violation in found), found
    assert any("color-contrast" in violation and "Hardly to be read" in violation for violation in found), found


def test_the_list_of_shortcuts_has_no_accessibility_violation(portal):
    page = portal("rep").open(ACCOUNT)
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()
    assert violations(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_sign_in_page_has_no_accessibility_violation(portal, theme):
    rep = portal("rep")
    page = rep.open("/")
    page.click(".menu summary")
    page.click("text=Sign out")
    page.emulate_media(color_scheme=theme)
    page.fill("input[name=username]", "rep")
    page.fill("input[name=password]", "wrong")
    page.click("main button[type=submit]")
    assert page.locator("[role=alert]").is_visible()
    assert violations(page) == []


def test_no_page_scrolls_sideways_at_any_width(portal):
    rep = portal("rep")
    for path in PAGES:
        page = rep.open(path)
        page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            too_wide = page.evaluate(
                """() => [document.documentElement, ...document.querySelectorAll('.tw')]
                    .filter(each => each.scrollWidth > each.clientWidth).map(each => each.outerHTML.slice(0, 80))"""
            )
            assert too_wide == [], f"{path} at {width}"


def test_a_rep_sees_what_a_caller_asks_about_without_scrolling(portal):
    page = portal("rep").open(ACCOUNT)
    for text in (
        "Harborview Cold Storage LLC", "421 866 5007", "Active", "$4,912.35", "$1,284.60 past due", "Dana Whitfield",
        "(207) 555-0142", "1180 Pier Road, Unit B", "42 Harbor Loop, Floor 2", "9 Quarry Lane (depot)", "Next due",
        "Planned outage at Pier Road", "Sensitive load", "Last payment", "Latest bill", "13 d past due",
        "Call, inbound",
    ):  # fmt: skip
        box = page.locator(f"main :text('{text}')").first.bounding_box()
        assert box is not None, text
        assert box["y"] + box["height"] <= 900, text
    for fourth in (page.locator("#billing .tw tbody tr").nth(3), page.locator("#notes li").nth(3)):
        box = fourth.bounding_box()
        assert box["y"] + box["height"] <= 900


def test_the_header_of_a_record_stays_in_sight_and_is_low(portal):
    rep = portal("rep")
    for path in RECORDS:
        page = rep.open(path)
        page.set_viewport_size({"width": 1440, "height": 240})
        page.mouse.wheel(0, 2000)
        wait_until(page, "scrollY > 50")
        header = page.locator(".rec").bounding_box()
        assert header["y"] >= 0
        assert header["height"] <= 96, path


def test_headings_come_in_their_order_on_every_page_of_a_record(portal):
    rep = portal("rep")
    for path in RECORDS:
        headings = rep.open(path).locator("main :is(h1, h2, h3, h4)")
        levels = [int(level[1]) for level in headings.evaluate_all("all => all.map(each => each.tagName)")]
        assert levels[0] == 1 and levels.count(1) == 1, path
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), path


def test_one_walks_from_a_customer_to_an_account_an_agreement_a_premise_and_back_without_scripts(portal):
    page = portal("rep").open(CUSTOMER, java_script_enabled=False)
    page.click("#accounts nav :text('Main customer')")
    page.wait_for_url("**?tab=main**")
    page.click("#accounts >> text=Next")
    page.wait_for_url("**page=2**")
    assert page.locator("#accounts tbody tr").count() == 5
    for number in (2, 3):
        page.click("#premises >> text=Next")
        page.wait_for_url(f"**served={number}**")
    page.click("#premises >> text=88 Saltmarsh Causeway")
    page.wait_for_url(f"**{PREMISE}")
    page.click("#agreements nav :text('Ended')")
    page.wait_for_url("**?tab=ended**")
    page.click("#agreements nav :text('In force')")
    page.click("#agreements >> text=7799999901")
    page.wait_for_url(f"**{AGREEMENT}")
    page.click("#transactions >> text=Next")
    page.wait_for_url("**?page=2**")
    page.click(".trail >> text=Saltmarsh Public Housing Authority")
    page.wait_for_url(f"**{CUSTOMER}")


def test_a_link_to_ccb_says_that_it_opens_a_new_tab_and_gives_that_tab_no_way_back(portal):
    rep = portal("rep")
    for path in RECORDS:
        link = rep.open(path).get_by_role("link", name="Open in CC&B (opens a new tab)")
        assert link.get_attribute("href") == f"https://ccb.example/ouaf/cis.jsp?id={path.rpartition('/')[2]}"
        assert (link.get_attribute("target"), link.get_attribute("rel")) == ("_blank", "noopener noreferrer")


def test_the_keyboard_copies_the_key_of_every_record(portal):
    rep = portal("rep")
    for path in (CUSTOMER, PREMISE, AGREEMENT):
        page = rep.open(path, permissions=["clipboard-read", "clipboard-write"])
        page.keyboard.press("y")
        wait_until(page, f"document.querySelector('#live').textContent === 'Copied {path.rpartition('/')[2]}'")


def test_an_account_id_typed_on_any_page_opens_the_account_with_one_enter(portal):
    page = portal("rep").open(EMPTY_ACCOUNT)
    page.click("main h1")
    page.keyboard.press("/")
    page.keyboard.type("421-866-5007")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{ACCOUNT}")


def test_the_keyboard_reaches_the_sections_and_copies_the_account_number(portal):
    page = portal("rep").open(ACCOUNT, permissions=["clipboard-read", "clipboard-write"])
    for key, section in (("b", "billing"), ("n", "notes"), ("p", "premises"), ("c", "people")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.id") == section
    page.keyboard.press("y")
    wait_until(page, "document.querySelector('#live').textContent === 'Copied 4218665007'")
    assert page.evaluate("navigator.clipboard.readText()") == "4218665007"


def test_the_chosen_theme_is_kept_and_the_systems_theme_is_the_default(portal):
    rep = portal("rep")
    paper = "getComputedStyle(document.body).backgroundColor"
    dark = rep.open("/", theme="dark").evaluate(paper)
    page = rep.open("/", theme="light")
    light = page.evaluate(paper)
    assert dark != light
    page.click("#theme")
    assert page.evaluate(paper) == dark
    page.goto(rep.url + ACCOUNT)
    assert page.evaluate(paper) == dark


def test_reading_works_without_scripts(portal):
    page = portal("rep").open(ACCOUNT, java_script_enabled=False)
    assert page.locator("text=$4,912.35").first.is_visible()
    for tab, text in (("Payments", "Bank transfer"), ("Transactions", "Not frozen"), ("Bills", "Not yet due")):
        page.click(f"#billing nav :text('{tab}')")
        page.wait_for_url(f"**?tab={tab.lower()}**")
        assert page.locator(f"#billing >> text={text}").first.is_visible()
    page.click("#billing >> text=Older")
    page.wait_for_url("**page=2**")
    page.click("text=Show as table")
    assert page.locator(".chart table").is_visible()
    page.click("text=All 34 notes")
    page.wait_for_url("**notes=all**")
    page.click("text=Service that has ended")
    assert page.locator("details.more table").is_visible()
    assert not page.locator("#theme").is_visible()
    page.fill("#q", "421 866 5007")
    page.press("#q", "Enter")
    page.wait_for_url(f"**{ACCOUNT}")


def test_a_person_signs_out_by_the_menu_and_in_again_by_the_form(portal):
    page = portal("rep").open(ACCOUNT)
    page.click(".menu summary")
    page.click("text=Sign out")
    page.wait_for_url("**/sign-in")
    page.goto(page.url.replace("/sign-in", ACCOUNT))
    assert "/sign-in?next=" in page.url
    page.fill("input[name=username]", "rep")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"**{ACCOUNT}")
    assert page.locator("h1").inner_text() == "Harborview Cold Storage LLC"


def test_an_administrator_finds_the_administration_and_nothing_of_customers(portal):
    page = portal("administrator").open("/", width=390)
    assert page.locator("input[type=search]").count() == 0
    page.click("text=Open the administration")
    page.wait_for_url("**/admin/")
    page.click("text=Back to the portal")
    assert page.locator("h1").inner_text() == "Administration"
