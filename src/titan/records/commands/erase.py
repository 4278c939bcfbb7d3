"""What records say about somebody who was erased: the words go, the proof stays (domain.md §4)."""

from __future__ import annotations

from django.db.models import Case, F, TextField, Value, When
from django.db.models.expressions import RawSQL

from titan.core.bulk import id_set, ids_param, ids_sql
from titan.core.erasing import ERASED, Person
from titan.evidence.models import EvidenceFile
from titan.evidence.restricted import WAYS, shown_with
from titan.records.models import CompetencyRecord, CompetencyStatus, TrainingRecord


def blank_records(person: Person) -> None:
    """Blank what people wrote into the records and competencies of `person`, and the labels of files they stand on.

    A text that may not be empty becomes ERASED.
    """
    reason = Case(When(revoked_at=None, then=F("revoke_reason")), default=Value(ERASED), output_field=TextField())
    theirs = id_set(person.worker_ids)
    TrainingRecord.objects.filter(worker_id__in=theirs).update(provider="", remarks="", revoke_reason=reason)
    needs_remarks = When(status=CompetencyStatus.NOT_COMPETENT, then=Value(ERASED))
    CompetencyRecord.objects.filter(worker_id__in=theirs).update(
        remarks=Case(needs_remarks, default=Value(""), output_field=TextField()), revoke_reason=reason
    )
    files = RawSQL(shown_with(ids_sql()), [ids_param(person.worker_ids)] * WAYS)  # noqa: S611 - nothing but our own SQL
    EvidenceFile.objects.filter(pk__in=files).update(original_name=ERASED)
