"""Sessions: plan, class list, evidence, overrides and the receipt of finalization (domain.md §5–7)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from titan.catalogue.models import Course, CourseVersion
from titan.core.text import search_key
from titan.evidence.models import EvidenceFile
from titan.personnel.models import Worker
from titan.records.models import AssessmentMethod, Result
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
