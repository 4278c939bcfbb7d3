"""What was proved: training records and competency records (domain.md §7, §8).

A record is proof on its own: it cites its evidence by key and hash, and its session by a plain number.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from titan.catalogue.models import Course, CourseVersion
from titan.evidence.models import EvidenceFile
from titan.personnel.models import Worker
from titan.resources.models import Trainer

FOREVER = date(9999, 12, 31)


class Result(models.TextChoices):
    PASSED = "PASSED"
    FAILED = "FAILED"


class Source(models.TextChoices):
    SESSION = "SESSION"
    COMPETENCY = "COMPETENCY"
    EXTERNAL = "EXTERNAL"
    MIGRATED = "MIGRATED"
    CORRECTION = "CORRECTION"


class CompetencyStatus(models.TextChoices):
    PENDING = "PENDING"
    COMPETENT = "COMPETENT"
    NOT_COMPETENT = "NOT_COMPETENT"


class AssessmentMethod(models.Model):
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=100)


class TrainingRecord(models.Model):
    """One result of one worker in one course. Immutable but for its revocation, which is written once.

    `valid_until` is what the engine goes by: `expires_on`, or the last day that an extension in force gives it where
    that is later; the far future where it never expires.
    """

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="records")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+", db_index=False)
    course_version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    session_id = models.BigIntegerField(null=True, db_index=True)
    trainer = models.ForeignKey(Trainer, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    result = models.CharField(max_length=6, choices=Result.choices)
    score = models.PositiveSmallIntegerField(null=True)
    completed_on = models.DateField()
    expires_on = models.DateField(null=True)
    valid_until = models.DateField(editable=False)
    provider = models.CharField(max_length=200, blank=True)
    evidence = models.ForeignKey(EvidenceFile, on_delete=models.PROTECT, related_name="records")
    evidence_key = models.CharField(max_length=100)
    evidence_sha256 = models.CharField(max_length=64)
    source = models.CharField(max_length=10, choices=Source.choices)
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    remarks = models.TextField(blank=True)
    created_at = models.DateTimeField()
    created_by_id = models.BigIntegerField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by_id = models.BigIntegerField(null=True)
    revoke_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session_id", "worker"],
                condition=Q(session_id__isnull=False, corrects=None),
                name="one_record_per_session_and_worker",
            ),
            models.CheckConstraint(
                condition=Q(result=Result.PASSED) | Q(expires_on=None), name="failed_record_has_no_expiry"
            ),
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gte=F("completed_on")),
                name="record_expires_after_completion",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoke_reason="") | (Q(revoked_at__isnull=False) & ~Q(revoke_reason="")),
                name="revocation_has_a_reason",
            ),
            models.CheckConstraint(condition=Q(score=None) | Q(score__lte=100), name="record_score_up_to_100"),
            models.CheckConstraint(
                condition=Q(expires_on=None, valid_until=FOREVER)
                | Q(expires_on__isnull=False, valid_until__gte=F("expires_on")),
                name="record_is_valid_through_its_expiry",
            ),
        ]
        indexes = [
            # The engine's only look-up: the longest valid proof of one worker in one course.
            models.Index(
                F("worker"),
                F("course"),
                F("valid_until").desc(),
                F("completed_on").desc(),
                F("id").desc(),
                condition=Q(result=Result.PASSED, revoked_at=None),
                name="proof_that_lasts_longest",
            ),
            models.Index(fields=["course", "valid_until"], name="record_by_course_expiry"),
        ]


class CompetencyRecord(models.Model):
    """A pass that waits for an assessor, and then their decision. Decisions are never altered.

    `completed_on` is the class's day; `record` is what a competent decision made; a pending one may be withdrawn
    (`revoked_at`, with a reason).
    """

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="competencies")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+", db_index=False)
    course_version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    session_id = models.BigIntegerField(null=True, db_index=True)
    trainer = models.ForeignKey(Trainer, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    completed_on = models.DateField()
    score = models.PositiveSmallIntegerField(null=True)
    evidence = models.ForeignKey(EvidenceFile, on_delete=models.PROTECT, related_name="+")
    evidence_key = models.CharField(max_length=100)
    evidence_sha256 = models.CharField(max_length=64)
    status = models.CharField(max_length=13, choices=CompetencyStatus.choices, default=CompetencyStatus.PENDING)
    method = models.ForeignKey(AssessmentMethod, null=True, on_delete=models.PROTECT, related_name="+")
    assessed_on = models.DateField(null=True)
    assessed_by_id = models.BigIntegerField(null=True)
    remarks = models.TextField(blank=True)
    assessment_evidence = models.ForeignKey(EvidenceFile, null=True, on_delete=models.PROTECT, related_name="+")
    record = models.OneToOneField(TrainingRecord, null=True, on_delete=models.PROTECT, related_name="competency")
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by_id = models.BigIntegerField(null=True)
    revoke_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session_id", "worker"],
                condition=Q(session_id__isnull=False),
                name="one_competency_per_session_and_worker",
            ),
            models.CheckConstraint(
                condition=Q(status=CompetencyStatus.PENDING, method=None, assessed_on=None, record=None)
                | Q(
                    status=CompetencyStatus.COMPETENT,
                    method__isnull=False,
                    assessed_on__isnull=False,
                    record__isnull=False,
                )
                | (
                    Q(
                        status=CompetencyStatus.NOT_COMPETENT,
                        method__isnull=False,
                        assessed_on__isnull=False,
                        record=None,
                    )
                    & ~Q(remarks="")
                ),
                name="decision_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(assessed_on=None) | Q(assessed_on__gte=F("completed_on")),
                name="assessed_after_the_class",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None) | Q(status=CompetencyStatus.PENDING),
                name="only_pending_is_withdrawn",
            ),
        ]
        indexes = [
            models.Index(
                fields=["worker", "course"],
                condition=Q(status=CompetencyStatus.PENDING, revoked_at=None),
                name="pending_competency",
            ),
            models.Index(fields=["status", "id"], name="competency_queue"),
        ]


class DaysOf(models.TextChoices):
    """Which day of a record an extension's range of days is about."""

    EXPIRES_ON = "EXPIRES_ON"
    COMPLETED_ON = "COMPLETED_ON"


