"""Evidence: files are hashed again, and every record cites the evidence it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from titan.evidence.queries import Files, verify_all
from titan.evidence.storage import Verdict
from titan.ledger.models import AlarmKind
from titan.training.verify.check import Problem, by_sql

CITES_OTHER = (
    "SELECT r.id, e.id FROM {table} r JOIN evidence_evidencefile e ON e.id = r.evidence_id"
    " WHERE r.evidence_key <> e.key OR r.evidence_sha256 <> e.sha256 ORDER BY r.id"
)


def evidence_problems(scope: Files, progress: Callable[[int], None]) -> Iterator[Problem]:
    """Yield files that are gone or changed, and those that cannot be read just now (no alarm: nothing is known)."""
    for problem in verify_all(lambda done, _total: progress(done), scope):
        is_known = problem.verdict is not Verdict.UNREADABLE
        yield Problem(
            problem.verdict.value,
            f"evidence {problem.evidence_id}",
            problem.message,
            kind=AlarmKind.EVIDENCE if is_known else None,
            entity="evidence",
            entity_id=problem.evidence_id,
        )


CHECKS = (
    by_sql(
        "RECORD_CITES_OTHER",
        "the evidence of records",
        CITES_OTHER.format(table="records_trainingrecord"),
        kind=AlarmKind.LEDGER,
        entity="training_record",
        where="training record {0}",
        what="its key or hash is not that of its evidence {1}",
    ),
    by_sql(
        "RECORD_CITES_OTHER",
        "the evidence of competency records",
        CITES_OTHER.format(table="records_competencyrecord"),
        kind=AlarmKind.LEDGER,
        entity="competency_record",
        where="competency record {0}",
        what="its key or hash is not that of its evidence {1}",
    ),
    by_sql(
        "EVIDENCE_KEY_WRONG",
        "the keys of evidence",
        "SELECT id FROM evidence_evidencefile WHERE key NOT LIKE '%' || sha256 ORDER BY id",
        kind=AlarmKind.EVIDENCE,
        entity="evidence",
        where="evidence {0}",
        what="its key does not name its hash",
    ),
)
