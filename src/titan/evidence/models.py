"""Files that prove something. A row is written only after its bytes lie on disk, synced and re-read."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class EvidenceFile(models.Model):
    """One uploaded or bound file. `key` names its bytes in the store, `original_name` is only a label."""

    key = models.CharField(max_length=100, db_index=True)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    pages = models.PositiveIntegerField(null=True)
    original_name = models.CharField(max_length=255)
    uploaded_at = models.DateTimeField()
    uploaded_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(size__gt=0), name="evidence_is_not_empty")]


class EvidencePart(models.Model):
    """One of the several files that were bound, in order, into one PDF."""

    whole = models.ForeignKey(EvidenceFile, on_delete=models.PROTECT, related_name="parts")
    part = models.ForeignKey(EvidenceFile, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["whole", "position"], name="evidence_part_position")]
