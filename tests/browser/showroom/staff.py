"""Whoever adds to the demo site, and the sessions it has already."""

from __future__ import annotations

from tests.browser.showroom.opening import NOW


class Staff:
    """The logins of the demo site by role, and the demo's own maker of sessions."""

    def __init__(self) -> None:
        from titan.accounts.models import User
        from titan.cli.demo import LOGINS
        from titan.core.actor import Actor, Role, Via
        from titan.demo.sessions import Maker

        def login(role: Role) -> Actor:
            return Actor(role, user_id=User.objects.get(email=LOGINS[role][0]).pk, via=Via.WEB)

        self.admin, self.assessor, self.super_admin = (
            login(role) for role in (Role.HSE_ADMIN, Role.ASSESSOR, Role.SUPER_ADMIN)
        )
        self.maker = Maker(self.admin, NOW)


def session_of(course: str, status: str) -> int:
    from titan.training.models import TrainingSession

    return TrainingSession.objects.filter(course__code=course, status=status).order_by("pk")[0].pk
