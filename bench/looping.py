"""Finalizing as a program does that goes over its attendees, one after the other, with the object mapper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from bench.classes import Class


def finalize_in_a_loop(wanted: Class, *, at: datetime) -> None:
    """Write a class's records, events and verdicts: for each attendee a record, an event, and every course judged.

    One transaction, and no more questions than such a program asks: no gate, no counts and no ledger.
    """
    from django.db import transaction

    from titan.core import settings
    from titan.records.models import TrainingRecord
    from titan.records.rules import expires_on
    from titan.training.models import Finalization, TrainingSession

    site = settings.current()
    with transaction.atomic(durable=True):
        session = TrainingSession.objects.select_related("course_version", "evidence").get(pk=wanted.session_id)
        evidence, version, last = session.evidence, session.course_version, session.slots.order_by("ends_at").last()
        if evidence is None or version is None or last is None:
            raise ValueError("Classes are made with evidence, a version and a slot.")
        done = site.today(last.ends_at)
        until = expires_on(done, version.validity_months)
        if until is None:
            raise ValueError("Classes are made for courses whose passes run out.")
        for attendee in session.attendees.filter(status="ATTENDED").select_related("worker"):
            record = TrainingRecord.objects.create(
                worker=attendee.worker,
                course_id=session.course_id,
                course_version=version,
                session_id=session.pk,
                trainer_id=session.trainer_id,
                result=attendee.result,
                completed_on=done,
                expires_on=until,
                valid_until=until,
                evidence=evidence,
                evidence_key=evidence.key,
                evidence_sha256=evidence.sha256,
                source="SESSION",
                created_at=at,
            )
            after = {"worker_id": attendee.worker.pk, "course_id": session.course_id, "expires_on": until.isoformat()}
            _say("training_record.created", "training_record", record.pk, after, at=at)
            _judge(attendee.worker.pk, attendee.worker.role_id, site.today(at), site.warning_days)
        TrainingSession.objects.filter(pk=session.pk).update(
            status="COMPLETED", finalized_at=at, version=session.version + 1
        )
        _say("session.finalized", "session", session.pk, None, at=at)
        Finalization.objects.create(session=session, outcome={}, at=at)


def _say(action: str, entity: str, entity_id: int, after: dict[str, object] | None, *, at: datetime) -> None:
    from titan.audit.models import AuditEvent

    AuditEvent.objects.create(
        at=at,
        actor_role="SUPER_ADMIN",
        via="SYSTEM",
        action=action,
        entity=entity,
        entity_id=entity_id,
        after=after,
    )


def _judge(worker_id: int, role_id: int | None, today: date, warning_days: int) -> None:
    """Judge every course that is asked of the worker, and save what is another verdict than before (domain.md §9)."""
    from titan.compliance.models import ComplianceItem, Severity, WorkerVerdict
    from titan.records.models import CompetencyRecord, TrainingRecord

    worst = int(Severity.COMPLIANT)
    for course_id in sorted({*_asked(worker_id, role_id)}):
        item = ComplianceItem.objects.get(worker_id=worker_id, course_id=course_id)
        proof = (
            TrainingRecord.objects.filter(
                worker_id=worker_id, course_id=course_id, result="PASSED", revoked_at=None, valid_until__gte=today
            )
            .order_by("-valid_until", "-completed_on", "-id")
            .first()
        )
        expires = proof.expires_on if proof else None
        change = None
        if proof and (expires is None or expires > today + timedelta(days=warning_days)):
            severity = Severity.COMPLIANT
            change = expires - timedelta(days=warning_days) if expires else None
        elif expires:
            severity, change = Severity.EXPIRING, expires + timedelta(days=1)
        elif item.due_on and today <= item.due_on:
            severity, change = Severity.IN_GRACE, item.due_on + timedelta(days=1)
        elif CompetencyRecord.objects.filter(
            worker_id=worker_id, course_id=course_id, status="PENDING", revoked_at=None
        ).exists():
            severity = Severity.AWAITING_VERIFICATION
        else:
            severity = Severity.NON_COMPLIANT
        judged = (int(severity), proof.pk if proof else None, expires, change)
        if (item.severity, item.record_id, item.expires_on, item.next_change_on) != judged:
            item.severity, item.record_id, item.expires_on, item.next_change_on = judged
            item.save()
        worst = min(worst, int(severity))
    verdict = WorkerVerdict.objects.get(worker_id=worker_id)
    if verdict.severity != worst:
        verdict.severity = worst
        verdict.save()


def _asked(worker_id: int, role_id: int | None) -> Iterator[int]:
    from titan.compliance.models import AreaRequirement, RoleRequirement
    from titan.personnel.models import Area, AreaAssignment

    if role_id is not None:
        yield from RoleRequirement.objects.filter(role_id=role_id, until=None).values_list("course_id", flat=True)
    for assigned in AreaAssignment.objects.filter(worker_id=worker_id, until=None).select_related("area"):
        area: Area | None = assigned.area
        while area is not None:
            yield from AreaRequirement.objects.filter(area=area, until=None).values_list("course_id", flat=True)
            area = area.parent
