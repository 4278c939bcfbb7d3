"""Sessions in every state, and the sign-offs of one."""

from __future__ import annotations

from tests.browser.showroom.opening import NOW
from tests.browser.showroom.staff import Staff


def planned_draft(staff: Staff, guests: list[int]) -> int:
    """A draft with everything filled in that cannot be scheduled: its trainer is booked, its room is too small."""
    from titan.demo import sessions as demo
    from titan.training.commands import Plan, create_session, invite_workers, update_session

    draft = create_session(Plan(course_id=demo._course("LFT-003")), by=staff.admin, at=NOW)
    slots = [staff.maker._slot(3, (10, 18))]
    plan = Plan(trainer_id=demo._trainer("TR-22"), venue_id=demo._venue("Rigging Loft"), slots=slots)
    update_session(draft, plan, by=staff.admin, at=NOW)
    staff.maker._fill(draft, demo.Booked("LFT-003", "TR-22", "Rigging Loft", (3,), (10, 18), 12), NOW)
    invite_workers(draft, guests, by=staff.admin, at=NOW)
    return draft


def cannot_run(staff: Staff) -> int:
    """A scheduled session whose trainer lost the qualification."""
    from titan.demo import sessions as demo
    from titan.resources.commands.trainers import replace_qualifications
    from titan.resources.models import Qualification

    session = staff.maker.book(demo.Booked("HSE-005", "TR-17", "Medical Centre Classroom", (2,), (8, 17), 9))
    trainer, course = demo._trainer("TR-17"), demo._course("HSE-005")
    kept = Qualification.objects.filter(trainer_id=trainer).exclude(course_id=course)
    replace_qualifications(trainer, list(kept.values_list("course_id", flat=True)), by=staff.admin, at=NOW)
    return session


def running(staff: Staff, guests: list[int]) -> int:
    """A class of this morning, half of it marked, with two walk-ins too many for its room."""
    from titan.demo import sessions as demo
    from titan.training.commands import MarkChange, invite_workers, mark_attendance
    from titan.training.queries.sessions import class_list

    session = staff.maker.book(demo.Booked("HSE-019", "TR-06", "Main Training Room B", (0,), (9, 13), 14))
    invite_workers(session, guests, by=staff.admin, at=NOW)
    people = class_list(session, by=staff.admin).items
    changes = [
        MarkChange(row.worker_id, status="NO_SHOW")
        if number == 2
        else MarkChange(row.worker_id, status="ATTENDED", result="FAILED" if number == 5 else "PASSED")
        for number, row in enumerate(people[:9])
    ]
    mark_attendance(session, changes, by=staff.admin, at=NOW)
    return session


def awaiting_sheet(staff: Staff) -> int:
    from titan.demo import sessions as demo

    session = staff.maker.book(demo.Booked("HSE-017", "TR-16", "Main Training Room A", (-1,), (13, 17), 20))
    staff.maker.mark(session, absent=2)
    return session


def signed_off(staff: Staff) -> dict[str, int]:
    """A class that needs sign-offs: some decided, either way, the rest waiting."""
    from titan.demo import sessions as demo
    from titan.records.commands import Decision, certify, decide_competencies, revoke_record
    from titan.records.models import AssessmentMethod, CompetencyRecord, CompetencyStatus, TrainingRecord
    from titan.training.commands import finalize_session

    session = staff.maker.book(demo.Booked("HSE-008", "TR-14", "Height Training Tower", (-12,), (8, 17), 10))
    staff.maker.mark(session, absent=1)
    staff.maker.prove(session)
    finalize_session(session, by=staff.admin, at=NOW)
    waiting = list(CompetencyRecord.objects.filter(session_id=session).order_by("pk").values_list("pk", flat=True))
    method = AssessmentMethod.objects.order_by("pk")[0].pk
    yes = Decision(CompetencyStatus.COMPETENT, method, remarks="Harness checked, rescue plan explained.")
    no = Decision(CompetencyStatus.NOT_COMPETENT, method, remarks="Did not check the anchor before he clipped on.")
    signed = decide_competencies(waiting[:2], yes, by=staff.assessor, at=NOW)
    decide_competencies(waiting[2:3], no, by=staff.assessor, at=NOW)
    record = TrainingRecord.objects.get(pk=signed[waiting[1]])
    certify([record.pk], by=staff.admin, at=NOW)
    revoke_record(record.pk, "The assessor signed the wrong badge.", by=staff.super_admin, at=NOW)
    return {
        "sign_off_session": session,
        "competent": waiting[0],
        "not_competent": waiting[2],
        "pending": waiting[4],
        "revoked_record": record.pk,
        "worker": record.worker_id,
    }
