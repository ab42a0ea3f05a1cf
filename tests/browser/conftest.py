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
        self._session: list[Any] = []
        self._contexts: dict[str, BrowserContext] = {}

    def sign_in(self, user: Any) -> None:
        """Give the windows opened from now on a session of that user, as the sign-in form would."""
        from django.conf import settings
        from django.test import Client

        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        name = settings.SESSION_COOKIE_NAME
        self._session = [{"name": name, "value": client.cookies[name].value, "url": self.url, "httpOnly": True}]

    def open(self, path: str, width: int = 1440, height: int = 900, theme: str = "light", **options: Any) -> Page:
        """A page in a window of its own; windows of one theme and the same options belong to one profile."""
        page = self._context(color_scheme=theme, **options).new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.on("console", lambda message: self._note(path, f"{message.type}: {message.text}", message.type))
        page.on("pageerror", lambda error: self.problems.append(f"{path}: {error}"))
        page.on("request", lambda request: self._check_origin(path, request.url))
        page.goto(self.url + path)
        return page

    def _context(self, **options: Any) -> BrowserContext:
        """The profile with these options: making one is most of what a short test costs."""
        if (key := repr(options)) not in self._contexts:
            self._contexts[key] = self.browser.new_context(**options)
            self._contexts[key].add_cookies(self._session)
        return self._contexts[key]

    def _note(self, path: str, text: str, kind: str) -> None:
        if kind in ("error", "warning") and "404 (Not Found)" not in text:
            self.problems.append(f"{path}: {text}")

    def _check_origin(self, path: str, url: str) -> None:
        if not url.startswith((self.url, "data:")):
            self.problems.append(f"{path}: asked another server for {url}")

    def close(self) -> None:
        """Close every window."""
        for context in self._contexts.values():
            context.close()


@pytest.fixture
def portal(browser: Browser, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Portal]]:
    """`portal("rep")`: the portal with a story in it, signed in as that role. No page may have a problem."""
    # Models can be imported once the tests' services run, which is after this file was read.
    from customer360 import sources
    from tests.browser.story import tell
    from tests.factories import make_user

    # It is noon in New York on the day that the story is told.
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 11, 24, 17, tzinfo=UTC))
    monkeypatch.setattr(sources, "_sources", {"ccb": tell()})
    opened: list[Portal] = []

    def sign_in(role: str) -> Portal:
        user = make_user(role, role=role, is_staff=role == "administrator")
        opened.append(Portal(browser, live_server.url))
        opened[-1].sign_in(user)
        return opened[-1]

    yield sign_in
    for each in opened:
        each.close()
    assert [problem for each in opened for problem in each.problems] == []
