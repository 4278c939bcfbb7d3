"""Sessions: plan, class list, evidence, overrides and the receipt of finalization (domain.md §5–7)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from titan.catalogue.models import Course, CourseVersion
from titan.core.text import search_key
from titan.evidence.models import EvidenceFile
from titan.personnel.models import Worker
from titan.records.models import AssessmentMethod, CompetencyRecord, Result, TrainingRecord
from titan.resources.models import Trainer, Venue


class SessionStatus(models.TextChoices):
    DRAFT = "DRAFT"
    SCHEDULED = "SCHEDULED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


HELD = (SessionStatus.SCHEDULED, SessionStatus.COMPLETED)


class Attendance(models.TextChoices):
    REGISTERED = "REGISTERED"
    ATTENDED = "ATTENDED"
    NO_SHOW = "NO_SHOW"


class TrainingSession(models.Model):
    """One class from Draft to Completed. `version` counts changes, so that two editors cannot overwrite each other."""

    code = models.CharField(max_length=20, unique=True, null=True)
    status = models.CharField(max_length=9, choices=SessionStatus.choices, default=SessionStatus.DRAFT)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+")
    course_version = models.ForeignKey(
        CourseVersion, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    title = models.CharField(max_length=200, blank=True)
    search_key = models.TextField(editable=False, default="", db_default="")
    notes = models.TextField(blank=True)
    trainer = models.ForeignKey(Trainer, null=True, on_delete=models.PROTECT, related_name="sessions")
    venue = models.ForeignKey(Venue, null=True, on_delete=models.PROTECT, related_name="sessions")
    evidence = models.ForeignKey(EvidenceFile, null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by_id = models.BigIntegerField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.TextField(blank=True)
    finalized_at = models.DateTimeField(null=True)
    finalized_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["DRAFT", "CANCELLED"])
                | Q(trainer__isnull=False, venue__isnull=False, course_version__isnull=False),
                name="held_session_is_complete",
            ),
            models.CheckConstraint(
                condition=(Q(status="COMPLETED", evidence__isnull=False) & Q(finalized_at__isnull=False))
                | (~Q(status="COMPLETED") & Q(finalized_at=None)),
                name="completed_session_is_finalized",
            ),
        ]
        indexes = [models.Index(fields=["status", "id"], name="session_by_status")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_key = session_search_key(self.code or "", self.title)
        super().save(*args, **kwargs)


def session_search_key(code: str, title: str) -> str:
    """Return what a search finds a session by, besides its course: code and title, folded as names are."""
    return search_key(code, title)


class Slot(models.Model):
    """One stretch of time of a session. `held_by_id` is the trainer while the session holds resources.

    A database trigger keeps `held_by_id`, so that the double-booking guard depends on no code.
    """

    session = models.ForeignKey(TrainingSession, on_delete=models.CASCADE, related_name="slots")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    held_by_id = models.BigIntegerField(null=True, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="slot_ends_after_start")]
        indexes = [
            models.Index(fields=["held_by_id", "starts_at"], name="slot_by_holder"),
            models.Index(fields=["starts_at"], name="slot_by_start"),
        ]


class Attendee(models.Model):
    """A worker on a class list, and how it went."""

    session = models.ForeignKey(TrainingSession, on_delete=models.CASCADE, related_name="attendees")
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Attendance.choices, default=Attendance.REGISTERED)
    result = models.CharField(max_length=6, choices=Result.choices, blank=True)
    score = models.PositiveSmallIntegerField(null=True)
    verified = models.BooleanField(default=False)
    verified_by_id = models.BigIntegerField(null=True)
    method = models.ForeignKey(AssessmentMethod, null=True, on_delete=models.PROTECT, related_name="+")
    remarks = models.TextField(blank=True)
    added_at = models.DateTimeField()
    added_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "worker"], name="attendee_once"),
            models.CheckConstraint(
                condition=Q(status="ATTENDED") | Q(result="", score=None, verified=False),
                name="result_only_when_attended",
            ),
            models.CheckConstraint(
                condition=Q(verified=False) | Q(result="PASSED", method__isnull=False),
                name="verified_needs_pass_and_method",
            ),
            models.CheckConstraint(condition=Q(score=None) | Q(score__lte=100), name="score_up_to_100"),
        ]


class Override(models.Model):
    """A soft block that somebody acknowledged by name: which, about what, who and when."""

    session = models.ForeignKey(TrainingSession, on_delete=models.CASCADE, related_name="overrides")
    code = models.CharField(max_length=40)
    subject = models.CharField(max_length=100)
    by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "code", "subject"], name="acknowledged_once")]


class SessionEvidence(models.Model):
    """Every sheet a session ever had; the one in force has no `superseded_at`."""

    session = models.ForeignKey(TrainingSession, on_delete=models.CASCADE, related_name="sheets")
    evidence = models.ForeignKey(EvidenceFile, on_delete=models.PROTECT, related_name="+")
    attached_at = models.DateTimeField()
    attached_by_id = models.BigIntegerField(null=True)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session"], condition=Q(superseded_at=None), name="one_sheet_in_force")
        ]


class Finalization(models.Model):
    """The receipt: the first and only outcome of a session's finalization."""

    session = models.OneToOneField(
        TrainingSession, on_delete=models.PROTECT, primary_key=True, related_name="finalization"
    )
    outcome = models.JSONField()
    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)


