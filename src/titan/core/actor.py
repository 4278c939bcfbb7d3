"""Who acts, and through which face."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The five roles of domain.md §2."""

    SUPER_ADMIN = "SUPER_ADMIN"
    HSE_ADMIN = "HSE_ADMIN"
    TRAINER = "TRAINER"
    ASSESSOR = "ASSESSOR"
    AUDITOR = "AUDITOR"


class Via(StrEnum):
    """The face a change came through."""

    WEB = "WEB"
    API = "API"
    CLI = "CLI"
    IMPORT = "IMPORT"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True)
class Actor:
    """Whoever runs a command.

    user_id: the login, or None for the command line and the nightly sweep.
    trainer_id, worker_id: whom the login is linked to, if anyone.
    """

    role: Role
    via: Via
    user_id: int | None = None
    trainer_id: int | None = None
    worker_id: int | None = None

    @property
    def is_admin(self) -> bool:
        return self.role in {Role.SUPER_ADMIN, Role.HSE_ADMIN}


def system_actor(via: Via = Via.SYSTEM) -> Actor:
    """Return the actor of the sweep and of the command line: whoever holds the machine may do everything."""
    return Actor(role=Role.SUPER_ADMIN, via=via)
