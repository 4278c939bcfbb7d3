"""Everything a worker ever proved or failed, and what one piece of proof rests on."""

from __future__ import annotations

from titan.records.extensions.queries import with_extensions
from titan.records.models import CompetencyRecord, TrainingRecord

MOST = 500


def records_of(worker_id: int) -> list[TrainingRecord]:
    """Return a worker's training records of every kind, the newest class first (two statements; at most 500).

    With course, version, trainer, evidence, the competency decision behind it, the record that corrects it, and its
    extensions.
    """
    rows = with_extensions(TrainingRecord.objects.filter(worker_id=worker_id)).select_related(
        "course", "course_version", "trainer", "evidence", "corrected_by", "competency__method"
    )
    return list(rows.order_by("-completed_on", "-pk")[:MOST])


def competencies_of(worker_id: int) -> list[CompetencyRecord]:
    """Return a worker's competency records, the newest class first (one statement; at most 500)."""
    rows = CompetencyRecord.objects.filter(worker_id=worker_id).select_related(
        "course", "course_version", "trainer", "evidence", "method"
    )
    return list(rows.order_by("-completed_on", "-pk")[:MOST])


def competency_of(record_id: int) -> CompetencyRecord | None:
    """Return the competency decision that made a training record, or None (one statement)."""
    found = CompetencyRecord.objects.select_related("method", "assessment_evidence", "trainer", "course_version")
    return found.filter(record_id=record_id).first()


def corrections_of(record_id: int, corrects_id: int | None) -> tuple[TrainingRecord | None, TrainingRecord | None]:
    """Return the record that `record_id` corrects and the one that corrects it (one statement)."""
    later, earlier = None, None
    rows = TrainingRecord.objects.filter(corrects_id=record_id) | TrainingRecord.objects.filter(pk=corrects_id or 0)
    for row in rows:
        if row.pk == corrects_id:
            earlier = row
        else:
            later = row
    return earlier, later


def rests_on(evidence_id: int, *, most: int) -> tuple[list[TrainingRecord], int]:
    """Return the newest records that rest on an evidence file, and how many there are in all (two statements)."""
    rows = TrainingRecord.objects.filter(evidence_id=evidence_id)
    shown = rows.select_related("worker", "course", "course_version").order_by("-pk")[:most]
    return list(shown), rows.count()
