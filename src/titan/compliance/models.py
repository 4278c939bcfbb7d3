"""What is asked of whom, and the verdict: one item per active worker and required course (domain.md §3, §9)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from titan.catalogue.models import Course
from titan.core.text import KeyField
from titan.personnel.models import Area, Role, Worker


class RequirementType(models.TextChoices):
    PRE_MOB = "PRE_MOB"
    POST_MOB = "POST_MOB"


class Severity(models.IntegerChoices):
    """The status of an item as a number, so that the worst is the smallest."""

    NON_COMPLIANT = 0
    AWAITING_VERIFICATION = 1
    IN_GRACE = 2
    EXPIRING = 3
    COMPLIANT = 4


NAMES = {severity.value: severity.name for severity in Severity}
"""The names by number: lists ask for them a thousand times, and an enumeration takes its time."""


class Requirement(models.Model):
    """A course that a role or an area asks for; a replaced one keeps its `until`."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+")
    type = models.CharField(max_length=8, choices=RequirementType.choices)
    grace_period_days = models.PositiveSmallIntegerField(null=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(type=RequirementType.PRE_MOB, grace_period_days=None)
                | Q(type=RequirementType.POST_MOB, grace_period_days__gte=1, grace_period_days__lte=365),
                name="%(class)s_grace",
            )
        ]


class RoleRequirement(Requirement):
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="requirements")

    class Meta(Requirement.Meta):
        constraints = [
            *Requirement.Meta.constraints,
            models.UniqueConstraint(fields=["role", "course"], condition=Q(until=None), name="role_requires_once"),
        ]


class AreaRequirement(Requirement):
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="requirements")

    class Meta(Requirement.Meta):
        constraints = [
            *Requirement.Meta.constraints,
            models.UniqueConstraint(fields=["area", "course"], condition=Q(until=None), name="area_requires_once"),
        ]


class ComplianceItem(models.Model):
    """The stored verdict on one worker and one required course. Rebuildable; no one but the engine writes it."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="items", db_index=False)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="+", db_index=False)
    requirement_type = models.CharField(max_length=8, choices=RequirementType.choices)
    due_on = models.DateField(null=True)
    severity = models.PositiveSmallIntegerField(choices=Severity.choices)
    record_id = models.BigIntegerField(null=True)
    expires_on = models.DateField(null=True)
    next_change_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["worker", "course"], name="one_item_per_requirement")]
        indexes = [
            models.Index(fields=["course", "severity"], name="item_by_course"),
            models.Index(
                fields=["next_change_on", "severity"],
                condition=Q(next_change_on__isnull=False),
                name="item_by_next_change",
            ),
        ]


class WorkerVerdict(models.Model):
    """The worst item of one active worker; COMPLIANT when nothing is required.

    Repeats the worker's company, under which it is counted (None: not counted yet), and sort key, so that an index has
    the worst first and then by name. Goes when the worker is no longer active, and the repeated name with it.
    """

    worker = models.OneToOneField(Worker, on_delete=models.CASCADE, primary_key=True, related_name="verdict")
    severity = models.PositiveSmallIntegerField(choices=Severity.choices)
    company_id = models.BigIntegerField(null=True)
    name_key = KeyField(editable=False, default="", db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["severity", "name_key", "worker"], name="verdict_worst_first"),
            models.Index(fields=["company_id", "severity", "name_key", "worker"], name="verdict_by_company"),
        ]


class Counted(models.IntegerChoices):
    """What a tally counts, and by what."""

    COMPANY = 1, "active workers of a company, by overall status"
    COURSE = 2, "items of a course, by status"
    LAST_DAY = 3, "items that are proved, by the last day of the proof"


class Tally(models.Model):
    """A part of a count; the count is the sum of its parts (`tallies`). No one but the engine writes it.

    of_id: the company or course, or a day as a number (20261231). batch: 0 for the part that is settled, else the
    transaction that added this one. No foreign keys: a count of nothing may outlive what it counted.
    """

    counted = models.PositiveSmallIntegerField(choices=Counted.choices)
    of_id = models.BigIntegerField()
    severity = models.PositiveSmallIntegerField(choices=Severity.choices)
    batch = models.BigIntegerField(default=0)
    n = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["counted", "of_id", "severity", "batch"], name="one_tally_per_batch")
        ]


class SweptDay(models.Model):
    """The site day whose truth the stored items show; one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    day = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_swept_day")]


class DayCounts(models.Model):
    """How the site stood at the end of a day: active workers by overall status, for the trend."""

    day = models.DateField(primary_key=True)
    non_compliant = models.PositiveIntegerField()
    awaiting_verification = models.PositiveIntegerField()
    in_grace = models.PositiveIntegerField()
    expiring = models.PositiveIntegerField()
    compliant = models.PositiveIntegerField()
