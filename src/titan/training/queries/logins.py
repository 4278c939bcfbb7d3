"""Which trainer and which worker logins are linked to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from titan.core.bulk import id_set
from titan.personnel.models import Worker
from titan.resources.models import Trainer


@dataclass(frozen=True)
class Linked:
    """Whom a login is: a trainer, a worker, both or neither. Names are shown, badges tell people apart."""

    trainer_id: int | None = None
    trainer: str = ""
    worker_id: int | None = None
    worker: str = ""
    badge: str = ""


def linked_people(user_ids: Iterable[int]) -> dict[int, Linked]:
    """Return whom each of these logins is linked to (two statements)."""
    wanted = set(user_ids)
    trainers = {row.user_id: row for row in Trainer.objects.filter(user_id__in=id_set(wanted))}
    workers = {row.user_id: row for row in Worker.objects.filter(user_id__in=id_set(wanted))}
    return {pk: _linked(trainers.get(pk), workers.get(pk)) for pk in wanted}


def _linked(trainer: Trainer | None, worker: Worker | None) -> Linked:
    return Linked(
        trainer_id=trainer.pk if trainer else None,
        trainer=trainer.name if trainer else "",
        worker_id=worker.pk if worker else None,
        worker=f"{worker.first_name} {worker.last_name}".strip() if worker else "",
        badge=worker.employee_id if worker else "",
    )
