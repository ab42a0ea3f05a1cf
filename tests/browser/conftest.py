"""A real Chromium on a live server. Without a Chromium on the machine these tests are skipped, and say so."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM") or next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder, and skip it on a machine without a browser."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium found; install one, or name it in CHROMIUM"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    # Playwright keeps an event loop running in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Portal:
    """The portal in a browser: opens pages in windows of any size and theme, and writes down what went wrong there."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url
        self.problems: list[str] = []
        self._state: Any = None
        self._contexts: list[BrowserContext] = []

    def sign_in(self, username: str, password: str) -> None:
        """Fill in the sign-in form, and keep the session for the pages opened from now on."""
        page = self.open("/sign-in")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", password)
        page.click("main button[type=submit]")
        page.wait_for_url(f"{self.url}/")
        self._state = page.context.storage_state()

    def open(self, path: str, width: int = 1440, height: int = 900, theme: str = "light", **options: Any) -> Page:
        """A page in a window of its own."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, storage_state=self._state, **options
        )
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self._note(path, f"{message.type}: {message.text}", message.type))
        page.on("pageerror", lambda error: self.problems.append(f"{path}: {error}"))
        page.on("request", lambda request: self._check_origin(path, request.url))
        page.goto(self.url + path)
        return page

    def _note(self, path: str, text: str, kind: str) -> None:
        if kind in ("error", "warning") and "404 (Not Found)" not in text:
            self.problems.append(f"{path}: {text}")

    def _check_origin(self, path: str, url: str) -> None:
        if not url.startswith((self.url, "data:")):
            self.problems.append(f"{path}: asked another server for {url}")

    def close(self) -> None:
        """Close every window."""
        for context in self._contexts:
            context.close()


@pytest.fixture
def portal(browser: Browser, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Portal]]:
    """`portal("rep")`: the portal with a story in it, signed in as that role. No page may have a problem."""
    # Models can be imported once the tests' services run, which is after this file was read.
    from customer360 import sources
    from tests.browser.story import tell
    from tests.factories import PASSWORD, make_user

    # It is noon in New York on the day that the story is told.
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 11, 24, 17, tzinfo=UTC))
    monkeypatch.setattr(sources, "_sources", {"ccb": tell()})
    opened: list[Portal] = []

    def sign_in(role: str) -> Portal:
        make_user(role, role=role, is_staff=role == "administrator")
        opened.append(Portal(browser, live_server.url))
        opened[-1].sign_in(role, PASSWORD)
        return opened[-1]

    yield sign_in
    for each in opened:
        each.close()
    assert [problem for each in opened for problem in each.problems] == []
