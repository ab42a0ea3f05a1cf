"""The sync's pages in a real browser: accessible and readable at every width, usable without scripts."""

import itertools
from datetime import timedelta

import pytest
from django.utils import timezone

from sync.models import Bookmark, RejectedRow, SyncRun
from sync.stream import System
from sync.streams import STREAMS, inbound
from tests.browser.test_pages import WIDTHS, violations
from tests.factories import TODAY


@pytest.fixture
def pages(portal):
    """The addresses of the sync's pages, with runs in every state, and rows that were rejected."""
    for stream, state in itertools.product(STREAMS, SyncRun.State):
        run = SyncRun.objects.create(
            stream=stream.name, mode=SyncRun.Mode.FULL, business_date=TODAY, state=state, read=1_234_567,
            message="The service agreements could not be read (ORA-00942). The mirror is as it was.",
        )  # fmt: skip
        if state != SyncRun.State.RUNNING:
            run.finished_at = run.started_at + timedelta(minutes=83)
        if state == SyncRun.State.STOPPED:
            run.held, run.gone, run.read, stopped = 1_719_000, 390_000, 1_329_000, run
            run.warnings = [{"field": "status", "rows": 12, "detail": "Kept the code 45, which the mapping knows not."}]
        run.save()
        if state == SyncRun.State.DONE:
            Bookmark.objects.create(stream=stream.name, last_run=run, last_success_at=timezone.now())
    raw = {"account_id": "4218665007", "name": "Harborview Cold Storage LLC " * 8, "status": None}
    for number in range(30):
        RejectedRow.objects.create(
            stream="ccb.accounts", record_key=f"42186650{number:02d}", field="name", reason=RejectedRow.Reason.TOO_LONG,
            detail="Its name is longer than 254 characters.", raw=raw, fingerprint=str(number), first_run=run.pk,
            first_seen_at=timezone.now(),
        )  # fmt: skip
    return ("/sync", "/sync/rejected", f"/sync/runs/{stopped.pk}", "/sync/streams/ccb.bills/run")


def test_no_page_has_an_accessibility_violation_in_either_theme_on_desk_or_phone(portal, pages):
    administrator = portal("administrator")
    found = []
    for path in pages:
        page = administrator.open(path)
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        for width, theme in itertools.product((1440, 390), ("light", "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            found += [f"{width} {theme} {violation}" for violation in violations(page)]
    assert found == []


def test_no_page_scrolls_sideways_at_any_width(portal, pages):
    administrator = portal("administrator")
    for path in pages:
        page = administrator.open(path)
        page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            too_wide = page.evaluate(
                """() => [document.documentElement, ...document.querySelectorAll('.tw')]
                    .filter(each => each.scrollWidth > each.clientWidth).map(each => each.outerHTML.slice(0, 80))"""
            )
            assert too_wide == [], f"{path} at {width}"


def test_every_stream_is_in_sight_on_a_desk(portal, pages):
    page = portal("administrator").open("/sync")
    page.wait_for_selector("main table")
    last = page.locator("main section").first.locator("tbody tr").last.bounding_box()
    assert page.locator("main section").first.locator("tbody tr").count() == len(inbound(System.CCB))
    assert last["y"] + last["height"] <= 900 + 70 * page.locator("main > .banner").count()


def test_a_run_is_let_go_on_without_scripts(portal, pages):
    page = portal("administrator").open(pages[2], java_script_enabled=False)
    page.click("text=Let it go on")
    assert page.locator("#reason-error").is_visible()
    page.fill("#id_reason", "A closed district was deleted.")
    page.click("text=Let it go on")
    assert page.locator("text=“A closed district was deleted.”").is_visible()
    assert SyncRun.objects.get(accepted_by="administrator").accepted_brake == "A closed district was deleted."


def test_a_stream_is_run_in_full_only_after_a_page_that_says_what_that_is(portal, pages):
    page = portal("administrator").open("/sync", java_script_enabled=False)
    page.click("[aria-label='In full …: Bills']")
    assert page.locator("text=marks what is gone").is_visible()
    page.click("text=Run in full")
    assert page.locator("text=Bills: a worker was told to run it in full.").is_visible()
