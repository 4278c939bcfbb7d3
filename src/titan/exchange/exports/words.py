"""The words for the choices that lists, forms and files show, each said once. Call them where the text is made."""

from __future__ import annotations

from collections.abc import Iterable

from titan.catalogue.models import DeliveryMethod, VersionStatus
from titan.compliance.models import RequirementType, Severity
from titan.core.actor import Role
from titan.core.language import _
from titan.personnel.models import WorkerStatus
from titan.records.models import CompetencyStatus, Result, Source
from titan.resources.models import TrainerType
from titan.training.models import Attendance, CaseStatus, CaseSubject, SessionStatus

Words = dict[str, str]


def compliance_words() -> Words:
    """Return every compliance status with its words, worst first."""
    return {
        Severity.NON_COMPLIANT.name: _("Red: not compliant"),
        Severity.AWAITING_VERIFICATION.name: _("Blue: awaiting sign-off"),
        Severity.IN_GRACE.name: _("Yellow: in grace"),
        Severity.EXPIRING.name: _("Yellow: expiring"),
        Severity.COMPLIANT.name: _("Green: compliant"),
    }


def worker_status_words() -> Words:
    """Return every status of a worker with its word."""
    return {
        WorkerStatus.ACTIVE.value: _("Active"),
        WorkerStatus.INACTIVE.value: _("Inactive"),
        WorkerStatus.BLACKLISTED.value: _("Blacklisted"),
    }


def delivery_words() -> Words:
    """Return every way to deliver a course with its words."""
    return {
        DeliveryMethod.INSTRUCTOR_LED.value: _("Instructor led"),
        DeliveryMethod.BLENDED.value: _("Blended"),
        DeliveryMethod.PRACTICAL_ASSESSMENT.value: _("Practical assessment"),
        DeliveryMethod.CBT.value: _("Computer based"),
    }


def version_words() -> Words:
    """Return every status of a course version with its words."""
    return {
        VersionStatus.PUBLISHED.value: _("Published"),
        VersionStatus.DRAFT.value: _("Draft"),
        VersionStatus.ARCHIVED.value: _("Archived"),
    }


def requirement_words() -> Words:
    """Return when a course is required, in words."""
    return {
        RequirementType.PRE_MOB.value: _("Before entry"),
        RequirementType.POST_MOB.value: _("After entry, with grace"),
    }


def trainer_type_words() -> Words:
    """Return every type of trainer with its word."""
    return {TrainerType.INTERNAL.value: _("Internal"), TrainerType.EXTERNAL.value: _("External")}


def active_words() -> dict[bool, str]:
    """Return what is said of a trainer or a venue that may be chosen, and of one that may not."""
    return {True: _("Active"), False: _("Not active")}


def yes_words() -> dict[bool, str]:
    """Return yes and no."""
    return {True: _("yes"), False: _("no")}


def session_words() -> Words:
    """Return every state of a session with its word."""
    return {
        SessionStatus.DRAFT.value: _("Draft"),
        SessionStatus.SCHEDULED.value: _("Scheduled"),
        SessionStatus.COMPLETED.value: _("Finalized"),
        SessionStatus.CANCELLED.value: _("Cancelled"),
    }


def attendance_words() -> Words:
    """Return every mark of attendance with its word."""
    return {
        Attendance.REGISTERED.value: _("no mark"),
        Attendance.ATTENDED.value: _("Present"),
        Attendance.NO_SHOW.value: _("No-show"),
    }


def result_words() -> Words:
    """Return both results with their words."""
    return {Result.PASSED.value: _("Passed"), Result.FAILED.value: _("Failed")}


def source_words() -> Words:
    """Return where a record comes from, in words."""
    return {
        Source.SESSION.value: _("Session"),
        Source.COMPETENCY.value: _("Competency assessment"),
        Source.EXTERNAL.value: _("Outside certificate"),
        Source.MIGRATED.value: _("Imported register"),
        Source.CORRECTION.value: _("Correction"),
    }


def competency_words() -> Words:
    """Return every state of a competency record with its words."""
    return {
        CompetencyStatus.PENDING.value: _("Pending"),
        CompetencyStatus.COMPETENT.value: _("Competent"),
        CompetencyStatus.NOT_COMPETENT.value: _("Not competent"),
    }


def case_words() -> Words:
    """Return every state of a case about what was found false, in words."""
    return {
        CaseStatus.PROPOSED.value: _("Waits for a second person"),
        CaseStatus.APPROVED.value: _("Approved"),
        CaseStatus.REJECTED.value: _("Rejected"),
        CaseStatus.WITHDRAWN.value: _("Taken back"),
    }


def login_role_words() -> Words:
    """Return every role of a login with what it may, in words."""
    return {
        Role.HSE_ADMIN.value: _("HSE admin: plans, marks, finalizes"),
        Role.TRAINER.value: _("Trainer: own sessions only"),
        Role.ASSESSOR.value: _("Assessor: signs off competency"),
        Role.AUDITOR.value: _("Auditor: reads everything"),
        Role.SUPER_ADMIN.value: _("Super admin: users and settings too"),
    }


def login_active_words() -> dict[bool, str]:
    """Return what is said of a login that may sign in, and of one that may not."""
    return {True: _("Active"), False: _("Closed")}


def factor_words(kinds: Iterable[str]) -> str:
    """Return in words which second factors these are."""
    words = {"totp": _("app"), "webauthn": _("passkey")}
    return ", ".join(words[kind] for kind in sorted(kinds))


def subject_words() -> Words:
    """Return what a case about something found false may be about, in words."""
    return {
        CaseSubject.SESSION.value: _("Session"),
        CaseSubject.TRAINER.value: _("Trainer"),
        CaseSubject.COURSE_VERSION.value: _("Course version"),
        CaseSubject.EVIDENCE.value: _("Evidence"),
    }
