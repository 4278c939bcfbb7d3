"""The sweep: every screen, both themes, from desk to phone, is accessible, fits its window and complains of nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.browser.chromium import FINGERS, FLAGS, chromium
from tests.browser.screens import DESK, SCREENS, SIZES, TOUCHED, Screen, go, window
from tests.browser.showroom import Showroom, showroom
from tests.browser.visitor import EXPECTED, assert_accessible

pytestmark = pytest.mark.long
TOO_WIDE = """() => [...document.querySelectorAll("body *")]
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".table-scroll, .main-nav"))
    .slice(0, 5).map(one => one.outerHTML.slice(0, 120)).join("\\n")"""


@pytest.fixture(scope="module")
def room() -> Iterator[Showroom]:
    """The demo site with a session in every state, made once."""
    with showroom() as opened:
        yield opened


@pytest.fixture(scope="module")
def fingers(browser: Browser) -> Iterator[Browser]:
    """A second Chromium, on a device without a mouse; the first one says whether there is one at all."""
    started = browser.browser_type.launch(executable_path=chromium(), args=[*FLAGS, FINGERS])
    yield started
    started.close()


@pytest.mark.parametrize("touch", [False, True], ids=["desk", "touched"])
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_a_screen_is_sound(browser: Browser, fingers: Browser, room: Showroom, screen: Screen, touch: bool) -> None:
    context = window(fingers if touch else browser, room, screen.role, touch=touch)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.extend(_complaint(message)))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    go(page, screen, room)
    for width in TOUCHED if touch else (DESK,):
        page.set_viewport_size(SIZES[width])
        _assert_fits(page, width)
    # In the narrowest window of the two.
    assert_accessible(page)
    context.close()
    assert not complaints, "\n".join(complaints)


def test_paper_has_no_chrome_and_is_light(browser: Browser, room: Showroom) -> None:
    for screen in (one for one in SCREENS if one.printed):
        context = window(browser, room, screen.role)
        page = context.new_page()
        go(page, screen, room)
        page.emulate_media(media="print", color_scheme="dark")
        for hidden in (".app-bar", ".status-strip", ".filter-bar", "#toasts", ".button"):
            expect(page.locator(hidden).filter(visible=True)).to_have_count(0)
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(19, 27, 36)", screen.name
        context.close()


def _complaint(message: ConsoleMessage) -> list[str]:
    return [message.text] if message.type in {"error", "warning"} and not EXPECTED.search(message.text) else []


def _assert_fits(page: Page, width: int) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width, f"{page.url} is {wide} px wide in a window of {width}:\n{page.evaluate(TOO_WIDE)}"
