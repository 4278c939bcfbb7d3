"""What is taught: courses and their versions (domain.md §3)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class DeliveryMethod(models.TextChoices):
    INSTRUCTOR_LED = "INSTRUCTOR_LED"
    BLENDED = "BLENDED"
    PRACTICAL_ASSESSMENT = "PRACTICAL_ASSESSMENT"
    CBT = "CBT"


class VersionStatus(models.TextChoices):
    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    ARCHIVED = "ARCHIVED"


class Course(models.Model):
    """A course as a thing that lasts; what it holds stands in its versions."""

    code = models.CharField(max_length=40, unique=True)
    created_at = models.DateTimeField()


class CourseVersion(models.Model):
    """What a course is from one publication to the next. `validity_months` 0 means that it never expires."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=12, choices=VersionStatus.choices, default=VersionStatus.DRAFT)
    title = models.JSONField()
    category = models.CharField(max_length=60, blank=True)
    duration_minutes = models.PositiveIntegerField()
    validity_months = models.PositiveSmallIntegerField()
    delivery_method = models.CharField(max_length=24, choices=DeliveryMethod.choices)
    min_pass_score = models.PositiveSmallIntegerField(null=True)
    requires_verification = models.BooleanField()
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "number"], name="one_version_per_number"),
            models.UniqueConstraint(
                fields=["course"], condition=Q(status=VersionStatus.PUBLISHED), name="one_published_version"
            ),
            models.CheckConstraint(
                condition=Q(duration_minutes__gte=5, duration_minutes__lte=52_560), name="duration_in_bounds"
            ),
            models.CheckConstraint(condition=Q(validity_months__lte=600), name="validity_up_to_50_years"),
            models.CheckConstraint(
                condition=Q(min_pass_score=None) | Q(min_pass_score__lte=100), name="pass_score_up_to_100"
            ),
        ]


class Prerequisite(models.Model):
    """A course that a version asks for beforehand."""

    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="prerequisites")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "course"], name="prerequisite_once")]
