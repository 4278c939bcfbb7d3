"""A session in a real browser: checks while typing, focus that stays, what is ticked, nothing for axe to find."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Dialog, expect

from tests import cast
from tests.browser.conftest import MONDAY, Enter
from tests.browser.visitor import assert_accessible
from titan.compliance.commands import rebuild
from titan.personnel.models import Worker
from titan.training.models import Attendee, TrainingSession

TUESDAY = [(datetime(2026, 11, 24, 4, tzinfo=UTC), datetime(2026, 11, 24, 8, tzinfo=UTC))]
BLOCKED = re.compile("Blocked")


@pytest.fixture
def draft(place: Any) -> TrainingSession:
    """A draft whose only trainer and only room are taken on Tuesday from 08:00 to 12:00, and three Red workers."""
    course = cast.make_course(code="HSE-002", title={"en": "H2S Awareness"}, duration_minutes=240)
    role = cast.make_role()
    cast.require(role, course)
    for number in range(3):
        cast.make_worker(role=role, last_name=f"Red{number}")
    trainer, venue = cast.make_trainer(course, first_name="Ravi"), cast.make_venue(name="Room A", capacity=2)
    cast.make_session(course, trainer=trainer, venue=venue, slots=TUESDAY, status="SCHEDULED")
    rebuild(by=cast.actor(), at=MONDAY)
    return cast.make_session(course)


def test_a_block_shows_while_choosing_and_goes_with_its_cause(enter: Enter, draft: TrainingSession) -> None:
    page = enter().open(f"/sessions/{draft.pk}")
    page.select_option("#f-trainer", label="Ravi Teaches · 4 h booked")
    page.fill("#day-0", "2026-11-24")
    page.locator("#day-0").dispatch_event("change")
    expect(page.locator("#starts-0")).to_have_value("08:00")
    expect(page.locator("#ends-0")).to_have_value("12:00")
    expect(page.locator("#check")).to_contain_text("Ravi Teaches is booked for TS-2026-")
    expect(page.locator("#f-trainer")).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".stepper [aria-current]")).to_contain_text(BLOCKED)
    assert_accessible(page)
    page.locator("#schedule").click(force=True)
    expect(page.locator("#check")).to_be_focused()
    page.locator("#starts-0").fill("13:00")
    page.locator("#ends-0").fill("17:00")
    page.keyboard.press("Tab")
    expect(page.locator("#check .notice[data-status=red]")).to_have_count(0)
    expect(page.locator("#f-trainer")).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator("#less-0")).to_be_focused()
    page.select_option("#f-venue", label="Room A · 2 seats")
    expect(page.locator("#schedule")).not_to_have_attribute("aria-disabled", "true")
    page.locator("#schedule").click()
    expect(page.locator("#save")).to_have_text("Save changes")
    assert_accessible(page)


def test_the_picker_counts_against_the_seats_and_keeps_what_is_ticked(enter: Enter, draft: TrainingSession) -> None:
    page = enter().open(f"/sessions/{draft.pk}")
    page.select_option("#f-venue", label="Room A · 2 seats")
    expect(page.locator("#pick-fill")).to_have_text("Fill to 2 seats")
    page.locator("#pick-red").click()
    expect(page.locator("#pick-meter")).to_contain_text("3/2 seats after these 3")
    page.locator("#pick-search").press_sequentially("red1")
    expect(page.locator("#pick-list")).to_contain_text("Selected, but not shown above")
    expect(page.locator("#pick-search")).to_be_focused()
    expect(page.locator("#invite")).to_have_text("Invite 3 selected")
    page.locator("#invite").click()
    expect(page.locator("#people")).to_contain_text("3/2 seats")
    # The venue was never saved, and still is in the form.
    expect(page.locator("#check")).to_contain_text("3/2 seats: 1 more than Room A holds.")
    expect(page.locator("#f-venue option:checked")).to_have_text("Room A · 2 seats")
    assert Attendee.objects.filter(session=draft).count() == 3


def test_unsaved_details_are_guarded(enter: Enter, draft: TrainingSession) -> None:
    page = enter().open(f"/sessions/{draft.pk}")
    page.fill("#f-title", "Night shift")
    expect(page.locator("#unsaved")).to_be_visible()
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.once("dialog", leave)
    page.goto("/")
    assert asked == ["beforeunload"]
    page.go_back()
    page.fill("#f-title", "Night shift")
    page.locator("#save").click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    expect(page.locator("#unsaved")).to_be_hidden()
    expect(page.locator("#save")).to_be_focused()


def test_text_that_was_typed_is_never_lost(enter: Enter, draft: TrainingSession) -> None:
    page = enter().open(f"/sessions/{draft.pk}")
    # While the server works on the first free time, somebody goes on typing.
    page.route("**/fill-in", lambda route: (page.fill("#f-notes", "Bring boots"), route.continue_()))
    page.locator("#first-free").click()
    expect(page.locator("#ends-0")).not_to_have_value("")
    expect(page.locator("#f-notes")).to_have_value("Bring boots")
    # A reason that was typed and put aside is there again, whatever was saved meanwhile.
    page.locator("#open-cancel").click()
    page.fill("#cancel-reason", "Rain is announced")
    page.keyboard.press("Escape")
    page.locator("#save").click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    expect(page.locator("#cancel-reason")).to_have_value("Rain is announced")
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/sessions/new")
    assert asked == ["beforeunload"]
    page.select_option("#f-course", index=1)
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/")
    assert asked == ["beforeunload"] * 2


def test_taking_somebody_off_the_list_is_taken_back(enter: Enter, draft: TrainingSession) -> None:
    Attendee.objects.create(session=draft, worker=Worker.objects.get(last_name="Red1"), added_at=MONDAY)
    visitor = enter()
    page = visitor.open(f"/sessions/{draft.pk}")
    visitor.click(page.get_by_role("button", name=re.compile("^Remove .* Red1")))
    expect(page.locator("#people")).to_contain_text("Nobody is invited yet")
    visitor.click(page.locator("#toasts").get_by_role("button", name="Undo"))
    expect(page.locator("#people")).to_contain_text("Red1")
    expect(page.locator("#toasts")).to_contain_text("Back on the list, as before.")
    expect(page.locator("#pick-red")).to_have_text("Select all 2 Red")
    expect(page.locator("#h-people")).to_be_focused()
    # Meanwhile somebody blocks them: undoing is refused in words, and nothing changes.
    visitor.click(page.get_by_role("button", name=re.compile("^Remove .* Red1")))
    expect(page.locator("#people")).to_contain_text("Nobody is invited yet")
    Worker.objects.filter(last_name="Red1").update(status="BLACKLISTED")
    visitor.click(page.locator("#toasts").get_by_role("button", name="Undo"))
    expect(page.locator("#messages")).to_contain_text("cannot be invited")
    visitor.complaints.clear()


@pytest.mark.parametrize("width", [1440, 820, 390])
def test_no_page_of_a_session_scrolls_sideways(enter: Enter, draft: TrainingSession, width: int) -> None:
    page = enter(viewport={"width": width, "height": 900}).open(f"/sessions/{draft.pk}")
    page.locator("#first-free").click()
    expect(page.locator("#ends-0")).not_to_have_value("")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto("/sessions/new")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