class ValidityExtension(models.Model):
    """An authority's decision that records of a course are valid longer. Immutable but for its revocation, once.

    `until`: the day through which they are. `days_of`, `first_day`, `last_day`: which records, both days inclusive.
    `reference`, `decided_on`: the decision as the authority names and dates it. `evidence`: its letter, if any.
    `records`: how many records it was made for; which ones stands in ExtendedRecord, and does not change any more.
    """

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+")
    days_of = models.CharField(max_length=12, choices=DaysOf.choices)
    first_day = models.DateField()
    last_day = models.DateField()
    until = models.DateField()
    reference = models.CharField(max_length=120)
    decided_on = models.DateField()
    reason = models.TextField()
    evidence = models.ForeignKey(EvidenceFile, null=True, on_delete=models.PROTECT, related_name="+")
    records = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by_id = models.BigIntegerField(null=True)
    revoke_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(first_day__lte=F("last_day")), name="extension_days_in_order"),
            models.CheckConstraint(condition=Q(until__lt=FOREVER), name="extension_has_an_end"),
            models.CheckConstraint(condition=Q(records__gte=1), name="extension_of_some_records"),
            models.CheckConstraint(condition=~Q(reference="") & ~Q(reason=""), name="extension_has_a_reason"),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by_id=None, revoke_reason="")
                | (Q(revoked_at__isnull=False) & ~Q(revoke_reason="")),
                name="extension_revoked_with_a_reason",
            ),
        ]


class ExtendedRecord(models.Model):
    """One record that an extension was made for. `position`: 1 to the extension's `records`, so that none is added."""

    extension = models.ForeignKey(ValidityExtension, on_delete=models.PROTECT, related_name="extended", db_index=False)
    record = models.ForeignKey(TrainingRecord, on_delete=models.PROTECT, related_name="extended")
    position = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["extension", "position"], name="one_extended_record_at_a_place"),
            models.UniqueConstraint(fields=["extension", "record"], name="record_extended_once_by_a_decision"),
        ]


class Certificate(models.Model):
    """The paper about one record, once it was issued. Never changed and never deleted.

    `token`: 16 random bytes in base32; its public page is found by nothing else.
    """

    record = models.OneToOneField(TrainingRecord, on_delete=models.PROTECT, related_name="certificate")
    token = models.CharField(max_length=26, unique=True)
    issued_at = models.DateTimeField()
    issued_by_id = models.BigIntegerField(null=True)
