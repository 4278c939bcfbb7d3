"""Files that show somebody who was erased: kept, because the law asks for them, and opened by few (domain.md §4, §10).

People stand above files, and no code here knows them; these look-ups follow the numbers.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from titan.core.bulk import ids_param, ids_sql

_WHOLES = "SELECT {0} UNION ALL SELECT whole_id FROM evidence_evidencepart WHERE part_id = {0}"
_SHOWN = (
    ("records_trainingrecord r", "r.worker_id", "r.evidence_id"),
    ("records_competencyrecord r", "r.worker_id", "r.evidence_id"),
    ("records_competencyrecord r", "r.worker_id", "r.assessment_evidence_id"),
    (
        "training_sessionevidence r JOIN training_attendee a ON a.session_id = r.session_id",
        "a.worker_id",
        "r.evidence_id",
    ),
    (
        "imports_importedthing t JOIN imports_import r ON r.id = t.of_id AND t.entity IN ('worker', 'named_worker')",
        "t.entity_id",
        "r.evidence_id",
    ),
)


def shows_erased(file: str) -> str:
    """Return the SQL condition that an erased worker stands on the evidence with the number `file`, or on its whole."""
    tests = (
        f"EXISTS (SELECT 1 FROM {rows} JOIN personnel_worker p ON p.id = {worker}"
        f" WHERE p.anonymised_at IS NOT NULL AND {evidence} IN ({_WHOLES.format(file)}))"
        for rows, worker, evidence in _SHOWN
    )
    return f"({' OR '.join(tests)})"


def is_restricted(evidence_id: int) -> bool:
    """Tell whether somebody who was erased stands on this evidence; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {shows_erased('CAST(%s AS bigint)')}", [evidence_id] * 2 * len(_SHOWN))
        return bool(cursor.fetchone()[0])


def restricted_among(evidence_ids: Iterable[int]) -> set[int]:
    """Return those of these numbers whose evidence shows somebody who was erased; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT e.id FROM evidence_evidencefile e WHERE e.id IN ({ids_sql()}) AND {shows_erased('e.id')}",
            [ids_param(set(evidence_ids))],
        )
        return {row[0] for row in cursor.fetchall()}


def shown_with(workers: str) -> str:
    """Return SQL for the numbers of all evidence on which one of `workers` (SQL that is used WAYS times) stands."""
    wholes = " UNION ALL ".join(
        f"SELECT {evidence} FROM {rows} WHERE {worker} IN ({workers})" for rows, worker, evidence in _SHOWN
    )
    parts = "SELECT part_id FROM evidence_evidencepart WHERE whole_id IN (SELECT id FROM whole)"
    return f"WITH whole(id) AS ({wholes}) SELECT id FROM whole UNION {parts}"


WAYS = len(_SHOWN)
