"""Making, changing and closing logins and tokens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.cast import actor, make_user, one_user_per_role
from titan.accounts import commands, queries
from titan.accounts.models import ApiToken, User
from titan.audit.models import AuditEvent
from titan.core.actor import Role
from titan.core.errors import Conflict, Forbidden, Invalid, NotFound

BOSS = actor(Role.SUPER_ADMIN)
STRONG = "Long-and-strange-9"


def codes(caught: pytest.ExceptionInfo[Invalid]) -> set[tuple[str, str]]:
    return {(error.field, error.code) for error in caught.value.errors}


def make(at: datetime, **values: Any) -> int:
    given = {"email": "ayla@titan.example", "role": Role.HSE_ADMIN, "name": "Ayla", **values}
    return commands.create_user(**given, by=BOSS, at=at)


def test_a_login_is_kept_in_small_letters_and_found_in_any(site: Any, at: datetime) -> None:
    made = make(at, email="  Ayla.Öz@Titan.Example ", password=STRONG)
    user = User.objects.get(pk=made)
    assert user.email == "ayla.öz@titan.example"
    assert user.check_password(STRONG)
    assert User.objects.get_by_natural_key("Ayla.ÖZ@titan.example") == user


def test_without_a_password_nobody_signs_in(site: Any, at: datetime) -> None:
    assert not User.objects.get(pk=make(at)).has_usable_password()


def test_everything_wrong_is_said_at_once(site: Any, at: datetime) -> None:
    with pytest.raises(Invalid) as caught:
        make(at, email="x", name="", password="123", language="!")
    assert {field for field, _ in codes(caught)} == {"email", "name", "password", "language"}
    assert not User.objects.exists()


def test_an_e_mail_is_taken_once_whatever_its_case(site: Any, at: datetime) -> None:
    make(at)
    with pytest.raises(Invalid) as caught:
        make(at, email="AYLA@titan.example")
    assert codes(caught) == {("email", "NOT_UNIQUE")}
    other = make(at, email="other@titan.example")
    with pytest.raises(Invalid) as caught:
        commands.update_user(other, {"email": "Ayla@Titan.example"}, by=BOSS, at=at)
    assert codes(caught) == {("email", "NOT_UNIQUE")}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SUPER_ADMIN])
def test_only_super_admins_manage_logins(site: Any, at: datetime, role: Role) -> None:
    user, other = make_user(role), make_user()
    by = actor(role, user_id=user.pk)
    for act in (
        lambda: commands.create_user("a@b", Role.AUDITOR, "A", by=by, at=at),
        lambda: commands.update_user(user.pk, {"role": Role.SUPER_ADMIN}, by=by, at=at),
        lambda: commands.deactivate_user(other.pk, by=by, at=at),
        lambda: commands.set_password(other.pk, STRONG, by=by, at=at),
        lambda: commands.create_token(other.pk, "x", by=by, at=at),
    ):
        with pytest.raises(Forbidden):
            act()
    commands.set_password(user.pk, STRONG, by=by, at=at)
    user.refresh_from_db()
    assert user.check_password(STRONG)


def test_asking_for_what_is_so_already_changes_nothing(site: Any, at: datetime) -> None:
    made = make(at)
    before = AuditEvent.objects.count()
    commands.update_user(made, {"name": " Ayla ", "role": Role.HSE_ADMIN}, by=BOSS, at=at)
    assert AuditEvent.objects.count() == before


def test_closing_a_login_revokes_its_tokens(site: Any, at: datetime) -> None:
    made = make(at)
    token = commands.create_token(made, "x", by=BOSS, at=at)
    commands.deactivate_user(made, by=BOSS, at=at + timedelta(hours=1))
    assert ApiToken.objects.get(pk=token.row.id).revoked_at == at + timedelta(hours=1)
    with pytest.raises(NotFound):
        commands.create_token(made, "y", by=BOSS, at=at)


def test_the_last_super_admin_is_neither_closed_nor_demoted(site: Any, at: datetime) -> None:
    users = one_user_per_role()
    last = users[Role.SUPER_ADMIN].pk
    make_user(Role.SUPER_ADMIN, is_active=False)
    for changes in ({"is_active": False}, {"role": Role.AUDITOR}):
        with pytest.raises(Conflict) as caught:
            commands.update_user(last, changes, by=BOSS, at=at)
        assert caught.value.code == "LAST_SUPER_ADMIN"
    make_user(Role.SUPER_ADMIN)
    commands.update_user(last, {"is_active": False}, by=BOSS, at=at)


def test_login_and_password_change_together_or_not_at_all(site: Any, at: datetime) -> None:
    made = make(at)
    with pytest.raises(Invalid):
        commands.change_login(made, {"name": "Other"}, "123", by=BOSS, at=at)
    assert User.objects.get(pk=made).name == "Ayla"


def test_a_token_ends_after_ninety_days_unless_said_otherwise(site: Any, at: datetime) -> None:
    made = make(at)
    assert commands.create_token(made, "x", by=BOSS, at=at).row.expires_at == at + timedelta(days=90)
    assert commands.create_token(made, "x", 1, by=BOSS, at=at).row.expires_at == at + timedelta(days=1)


def test_every_change_is_in_the_audit_log_without_a_name(site: Any, at: datetime) -> None:
    made = make(at, password=STRONG)
    commands.update_user(made, {"email": "b@titan.example", "role": Role.AUDITOR}, by=BOSS, at=at)
    commands.set_password(made, STRONG + "x", by=BOSS, at=at)
    token = commands.create_token(made, "secret plans", by=BOSS, at=at)
    commands.revoke_token(token.row.id, by=BOSS, at=at)
    events = list(AuditEvent.objects.order_by("id").values("action", "before", "after"))
    assert [event["action"] for event in events] == [
        "user.created",
        "user.updated",
        "user.password_set",
        "api_token.created",
        "api_token.revoked",
    ]
    assert events[1]["after"] == {"role": "AUDITOR", "personal_fields": ["email"]}
    for word in ("ayla", "titan.example", STRONG, token.token):
        assert word.lower() not in str(events).lower()


def test_unknown_logins_and_tokens_are_not_found(site: Any, at: datetime) -> None:
    for act in (
        lambda: commands.update_user(99, {"name": "x"}, by=BOSS, at=at),
        lambda: commands.set_password(99, STRONG, by=BOSS, at=at),
        lambda: commands.create_token(99, "x", by=BOSS, at=at),
        lambda: commands.revoke_token(99, by=BOSS, at=at),
        lambda: queries.one_user(99, by=BOSS),
    ):
        with pytest.raises(NotFound):
            act()
