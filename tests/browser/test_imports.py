"""The first hour of a new site: its spreadsheet in the morning, its Reds and a planned class before lunch."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import ugly
from tests.browser.conftest import Enter
from tests.browser.visitor import assert_accessible
from titan.core.actor import Role
from titan.personnel.models import Worker

DROP = """([name, bytes]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(bytes)], name));
    document.querySelector("[data-drop]").dispatchEvent(
        new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def workbook(tmp_path: Path) -> str:
    path = tmp_path / "Kuzey sahası.xlsx"
    path.write_bytes(ugly.whole_site())
    return str(path)


def outcome(page: Page, name: str) -> int:
    return int(page.locator(f"#show-{name} .figure").inner_text())


def test_from_a_messy_workbook_to_reds_and_a_class_and_back(enter: Enter, workbook: str) -> None:
    admin = enter(Role.HSE_ADMIN)
    page = admin.open("/")
    expect(page.get_by_role("heading", name="Begin with the spreadsheets that you have")).to_be_visible()
    admin.click("#begin-import")
    admin.choose_files(page.locator("label.pick"), workbook)

    # 1: which sheet and column is what.
    expect(page.get_by_role("heading", level=1)).to_have_text("Kuzey sahası.xlsx")
    expect(page.locator("#column-4-2")).to_have_value("full_name")
    expect(page.locator("#header-4")).to_have_value("4")
    assert_accessible(page)
    page.locator("#kind-5").select_option("MATRIX")
    expect(page.locator("#used-5")).to_be_checked()
    expect(page.locator("#sheet-5")).to_contain_text("Course İSG-01")
    page.locator("#column-4-6").select_option("")
    admin.click(page.locator("#sheet-4").get_by_role("button", name="Read it this way"))
    expect(page.locator("#column-4-6")).to_have_value("")
    page.locator("#column-4-6").select_option("status")
    admin.click(page.locator("#sheet-4").get_by_role("button", name="Read it this way"))
    expect(page.locator("#column-4-6")).to_have_value("status")
    admin.click("#go-on")

    # 2: what the file does not say.
    expect(page.get_by_role("heading", name="Which stands first in the dates")).to_be_visible()
    expect(page.locator("#questions")).to_contain_text("PERSONEL!F5: 04/03/2026")
    assert_accessible(page)
    page.get_by_label("the day (03/04/2026 is 3 April)").check()
    page.get_by_label("when the training was completed").check()
    admin.click(page.get_by_role("button", name="Create them all"))
    admin.click("#go-on")

    # 3: what would be written; the broken cells are mended in place.
    expect(page.locator("#rows")).to_contain_text("There is no such day as “31.02.2026”.")
    assert (outcome(page, "refused"), outcome(page, "ignored")) == (2, 2)
    assert_accessible(page)
    day = page.get_by_label("In this role since PERSONEL!F9")
    day.fill("28.02.2026")
    day.press("Enter")
    expect(page.locator("#show-refused .figure")).to_have_text("1")
    expect(page.locator(".toast")).to_contain_text("1 row is refused still.")
    # Whoever mends row after row stays where they are.
    expect(page.get_by_label("Whole name PERSONEL!C10")).to_be_focused()
    admin.click(page.get_by_role("button", name="Leave it out: PERSONEL!10"))
    expect(page.locator("#show-refused .figure")).to_have_text("0")
    admin.click("#show-ignored")
    admin.click(page.get_by_role("button", name="Take it in again: PERSONEL!10"))
    expect(page.locator("#show-refused .figure")).to_have_text("1")
    page.get_by_label("Leave the 1 refused row out").check()
    assert not Worker.objects.exists()
    admin.click("#apply-rest")

    # 4: what came of it, and what to do about it.
    expect(page.locator("#done")).to_contain_text("Workers: 5 new")
    expect(page.locator("#h-judged")).to_have_text("5 new workers")
    expect(page.locator("#reds")).to_contain_text("K-002")
    expect(page.locator("#reds")).not_to_contain_text("K-001")
    assert_accessible(page)
    assert Worker.objects.get(employee_id="K-001").role_assigned_on.isoformat() == "2026-03-04"  # type: ignore[union-attr]
    admin.click(page.get_by_role("button", name="Plan a session for İSG-01"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saha Oryantasyonu")
    print(admin.figures("From a workbook to a planned class"))

    # And back, as a whole: not while something rests on it.
    planned = page.url
    admin.open("/imports")
    admin.click(page.get_by_role("link", name="Take Kuzey sahası.xlsx back"))
    expect(page.locator("#dialog")).to_contain_text("It cannot be taken back: something rests on it.")
    admin.open(planned)
    admin.click("#open-delete")
    admin.click(page.locator("#delete-dialog").get_by_role("button", name="Delete the draft"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Sessions")
    admin.open("/imports")
    admin.click(page.get_by_role("link", name="Take Kuzey sahası.xlsx back"))
    page.get_by_label("Reason").fill("The list of another site.")
    admin.click(page.locator("#dialog").get_by_role("button", name="Take it back"))
    expect(page.locator("#undone")).to_contain_text("The list of another site.")
    assert set(Worker.objects.values_list("status", flat=True)) == {"INACTIVE"}


def test_a_file_is_dropped_and_discarded_with_the_keyboard_on_a_phone(enter: Enter) -> None:
    admin = enter(Role.HSE_ADMIN, viewport={"width": 390, "height": 844})
    page = admin.open("/imports")
    page.evaluate(DROP, ["leer.csv", []])
    expect(page.locator("[data-file-error]")).to_have_text("leer.csv is empty. Choose the file again.")
    page.evaluate(DROP, ["liste.xlsx", list(ugly.ambiguous())])
    expect(page.get_by_role("heading", level=1)).to_have_text("liste.xlsx")
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#go-on").press("Enter")
    expect(page.locator("[data-code]").first).to_be_hidden()
    page.locator("#answer-0-1").press("Space")
    page.locator("[data-answer]").first.select_option("map:")
    expect(page.locator("[data-code]").first).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("[data-answer]").first.select_option("create")
    expect(page.locator("[data-code]").first).to_be_hidden()
    page.locator("#go-on").press("Enter")
    expect(page.locator("#rows")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Discard").press("Enter")
    page.locator("#discard").get_by_role("button", name="Discard").press("Enter")
    expect(page.locator(".toast")).to_contain_text("Nothing was written.")
    assert not Worker.objects.exists()


def test_what_is_chosen_before_the_script_is_there_counts(enter: Enter, workbook: str) -> None:
    """On a slow network a page would otherwise go on describing what was not chosen."""
    admin = enter(Role.HSE_ADMIN)
    page = admin.open("/imports")
    admin.choose_files(page.locator("label.pick"), workbook)
    expect(page.get_by_role("heading", level=1)).to_have_text("Kuzey sahası.xlsx")
    let_script_come = admin.hold("**/imports*.js*")
    page.goto(page.url, wait_until="commit")
    page.locator("#kind-5").select_option("MATRIX")
    let_script_come()
    expect(page.locator("#used-5")).to_be_checked()
    expect(page.locator("#sheet-5")).to_contain_text("Course İSG-01")
