"""Who works where: companies, roles, areas, workers and the history of their assignments (domain.md §3, §4).

History rows hold `since` and `until`: the moment the system took the fact for true, and the moment it stopped.
`assigned_on` is the day people count from, the anchor of grace periods.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from titan.core.text import KeyField, search_key, sort_key


class WorkerStatus(models.TextChoices):
    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"
    BLACKLISTED = "BLACKLISTED"


class Company(models.Model):
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    search_key = models.TextField(editable=False)


class Role(models.Model):
    """What a worker does on the site; carries requirements."""

    code = models.CharField(max_length=40, unique=True)
    title = models.JSONField()


class Area(models.Model):
    """A place on the site, in a tree; a child inherits the requirements of its ancestors."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(parent=F("id")), name="area_is_not_its_parent")]


class AreaPlacement(models.Model):
    """Where an area stood in the tree, from when until when."""

    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="placements")
    parent = models.ForeignKey(Area, null=True, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area"], condition=Q(until=None), name="one_current_placement")]


class Worker(models.Model):
    """A person on the site. Everything that identifies them stands in this row and nowhere else."""

    employee_id = models.CharField(max_length=40, unique=True)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="workers")
    role = models.ForeignKey(Role, null=True, on_delete=models.PROTECT, related_name="workers")
    role_assigned_on = models.DateField(null=True)
    supervisor = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="reports")
    status = models.CharField(max_length=12, choices=WorkerStatus.choices, default=WorkerStatus.ACTIVE)
    start_date = models.DateField(null=True)
    end_date = models.DateField(null=True)
    user = models.OneToOneField("accounts.User", null=True, on_delete=models.PROTECT, related_name="worker")
    # Who they were: company, employee_id and name of each earlier identity that leaves may commit to, oldest first.
    former_identities = models.JSONField(null=True, editable=False)
    anonymised_at = models.DateTimeField(null=True)
    # Whom this row turned out to be, since when and why. It stays, inactive, for its badge; all it had is theirs.
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged", db_index=False)
    merged_at = models.DateTimeField(null=True)
    merge_reason = models.TextField(blank=True, default="", db_default="")
    created_at = models.DateTimeField()
    name_key = KeyField(editable=False)
    search_key = models.TextField(editable=False)
    # Badges and names of those who were merged into this one, folded: they find whoever stays.
    also_key = models.TextField(editable=False, default="", db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(supervisor=F("id")), name="nobody_supervises_themselves"),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="nobody_is_merged_into_themselves"),
            models.CheckConstraint(
                condition=Q(merged_into=None, merged_at=None, merge_reason="")
                | Q(
                    merged_into__isnull=False,
                    merged_at__isnull=False,
                    status=WorkerStatus.INACTIVE,
                    role=None,
                    supervisor=None,
                    user=None,
                ),
                name="merged_worker_holds_nothing",
            ),
            models.CheckConstraint(
                condition=Q(role=None, role_assigned_on=None) | Q(role__isnull=False, role_assigned_on__isnull=False),
                name="role_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(anonymised_at=None) | ~Q(status=WorkerStatus.ACTIVE),
                name="anonymised_is_not_active",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "name_key"], name="worker_by_name"),
            models.Index(fields=["name_key", "id"], name="worker_name_order"),
            models.Index(fields=["merged_into", "name_key", "id"], name="worker_listed_by_name"),
        ]

    def set_keys(self) -> None:
        """Derive the stored sort and search keys from names and badge."""
        self.name_key, self.search_key = worker_keys(self.employee_id, self.first_name, self.last_name, self.also_key)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.set_keys()
        super().save(*args, **kwargs)


def worker_keys(employee_id: str, first_name: str, last_name: str, also_key: str) -> tuple[str, str]:
    """Return the sort key (last name, first name, badge) and the search key of a worker.

    also_key: of those who were merged into them (`Worker.also_key`; nothing for a new worker).
    """
    return (
        sort_key(last_name, first_name, employee_id),
        search_key(first_name, last_name, first_name, employee_id, also_key),
    )


class RoleAssignment(models.Model):
    """The history of a worker's role; the current one is repeated in the worker's row."""

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="role_assignments")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    assigned_on = models.DateField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["worker"], condition=Q(until=None), name="one_current_role")]


class AreaAssignment(models.Model):
    """A worker's areas, past and present; the present ones have no `until`."""

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="area_assignments")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="assignments")
    assigned_on = models.DateField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["worker", "area"], condition=Q(until=None), name="area_assigned_once")
        ]


class StatusPeriod(models.Model):
    """From when until when a worker was active, inactive or blacklisted, and why it changed."""

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="status_periods")
    status = models.CharField(max_length=12, choices=WorkerStatus.choices)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["worker"], condition=Q(until=None), name="one_current_status")]


class DistinctPair(models.Model):
    """Two workers of whom somebody said that they are not the same person, so that nobody is asked again."""

    one = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()
    said_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="distinct_pair_in_order"),
            models.UniqueConstraint(fields=["one", "other"], name="distinct_pair_once"),
        ]
