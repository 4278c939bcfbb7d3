"""A login and the trainer it belongs to, made in one step."""

from __future__ import annotations

from datetime import datetime

from titan.accounts.commands import create_user
from titan.core.actor import Actor, Role
from titan.core.command import command
from titan.core.errors import invalid
from titan.resources.commands.trainers import update_trainer
from titan.resources.models import Trainer
from titan.resources.rules import TrainerChanges


@command
def create_login(
    email: str, role: Role, name: str, password: str, *, trainer_code: str = "", by: Actor, at: datetime
) -> int:
    """Make a login as create_user does, and link the trainer `trainer_code` to it; return the login's id.

    Raises Invalid for a code that no trainer has, or a trainer who has a login already.
    """
    trainer = Trainer.objects.filter(code=trainer_code).first() if trainer_code else None
    if trainer_code and trainer is None:
        raise invalid("--trainer", "UNKNOWN", f"There is no trainer {trainer_code}.")
    if trainer is not None and trainer.user_id is not None:
        raise invalid("--trainer", "HAS_LOGIN", f"Trainer {trainer_code} has a login already.")
    user_id = create_user(email, role, name, password, by=by, at=at)
    if trainer is not None:
        update_trainer(trainer.pk, TrainerChanges(user_id=user_id), by=by, at=at)
    return user_id
