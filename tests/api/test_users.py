"""Logins, tokens and settings through the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.client import ApiClient, body_of, client_of, need_problem
from titan.accounts.models import ApiToken, User
from titan.audit.models import AuditEvent
from titan.core.actor import Role

OTHERS = [role for role in Role if role is not Role.SUPER_ADMIN]


@pytest.mark.parametrize("role", OTHERS)
def test_users_are_the_super_admins_business(clients: dict[Role, ApiClient], users: Any, role: Role) -> None:
    client, boss = clients[role], users[Role.SUPER_ADMIN]
    need_problem(client.get("/users"), 403, "FORBIDDEN")
    need_problem(client.post("/users", {"email": "a@b.c", "name": "a", "role": "AUDITOR"}), 403, "FORBIDDEN")
    need_problem(client.patch(f"/users/{users[role].pk}", {"role": "SUPER_ADMIN"}), 403, "FORBIDDEN")
    need_problem(client.get(f"/users/{boss.pk}"), 404, "NOT_FOUND")
    assert body_of(client.get(f"/users/{users[role].pk}"))["role"] == role.value
    assert not User.objects.filter(email="a@b.c").exists()


def test_a_user_is_made_changed_and_closed(boss: ApiClient) -> None:
    made = body_of(
        boss.post(
            "/users",
            {"email": "Ayla@Titan.Example", "name": "Ayla Öz", "role": "HSE_ADMIN", "language": "tr"},
        )
    )
    assert (made["email"], made["is_active"], made["language"]) == ("ayla@titan.example", True, "tr")
    user = User.objects.get(pk=made["id"])
    assert not user.has_usable_password()
    theirs = client_of(user)
    changed = body_of(boss.patch(f"/users/{user.pk}", {"name": "Ayla Ak", "password": "Long-and-strange-9"}))
    assert changed["name"] == "Ayla Ak"
    user.refresh_from_db()
    assert user.check_password("Long-and-strange-9")
    assert body_of(boss.patch(f"/users/{user.pk}", {"is_active": False}))["is_active"] is False
    need_problem(theirs.get("/me"), 401, "TOKEN_INVALID")
    assert not ApiToken.objects.filter(user=user, revoked_at=None).exists()


def test_names_and_e_mails_never_reach_the_audit_log(boss: ApiClient) -> None:
    made = body_of(boss.post("/users", {"email": "ayla@titan.example", "name": "Ayla", "role": "HSE_ADMIN"}))
    boss.patch(f"/users/{made['id']}", {"email": "ayla2@titan.example", "name": "Aylaa", "role": "AUDITOR"})
    written = str(list(AuditEvent.objects.values("before", "after", "reason")))
    assert "ayla" not in written.lower()
    assert "personal_fields" in written


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"email": "hse_admin@titan.example"}, "email", "NOT_UNIQUE"),
        ({"email": "HSE_admin@Titan.example"}, "email", "NOT_UNIQUE"),
        ({"email": "nonsense"}, "email", "EMAIL_INVALID"),
        ({"role": "KING"}, "role", "NOT_ALLOWED"),
        ({"language": "turkish"}, "language", "WRONG_FORMAT"),
        ({"password": "short"}, "password", "PASSWORD_WEAK"),
        ({"name": None}, "name", "WRONG_TYPE"),
    ],
)
def test_bad_values_are_422(boss: ApiClient, body: dict[str, Any], field: str, code: str) -> None:
    new = {"email": "new@titan.example", "name": "New", "role": "AUDITOR", **body}
    problem = need_problem(boss.post("/users", new), 422, "INVALID")
    assert (problem["errors"][0]["field"], problem["errors"][0]["code"]) == (field, code)
    assert not User.objects.filter(email="new@titan.example").exists()


def test_the_last_super_admin_stays(boss: ApiClient, users: Any) -> None:
    path = f"/users/{users[Role.SUPER_ADMIN].pk}"
    need_problem(boss.patch(path, {"is_active": False}), 409, "LAST_SUPER_ADMIN")
    need_problem(boss.patch(path, {"role": "AUDITOR"}), 409, "LAST_SUPER_ADMIN")
    boss.post("/users", {"email": "b@titan.example", "name": "Second", "role": "SUPER_ADMIN"})
    assert boss.patch(path, {"role": "AUDITOR"}).status_code == 200


def test_tokens_are_personal(clients: dict[Role, ApiClient]) -> None:
    mine = body_of(clients[Role.AUDITOR].post("/tokens", {"name": "mine", "days": 1}))
    need_problem(clients[Role.HSE_ADMIN].delete(f"/tokens/{mine['id']}"), 404, "NOT_FOUND")
    assert mine["id"] not in [item["id"] for item in body_of(clients[Role.HSE_ADMIN].get("/tokens"))["items"]]
    for _ in range(2):
        gone = clients[Role.AUDITOR].delete(f"/tokens/{mine['id']}")
        assert (gone.status_code, gone.content) == (204, b"")
    need_problem(ApiClient(mine["token"]).get("/me"), 401, "TOKEN_INVALID")
    assert AuditEvent.objects.filter(action="api_token.revoked").count() == 1


def test_settings_are_read_by_all_and_changed_by_super_admins(clients: dict[Role, ApiClient]) -> None:
    for client in clients.values():
        assert body_of(client.get("/settings"))["work_starts"] == "08:00"
    need_problem(clients[Role.HSE_ADMIN].patch("/settings", {"warning_days": 20}), 403, "FORBIDDEN")
    boss = clients[Role.SUPER_ADMIN]
    changed = body_of(boss.patch("/settings", {"warning_days": 20, "work_ends": "18:30", "languages": ["en", "az"]}))
    assert (changed["warning_days"], changed["work_ends"], changed["languages"]) == (
        20,
        "18:30",
        ["en", "az"],
    )
    need_problem(boss.patch("/settings", {"timezone": "Europe/Istanbul"}), 409, "TIMEZONE_DIFFERS")
    need_problem(boss.patch("/settings", {"work_ends": "25:00"}), 422, "INVALID")
    need_problem(boss.patch("/settings", {"work_ends": "07:00"}), 422, "INVALID")
    need_problem(boss.patch("/settings", {"languages": ["tr"]}), 422, "INVALID")


def test_the_audit_log_is_read_by_all_but_trainers(clients: dict[Role, ApiClient], users: Any) -> None:
    clients[Role.SUPER_ADMIN].patch("/settings", {"warning_days": 20})
    need_problem(clients[Role.TRAINER].get("/audit"), 403, "FORBIDDEN")
    for role in (Role.SUPER_ADMIN, Role.HSE_ADMIN, Role.ASSESSOR, Role.AUDITOR):
        found = body_of(clients[role].get("/audit?entity=site_settings"))
        assert [item["action"] for item in found["items"]] == ["site_settings.updated"]
    event = found["items"][0]
    boss = users[Role.SUPER_ADMIN]
    assert event["actor"] == {"id": boss.pk, "name": boss.name, "role": "SUPER_ADMIN"}
    assert (event["before"], event["after"]) == ({"warning_days": 30}, {"warning_days": 20})
    assert (event["via"], found["total"]) == ("API", None)


def test_the_audit_log_is_filtered(clients: dict[Role, ApiClient], users: Any) -> None:
    boss = clients[Role.SUPER_ADMIN]
    boss.patch("/settings", {"warning_days": 20})
    day = body_of(boss.get("/audit"))["items"][0]["at"][:10]
    pk = users[Role.SUPER_ADMIN].pk

    def count(query: str) -> int:
        return len(body_of(boss.get(f"/audit?{query}"))["items"])

    assert count(f"actor={pk}") == 1
    assert count(f"from={day}&to={day}") == count("limit=200") > 5
    assert count(f"to={int(day[:4]) - 1}-01-01") == 0
    assert count("entity=api_token") == 5
    assert count("entity=api_token&entity_id=999999") == 0


def test_the_audit_log_costs_a_fixed_number_of_statements(boss: ApiClient, django_assert_num_queries: Any) -> None:
    boss.patch("/settings", {"warning_days": 20})
    with django_assert_num_queries(5):
        boss.get("/audit")
