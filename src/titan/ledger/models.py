"""Leaves, the tree above them, checkpoints, person keys, alarms and verifications (ledger.md §1).

Leaves, nodes and checkpoints are only ever appended; the head only grows.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class LeafType(models.TextChoices):
    RECORD = "training.record"
    COMPETENCY_OPENED = "competency.opened"
    COMPETENCY_DECIDED = "competency.decided"
    COMPETENCY_WITHDRAWN = "competency.withdrawn"
    REVOKED = "record.revoked"
    CORRECTED = "record.corrected"
    FINALIZED = "session.finalized"
    EXTENDED = "validity.extended"
    EXTENSION_WITHDRAWN = "validity.withdrawn"
    SUPERSEDED = "evidence.superseded"
    RESTATED = "subject.restated"
    MERGED = "subject.merged"
    ERASED = "subject.erased"
    KEY = "ledger.key"
    EPOCH = "ledger.epoch"


class Leaf(models.Model):
    """One leaf, exactly the bytes that are hashed. `entity_id`: the record, competency, session or worker it is about.

    The type and the number stand here to be found by; what counts is what the bytes say.
    """

    index = models.BigIntegerField(primary_key=True, db_column="leaf_index")
    type = models.CharField(max_length=24, choices=LeafType.choices)
    entity_id = models.BigIntegerField(null=True)
    data = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["type", "entity_id"], name="leaf_about")]


class Node(models.Model):
    """The root of a complete subtree of 256 ** level leaves, so that a proof reads few rows."""

    level = models.PositiveSmallIntegerField()
    position = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "position"], name="one_node_at_a_place")]


class Head(models.Model):
    """The one row that says how far the ledger goes; locked last, by whoever appends.

    `frontier`: the roots of the complete subtrees, joined, largest first.
    """

    origin = models.CharField(max_length=100)
    epoch = models.PositiveIntegerField()
    size = models.BigIntegerField()
    root = models.BinaryField()
    frontier = models.BinaryField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_ledger_head")]


class Checkpoint(models.Model):
    """A signed statement of a committed head; `note` is the signed note as it was published."""

    origin = models.CharField(max_length=100)
    size = models.BigIntegerField()
    root = models.BinaryField()
    key_id = models.CharField(max_length=8)
    note = models.TextField()
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["origin", "size", "key_id"], name="checkpoint_signed_once")]
        indexes = [models.Index(F("size").desc(), F("id").desc(), name="newest_checkpoint")]


class PersonKey(models.Model):
    """The secret that ties leaves to one worker (a plain number, for people stand above); gone, they are untied."""

    worker_id = models.BigIntegerField(primary_key=True)
    key = models.BinaryField()
    made_at = models.DateTimeField()


class AlarmKind(models.TextChoices):
    LEDGER = "LEDGER"
    GUARD = "GUARD"
    EVIDENCE = "EVIDENCE"


class Alarm(models.Model):
    """Something that is not as it was written: what, and where. Open until a verification finds it right again."""

    kind = models.CharField(max_length=8, choices=AlarmKind.choices)
    code = models.CharField(max_length=40)
    entity = models.CharField(max_length=40)
    entity_id = models.BigIntegerField(null=True)
    detail = models.TextField()
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["kind"], condition=Q(resolved_at=None), name="open_alarm")]


class Verification(models.Model):
    """One run over what the ledger promises: who asked, how far it is, what it found.

    `alive_until`: until when whoever works at it holds it; empty while it waits to be taken up. `problems`: the first
    of what was found, in words.
    """

    is_full = models.BooleanField()
    asked_by_id = models.BigIntegerField(null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    size = models.BigIntegerField(default=0)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)
    failure = models.TextField(blank=True)
    alive_until = models.DateTimeField(null=True)
    problems = models.JSONField(null=True)
