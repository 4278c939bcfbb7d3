"""Imports: what was opened, how far it is, what was decided about it, and what an applied one made and changed.

Cells of an open import stand in its slices, packed, and go when it is applied, discarded or forgotten. What stays is
the file as evidence, the choices, and a plain number for each thing that was made or changed.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from titan.evidence.models import EvidenceFile
from titan.exchange.imports.rules.states import State, Work


class Import(models.Model):
    """One file. `given`: what was chosen before reading; `choices`: how sheets are read, and what questions are
    answered.

    `reading`: the sheets as the file has them, without cells. `preview`: counts, questions and notes of the last check.
    `version` grows with every change. `work` and `alive_until`: what is done in the background, and until when whoever
    works at it holds it (null: nobody took it up yet).
    """

    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()
    language = models.CharField(max_length=12)
    state = models.CharField(max_length=9, choices=[(state, state) for state in State], default=State.OPEN)
    version = models.PositiveIntegerField(default=1)
    given = models.JSONField()
    choices = models.JSONField()
    reading = models.JSONField(null=True)
    preview = models.JSONField(null=True)
    work = models.CharField(max_length=8, choices=[(work, work) for work in Work], blank=True)
    asked_at = models.DateTimeField(null=True)
    alive_until = models.DateTimeField(null=True)
    asked = models.JSONField(null=True)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    failure = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    opened_by_id = models.BigIntegerField(null=True)
    evidence = models.ForeignKey(EvidenceFile, null=True, on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(null=True)
    applied_by_id = models.BigIntegerField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by_id = models.BigIntegerField(null=True)
    undo_reason = models.TextField(blank=True)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[State.OPEN, State.DISCARDED], applied_at=None, evidence=None)
                | Q(state__in=[State.APPLIED, State.UNDONE], applied_at__isnull=False, evidence__isnull=False),
                name="applied_import_keeps_its_file",
            ),
            models.CheckConstraint(
                condition=Q(state=State.UNDONE, undone_at__isnull=False) & ~Q(undo_reason="")
                | ~Q(state=State.UNDONE) & Q(undone_at=None, undo_reason=""),
                name="undone_import_says_why",
            ),
        ]


class ImportBytes(models.Model):
    """A piece of the file of an open import, in order."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="pieces")
    position = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "position"], name="one_piece_at_a_place")]


class ImportSlice(models.Model):
    """Some consecutive rows of a sheet: their cells, and once checked what applying does with them.

    `cells`, `checked`: packed JSON. `outcomes`: one letter for each row (of a matrix: for each cell).
    """

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="slices")
    sheet = models.PositiveIntegerField()
    position = models.PositiveIntegerField()
    first_row = models.PositiveIntegerField()
    last_row = models.PositiveIntegerField()
    cells = models.BinaryField()
    checked = models.BinaryField(null=True)
    outcomes = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "sheet", "position"], name="one_slice_at_a_place")]


class ImportedThing(models.Model):
    """Something that an applied import made (`before` null) or changed, by plain number: entities outlive nothing.

    `before`: what it was, for undoing; what identifies a person goes when they are erased.
    """

    of = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="things")
    entity = models.CharField(max_length=24)
    entity_id = models.BigIntegerField()
    before = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["entity", "entity_id"], name="imported_thing")]


class TypedValue(models.Model):
    """What a person typed in the place of a cell of an applied import: part of where its records come from.

    `worker_id`: whom the row is about, so that erasing them reaches it.
    """

    of = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="typed")
    place = models.TextField()
    field = models.CharField(max_length=60)
    value = models.TextField()
    worker_id = models.BigIntegerField(null=True, db_index=True)


class RememberedLayout(models.Model):
    """How a sheet with these headings was read last: its kind, and the field of each heading."""

    signature = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=24)
    columns = models.JSONField()
    used_at = models.DateTimeField()
