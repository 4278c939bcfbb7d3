"""What was proved by two rows that are one person: it goes to the one who stays, as it was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import connection

from titan.core.actor import Actor
from titan.core.bulk import id_set
from titan.core.errors import FieldError
from titan.core.merging import Floor, Pair, Part, Way
from titan.records.models import CompetencyRecord, TrainingRecord
from titan.records.queries.merging import shared_sessions

RECORDS, COMPETENCIES = "training_records", "competency_records"


def hold(pair: Pair) -> None:
    """Lock what both proved, so that nobody revokes or decides meanwhile and then waits for the workers."""
    if connection.vendor != "postgresql":
        return
    models: tuple[Any, ...] = (CompetencyRecord, TrainingRecord)
    for model in models:
        rows = model.objects.filter(worker_id__in=[pair.gone_id, pair.stays_id]).order_by("pk")
        list(rows.select_for_update(no_key=True).values_list("pk"))


def against(pair: Pair) -> Iterable[FieldError]:
    """Nothing: which classes both have a result in, whoever knows sessions says with their names."""
    return ()


def move(pair: Pair, by: Actor, at: datetime) -> Iterator[Part]:
    """Move records and competencies; at most six statements.

    Of a class in which both have a result, that of the one who goes stays with the old number: it is one that was taken
    back, and a class has one result of each worker.
    """
    shared = [one.session_id for one in shared_sessions(pair)]
    models: tuple[tuple[str, Any], ...] = ((RECORDS, TrainingRecord), (COMPETENCIES, CompetencyRecord))
    for what, model in models:
        rows = list(model.objects.filter(worker_id=pair.gone_id).order_by("pk").values_list("pk", "session_id"))
        moved = tuple(pk for pk, session_id in rows if session_id not in shared)
        model.objects.filter(pk__in=id_set(moved)).update(worker_id=pair.stays_id)
        yield Part(what, Way.MOVED, moved)
        yield Part(what, Way.KEPT, tuple(pk for pk, session_id in rows if session_id in shared))


FLOOR = Floor(hold, against, move)
