"""Logins, with what opens them, and calendar feeds."""

from __future__ import annotations

from datetime import timedelta

from tests.browser.showroom.opening import CAREFUL, NOW
from tests.browser.showroom.staff import Staff


def make_all(staff: Staff) -> dict[str, int]:
    """A trainer's login that is linked to nobody, one with an app and its codes, one with a passkey; a token."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
    from allauth.mfa.webauthn.internal.auth import WebAuthn

    from titan.accounts.commands import change_sign_in, create_token
    from titan.accounts.models import User
    from titan.cli.demo import PASSWORD
    from titan.cli.people import make_login
    from titan.core.actor import Role

    unlinked, careful, keyed = (
        make_login(email, role, name, PASSWORD)
        for email, role, name in (
            ("new.trainer@demo.example", Role.TRAINER, "Nərmin Quliyeva"),
            (CAREFUL, Role.AUDITOR, "Vahid Həsənli"),
            ("keyed@demo.example", Role.AUDITOR, "نورا الهاشمي"),
        )
    )

    def add_factors() -> None:
        app, key = User.objects.get(pk=careful), User.objects.get(pk=keyed)
        TOTP.activate(app, generate_totp_secret())
        RecoveryCodes.activate(app)
        WebAuthn.add(key, "Work phone", {"clientExtensionResults": {"credProps": {"rk": True}}})

    change_sign_in(add_factors, by=staff.super_admin, at=NOW)
    assert staff.super_admin.user_id is not None
    create_token(staff.super_admin.user_id, "Weekly export", by=staff.super_admin, at=NOW - timedelta(days=3))
    _feeds(staff)
    passkey = User.objects.get(pk=keyed).authenticator_set.get().pk
    return {"unlinked": unlinked, "careful": careful, "keyed": keyed, "passkey": passkey}


def _feeds(staff: Staff) -> None:
    """Calendar feeds of the HSE admin: one in use, one that was never read, one revoked."""
    from titan.exchange.calendars.commands.feeds import make_feed, note_reading, revoke_feed
    from titan.exchange.calendars.models import Kind
    from titan.resources.models import Trainer, Venue

    trainer, venue = Trainer.objects.order_by("pk")[0], Venue.objects.order_by("pk")[0]
    old = make_feed(Kind.ALL, name="Old phone", by=staff.admin, at=NOW - timedelta(days=60))
    revoke_feed(old.row.id, by=staff.admin, at=NOW - timedelta(days=30))
    used = make_feed(Kind.ALL, name="Outlook at the office", by=staff.admin, at=NOW - timedelta(days=29))
    note_reading(used.row.id, by=staff.admin, at=NOW)
    make_feed(Kind.TRAINER, trainer_id=trainer.pk, by=staff.admin, at=NOW - timedelta(days=4))
    make_feed(Kind.VENUE, venue_id=venue.pk, name="Screen beside the door", by=staff.admin, at=NOW - timedelta(days=3))
