"""Who teaches and where: trainers with their qualifications, venues (domain.md §5)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from titan.catalogue.models import Course


class TrainerType(models.TextChoices):
    INTERNAL = "INTERNAL"
    EXTERNAL = "EXTERNAL"


class Trainer(models.Model):
    code = models.CharField(max_length=40, unique=True)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    type = models.CharField(max_length=8, choices=TrainerType.choices)
    email = models.CharField(max_length=254, blank=True)
    company_name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    user = models.OneToOneField("accounts.User", null=True, on_delete=models.PROTECT, related_name="trainer")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(type=TrainerType.INTERNAL) | ~Q(company_name=""), name="external_trainer_has_company"
            )
        ]

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class Qualification(models.Model):
    """A course that a trainer may teach; a removed one keeps its `until`."""

    trainer = models.ForeignKey(Trainer, on_delete=models.PROTECT, related_name="qualifications")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trainer", "course"], condition=Q(until=None), name="qualified_once")
        ]


class Venue(models.Model):
    name = models.CharField(max_length=200, unique=True)
    capacity = models.PositiveIntegerField()
    location = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(capacity__gte=1), name="venue_seats_somebody")]
