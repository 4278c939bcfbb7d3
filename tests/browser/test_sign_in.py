"""Signing in as people do it: a passkey is made, asked after the password, and signs in alone; all pages accessible."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests import cast
from tests.browser.conftest import Enter
from tests.browser.visitor import assert_accessible
from titan.audit.models import AuditEvent
from titan.core.actor import Role

pytestmark = pytest.mark.django_db(transaction=True)


def virtual_key(page: Page) -> CDPSession:
    """Put a passkey holder with a finger sensor into the browser, which never lets anybody wait."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def give_password(page: Page, email: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(cast.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_passkey_is_made_then_asked_then_signs_in_alone(enter: Enter, place: Any) -> None:
    user = cast.make_user(Role.AUDITOR)
    visitor = enter(user)
    page = visitor.open("/account/security")
    virtual_key(page)
    assert_accessible(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Your password").fill(cast.PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name, to tell it from others").fill("Mənim telefonum")
    assert_accessible(page)
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Mənim telefonum")).to_be_visible()
    expect(page.get_by_text("signs in alone")).to_be_visible()
    said = AuditEvent.objects.filter(entity="user", entity_id=user.pk).values_list("action", flat=True)
    assert list(said.all()) == ["user.factor_added", "user.recovery_codes_made"]

    sign_out(page)
    assert_accessible(page)
    give_password(page, user.email)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    assert_accessible(page)
    page.goto("/")
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()

    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()

    page.goto("/account/security")
    page.get_by_role("link", name="Remove Mənim telefonum").click()
    page.get_by_role("link", name="Use your passkey").click()
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.get_by_role("heading", name="Remove a passkey")).to_be_visible()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_role("link", name="Add a passkey")).to_be_visible()
    assert sorted(said)[-3:] == ["user.factor_removed", "user.recovery_codes_made", "user.recovery_codes_removed"]


def test_without_a_passkey_the_page_says_so(enter: Enter, place: Any) -> None:
    user = cast.make_user(Role.AUDITOR)
    page = enter(user).open("/account/security")
    virtual_key(page)
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("No passkey was given.")).to_be_visible()
    give_password(page, user.email)
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
