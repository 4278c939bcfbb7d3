"""A trainer with a phone and with a tablet: today's classes, big targets, marks, a photo of the sheet; nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import cast
from tests.browser.conftest import Enter
from tests.browser.visitor import Visitor, assert_accessible
from tests.files import jpeg_bytes
from tests.web.classes import attendees, running
from titan.core.actor import Role
from titan.training.models import TrainingSession

PHONE, TABLET = {"width": 390, "height": 844}, {"width": 820, "height": 1180}
LEAST = 44
# What can be hit and is smaller than a finger; links inside a text, and what only assistants reach, are no targets.
TOO_SMALL = """least => [...document.querySelectorAll("a, button, label, select, input, summary")]
    .filter(one => one.checkVisibility() && one.closest("main, .app-bar") && !one.closest("p, .visually-hidden"))
    .filter(one => getComputedStyle(one).position !== "absolute" && !(one.tagName === "INPUT" && one.closest("label")))
    .map(one => [one, one.getBoundingClientRect()])
    .filter(([one, box]) => box.width > 1 && (box.height < least - 0.5 || box.width < least - 0.5))
    .map(([one, box]) => `${one.outerHTML.slice(0, 120)} is ${Math.round(box.width)} x ${Math.round(box.height)}`)"""
# Text that does not fit into what holds it, and parts that stand outside the window.
CLIPPED = """() => [...document.querySelectorAll("main *, .thumb-bar *")]
    .filter(one => one.checkVisibility() && !one.closest(".table-scroll, .visually-hidden, svg, .page-pictures"))
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1
        || (getComputedStyle(one).overflowX === "hidden" && one.scrollWidth > one.clientWidth + 1))
    .map(one => one.outerHTML.slice(0, 120))"""


@pytest.fixture
def trainer(place: Any) -> Any:
    return cast.make_user(Role.TRAINER, name="Ravi Menon")


@pytest.fixture
def session(trainer: Any) -> TrainingSession:
    """Ravi's class of today; there is one next week too, and somebody else's today."""
    course = cast.make_course(
        title={"en": "Confined Space Entry and Rescue"}, min_pass_score=80, requires_verification=True
    )
    ravi = cast.make_trainer(course, user=trainer)
    running(2, starts=23 + 7 * 24, hours=4, course=course, trainer=ravi)
    running(2, starts=23, hours=4)
    return running(4, starts=23, hours=4, course=course, trainer=ravi)


def assert_fits(page: Page) -> None:
    """Fail when something is too small for a finger, clipped, or makes the page scroll sideways."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(TOO_SMALL, LEAST) == []
    assert page.evaluate(CLIPPED) == []


def marks(session: TrainingSession) -> list[tuple[str, str]]:
    return [(row.status, row.result) for row in attendees(session)]


def at_the_class(visitor: Visitor, session: TrainingSession) -> Page:
    page = visitor.open("/")
    expect(page.locator("main h2").first).to_have_text("Today")
    expect(page.locator(".class-card")).to_have_count(2)
    expect(page.locator(".class-card").first).to_contain_text(session.code)
    expect(page.locator(".main-nav a")).to_have_count(1)
    assert_fits(page)
    visitor.click(page.get_by_role("link", name=session.code))
    return page


@pytest.mark.parametrize("window", [PHONE, TABLET], ids=["phone", "tablet"])
def test_a_trainer_marks_and_photographs(
    enter: Enter, trainer: Any, session: TrainingSession, tmp_path: Path, window: Any
) -> None:
    visitor = enter(trainer, viewport=window, has_touch=True)
    page = at_the_class(visitor, session)
    visitor.click(visitor.button("All present"))
    first = page.locator(".roll > li").first
    first.get_by_label("Score of").fill("40")
    visitor.click(visitor.button("Pass all present"))
    first.locator("summary").click()
    first.get_by_label("Remarks").fill("Təkrar gəlsin")
    expect(page.locator("[data-count=failed]")).to_have_text("1")
    assert_fits(page)
    expect(page.locator("[data-saved]").first).to_contain_text("Saved")
    assert marks(session) == [("ATTENDED", "FAILED"), *[("ATTENDED", "PASSED")] * 3]
    photo = tmp_path / "sheet.jpg"
    photo.write_bytes(jpeg_bytes("a photo"))
    expect(page.locator("#sheet-photo")).to_have_attribute("capture", "environment")
    visitor.choose_files(page.locator("label", has_text="Photo of the sheet"), str(photo))
    expect(page.locator("#thumb-bar")).to_contain_text("Sheet attached")
    expect(page.locator("#evidence")).to_contain_text("Hash checked just now: equal")
    assert_fits(page)
    assert_accessible(page)


def test_a_trainer_sees_nothing_else(enter: Enter, trainer: Any, session: TrainingSession) -> None:
    page = enter(trainer, viewport=PHONE, has_touch=True).open(f"/sessions/{session.pk}")
    page.wait_for_url(f"**/my-classes/{session.pk}")
    expect(page.get_by_role("search")).to_have_count(0)
    expect(page.get_by_role("button", name="Finalize")).to_have_count(0)
    for address in ("/sessions", "/workers", "/matrix", "/verify", "/library", "/audit", "/search?q=a"):
        answer = page.request.get(address)
        assert answer.status in {403, 404}, address
