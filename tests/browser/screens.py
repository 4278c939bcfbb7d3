"""Every screen of Titan: who sees it, how to get there, and what is open on it.

One list for `make pictures`, for the sweep with axe, and for the test that finds a page nobody looks at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.browser.showroom import CAREFUL as EMAIL_OF_CAREFUL
from tests.browser.showroom import Showroom
from titan.cli.demo import PASSWORD
from titan.core.actor import Role

Step = Callable[[Page], None]
HSE, SUPER, TRAINER = Role.HSE_ADMIN.value, Role.SUPER_ADMIN.value, Role.TRAINER.value
ASSESSOR, AUDITOR = Role.ASSESSOR.value, Role.AUDITOR.value
UNLINKED, CAREFUL, KEYED = "unlinked", "careful", "keyed"
"""A trainer's login that is linked to no trainer; logins with an authenticator app and with a passkey."""
# Under the policy of the product a page evaluates no text, so Playwright cannot wait for a function there.
DECODED = """Promise.all(
    [...document.images].filter(one => one.loading !== "lazy").map(one => one.decode().catch(() => 0)))"""
DESK, TOUCHED = 1440, (820, 390)
SIZES: dict[int, ViewportSize] = {
    1440: {"width": 1440, "height": 900},
    820: {"width": 820, "height": 1180},
    390: {"width": 390, "height": 844},
}
"""The windows in which screens are looked at, by their width in pixels: a desk's, a tablet's, a phone's."""


@dataclass(frozen=True)
class Screen:
    """path: with the showroom's places in braces. role: who is signed in, "" for nobody. step: what is done there.

    shows: pages (names of addresses) that the step brings onto the screen. printed: whether people print it.
    """

    name: str
    role: str
    path: str
    step: Step | None = None
    shows: tuple[str, ...] = ()
    printed: bool = False

    def address(self, places: Mapping[str, Any]) -> str:
        """Return where it is on a site with these places."""
        return self.path.format_map(places)


def opened(selector: str, shown: str = "dialog[open]") -> Step:
    """Return the step that clicks `selector` and waits for what it opens."""

    def step(page: Page) -> None:
        page.locator(selector).first.click()
        expect(page.locator(shown).first).to_be_visible()

    return step


def refused(button: str, told: str = "[role=alert]", **fields: str) -> Step:
    """Return the step that sends a form that cannot be taken: `fields` filled in by name, then `button` clicked."""

    def step(page: Page) -> None:
        page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
        for name, value in fields.items():
            field = page.locator(f"main [name={name}]").first
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        page.locator(button).first.click()
        expect(page.locator(told).first).to_be_visible()

    return step


def _folds_open(page: Page) -> None:
    page.locator("#fold-details > summary").click()
    page.locator("#fold-people > summary").click()


