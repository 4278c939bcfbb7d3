"""Records with certificates, what was found false, and decisions that records are valid longer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.browser.showroom.opening import NOW
from tests.browser.showroom.staff import Staff


def shown(finalized: int) -> dict[str, Any]:
    from titan.compliance.models import ComplianceItem, Severity
    from titan.records.models import TrainingRecord

    record = TrainingRecord.objects.filter(session_id=finalized, result="PASSED").order_by("pk")[0]
    imported = TrainingRecord.objects.filter(source="MIGRATED").order_by("pk")[0]
    red = ComplianceItem.objects.filter(severity=Severity.NON_COMPLIANT).order_by("pk")[0]
    return {
        "record": record.pk,
        "holder": record.worker_id,
        "evidence": record.evidence_id,
        "imported_record": imported.pk,
        "red_worker": red.worker_id,
        "red_course": red.course_id,
        "hash": record.evidence_sha256,
    }


def certificates(staff: Staff, found: dict[str, Any]) -> dict[str, str]:
    """Tokens of certificates: one that is valid, one that ran out, one whose record was revoked."""
    from titan.records.commands import certify
    from titan.records.models import Certificate, TrainingRecord

    passed = TrainingRecord.objects.filter(result="PASSED", revoked_at=None, valid_until__lt=NOW.date())
    past = passed.order_by("pk")[0].pk
    certify([found["record"], past], by=staff.admin, at=NOW)
    tokens = dict(Certificate.objects.values_list("record_id", "token"))
    return {
        "valid_token": tokens[found["record"]],
        "past_token": tokens[past],
        "revoked_token": tokens[found["revoked_record"]],
    }


def cases(staff: Staff, sign_off_session: int) -> dict[str, int]:
    """Something found false, three times: it waits for the HSE admin, is theirs, and was approved."""
    from titan.compliance.models import ComplianceItem, Severity, WorkerVerdict
    from titan.demo import sessions as demo
    from titan.training.commands import finalize_session, invite_workers
    from titan.training.consequences.commands import approve_case, propose_case
    from titan.training.consequences.queries.listing import Subject
    from titan.training.models import CaseSubject, TrainingSession

    never_held = staff.maker.book(demo.Booked("HSE-017", "TR-16", "Main Training Room A", (-20,), (13, 17), 4))
    # Of whom no other course is lacking: these turn Green, and Red again.
    green = WorkerVerdict.objects.filter(severity=Severity.NON_COMPLIANT).exclude(
        worker__items__in=ComplianceItem.objects.filter(severity=Severity.NON_COMPLIANT).exclude(course__code="HSE-017")
    )
    invite_workers(never_held, list(green.values_list("pk", flat=True)[:5]), by=staff.admin, at=NOW)
    staff.maker.mark(never_held, absent=1)
    staff.maker.prove(never_held)
    finalize_session(never_held, by=staff.admin, at=NOW)
    trainer = TrainingSession.objects.get(pk=sign_off_session).trainer_id or 0
    about = {
        "case_open": (CaseSubject.SESSION, sign_off_session, staff.super_admin, "The tower was closed that day."),
        "case_own": (CaseSubject.TRAINER, trainer, staff.admin, "The trainer's own certificate is forged."),
        "case_done": (CaseSubject.SESSION, never_held, staff.admin, "The sheet was signed in the canteen."),
    }
    made = {
        name: propose_case(Subject(kind, pk), reason, by=by, at=NOW) for name, (kind, pk, by, reason) in about.items()
    }
    approve_case(made["case_done"], "I asked five of them.", by=staff.super_admin, at=NOW)
    return made


def extensions(staff: Staff) -> dict[str, Any]:
    """Decisions that records are valid longer: one in force, with its letter, one revoked, one to be looked at."""
    import io
    from urllib.parse import urlencode

    from tests.files import pdf_bytes
    from titan.compliance.models import ComplianceItem, Severity
    from titan.evidence.commands import Upload, stage
    from titan.records.commands import certify
    from titan.records.extensions.commands import extend_validity_by_letter, revoke_extension
    from titan.records.extensions.rules import AuthorityDecision, Extending
    from titan.records.models import Certificate, TrainingRecord

    today = NOW.date()
    # The course in which most are Red whose last proof ran out this year.
    red = ComplianceItem.objects.filter(severity=Severity.NON_COMPLIANT, record_id=None)
    first, last, until = today - timedelta(days=120), today + timedelta(days=60), today + timedelta(days=150)
    ran_out = TrainingRecord.objects.filter(
        result="PASSED", revoked_at=None, expires_on__range=(first, today), worker__items__in=red
    )
    courses = ran_out.values_list("course_id", flat=True)
    most, other = sorted(set(courses), key=list(courses).count, reverse=True)[:2]
    decision = AuthorityDecision(
        "Order 118/26 of the State Labour Inspectorate",
        today - timedelta(days=4),
        "The only approved fire ground is closed until spring; the inspectorate extends what ran out meanwhile.",
    )
    letter = stage([Upload("order-118-26.pdf", io.BytesIO(pdf_bytes("Order 118/26")))])
    chosen = Extending(most, "EXPIRES_ON", first, last, until)
    made = extend_validity_by_letter(chosen, decision, letter, by=staff.admin, at=NOW)
    wrong = Extending(other, "EXPIRES_ON", first, last, until)
    revoked = extend_validity_by_letter(wrong, decision, None, by=staff.admin, at=NOW)
    revoke_extension(revoked, "The order names another course.", by=staff.super_admin, at=NOW)
    extended = TrainingRecord.objects.filter(extended__extension_id=made, worker__status="ACTIVE").order_by("pk")
    record = extended.filter(course_id=most)[0]
    certify([record.pk], by=staff.admin, at=NOW)
    choice = {"course_id": other, "days_of": "EXPIRES_ON", "from": first, "to": last, "until": until}
    return {
        "extension": made,
        "extension_revoked": revoked,
        "extension_choice": urlencode(choice),
        "extension_nothing": urlencode({**choice, "until": first}),
        "extended_record": record.pk,
        "extended_worker": record.worker_id,
        "extended_token": Certificate.objects.get(record=record).token,
    }
