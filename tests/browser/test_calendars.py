"""A calendar feed made by hand, copied and revoked; and settings whose effect is seen before it is saved."""

from __future__ import annotations

from playwright.sync_api import expect

from tests import cast
from tests.browser.conftest import MONDAY, Enter
from tests.browser.visitor import assert_accessible
from tests.training.acting import settle
from titan.core import settings
from titan.core.actor import Role
from titan.exchange.calendars.models import Feed


def test_a_feed_is_made_copied_and_revoked(enter: Enter) -> None:
    course = cast.make_course()
    trainer = cast.make_trainer(course, first_name="Ravi", last_name="Iyer")
    visitor = enter(Role.HSE_ADMIN)
    page = visitor.open(f"/library/trainers/{trainer.pk}")
    page.get_by_role("link", name="Add to calendar").click()
    page.wait_for_url("**/account/calendars?kind=TRAINER*")
    expect(page.get_by_label("Trainer")).to_have_value(f"{trainer.pk}")
    expect(page.get_by_label("Venue")).to_be_hidden()
    page.get_by_label("What it follows").select_option("The classes in one venue")
    expect(page.get_by_label("Venue")).to_be_visible()
    expect(page.get_by_label("Trainer")).to_be_hidden()
    assert_accessible(page)
    visitor.click(visitor.button("Make the feed"))
    expect(page.locator("#error-venue_id")).to_have_text("Choose which one to follow.")
    page.get_by_label("What it follows").select_option("The classes of one trainer")
    page.get_by_label("What you call it").fill("My phone")
    visitor.click(visitor.button("Make the feed"))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    address = page.locator("#feed-address").inner_text()
    visitor.button("Copy the address").click()
    expect(visitor.button("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == address
    assert_accessible(page)
    answer = page.request.get(address)
    assert (answer.status, answer.text()[:15]) == (200, "BEGIN:VCALENDAR")
    row = page.get_by_role("row", name="My phone")
    expect(row).to_contain_text("Trainer: Ravi Iyer")
    visitor.click(row.get_by_role("button", name="Revoke Trainer: Ravi Iyer"))
    expect(page.get_by_role("row", name="My phone")).to_contain_text("Revoked")
    assert page.request.get(address).status == 410
    assert Feed.objects.get().revoked_at is not None


def test_what_a_warning_period_does_is_seen_before_it_is_saved(enter: Enter) -> None:
    course, role = cast.make_course(), cast.make_role()
    cast.require(role, course)
    cast.make_record(cast.make_worker(role=role), course, expires_on=MONDAY.date().replace(month=12, day=30))
    settle(MONDAY)
    visitor = enter(Role.SUPER_ADMIN)
    page = visitor.open("/settings")
    page.get_by_label("Days before training ends").fill("60")
    page.get_by_label("Papers are printed in").select_option("Türkçe")
    page.get_by_label("Beside it, a second language").select_option("English")
    visitor.click(visitor.button("Save"))
    expect(page.locator("#effect")).to_be_focused()
    expect(page.locator("main")).to_contain_text("0 → 1 Yellow")
    assert_accessible(page)
    assert settings.current().warning_days == 30
    visitor.click(visitor.button("Save"))
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("Papers are printed in")).to_have_value("tr")
    assert (settings.current().warning_days, settings.current().paper_languages) == (60, ("tr", "en"))
