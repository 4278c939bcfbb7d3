"""The one site of this database, the history of its settings, and remembered answers."""

from __future__ import annotations

from datetime import time

from django.db import models
from django.db.models import F, Q


def default_languages() -> list[str]:
    return ["en", "tr"]


class SiteSettings(models.Model):
    """The site's settings, one row per state: the current one has no `until` (domain.md §2)."""

    name = models.CharField(max_length=200)
    timezone = models.CharField(max_length=64)
    warning_days = models.PositiveSmallIntegerField(default=30)
    work_starts = models.TimeField(default=time(8))
    work_ends = models.TimeField(default=time(17))
    break_starts = models.TimeField(default=time(12))
    break_ends = models.TimeField(default=time(13))
    languages = models.JSONField(default=default_languages)
    # Of papers: none is that of whoever prints; with a second one they stand side by side.
    paper_language = models.CharField(max_length=8, blank=True, default="", db_default="")
    second_paper_language = models.CharField(max_length=8, blank=True, default="", db_default="")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(models.Value(1), condition=Q(until=None), name="one_current_site_settings"),
            models.CheckConstraint(
                condition=Q(warning_days__gte=0, warning_days__lte=365), name="warning_days_up_to_a_year"
            ),
            models.CheckConstraint(
                condition=Q(work_starts__lte=F("break_starts"))
                & Q(break_starts__lte=F("break_ends"))
                & Q(break_ends__lte=F("work_ends")),
                name="working_hours_in_order",
            ),
            models.CheckConstraint(
                condition=Q(second_paper_language="")
                | (~Q(paper_language="") & ~Q(paper_language=F("second_paper_language"))),
                name="paper_languages_differ",
            ),
        ]


class RememberedAnswer(models.Model):
    """The first answer given under an Idempotency-Key, by one caller, for 24 hours."""

    user_id = models.BigIntegerField()
    key = models.CharField(max_length=255)
    request_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "key"], name="one_answer_per_key")]


class NightlyJob(models.Model):
    """A job that runs once a night: the night it was last taken for, by which process, and until when it is theirs."""

    name = models.CharField(max_length=100, primary_key=True)
    night = models.DateField(null=True)
    who = models.CharField(max_length=200, default="")
    tries = models.PositiveIntegerField(default=0)
    free_from = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, default="")
