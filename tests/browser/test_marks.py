"""Marking in a real browser: with one hand, without a network, and with somebody else at the same list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import cast
from tests.browser.conftest import Enter
from tests.browser.visitor import Visitor, assert_accessible
from tests.files import pdf_bytes
from tests.waiting import until
from tests.web.classes import attendees, mark_everybody, running
from titan.training.models import TrainingSession


@pytest.fixture
def session(place: Any) -> TrainingSession:
    """A class that is going on, with thirty people."""
    return running(30, starts=23, hours=4)


def marks(session: TrainingSession) -> list[tuple[str, str]]:
    return [(row.status, row.result) for row in attendees(session)]


def at_the_list(visitor: Visitor, session: TrainingSession) -> Page:
    page = visitor.open(f"/sessions/{session.pk}")
    page.locator(f"#row-{attendees(session)[0].worker_id} input[type=radio]").first.focus()
    return page


def saved(page: Page) -> None:
    expect(page.locator("[data-saved]").first).to_contain_text("Saved")


def test_one_hand_marks_thirty_people(enter: Enter, session: TrainingSession) -> None:
    page = at_the_list(enter(), session)
    for number in range(30):
        page.keyboard.press("x" if number == 4 else "f" if number == 7 else "o")
        page.keyboard.press("ArrowDown")
    expect(page.locator("[data-count=passed]")).to_have_text("28")
    saved(page)
    assert marks(session)[3:9] == [
        ("ATTENDED", "PASSED"),
        ("NO_SHOW", ""),
        ("ATTENDED", "PASSED"),
        ("ATTENDED", "PASSED"),
        ("ATTENDED", "FAILED"),
        ("ATTENDED", "PASSED"),
    ]
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys of this page")
    expect(keys.get_by_role("heading", name="Marking with one hand")).to_be_visible()
    expect(keys.get_by_text("present and failed")).to_be_visible()
    expect(keys.get_by_role("heading", name="Everywhere")).to_be_visible()
    assert_accessible(page)


def test_what_was_done_for_all_is_taken_back(enter: Enter, session: TrainingSession) -> None:
    visitor = enter()
    page = at_the_list(visitor, session)
    page.keyboard.press("x")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("f")
    saved(page)
    before = marks(session)
    visitor.click(visitor.button("All present"))
    expect(page.locator("#toasts")).to_contain_text("28 people marked present.")
    visitor.click(visitor.button("Pass all present"))
    expect(page.locator("#toasts")).to_contain_text("28 people marked passed.")
    expect(page.locator("[data-count=passed]")).to_have_text("28")
    # What was changed by hand since stays; so do marks that were there before.
    page.locator(f"#row-{attendees(session)[2].worker_id} input[type=radio]").first.focus()
    page.keyboard.press("x")
    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text("Taken back, but for 1 mark that was changed since.")
    expect(page.locator("[data-count=undecided]")).to_have_text("27")
    saved(page)
    assert marks(session) == [*before[:2], ("NO_SHOW", ""), *[("ATTENDED", "")] * 27]


def test_taking_back_is_a_conflict_where_somebody_else_marked(enter: Enter, session: TrainingSession) -> None:
    first, second = enter(), enter(cast.make_user(name="Aylin Demir"))
    page = at_the_list(first, session)
    first.click(first.button("All present"))
    # Under a pointer what can be taken back stays, however long the other one takes.
    first.button("Undo").hover()
    saved(page)
    other = at_the_list(second, session)
    other.keyboard.press("x")
    saved(other)
    first.click(first.button("Undo"))
    note = page.get_by_role("alert").filter(has_text="Aylin Demir changed this at")
    expect(note).to_contain_text("to: no-show. Your mark was not saved.")
    assert marks(session) == [("NO_SHOW", ""), *[("REGISTERED", "")] * 29]


def test_marks_wait_for_the_network_and_outlive_the_page(enter: Enter, session: TrainingSession) -> None:
    visitor = enter()
    page = at_the_list(visitor, session)
    visitor.context.set_offline(True)
    for _number in range(3):
        page.keyboard.press("p")
        page.keyboard.press("ArrowDown")
    expect(page.locator("[data-saved]").first).to_have_text("3 marks wait for the network")
    assert marks(session).count(("REGISTERED", "")) == 30
    # The page goes before the network comes back: what is sent then can only come from what the browser kept.
    page.goto("about:blank")
    visitor.context.set_offline(False)
    visitor.open(f"/sessions/{session.pk}")
    # They may be there before anybody looks: then nothing is left to say "Saved" about.
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-saved]").first).not_to_contain_text("wait")
    until(lambda: page.evaluate("localStorage.length") == 0)
    assert marks(session)[:4] == [("ATTENDED", "")] * 3 + [("REGISTERED", "")]


def test_a_network_that_comes_back_is_noticed(enter: Enter, session: TrainingSession) -> None:
    visitor = enter()
    page = at_the_list(visitor, session)
    visitor.context.set_offline(True)
    page.keyboard.press("p")
    expect(page.locator("[data-saved]").first).to_have_text("1 mark waits for the network")
    visitor.context.set_offline(False)
    saved(page)
    assert marks(session)[0] == ("ATTENDED", "")


def test_two_people_see_a_conflict_and_nobody_loses(enter: Enter, session: TrainingSession) -> None:
    first, second = enter(), enter(cast.make_user(name="Aylin Demir"))
    page, other = at_the_list(first, session), at_the_list(second, session)
    other.keyboard.press("x")
    saved(other)
    page.keyboard.press("p")
    note = page.get_by_role("alert").filter(has_text="Aylin Demir changed this at")
    expect(note).to_contain_text("to: no-show. Your mark was not saved.")
    assert marks(session)[0] == ("NO_SHOW", "")
    page.get_by_role("button", name="Keep mine").click()
    saved(page)
    assert marks(session)[0] == ("ATTENDED", "")


def test_a_refused_mark_stays_at_its_row_with_the_reason(enter: Enter, place: Any) -> None:
    session = running(3, starts=23, hours=4, course=cast.make_course(min_pass_score=80))
    page = at_the_list(enter(), session)
    worker = attendees(session)[0].worker_id
    page.keyboard.press("p")
    page.locator(f"[name=score-{worker}]").fill("55")
    page.locator(f"[name=score-{worker}]").press("Tab")
    expect(page.locator(f"#row-{worker} [value=FAILED]")).to_be_checked()
    saved(page)
    page.locator(f"#row-{worker} [value=PASSED]").check(force=True)
    expect(page.get_by_role("alert").filter(has_text="A score of 55 fails")).to_be_visible()
    page.reload()
    expect(page.get_by_role("alert").filter(has_text="A score of 55 fails")).to_be_visible()
    page.get_by_role("button", name="Use what is saved").click()
    expect(page.locator(f"#row-{worker} [value=FAILED]")).to_be_checked()


def test_the_second_half_of_a_session_is_accessible(enter: Enter, place: Any, tmp_path: Path) -> None:
    session = running(4, starts=23, hours=0.5)
    visitor = enter()
    page = visitor.open(f"/sessions/{session.pk}")
    expect(page.locator("#reasons")).to_contain_text("has no attendance mark (row 4).")
    assert_accessible(page)
    mark_everybody(session, absent=1)
    sheet = tmp_path / "sheet.pdf"
    sheet.write_bytes(pdf_bytes())
    visitor.choose_files(page.get_by_text("Choose files"), str(sheet))
    expect(page.locator("#finalize")).to_contain_text("Ready.")
    visitor.click(visitor.button("Finalize session"))
    expect(page.get_by_role("button", name="Go back")).to_be_focused()
    assert_accessible(page)
    visitor.click(visitor.button("Create 3 records"))
    expect(page.locator("#finalize")).to_contain_text("3 records created")
    assert_accessible(page)


def test_a_blocked_button_says_why_and_leads_to_the_row(enter: Enter, session: TrainingSession) -> None:
    visitor = enter()
    page = visitor.open(f"/sessions/{session.pk}")
    visitor.button("Finalize session").press("Enter")
    expect(page.locator("#reasons")).to_be_focused()
    last = attendees(session)[-1].worker
    visitor.click(page.get_by_role("link", name=f"{last.first_name} {last.last_name} has no attendance mark (row 30)."))
    expect(page.locator(f"#row-{last.pk} input[type=radio]").first).to_be_focused()


def test_nothing_can_be_marked_before_the_script_that_saves_is_there(enter: Enter, session: TrainingSession) -> None:
    """On a slow network a tap would otherwise show a mark that nobody ever saves."""
    visitor = enter()
    let_script_come = visitor.hold("**/attendance*.js*")
    visitor.page.goto(f"/sessions/{session.pk}", wait_until="commit")
    present = visitor.button("All present")
    expect(present).to_have_css("pointer-events", "none")
    let_script_come()
    present.click()
    saved(visitor.page)
    assert {status for status, _result in marks(session)} == {"ATTENDED"}
