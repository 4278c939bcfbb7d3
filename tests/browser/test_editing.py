"""Two people at one form, a certificate with its file, the sign-off queue by keyboard; nothing typed is lost."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Dialog, expect

from tests import cast
from tests.browser.conftest import MONDAY, Enter
from tests.browser.visitor import assert_accessible
from tests.files import pdf_bytes
from tests.training.acting import pending, settle
from titan.core.actor import Role
from titan.personnel.models import Worker
from titan.records.models import CompetencyRecord, TrainingRecord
from titan.resources.models import Venue


def test_two_admins_at_one_venue_lose_nothing(enter: Enter) -> None:
    venue = cast.make_venue(name="Room A", capacity=20, location="Block 1")
    mine, theirs = (
        enter(cast.make_user(Role.HSE_ADMIN, name="Ayla")),
        enter(cast.make_user(Role.HSE_ADMIN, name="Kamran")),
    )
    page, other = (one.open(f"/library/venues/{venue.pk}") for one in (mine, theirs))
    other.get_by_role("textbox", name="Location").fill("Block 2")
    other.get_by_label("Seats").fill("30")
    theirs.click(theirs.button("Save"))
    expect(other.locator("#toasts")).to_contain_text("Saved.")

    page.get_by_label("Seats").fill("24")
    mine.click(mine.button("Save"))
    clash = page.locator("#clash")
    expect(clash).to_contain_text("Kamran changed this at the same time")
    expect(clash).to_be_focused()
    expect(page.get_by_role("textbox", name="Location")).to_have_value("Block 2")
    expect(page.get_by_label("Seats")).to_have_value("24")
    expect(page.locator("#theirs-capacity")).to_contain_text("theirs is: 30")
    assert_accessible(page)
    mine.click(mine.button("Save"))
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    stored = Venue.objects.get()
    assert (stored.capacity, stored.location) == (24, "Block 2")


def test_a_worker_of_two_editors_and_the_way_out(enter: Enter) -> None:
    worker = cast.make_worker(last_name="Aslan", phone="1")
    settle(MONDAY)
    mine, theirs = enter(Role.HSE_ADMIN), enter(cast.make_user(Role.HSE_ADMIN, name="Kamran"))
    page, other = (one.open(f"/workers/{worker.pk}/edit") for one in (mine, theirs))
    other.get_by_label("Phone").fill("2")
    theirs.click(theirs.button("Save"))
    expect(other.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_label("Phone").fill("3")
    mine.click(mine.button("Save"))
    expect(page.locator("#theirs-phone")).to_contain_text("theirs is: 2")
    # Nobody leaves so soon: what asks before one leaves runs once the page is whole.
    page.wait_for_load_state()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    page.get_by_role("link", name="Library").click()
    expect(page.get_by_label("Phone")).to_have_value("3")
    assert asked == ["beforeunload"]
    mine.click(mine.button("Drop mine and show theirs"))
    expect(page.get_by_label("Phone")).to_have_value("2")
    assert Worker.objects.get(pk=worker.pk).phone == "2"


def test_a_certificate_keeps_its_file_through_a_refusal(enter: Enter, tmp_path: Path) -> None:
    role, course = cast.make_role(), cast.make_course(code="FA-1", title={"en": "First Aid"}, min_pass_score=80)
    cast.require(role, course)
    worker = cast.make_worker(role=role)
    settle(MONDAY)
    card = tmp_path / "card.pdf"
    card.write_bytes(pdf_bytes())
    visitor = enter(Role.HSE_ADMIN)
    page = visitor.open(f"/workers/{worker.pk}")
    page.keyboard.press("c")
    page.get_by_label("Course").select_option(label="First Aid (FA-1)")
    page.get_by_label("Completed on").fill("2026-11-20")
    expect(page.locator("#effect")).to_contain_text("Green")
    assert_accessible(page)
    page.get_by_label("The certificate").set_input_files(str(card))
    page.get_by_label("Score").fill("10")
    visitor.click(visitor.button("Record the certificate"))
    expect(page.locator("#error-score")).to_be_visible()
    assert page.get_by_label("The certificate").evaluate("field => field.files.length") == 1
    page.get_by_label("Score").fill("90")
    visitor.click(visitor.button("Record the certificate"))
    expect(page.locator("#toasts")).to_contain_text("The certificate is recorded.")
    record = TrainingRecord.objects.get()
    assert (record.score, record.evidence.original_name) == (90, "card.pdf")


def test_the_queue_is_signed_off_with_the_keyboard(enter: Enter) -> None:
    course = cast.make_course(requires_verification=True)
    records = [pending(cast.make_worker(last_name=f"Name{number}"), course) for number in range(3)]
    visitor = enter(Role.ASSESSOR)
    page = visitor.open("/verify")
    heading = page.locator("#h-sign")
    expect(heading).to_contain_text("Name0")
    expect(page.locator(".verify-one img").first).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Remarks").fill("Not yet said")
    page.locator("#h-sign").focus()
    page.keyboard.press("j")
    expect(heading).to_contain_text("Name1")
    expect(page.get_by_label("Remarks")).to_have_value("")
    page.get_by_label("Assessment method").select_option(index=1)
    heading.focus()
    page.keyboard.press("c")
    page.keyboard.press("s")
    expect(page.locator("#toasts")).to_contain_text("1 record signed.")
    expect(heading).to_contain_text("Name2")
    expect(heading).to_be_focused()
    page.keyboard.press("c")
    page.keyboard.press("s")
    expect(heading).to_contain_text("Name0")
    page.keyboard.press("x")
    page.keyboard.press("s")
    expect(page.locator("#error-remarks")).to_be_visible()
    statuses = [CompetencyRecord.objects.get(pk=record.pk).status for record in records]
    assert statuses == ["PENDING", "COMPETENT", "COMPETENT"]
