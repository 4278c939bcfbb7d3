"""Whose session it is, and who may act: asked first when a request is refused (order.py)."""

from __future__ import annotations

from titan.core.actor import Actor, Role
from titan.core.permit import need_admin, need_reader, need_role
from titan.training.access import need_visible


def seen(by: Actor, session_id: int, **_: int) -> None:
    """Raise NotFound unless the session is there, and for `by` to see."""
    need_visible(session_id, by=by)


def by_admin(by: Actor, **_: int) -> None:
    """Raise Forbidden unless `by` plans sessions and finalizes them."""
    need_admin(by)


def by_reader(by: Actor, **_: int) -> None:
    """Raise Forbidden for trainers, who see no people but those on their lists."""
    need_reader(by)


def by_teacher(by: Actor, **_: int) -> None:
    """Raise Forbidden unless `by` holds classes or acts for whoever does."""
    need_role(by, Role.HSE_ADMIN, Role.TRAINER)
