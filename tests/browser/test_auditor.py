"""An auditor asks for somebody's proof: search, worker, signed sheet with its hash verified; three clicks, a second."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests import cast
from tests.browser.conftest import MONDAY, Enter
from tests.browser.visitor import MEASURES, assert_accessible
from tests.training.acting import PASSED, held, pending, settle
from titan.core.actor import Role
from titan.records.commands import Decision, decide_competencies
from titan.records.models import CompetencyStatus, TrainingRecord
from titan.training.commands import finalize_session

MOST_CLICKS = 3
MOST_SERVER_MS = 1_000


@pytest.fixture
def proved(place: Any) -> TrainingRecord:
    """A worker among namesakes, whose training was held, signed and finalized."""
    role, area = cast.make_role(title={"en": "Rigger"}), cast.make_area(name="Gas train")
    course = cast.make_course(code="HSE-002", title={"en": "H2S Awareness"})
    lifting = cast.make_course(code="LFT-001", title={"en": "Basic Rigging"})
    cast.require(role, course)
    cast.require(area, lifting, grace_period_days=365)
    company = cast.make_company(name="Sabre Instruments")
    people = [
        cast.make_worker(role=role, areas=[area], company=company, first_name=first, last_name="Əliyev")
        for first in ("Rəşad", "Aygün", "Orxan")
    ]
    session = held(course, dict.fromkeys(people, PASSED))
    settle(MONDAY)
    finalize_session(session.pk, by=cast.actor(), at=MONDAY)
    return TrainingRecord.objects.get(worker=people[0])


@pytest.mark.parametrize("measure", MEASURES)
def test_proof_in_three_clicks(
    enter: Enter, proved: TrainingRecord, capsys: pytest.CaptureFixture[str], measure: str
) -> None:
    visitor = enter(Role.AUDITOR)
    page = visitor.open("/")
    # Opening the day is not part of the question.
    visitor.begin()
    visitor.click("#global-search")
    page.keyboard.type("əliyev")
    page.keyboard.press("Enter")
    visitor.click(page.get_by_role("link", name="Rəşad Əliyev"))
    visitor.click(page.get_by_role("link", name="Open the proof of HSE-002"))
    expect(page.locator(".hash-check")).to_contain_text("both hashes are equal")
    expect(page.locator(".hash-check")).to_contain_text(proved.evidence_sha256[:8])
    sheet = page.locator(".sheet-pages img").first
    expect(sheet).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert sheet.evaluate("image => image.naturalWidth") > 1_000
    with capsys.disabled():
        print(visitor.figures("Auditor's proof"))
    assert visitor.clicks <= MOST_CLICKS
    assert visitor.spent_ms(measure) < MOST_SERVER_MS


def test_a_badge_and_a_hash_open_at_once_and_back_leads_back(enter: Enter, proved: TrainingRecord) -> None:
    visitor = enter(Role.AUDITOR)
    page = visitor.open("/workers")
    page.keyboard.press("/")
    expect(page.locator("#global-search")).to_be_focused()
    page.keyboard.type(proved.worker.employee_id)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/workers/{proved.worker_id}")
    expect(page.locator("#evidence-check")).to_contain_text("1 evidence file verified just now")
    page.go_back()
    page.wait_for_url("**/workers")
    page.fill("#global-search", proved.evidence_sha256)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/evidence/{proved.evidence_id}")


def test_an_admin_sees_what_a_change_does_before_it_is_made(enter: Enter, proved: TrainingRecord) -> None:
    other, course = cast.make_role(title={"en": "Driver"}), cast.make_course(title={"en": "Defensive Driving"})
    cast.require(other, course)
    visitor = enter(Role.HSE_ADMIN)
    page = visitor.open(f"/workers/{proved.worker_id}/edit")
    page.select_option("#f-role_id", label="Driver")
    expect(page.locator("#effect")).to_contain_text("Defensive Driving")
    assert_accessible(page)
    visitor.click("#save")
    page.wait_for_url(f"**/workers/{proved.worker_id}")
    expect(page.locator("#h-items ~ p")).to_contain_text("1 Red")
    page.goto(f"/records/{proved.pk}/sheet")
    visitor.click(page.get_by_role("link", name="Revoke"))
    expect(page.locator("#dialog-reason")).to_be_focused()
    page.locator("#dialog-reason").fill("  ")
    visitor.click("#dialog button[type=submit]")
    expect(page.locator("#dialog-error")).to_be_visible()
    # What htmx says of an answer that refuses.
    visitor.complaints.clear()
    page.locator("#dialog-reason").fill("Signed for his brother.")
    visitor.click("#dialog button[type=submit]")
    expect(page.locator("#h-facts")).to_be_visible()
    expect(page.get_by_text("Signed for his brother.")).to_be_visible()


def test_the_screens_are_accessible(enter: Enter, proved: TrainingRecord) -> None:
    attempt = pending(proved.worker, proved.course)
    method = cast.make_method(name="Oral questioning")
    assessor = cast.actor_of(cast.make_user(Role.ASSESSOR))
    no = Decision(CompetencyStatus.NOT_COMPETENT, method.pk, remarks="Did not know the alarm.")
    decide_competencies([attempt.pk], no, by=assessor, at=MONDAY)
    visitor = enter(Role.HSE_ADMIN)
    for address in (
        "/workers",
        "/workers?search=nobody",
        f"/workers/{proved.worker_id}",
        "/workers/new",
        f"/records/{proved.pk}/sheet",
        f"/competencies/{attempt.pk}/sheet",
        f"/evidence/{proved.evidence_id}",
        "/search?q=HSE",
        "/search",
        "/audit",
    ):
        assert_accessible(visitor.open(address))
