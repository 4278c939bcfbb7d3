"""Second factors: whatever the sign-in library changes of them is told to the audit log, in the same transaction.

Outside of a command nothing of them can be changed (core.command.say).
"""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from titan.core.command import say

CODES = Authenticator.Type.RECOVERY_CODES


@receiver(post_save, sender=Authenticator, dispatch_uid="titan.factors.saved")
def _saved(instance: Authenticator, created: bool, update_fields: frozenset[str] | None, **_rest: Any) -> None:
    if created:
        action = "user.recovery_codes_made" if instance.type == CODES else "user.factor_added"
        say(action, "user", instance.user_id, after=_told(instance))
    elif instance.type == CODES and update_fields is None:
        left = len(instance.wrap().get_unused_codes())
        say("user.recovery_code_used", "user", instance.user_id, after={"codes_left": left})


@receiver(post_delete, sender=Authenticator, dispatch_uid="titan.factors.deleted")
def _deleted(instance: Authenticator, **_rest: Any) -> None:
    action = "user.recovery_codes_removed" if instance.type == CODES else "user.factor_removed"
    say(action, "user", instance.user_id, before=_told(instance))


def _told(factor: Authenticator) -> dict[str, Any]:
    return {"factor": str(factor.type), "factor_id": factor.pk}
