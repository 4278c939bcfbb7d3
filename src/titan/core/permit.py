"""Who may: the roles of domain.md §2, asked by commands."""

from __future__ import annotations

from titan.core.actor import Actor, Role
from titan.core.errors import Forbidden


def need_role(by: Actor, *roles: Role) -> None:
    """Raise Forbidden unless `by` has one of `roles`; a super admin may do everything."""
    if by.role is not Role.SUPER_ADMIN and by.role not in roles:
        allowed = ", ".join(role.value for role in (*roles, Role.SUPER_ADMIN))
        raise Forbidden(f"This needs one of the roles: {allowed}. Your role is {by.role.value}.")


def need_admin(by: Actor) -> None:
    """Raise Forbidden unless `by` is an HSE admin or super admin."""
    need_role(by, Role.HSE_ADMIN)


def need_reader(by: Actor) -> None:
    """Raise Forbidden for a trainer, who sees only their own sessions; every other role reads everything."""
    need_role(by, Role.HSE_ADMIN, Role.ASSESSOR, Role.AUDITOR)
