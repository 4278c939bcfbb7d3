"""Evidence: every file is hashed again, and every record cites the evidence it says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from titan.evidence.queries import verify_all
from titan.training.verify.check import Check, Problem, Progress, by_sql

CITES_OTHER = (
    "SELECT r.id, e.id FROM {table} r JOIN evidence_evidencefile e ON e.id = r.evidence_id"
    " WHERE r.evidence_key <> e.key OR r.evidence_sha256 <> e.sha256 ORDER BY r.id"
)


def _files(at: datetime, progress: Progress) -> Iterator[Problem]:
    for problem in verify_all(lambda done, total: progress(done, total, "hashing evidence")):
        yield Problem(problem.verdict.value, f"evidence {problem.evidence_id}", problem.message)


CHECKS = (
    Check("evidence files", _files),
    by_sql(
        "RECORD_CITES_OTHER",
        "the evidence of records",
        CITES_OTHER.format(table="records_trainingrecord"),
        where="training record {0}",
        what="its key or hash is not that of its evidence {1}",
    ),
    by_sql(
        "RECORD_CITES_OTHER",
        "the evidence of competency records",
        CITES_OTHER.format(table="records_competencyrecord"),
        where="competency record {0}",
        what="its key or hash is not that of its evidence {1}",
    ),
    by_sql(
        "EVIDENCE_KEY_WRONG",
        "the keys of evidence",
        "SELECT id FROM evidence_evidencefile WHERE key NOT LIKE '%' || sha256 ORDER BY id",
        where="evidence {0}",
        what="its key does not name its hash",
    ),
)