def _help_open(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def _effect_shown(page: Page) -> None:
    page.locator("#f-role_id").select_option(index=2)
    expect(page.locator("#effect li").first).to_be_visible()


def _lists_open(page: Page) -> None:
    page.locator(".merge-lines details").first.locator("summary").click()


def _similar_shown(page: Page) -> None:
    page.locator("#f-first_name").fill("Kenan")
    page.locator("#f-last_name").fill("Suleymanov")
    page.locator("#f-employee_id").fill("TMP-0040")
    page.locator("#f-employee_id").press("Tab")
    expect(page.locator("#similar li").first).to_be_visible()


def _chosen(page: Page) -> None:
    page.locator("#pick-red").click()
    expect(page.locator("#invite")).to_be_visible()


def _ticked(page: Page) -> None:
    for number in (0, 2, 3):
        page.locator("[name=worker_id]").nth(number).check()
    expect(page.locator("[data-chosen]")).to_contain_text("3")


def _areas_looked_at(page: Page) -> None:
    page.locator("[name=area_ids]").nth(1).check()
    page.locator("[value=look]").click()
    expect(page.locator("#h-effect")).to_be_visible()


def _verifying(page: Page) -> None:
    # Where nobody takes it up, the one asked for first still waits.
    if page.locator("#verify-everything").count():
        page.locator("#verify-everything").click()
    expect(page.locator("progress, #runs").first).to_be_visible()


def _not_a_table(page: Page) -> None:
    photo = {"name": "personel.xlsx", "mimeType": "application/octet-stream", "buffer": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3"}
    page.locator("#import-file").set_input_files(photo)  # type: ignore[arg-type]
    expect(page.locator("#refused")).to_be_visible()


def _toasted(page: Page) -> None:
    page.evaluate("""import(document.querySelector('script[src*="titan.js"]').src).then((titan) =>
        titan.toast({ text: "Saved.", link: "/", linkText: "Open" }))""")
    expect(page.locator(".toast")).to_be_visible()


def _password_given(page: Page) -> None:
    page.fill("[name=email]", EMAIL_OF_CAREFUL)
    page.fill("[name=password]", PASSWORD)
    page.locator("form button.primary").first.click()
    expect(page.locator("[name=code]")).to_be_visible()


SCREENS = (
    # Signing in
    Screen("sign-in", "", "/sign-in"),
    Screen(
        "sign-in-refused",
        "",
        "/sign-in",
        refused("button.primary", email="nobody@demo.example", password="not the password"),
    ),
    Screen("sign-in-second", "", "/sign-in", _password_given, shows=("mfa_authenticate",)),
    # The day and the site
    Screen("today", HSE, "/"),
    Screen("today-auditor", AUDITOR, "/"),
    Screen("today-toast", HSE, "/", _toasted),
    Screen("keys", HSE, "/", _help_open),
    Screen("matrix", HSE, "/matrix", printed=True),
    Screen("matrix-one-course", HSE, "/matrix?course_id={red_course}"),
    Screen("matrix-nobody", HSE, "/matrix?search=nobody+at+all"),
    Screen("matrix-cell", HSE, "/matrix", opened('[data-opens-cell][data-status="red"]'), shows=("matrix_cell",)),
    Screen("search", AUDITOR, "/search"),
    Screen("search-found", AUDITOR, "/search?q=al"),
    Screen("search-nothing", AUDITOR, "/search?q=nothing+like+it"),
    Screen("audit", AUDITOR, "/audit"),
    Screen("packs", AUDITOR, "/packs"),
    Screen("packs-refused", AUDITOR, "/packs/made?from=2026-11-30&to=2026-11-01"),
    Screen("audit-nothing", AUDITOR, "/audit?entity=company&action=session.finalized"),
    Screen("ledger", AUDITOR, "/ledger", printed=True),
    Screen("ledger-verifying", SUPER, "/ledger", _verifying, shows=("ledger_verification",)),
    # What was found false
    Screen("consequences", HSE, "/consequences", printed=True),
    Screen("consequences-none", AUDITOR, "/consequences?status=WITHDRAWN"),
    Screen("consequences-new", HSE, "/consequences/new?subject=SESSION&id={finalized}"),
    Screen(
        "consequences-new-refused",
        HSE,
        "/consequences/new?subject=SESSION&id={finalized}",
        refused("main form .button.primary", "[aria-invalid=true]", reason=" "),
    ),
    Screen("consequences-new-trainer", AUDITOR, "/consequences/new?subject=TRAINER&id={trainer}"),
    Screen("case-review", HSE, "/consequences/{case_open}", printed=True),
    Screen("case-reject-refused", HSE, "/consequences/{case_open}", refused("main form .button.push:not(.primary)")),
    Screen("case-own", HSE, "/consequences/{case_own}"),
    Screen("case-approved", HSE, "/consequences/{case_done}", printed=True),
    Screen("case-approved-auditor", AUDITOR, "/consequences/{case_done}"),
    # Sessions
    Screen("sessions-week", HSE, "/sessions"),
    Screen("sessions-week-empty", AUDITOR, "/sessions?week=2030-W01"),
    Screen("sessions-list", HSE, "/sessions/list"),
    Screen("sessions-list-nothing", HSE, "/sessions/list?search=nothing"),
    Screen("session-new", HSE, "/sessions/new"),
    Screen("session-draft", HSE, "/sessions/{draft}"),
    Screen("session-draft-blocked", HSE, "/sessions/{planned_draft}"),
    Screen("session-draft-chosen", HSE, "/sessions/{planned_draft}", _chosen, shows=("session_picker",)),
    Screen("session-delete", HSE, "/sessions/{draft}", opened("#open-delete")),
    Screen("session-scheduled", HSE, "/sessions/{scheduled}"),
    Screen("session-scheduled-auditor", AUDITOR, "/sessions/{scheduled}", printed=True),
    Screen("session-cancel", HSE, "/sessions/{scheduled}", opened("#open-cancel")),
    Screen("session-cannot-run", HSE, "/sessions/{cannot_run}"),
    Screen(
        "session-running", HSE, "/sessions/{running}", shows=("session_attendance", "session_evidence"), printed=True
    ),
    Screen("session-running-folds", HSE, "/sessions/{running}", _folds_open, shows=("session_steps",)),
    Screen("session-running-auditor", AUDITOR, "/sessions/{running}"),
    Screen("session-marks-missing", HSE, "/sessions/{awaiting_marks}"),
    Screen("session-sheet-missing", HSE, "/sessions/{awaiting_sheet}"),
    Screen("session-ready", HSE, "/sessions/{ready}", shows=("session_evidence_page", "session_finalize")),
    Screen("session-finalize", HSE, "/sessions/{ready}", opened('[data-opens="finalize-dialog"]')),
    Screen("session-finalized", HSE, "/sessions/{finalized}", printed=True),
    Screen("session-finalized-auditor", AUDITOR, "/sessions/{finalized}"),
    Screen("session-signed-off", HSE, "/sessions/{sign_off_session}"),
    Screen("session-cancelled", HSE, "/sessions/{cancelled}"),
    # Workers and their proof
    Screen("workers", HSE, "/workers"),
    Screen("workers-nobody", HSE, "/workers?search=nobody+at+all"),
    Screen("workers-ticked", HSE, "/workers", _ticked),
    Screen("many", HSE, "/workers/actions"),
    Screen("many-areas", HSE, "/workers/actions?action=ASSIGN_AREAS&{many}"),
    Screen("many-areas-effect", HSE, "/workers/actions?action=ASSIGN_AREAS&{many}", _areas_looked_at),
    Screen("many-role-refused", HSE, "/workers/actions?action=CHANGE_ROLE&{many}", refused("[value=look]")),
    Screen("many-leavers", HSE, "/workers/actions?action=DEACTIVATE&leavers=1"),
    Screen("many-leave", HSE, "/workers/actions?action=DEACTIVATE&{many}", printed=True),
    Screen("many-leave-refused", HSE, "/workers/actions?action=DEACTIVATE&{many}", refused("[value=do]", reason=" ")),
    Screen(
        "many-badges-refused", HSE, "/workers/actions?action=REACTIVATE", refused("[value=look]", badges="X-1\nX-2")
    ),
    Screen("workers-merged-badge", HSE, "/workers?search={merged_badge}"),
    Screen("duplicates", HSE, "/workers/duplicates"),
    Screen("merge-whom", HSE, "/workers/{holder}/merge"),
    Screen("merge-whom-refused", HSE, "/workers/{holder}/merge?badge=nobody"),
    Screen("merge", HSE, "/workers/{holder}/merge?with={twin}", _lists_open),
    Screen("merge-other-way", HSE, "/workers/{holder}/merge?with={twin}&stays={twin}"),
    Screen(
        "merge-refused",
        HSE,
        "/workers/{holder}/merge?with={twin}",
        refused("main form.panel .button.primary", "[aria-invalid=true]", reason=" "),
    ),
    Screen("merge-said-distinct", HSE, "/workers/{holder}/merge?with={brother}"),
    Screen("merge-two-results", HSE, "/workers/{holder}/merge?with={classmate}"),
    Screen("worker-merged", HSE, "/workers/{merged_worker}"),
    Screen("worker-merged-into", AUDITOR, "/workers/{merged_into}", shows=("worker_evidence",)),
    Screen("worker", HSE, "/workers/{holder}", shows=("worker_evidence",), printed=True),
    Screen("worker-auditor", AUDITOR, "/workers/{worker}", shows=("worker_evidence",)),
    Screen("worker-blocked", SUPER, "/workers/{blocked_worker}"),
    Screen(
        "worker-anonymise",
        SUPER,
        "/workers/{blocked_worker}",
        opened('[href$="/anonymise"]', "#dialog[open] form"),
        shows=("worker_anonymise",),
    ),
    Screen("worker-as-of", AUDITOR, "/workers/{past_worker}?on={past_day}", printed=True),
    Screen("worker-as-of-now", AUDITOR, "/workers/{past_worker}?on={past_day}&known=now"),
    Screen("worker-as-of-refused", HSE, "/workers/{past_worker}?on=2026-01-05"),
    Screen("worker-arabic", HSE, "/workers/{arabic_name}"),
    Screen("worker-long-name", HSE, "/workers/{long_name}"),
    Screen("worker-edit", HSE, "/workers/{holder}/edit"),
    Screen("worker-edit-effect", HSE, "/workers/{holder}/edit", _effect_shown, shows=("worker_effect",)),
    Screen("worker-new", HSE, "/workers/new"),
    Screen("worker-new-similar", HSE, "/workers/new", _similar_shown, shows=("workers_similar",)),
    Screen("worker-new-refused", HSE, "/workers/new", refused("#save", "[aria-invalid=true]", first_name=" ")),
    Screen("record", AUDITOR, "/records/{record}/sheet", shows=("evidence_page",), printed=True),
    Screen("record-imported", AUDITOR, "/records/{imported_record}/sheet"),
    Screen("record-revoked", HSE, "/records/{revoked_record}/sheet"),
    Screen(
        "record-revoke",
        HSE,
        "/records/{record}/sheet",
        opened('[href$="/revoke"]', "#dialog[open] form"),
        shows=("record_revoke",),
    ),
    Screen("competency-competent", AUDITOR, "/competencies/{competent}/sheet", printed=True),
    Screen("competency-not-competent", AUDITOR, "/competencies/{not_competent}/sheet"),
    Screen("competency-pending", AUDITOR, "/competencies/{pending}/sheet"),
    Screen("competency-withdraw", HSE, "/competencies/{pending}/withdraw"),
    Screen("certificate", HSE, "/workers/{holder}/certificate"),
    Screen("certificate-refused", HSE, "/workers/{holder}/certificate", refused("#save", "[aria-invalid=true]")),
    Screen("correction", HSE, "/records/{revoked_record}/correct", shows=("record_correct_effect",)),
    Screen("check-valid", "", "/c/{valid_token}", printed=True),
    Screen("check-expired", "", "/c/{past_token}"),
    Screen("check-revoked", "", "/c/{revoked_token}"),
    Screen("check-unknown", "", "/c/nothing-like-it"),
    Screen("evidence", AUDITOR, "/evidence/{evidence}"),
    # Signing off
    Screen("verify", ASSESSOR, "/verify", shows=("verify_record",)),
    Screen("verify-refused", ASSESSOR, "/verify", refused("#verify-sign", "#verify-detail [role=alert]")),
    Screen("verify-decided", AUDITOR, "/verify?view=not"),
    Screen("verify-auditor", AUDITOR, "/verify"),
    # The library
    Screen("courses", HSE, "/library"),
    Screen("course", HSE, "/library/courses/{course}"),
    Screen("course-auditor", AUDITOR, "/library/courses/{course}"),
    Screen("course-edit", HSE, "/library/courses/{course}/edit"),
    Screen("course-new", HSE, "/library/courses/new"),
    Screen("course-new-refused", HSE, "/library/courses/new", refused("main button.primary", code=" ")),
    Screen("roles", HSE, "/library/roles"),
    Screen("role", HSE, "/library/roles/{role}"),
    Screen("role-new", HSE, "/library/roles/new"),
    Screen("role-delete", HSE, "/library/roles/{role}", opened('[data-opens="remove"]')),
    Screen("areas", HSE, "/library/areas"),
    Screen("area", HSE, "/library/areas/{area}"),
    Screen("area-new", HSE, "/library/areas/new"),
    Screen("trainers", HSE, "/library/trainers"),
    Screen("trainer", HSE, "/library/trainers/{trainer}"),
    Screen("trainer-auditor", AUDITOR, "/library/trainers/{trainer}"),
    Screen("trainer-new", HSE, "/library/trainers/new"),
    Screen("venues", HSE, "/library/venues"),
    Screen("venue", HSE, "/library/venues/{venue}"),
    Screen("companies", HSE, "/library/companies"),
    Screen("company", HSE, "/library/companies/{company}"),
    Screen("methods", HSE, "/library/methods"),
    # Spreadsheets in and out
    Screen("exports", AUDITOR, "/exports"),
    Screen("imports", HSE, "/imports"),
    Screen("imports-auditor", AUDITOR, "/imports"),
    Screen("imports-refused", HSE, "/imports", _not_a_table),
    Screen("import-sheets", HSE, "/imports/{import_refusing}/sheets"),
    Screen("import-sheets-asking", HSE, "/imports/{import_asking}/sheets"),
    Screen("import-unread", HSE, "/imports/{import_unread}/sheets"),
    Screen("import-questions", HSE, "/imports/{import_asking}/questions"),
    Screen("import-questions-none", HSE, "/imports/{import_ready}/questions"),
    Screen("import-preview", HSE, "/imports/{import_refusing}/preview"),
    Screen("import-preview-new", HSE, "/imports/{import_refusing}/preview?show=created"),
    Screen("import-preview-left-out", HSE, "/imports/{import_refusing}/preview?show=ignored"),
    Screen("import-preview-asking", HSE, "/imports/{import_asking}/preview"),
    Screen("import-preview-changed", HSE, "/imports/{import_ready}/preview?show=changed"),
    Screen("import-preview-auditor", AUDITOR, "/imports/{import_refusing}/preview"),
    Screen(
        "import-fix-refused",
        HSE,
        "/imports/{import_refusing}/preview",
        refused("#rows .acts button", "#refused"),
    ),
    Screen("import-discard", HSE, "/imports/{import_refusing}/sheets", opened('[data-opens="discard"]')),
    Screen("import-working", HSE, "/imports/{import_working}/sheets", shows=("import_progress",)),
    Screen("import-result", HSE, "/imports/{import_done}/result", printed=True),
    Screen("import-result-auditor", AUDITOR, "/imports/{import_done}/result"),
    Screen("import-undone", AUDITOR, "/imports/{import_undone}/result"),
    Screen(
        "import-undo",
        HSE,
        "/imports/{import_done}/result",
        opened("#take-back", "#dialog[open] form"),
        shows=("import_undo",),
    ),
    Screen("import-undo-rested", HSE, "/imports/{import_rested}/undo"),
    Screen("extensions", HSE, "/library/extensions"),
    Screen("extensions-none", AUDITOR, "/library/extensions?revoked=yes&course_id={red_course}"),
    Screen("extension", HSE, "/library/extensions/{extension}", printed=True),
    Screen("extension-revoked", AUDITOR, "/library/extensions/{extension_revoked}"),
    Screen("extension-revoke", HSE, "/library/extensions/{extension}/revoke"),
    Screen(
        "extension-revoke-refused",
        HSE,
        "/library/extensions/{extension}/revoke",
        refused("main form .button.primary", "[aria-invalid=true]", reason=" "),
    ),
    Screen("extension-choice", HSE, "/library/extensions/new"),
    Screen("extension-choice-refused", HSE, "/library/extensions/new?course_id={course}&from=2026-12-01&to=2026-11-01"),
    Screen("extension-new", HSE, "/library/extensions/new?{extension_choice}"),
    Screen("extension-new-auditor", AUDITOR, "/library/extensions/new?{extension_choice}"),
    Screen(
        "extension-new-refused",
        HSE,
        "/library/extensions/new?{extension_choice}",
        refused("aside form .button.primary", "[aria-invalid=true]", reference=" "),
    ),
    Screen("extension-new-nothing", HSE, "/library/extensions/new?{extension_nothing}"),
    Screen("record-extended", AUDITOR, "/records/{extended_record}/sheet"),
    Screen("worker-extended", AUDITOR, "/workers/{extended_worker}", shows=("worker_evidence",)),
    Screen("check-extended", "", "/c/{extended_token}"),
    # The trainer's classes
    Screen("classes", TRAINER, "/my-classes"),
    Screen("classes-unlinked", UNLINKED, "/my-classes"),
    Screen("class-running", TRAINER, "/my-classes/{running}"),
    Screen("class-finalized", TRAINER, "/my-classes/{finalized}"),
    Screen("account-trainer", TRAINER, "/account"),
    # Logins
    Screen("account", HSE, "/account"),
    Screen("security", HSE, "/account/security"),
    Screen("security-app", CAREFUL, "/account/security"),
    Screen("security-passkey", KEYED, "/account/security"),
    Screen("password", HSE, "/account/password"),
    Screen("password-refused", HSE, "/account/password", refused("main button.primary", "[aria-invalid=true]")),
    Screen("confirm", HSE, "/account/confirm"),
    Screen("confirm-code", CAREFUL, "/account/confirm/code"),
    Screen("app", HSE, "/account/app"),
    Screen("app-remove", CAREFUL, "/account/app/remove"),
    Screen("passkey-new", HSE, "/account/passkeys/new"),
    Screen("passkey-remove", KEYED, "/account/passkeys/{passkey}/remove"),
    Screen("recovery-codes-new", CAREFUL, "/account/recovery-codes/new"),
    Screen("calendars", HSE, "/account/calendars?kind=TRAINER&trainer_id={trainer}"),
    Screen("calendars-made", SUPER, "/account/calendars", opened("main form .button.primary", "#made")),
    Screen("calendars-refused", HSE, "/account/calendars", refused("main button.primary", kind="VENUE")),
    Screen("calendars-trainer", TRAINER, "/account/calendars"),
    Screen("calendars-unlinked", UNLINKED, "/account/calendars"),
    Screen("tokens", SUPER, "/account/tokens"),
    Screen("tokens-none", HSE, "/account/tokens"),
    Screen("settings", SUPER, "/settings"),
    Screen("settings-effect", SUPER, "/settings", refused("main button.primary", warning_days="90")),
    Screen("settings-refused", SUPER, "/settings", refused("main button.primary", work_starts="13:30")),
    Screen("users", SUPER, "/users"),
    Screen("user", SUPER, "/users/{unlinked}"),
    Screen("user-new", SUPER, "/users/new"),
    Screen("user-new-refused", SUPER, "/users/new", refused("main button.primary", email="not an address")),
    # Refusals
    Screen("error-404", HSE, "/no/such/page"),
    Screen("error-not-yours", TRAINER, "/sessions/{ready}"),
    Screen("error-403", HSE, "/users"),
    Screen("error-404-worker", HSE, "/workers/999999999"),
)

NOT_A_SCREEN = {
    "import": "leads to the step that needs a hand",
    "import_refused": "a file to download",
    "export": "a file to download",
    "extended_record": "leads to the record",
    "evidence_file": "a file to download",
    "ledger_checkpoint": "a file to download",
    "session_pack": "a file to download",
    "session_sheet": "a file to download",
    "session_calendar": "a file to download",
    "calendar_feed": "read by calendar programs",
    "worker_pack": "a file to download",
    "record_paper": "a file to download",
    "session_evidence_file": "a file to download",
    "session_plan": "makes a draft and leads to it",
    "mfa_login_webauthn": "tells the browser what a passkey has to answer",
    "mfa_reauthenticate_webauthn": "needs a real passkey; tests/browser/test_sign_in.py opens it",
    "mfa_view_recovery_codes": "shows codes that were just made, once; tests/browser/test_sign_in.py opens it",
    "account_logout": "leads to the sign-in page",
}
"""Pages that answer to GET and are no screens, and why."""


def numbered(path: str) -> str:
    """Return the path with a number wherever a place stands, and without its query."""
    return re.sub(r"\{\w+\}", "1", path).partition("?")[0]


def window(browser: Browser, room: Showroom, role: str, *, touch: bool = False) -> BrowserContext:
    """Return a window of the browser on the showroom in which somebody of this role is signed in ("" for nobody).

    touch: with fingers instead of a mouse, as on a tablet or a phone.
    """
    context = browser.new_context(
        base_url=room.address,
        viewport=SIZES[TOUCHED[0] if touch else DESK],
        has_touch=touch,
        is_mobile=touch,
        reduced_motion="reduce",
    )
    context.set_default_timeout(60_000)
    if role:
        context.add_cookies([{"name": room.cookie, "value": room.keys[role], "url": room.address}])
    return context


def go(page: Page, screen: Screen, room: Showroom) -> None:
    """Bring the screen onto the page, with whatever it loads besides."""
    page.goto(screen.address(room.places))
    settled(page)
    if screen.step:
        screen.step(page)
        settled(page)


def settled(page: Page) -> None:
    """Wait until htmx and the pictures in view are done."""
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    page.evaluate(DECODED)
