"""Feeds, and the events in them with everything they ever said."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from titan.accounts.models import User
from titan.catalogue.models import Course
from titan.resources.models import Trainer, Venue
from titan.training.models import TrainingSession


class Kind(models.TextChoices):
    """What a feed follows."""

    ALL = "ALL"
    TRAINER = "TRAINER"
    VENUE = "VENUE"


class Feed(models.Model):
    """An address that a calendar program reads as its owner. Only the hash of its secret is kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="calendar_feeds")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    # A trainer or venue that may be deleted at all was never planned with: nothing is lost with its feeds.
    trainer = models.ForeignKey(Trainer, null=True, on_delete=models.CASCADE, related_name="+")
    venue = models.ForeignKey(Venue, null=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100, blank=True)
    prefix = models.CharField(max_length=12)
    token_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="ALL", trainer=None, venue=None)
                | Q(kind="TRAINER", trainer__isnull=False, venue=None)
                | Q(kind="VENUE", trainer=None, venue__isnull=False),
                name="feed_follows_what_it_says",
            )
        ]


class EventStatus(models.TextChoices):
    """As calendars know it. TENTATIVE: a draft, which holds nothing. CONFIRMED: scheduled, or held."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


class Event(models.Model):
    """What the calendars say of one slot, from `since` on; the row in force has no `until`.

    uid: the same as long as it is the same appointment. sequence: counts its states. session, trainer, venue: may be
    gone meanwhile; that a calendar once named them keeps nothing from being deleted.
    """

    uid = models.UUIDField()
    sequence = models.PositiveIntegerField()
    session = models.ForeignKey(
        TrainingSession, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    status = models.CharField(max_length=9, choices=EventStatus.choices)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+", db_index=False)
    title = models.CharField(max_length=200, blank=True)
    trainer = models.ForeignKey(
        Trainer, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False
    )
    venue = models.ForeignKey(
        Venue, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["uid", "sequence"], name="event_state_once"),
            models.UniqueConstraint(fields=["uid"], condition=Q(until=None), name="one_event_in_force"),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="event_ends_after_start"),
        ]
        indexes = [
            models.Index(fields=["starts_at"], condition=Q(until=None), name="event_in_force"),
            models.Index(fields=["trainer", "starts_at"], name="event_of_trainer"),
            models.Index(fields=["venue", "starts_at"], name="event_of_venue"),
        ]
