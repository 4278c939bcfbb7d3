"""The signed sheet in a real browser: dropped, refused, replaced, kept without a network, and taken once."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests import cast
from tests.browser.conftest import Enter
from tests.browser.visitor import Visitor, assert_accessible
from tests.files import jpeg_bytes, pdf_bytes
from tests.web.classes import attendees, running
from titan.core.actor import Role
from titan.evidence.rules import MAX_BYTES
from titan.training.models import SessionEvidence, TrainingSession

EQUAL = "Hash checked just now: equal"
WAITS = "1 file waits for the network."
HTMX_SAYS = re.compile(r"^(htmx:(afterRequest|sendError)|Response Status Error Code 4\d\d)")
MARKS = re.compile(r"/attendance/marks$")
SHEETS = re.compile(r"/evidence$")


@pytest.fixture
def session(place: Any) -> TrainingSession:
    """A class that is going on, with four people."""
    return running(4, starts=23, hours=4)


def sheets(session: TrainingSession) -> list[str]:
    rows = SessionEvidence.objects.filter(session=session).order_by("pk")
    return list(rows.values_list("evidence__original_name", flat=True))


def drop(page: Page, name: str, content: bytes = b"", *, size: int = 0, on: str = "[data-drop]") -> None:
    """Drop a file as a hand does: over the place, then let go. size: bytes without meaning, instead of content."""
    transfer = page.evaluate_handle(
        """([name, content, size]) => {
            const bytes = size ? new Uint8Array(size) : Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], name));
            return transfer;
        }""",
        [name, base64.b64encode(content).decode(), size],
    )
    target = page.locator(on).first
    target.dispatch_event("dragover", {"dataTransfer": transfer})
    if on == "[data-drop]":
        expect(target).to_have_class(re.compile("over"))
    target.dispatch_event("drop", {"dataTransfer": transfer})


def choose_photo(visitor: Visitor, folder: Path, name: str = "sheet.jpg") -> None:
    photo = folder / name
    photo.write_bytes(jpeg_bytes(name))
    visitor.choose_files(visitor.page.get_by_text("Choose files"), str(photo))


def forgive(visitor: Visitor) -> None:
    """Leave out what htmx said of an answer that refuses, or of one that never came."""
    visitor.complaints[:] = [one for one in visitor.complaints if not HTMX_SAYS.search(one)]


def reason(page: Page) -> Locator:
    """Return the reason that stands at the place for dropping."""
    return page.locator("#evidence-form [role=alert]:visible")


def test_a_sheet_is_dropped_refused_and_replaced(enter: Enter, session: TrainingSession) -> None:
    visitor = enter()
    page = visitor.open(f"/sessions/{session.pk}")
    drop(page, "list.txt", b"no sheet at all")
    expect(reason(page)).to_contain_text("PDF, JPEG, PNG or HEIC")
    forgive(visitor)
    drop(page, "scan.pdf", size=MAX_BYTES + 1)
    expect(reason(page)).to_contain_text("scan.pdf is larger than 25 MB.")
    # Beside the place for it, a file must not take the page away.
    drop(page, "beside.pdf", pdf_bytes("beside"), on="#attendance")
    drop(page, "first.pdf", pdf_bytes("first"))
    expect(page.locator("#evidence")).to_contain_text(EQUAL)
    expect(page.locator("#evidence .file-name").first).to_have_text("first.pdf")
    # Anywhere on the panel, the folded place for a new sheet opens.
    drop(page, "second.pdf", pdf_bytes("second"), on="#h-evidence")
    expect(page.locator("#evidence .file-name").first).to_have_text("second.pdf")
    expect(page.locator("#evidence")).to_contain_text("1 earlier sheet, kept")
    assert sheets(session) == ["first.pdf", "second.pdf"]


def test_a_file_waits_for_the_network_and_outlives_the_page(
    enter: Enter, session: TrainingSession, tmp_path: Path
) -> None:
    visitor = enter()
    page = visitor.open(f"/sessions/{session.pk}")
    visitor.context.set_offline(True)
    choose_photo(visitor, tmp_path)
    kept = page.locator("[data-kept]")
    expect(kept).to_contain_text(WAITS)
    expect(kept.get_by_role("link", name="sheet.jpg")).to_be_visible()
    assert_accessible(page)
    # The person says that it is not wanted, and wants it after all.
    kept.get_by_role("button", name="Remove: sheet.jpg").click()
    expect(kept).to_be_hidden()
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(kept).to_contain_text(WAITS)
    page.goto("about:blank")
    visitor.context.set_offline(False)
    visitor.open(f"/sessions/{session.pk}")
    expect(page.locator("#evidence")).to_contain_text(EQUAL)
    expect(kept).to_be_hidden()
    page.reload()
    expect(page.locator("#evidence")).to_contain_text(EQUAL)
    assert sheets(session) == ["sheet.jpg"]


def test_a_file_whose_answer_was_lost_is_taken_once(enter: Enter, session: TrainingSession, tmp_path: Path) -> None:
    visitor = enter()
    page = visitor.open(f"/sessions/{session.pk}")

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(SHEETS, lose_the_answer, times=1)
    choose_photo(visitor, tmp_path)
    expect(page.locator("[data-kept]")).to_contain_text(WAITS)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#evidence")).to_contain_text(EQUAL)
    expect(page.locator("[data-kept]")).to_be_hidden()
    assert sheets(session) == ["sheet.jpg"]
    forgive(visitor)


def test_the_lists_show_what_waits_on_this_device(enter: Enter, place: Any, tmp_path: Path) -> None:
    user, course = cast.make_user(Role.TRAINER), cast.make_course()
    session = running(3, starts=23, hours=4, course=course, trainer=cast.make_trainer(course, user=user))
    visitor = enter(user, viewport={"width": 390, "height": 844}, has_touch=True)
    page = visitor.open(f"/my-classes/{session.pk}")
    for address in (MARKS, SHEETS):
        page.route(address, lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    visitor.button("All present").click()
    choose_photo(visitor, tmp_path)
    expect(page.locator("[data-kept]")).to_contain_text(WAITS)
    page.get_by_role("link", name="All my classes").click()
    card = page.get_by_role("link", name=session.code)
    expect(card).to_contain_text("3 marks wait for the network · 1 file waits for the network")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert_accessible(page)
    page.unroute_all()
    card.click()
    expect(page.locator("#evidence")).to_contain_text(EQUAL)
    expect(page.locator("[data-saved]").first).to_contain_text("Saved")
    page.get_by_role("link", name="All my classes").click()
    expect(card).not_to_contain_text("wait")
    assert [row.status for row in attendees(session)] == ["ATTENDED"] * 3
    assert sheets(session) == ["sheet.jpg"]
    forgive(visitor)


def test_a_file_for_a_session_that_closed_meanwhile_is_not_lost(
    enter: Enter, session: TrainingSession, tmp_path: Path
) -> None:
    visitor = enter()
    page = visitor.open(f"/sessions/{session.pk}")
    visitor.context.set_offline(True)
    choose_photo(visitor, tmp_path)
    expect(page.locator("[data-kept]")).to_contain_text(WAITS)
    TrainingSession.objects.filter(pk=session.pk).update(status="CANCELLED", cancel_reason="Rain.")
    page.goto("about:blank")
    visitor.context.set_offline(False)
    visitor.open(f"/sessions/{session.pk}/evidence")
    kept = page.locator("[data-kept]")
    expect(kept).to_contain_text("1 file was not sent: this session takes no sheet now.")
    with page.expect_download() as download:
        kept.get_by_role("link", name="sheet.jpg").click()
    assert download.value.suggested_filename == "sheet.jpg"
    kept.get_by_role("button", name="Remove: sheet.jpg").click()
    expect(kept).to_be_hidden()
