"""The library with the keyboard: help, a new course, and a requirement that says whom it touches before it is saved."""

from __future__ import annotations

from playwright.sync_api import expect

from tests import cast
from tests.browser.conftest import MONDAY, Enter
from tests.browser.visitor import assert_accessible
from tests.training.acting import settle
from titan.compliance.models import RoleRequirement
from titan.core.actor import Role


def test_the_help_lists_the_keys_of_the_page_and_turns_them_off(enter: Enter) -> None:
    visitor = enter(Role.HSE_ADMIN)
    page = visitor.open("/library")
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Keys of this page")
    expect(help_.get_by_text("New course")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_url("**/library/courses/new")
    page.keyboard.press("?")
    help_.get_by_label("Single keys work").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(help_).to_be_hidden()


def test_a_requirement_says_whom_it_touches_then_is_saved(enter: Enter) -> None:
    role, course = cast.make_role(title={"en": "Rigger"}), cast.make_course(code="HSE-002")
    for _number in range(3):
        cast.make_worker(role=role)
    settle(MONDAY)
    visitor = enter(Role.HSE_ADMIN)
    page = visitor.open(f"/library/roles/{role.pk}")
    page.get_by_label("HSE-002 is required").select_option("After entry, with grace")
    page.get_by_label("Days of grace for HSE-002").fill("400")
    page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
    visitor.click(visitor.button("See what it changes"))
    expect(page.get_by_label("Days of grace for HSE-002")).to_be_focused()
    expect(page.get_by_label("Days of grace for HSE-002")).to_have_value("400")
    assert_accessible(page)
    page.get_by_label("HSE-002 is required").select_option("Before entry")
    visitor.click(visitor.button("See what it changes"))
    expect(page.locator("#effect")).to_contain_text("It touches 3 workers: 3 may not work any more")
    expect(page.locator("#effect")).to_be_focused()
    visitor.click(visitor.button("Save these requirements"))
    expect(page.locator("#toasts")).to_contain_text("judged anew")
    assert RoleRequirement.objects.get().course_id == course.pk


def test_every_screen_is_accessible(enter: Enter) -> None:
    role, area, course = cast.make_role(), cast.make_area(cast.make_area()), cast.make_course()
    cast.make_version(course, status="DRAFT", validity_months=24)
    trainer, venue, company = cast.make_trainer(course), cast.make_venue(), cast.make_company()
    visitor = enter(Role.SUPER_ADMIN)
    for path in [
        "/library",
        f"/library/courses/{course.pk}",
        f"/library/courses/{course.pk}/edit",
        "/library/trainers",
        f"/library/trainers/{trainer.pk}",
        "/library/roles",
        f"/library/roles/{role.pk}",
        "/library/areas",
        f"/library/areas/{area.pk}",
        f"/library/venues/{venue.pk}",
        f"/library/companies/{company.pk}",
        "/library/methods",
        "/account",
        "/account/tokens",
        "/users",
        "/users/new",
    ]:
        assert_accessible(visitor.open(path))
