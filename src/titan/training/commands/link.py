"""Which trainer and which worker a login is (domain.md §2): a login, seen from where people live."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from titan.accounts.queries import one_user
from titan.core.actor import Actor, Role
from titan.core.command import command, nothing_changed
from titan.core.expected import need_expected
from titan.core.language import _
from titan.core.permit import need_role
from titan.personnel.commands.workers import update_worker
from titan.personnel.models import Worker
from titan.personnel.rules import WorkerChanges
from titan.resources.commands.trainers import update_trainer
from titan.resources.models import Trainer
from titan.resources.rules import TrainerChanges


@command
def link_login(
    user_id: int,
    *,
    trainer_id: int | None,
    worker_id: int | None,
    expected: Mapping[str, int | None] | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """Let a login be exactly this trainer and this worker (None: nobody), and no longer who it was before.

    Super admins only. Raises NotFound, Invalid when the trainer or worker is somebody else's login, Conflict STALE
    when it is linked otherwise than the editor saw (`expected`: trainer_id, worker_id).
    """
    need_role(by, Role.SUPER_ADMIN)
    one_user(user_id, by=by)
    nothing_changed()
    now = {
        "trainer_id": Trainer.objects.filter(user_id=user_id).values_list("pk", flat=True).first(),
        "worker_id": Worker.objects.filter(user_id=user_id).values_list("pk", flat=True).first(),
    }
    need_expected(now, expected or {}, _("login %(id)s") % {"id": user_id})
    for held in Trainer.objects.filter(user_id=user_id).exclude(pk=trainer_id or 0).values_list("pk", flat=True):
        update_trainer(held, TrainerChanges(user_id=None), by=by, at=at)
    for held in Worker.objects.filter(user_id=user_id).exclude(pk=worker_id or 0).values_list("pk", flat=True):
        update_worker(held, WorkerChanges(user_id=None), by=by, at=at)
    if trainer_id is not None:
        update_trainer(trainer_id, TrainerChanges(user_id=user_id), by=by, at=at)
    if worker_id is not None:
        update_worker(worker_id, WorkerChanges(user_id=user_id), by=by, at=at)
