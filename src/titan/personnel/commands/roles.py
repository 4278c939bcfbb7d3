"""Roles: make, change, delete while unused (domain.md §3). What a role requires is compliance's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from titan.core.actor import Actor
from titan.core.command import command, nothing_changed, say
from titan.core.errors import NotFound
from titan.core.expected import need_expected
from titan.core.given import UNCHANGED, Unchanged, Wrong, given_in
from titan.core.language import _
from titan.core.permit import need_admin
from titan.core.removal import delete_unused
from titan.personnel.models import Role

TITLE_LIMIT = 200


@dataclass(frozen=True)
class RoleChanges:
    """Some of a role; what is UNCHANGED stays."""

    code: str | Unchanged = UNCHANGED
    title: Mapping[str, str] | Unchanged = UNCHANGED


@command
def create_role(code: str, title: Mapping[str, str], *, by: Actor, at: datetime) -> int:
    """Make a role with its title by language; return its id. Raises Invalid: blanks, a code in use."""
    need_admin(by)
    values = _checked({"code": code, "title": title}, None)
    role = Role.objects.create(**values)
    say("role.created", "role", role.pk, after=values)
    return role.pk


@command
def update_role(
    role_id: int, changes: RoleChanges, *, expected: RoleChanges | None = None, by: Actor, at: datetime
) -> None:
    """Change a role's code or title. expected: what the editor saw; Conflict STALE when it is so no more."""
    need_admin(by)
    role = _locked(role_id)
    before: dict[str, Any] = {"code": role.code, "title": role.title}
    after = _checked({**before, **given_in(changes)}, role_id)
    changed = [name for name in after if before[name] != after[name]]
    if not changed:
        nothing_changed()
        return
    need_expected(before, given_in(expected), _("role %(code)s") % {"code": role.code})
    role.code, role.title = after["code"], after["title"]
    role.save()
    say(
        "role.updated",
        "role",
        role_id,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )


@command
def delete_role(role_id: int, *, by: Actor, at: datetime) -> None:
    """Delete a role nobody ever had and that never required anything; else Conflict IN_USE (domain.md §4)."""
    need_admin(by)
    role = _locked(role_id)
    delete_unused(role, _("role %(code)s") % {"code": role.code})
    say("role.deleted", "role", role_id, before={"code": role.code, "title": role.title})


def _locked(role_id: int) -> Role:
    role = Role.objects.select_for_update().filter(pk=role_id).first()
    if role is None:
        raise NotFound("role", role_id)
    return role


def _checked(values: dict[str, Any], role_id: int | None) -> dict[str, Any]:
    wrong = Wrong()
    code = wrong.code("code", values["code"])
    title = wrong.translations("title", values["title"], limit=TITLE_LIMIT)
    if Role.objects.filter(code=code).exclude(pk=role_id or 0).exists():
        wrong.add("code", "NOT_UNIQUE", _("There is a role %(code)s already: give another code.") % {"code": code})
    wrong.refuse()
    return {"code": code, "title": title}