class CaseSubject(models.TextChoices):
    """What is found false, and with it whatever rests on it."""

    SESSION = "SESSION"
    TRAINER = "TRAINER"
    COURSE_VERSION = "COURSE_VERSION"
    EVIDENCE = "EVIDENCE"


class CaseStatus(models.TextChoices):
    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


class Standing(models.TextChoices):
    """Where a record stands towards what was found false; only what RESTS on it is ended with it."""

    RESTS = "RESTS"
    REVOKED = "REVOKED"
    OTHER_EVIDENCE = "OTHER_EVIDENCE"
    DECIDED = "DECIDED"


class ConsequenceCase(models.Model):
    """Something found false, what rests on it, and what a second person decided about that (domain.md §7).

    `digest` names the very list that was proposed (consequences/rules.py). `records`, `competencies`: how many it
    asks to revoke and to withdraw. first_day, last_day: of the class, for a trainer and a course version.
    """

    subject = models.CharField(max_length=14, choices=CaseSubject.choices)
    subject_id = models.BigIntegerField()
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    reason = models.TextField()
    status = models.CharField(max_length=9, choices=CaseStatus.choices, default=CaseStatus.PROPOSED)
    digest = models.CharField(max_length=64)
    records = models.PositiveIntegerField()
    competencies = models.PositiveIntegerField()
    proposed_at = models.DateTimeField()
    proposed_by_id = models.BigIntegerField()
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    remark = models.TextField(blank=True)
    revoked = models.PositiveIntegerField(null=True)
    withdrawn = models.PositiveIntegerField(null=True)
    turned_red = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "subject_id"], condition=Q(status="PROPOSED"), name="one_open_case_per_subject"
            ),
            models.CheckConstraint(
                condition=Q(status="PROPOSED", decided_at=None, decided_by_id=None)
                | (
                    Q(status__in=["APPROVED", "REJECTED"], decided_at__isnull=False, decided_by_id__isnull=False)
                    & ~Q(decided_by_id=F("proposed_by_id"))
                )
                | Q(status="WITHDRAWN", decided_at__isnull=False, decided_by_id=F("proposed_by_id")),
                name="case_is_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(status="APPROVED", revoked__isnull=False, withdrawn__isnull=False, turned_red__isnull=False)
                | (~Q(status="APPROVED") & Q(revoked=None, withdrawn=None, turned_red=None)),
                name="approved_case_has_its_outcome",
            ),
            models.CheckConstraint(
                condition=Q(first_day=None, last_day=None) | Q(subject__in=["TRAINER", "COURSE_VERSION"]),
                name="case_days_of_trainer_or_version",
            ),
            models.CheckConstraint(
                condition=Q(first_day=None) | Q(last_day=None) | Q(first_day__lte=F("last_day")),
                name="case_days_in_order",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="case_has_a_reason"),
        ]
        indexes = [models.Index(fields=["status", "id"], name="case_by_status")]


class CaseRecord(models.Model):
    """One line of a case's list, as it stood when it was proposed: a record, or a competency record."""

    case = models.ForeignKey(ConsequenceCase, on_delete=models.PROTECT, related_name="lines", db_index=False)
    position = models.PositiveIntegerField()
    record = models.ForeignKey(TrainingRecord, null=True, on_delete=models.PROTECT, related_name="+")
    competency = models.ForeignKey(CompetencyRecord, null=True, on_delete=models.PROTECT, related_name="+")
    standing = models.CharField(max_length=14, choices=Standing.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "position"], name="case_line_position"),
            models.CheckConstraint(
                condition=Q(record__isnull=False, competency=None) | Q(record=None, competency__isnull=False),
                name="case_line_is_one_record",
            ),
        ]


class CaseRed(models.Model):
    """A course that an approved case made Red for a worker. `turned`: whether the worker was not Red before.

    was: the severity of their item before (compliance.models.Severity).
    """

    case = models.ForeignKey(ConsequenceCase, on_delete=models.PROTECT, related_name="reds", db_index=False)
    position = models.PositiveIntegerField()
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+", db_index=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+", db_index=False)
    was = models.PositiveSmallIntegerField()
    turned = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "position"], name="case_red_position")]
