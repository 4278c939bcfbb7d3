"""Somebody at a real browser: signed in, their clicks counted, the server's time for them added up."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Response, Route

from tests.waiting import until

A_MONTH = 30 * 24 * 3600
COSTLIEST = 5
# On a machine that does other work besides, only the processors' time says something of the product; the long runs
# have it to themselves.
MEASURES = ["processor", pytest.param("wall", marks=pytest.mark.long)]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# A theme changes colours and nothing else; the rules that look at structure need not look twice.
OF_A_THEME = ["color-contrast", "link-in-text-block"]
# What a browser says of an answer that the product gives on purpose, of a network that a test takes away, or of a
# request that is left behind with its page. htmx:afterRequest is never said alone: what failed follows by its name.
EXPECTED = re.compile(r"Failed to load resource|Response Status Error Code 4|htmx:afterRequest|htmx:sendAbort")


class Visitor:
    """One person in one browser window.

    clicks: how often they clicked. server_ms, cpu_ms: the server's time for them, on the clock and of its processors.
    complaints: what the browser said of faults.
    """

    def __init__(self, browser: Browser, address: str, user: Any = None, **options: Any) -> None:
        self.context = browser.new_context(base_url=address, **{"viewport": {"width": 1440, "height": 900}, **options})
        self.context.set_default_timeout(30_000)
        if user is not None:
            self.context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session_key_of(user), "url": address}]
            )
        self.page: Page = self.context.new_page()
        self.clicks = 0
        self.server_ms = self.cpu_ms = 0.0
        self.requests: list[tuple[str, float, float]] = []
        self.complaints: list[str] = []
        self.page.on("response", self._heard)
        self.page.on("console", self._listened)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path: str) -> Page:
        """Go to an address, without counting it as a click."""
        self.page.goto(path)
        return self.page

    def begin(self) -> None:
        """Count from now on: what came before was warming up."""
        self.page.wait_for_load_state("networkidle")
        self.clicks, self.server_ms, self.cpu_ms = 0, 0.0, 0.0
        self.requests.clear()

    def figures(self, what: str) -> str:
        """Return what `what` cost so far, in words: clicks, the server's time, and its costliest requests."""
        costliest = sorted(self.requests, key=lambda request: request[2], reverse=True)[:COSTLIEST]
        return "\n".join(
            [
                f"\n{what}: {self.clicks} clicks, {self.server_ms:.0f} ms of server time"
                f" ({self.cpu_ms:.0f} ms of its processors); the costliest requests:",
                *(f"{passed:8.1f} {worked:8.1f}  {name}" for name, passed, worked in costliest),
            ]
        )

    def spent_ms(self, measure: str) -> float:
        """Return the server's time so far in milliseconds, by `measure`: wall (a quiet machine) or processor (any)."""
        return {"wall": self.server_ms, "processor": self.cpu_ms}[measure]

    def click(self, target: str | Locator) -> None:
        """Click, and count it. Who reads a page before choosing gives its scripts the time to be there."""
        self.page.wait_for_load_state()
        locator = self.page.locator(target) if isinstance(target, str) else target
        locator.click()
        self.clicks += 1

    def button(self, name: str | re.Pattern[str]) -> Locator:
        """Return the button (or the link that looks like one) with this name."""
        return self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name)).first

    def choose_files(self, target: Locator, *paths: str) -> None:
        """Click a button that opens the file picker, and choose there: two clicks."""
        with self.page.expect_file_chooser() as chooser:
            self.click(target)
        chooser.value.set_files(list(paths))
        self.clicks += 1

    def hold(self, address: str) -> Callable[[], None]:
        """Let the next answer of such an address wait, as on a bad network; return what lets it come."""
        held: list[Route] = []
        self.page.route(address, lambda route: held.append(route), times=1)  # noqa: PLW0108 (Playwright wants one of its own)

        def let_come() -> None:
            until(lambda: bool(held), pause=lambda seconds: self.page.wait_for_timeout(seconds * 1000))
            held[0].continue_()

        return let_come

    def _heard(self, response: Response) -> None:
        found = re.findall(r"dur=([\d.]+)", response.headers.get("server-timing", ""))
        if found:
            passed, worked = map(float, found)
            self.server_ms += passed
            self.cpu_ms += worked
            self.requests.append((f"{response.request.method} {response.url}", passed, worked))

    def _listened(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not EXPECTED.search(message.text):
            self.complaints.append(message.text)


def assert_accessible(page: Page) -> None:
    """Fail unless axe finds nothing on the page (WCAG 2.2 AA and best practices), in the light and the dark theme."""
    # What a page says can be read before its styles are there.
    page.wait_for_load_state()
    for theme, asked in (("light", {"type": "tag", "values": WCAG}), ("dark", {"type": "rule", "values": OF_A_THEME})):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        found = Axe().run(page, options={"runOnly": asked, "resultTypes": ["violations"]})
        assert not found.response["violations"], f"{page.url} ({theme}): {_in_words(found.response['violations'])}"


def _in_words(violations: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"{one['id']}: {one['help']}\n" + "\n".join(f"    {node['html'][:200]}" for node in one["nodes"][:5])
        for one in violations
    )


def session_key_of(user: Any) -> str:
    """Return the key of a new session in which `user` is signed in: what a browser keeps as its cookie."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    # Tests that move the clock by days keep their people signed in.
    store.set_expiry(A_MONTH)
    store.create()
    return str(store.session_key)
