"""Who may: the roles of domain.md §2, asked by commands."""

from __future__ import annotations

from titan.core.actor import Actor, Role
from titan.core.errors import Forbidden
from titan.core.language import N_, _

# As messages name them.
_ROLES = (N_("SUPER_ADMIN"), N_("HSE_ADMIN"), N_("TRAINER"), N_("ASSESSOR"), N_("AUDITOR"))


def need_role(by: Actor, *roles: Role) -> None:
    """Raise Forbidden unless `by` has one of `roles`; a super admin may do everything."""
    if by.role is not Role.SUPER_ADMIN and by.role not in roles:
        allowed = ", ".join(_(role.value) for role in (*roles, Role.SUPER_ADMIN))
        raise Forbidden(
            _("This needs one of the roles: %(allowed)s. Your role is %(role)s.")
            % {"allowed": allowed, "role": _(by.role.value)}
        )


def need_admin(by: Actor) -> None:
    """Raise Forbidden unless `by` is an HSE admin or super admin."""
    need_role(by, Role.HSE_ADMIN)


def need_reader(by: Actor) -> None:
    """Raise Forbidden for a trainer, who sees only their own sessions; every other role reads everything."""
    need_role(by, Role.HSE_ADMIN, Role.ASSESSOR, Role.AUDITOR)
