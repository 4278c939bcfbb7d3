"""What leaves call a course version, a method and a file, for those who have only their numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from titan.core.bulk import id_set, ids_param, ids_sql
from titan.evidence.models import EvidenceFile
from titan.ledger.sql import rows
from titan.records.models import AssessmentMethod


def courses_named(version_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return the columns of `leaves.RECORD` that name a course version, by its id; one statement."""
    found = rows(
        "SELECT v.id, c.code, v.number FROM catalogue_courseversion v JOIN catalogue_course c ON c.id = v.course_id"
        f" WHERE v.id IN ({ids_sql()})",
        [ids_param(version_ids)],
    )
    return {pk: {"course__code": code, "course_version__number": number} for pk, code, number in found}


def methods_named(method_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return the column of `leaves.DECISION` that names a method, by its id; one statement, or none for none."""
    wanted = set(method_ids)
    if not wanted:
        return {}
    found = AssessmentMethod.objects.filter(pk__in=id_set(wanted)).values_list("id", "code")
    return {pk: {"method__code": code} for pk, code in found}


def evidence_named(evidence_id: int | None) -> dict[str, Any]:
    """Return the columns of `leaves.DECISION` that name an assessment's own evidence; one statement, or none."""
    found = EvidenceFile.objects.filter(pk=evidence_id).values_list("key", "sha256").first() if evidence_id else None
    key, sha256 = found or (None, None)
    return {"assessment_evidence__key": key, "assessment_evidence__sha256": sha256}
