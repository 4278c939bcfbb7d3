"""Asking about consequences: what rests, who is Red, how many leaves and statements."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from titan.compliance.models import Severity, WorkerVerdict
from titan.core.actor import Role
from titan.ledger.models import Leaf, LeafType
from titan.records.models import TrainingRecord
from titan.training.consequences.queries.listing import Subject, lines_of
from titan.training.models import CaseSubject, TrainingSession

REASON = "Vərəqədəki imzalar saxtadır"
SECOND = cast.actor(user_id=202)
SUPER = cast.actor(Role.SUPER_ADMIN, user_id=203)


def of(session: TrainingSession) -> Subject:
    return Subject(CaseSubject.SESSION, session.pk)


def resting(subject: Subject) -> dict[tuple[str, int], str]:
    """Return the list about `subject`: how each line stands, by kind and number."""
    return {(line.kind, line.id): line.standing for line in lines_of(subject)}


def records_of(session: TrainingSession) -> list[TrainingRecord]:
    return list(TrainingRecord.objects.filter(session_id=session.pk).order_by("pk"))


def red() -> set[int]:
    return set(WorkerVerdict.objects.filter(severity=Severity.NON_COMPLIANT).values_list("worker_id", flat=True))


def leaves(kind: LeafType) -> int:
    return Leaf.objects.filter(type=kind).count()


def costs(work: Any) -> int:
    with CaptureQueriesContext(connection) as statements:
        work()
    return len(statements)
