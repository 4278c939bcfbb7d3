"""The core loop in a real browser: plan, invite 20, schedule, mark 20, upload, finalize; its clicks and server time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests import cast
from tests.browser.conftest import MONDAY, Enter
from tests.browser.visitor import MEASURES, Visitor
from tests.files import pdf_bytes
from titan.compliance.commands import rebuild
from titan.records.models import TrainingRecord
from titan.training.models import Slot, TrainingSession

MOST_CLICKS = 20
MOST_SERVER_MS = 2_000
PEOPLE = 20


@pytest.fixture
def site_with_a_gap(place: Any) -> Any:
    """Twenty Red workers, one course, somebody who may teach it, and a room."""
    course = cast.make_course(code="HSE-002", title={"en": "H2S Awareness", "tr": "H2S Farkındalığı"})
    role, company = cast.make_role(), cast.make_company()
    cast.require(role, course)
    for number in range(PEOPLE):
        cast.make_worker(role=role, company=company, last_name=f"Name{number:02}")
    cast.make_trainer(course)
    cast.make_venue(capacity=PEOPLE)
    rebuild(by=cast.actor(), at=MONDAY)
    return course


@pytest.mark.parametrize("measure", MEASURES)
def test_from_draft_to_proof(
    enter: Enter,
    site_with_a_gap: Any,
    clock: Any,
    tmp_path: Path,
    *,
    capsys: pytest.CaptureFixture[str],
    measure: str,
) -> None:
    visitor = enter()
    # The first page of a day moves the calendar on.
    visitor.open("/")
    visitor.begin()
    plan(visitor)
    session = TrainingSession.objects.get()
    clock.move_to(Slot.objects.get(session=session).ends_at + timedelta(minutes=30))
    hold(visitor, session, tmp_path)
    assert TrainingRecord.objects.filter(session_id=session.pk).count() == PEOPLE - 2
    with capsys.disabled():
        print(visitor.figures("Core loop"))
    assert visitor.clicks <= MOST_CLICKS
    assert visitor.spent_ms(measure) < MOST_SERVER_MS


def plan(visitor: Visitor) -> None:
    """Plan, invite twenty, schedule, from the gap on the first page."""
    page = visitor.open("/")
    visitor.click(visitor.button("Plan a session for HSE-002"))
    page.wait_for_url("**/sessions/*")
    if not page.locator("#pick-list [name=worker_ids]:checked").count():
        visitor.click("#pick-red")
    visitor.click("#first-free")
    expect(page.locator("#schedule")).not_to_have_attribute("aria-disabled", "true")
    visitor.click("#invite")
    expect(page.locator("#people")).to_contain_text("Name19")
    visitor.click("#schedule")
    expect(page.locator(".stepper [aria-current]")).not_to_contain_text("Draft")
    assert TrainingSession.objects.get().status == "SCHEDULED"


def hold(visitor: Visitor, session: TrainingSession, folder: Path) -> None:
    """Mark twenty, upload the signed sheet, finalize."""
    page = visitor.open(f"/sessions/{session.pk}")
    rows = page.locator("#attendance [data-row]")
    for number in (3, 11):
        visitor.click(rows.nth(number).get_by_text("No-show"))
    visitor.click(visitor.button("All present"))
    visitor.click(visitor.button("Pass all present"))
    expect(page.locator("[data-saved]").first).to_contain_text("Saved")
    sheet = folder / "signed sheet.pdf"
    sheet.write_bytes(pdf_bytes("signed by twenty"))
    visitor.choose_files(page.get_by_text("Choose files"), str(sheet))
    expect(page.locator("#finalize")).to_contain_text("Ready.")
    expect(page.locator("#finalize")).to_contain_text("18 records, 2 no-shows; 18 turn Green for H2S Awareness")
    visitor.click(visitor.button("Finalize session"))
    expect(page.get_by_role("button", name="Go back")).to_be_focused()
    visitor.click(visitor.button("Create 18 records"))
    expect(page.locator("#finalize")).to_contain_text("18 records created, 18 workers turned Green.")
