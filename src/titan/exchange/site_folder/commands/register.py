"""Training from before Titan: the register becomes evidence, each new row a record (domain.md §10)."""

from __future__ import annotations

from typing import Any

from titan.core.bulk import insert_rows
from titan.core.command import Said, say_all
from titan.core.errors import Conflict
from titan.evidence.commands import StagedEvidence, record_evidence
from titan.evidence.queries import EvidenceView
from titan.exchange.site_folder.changes import is_new_record, record_key
from titan.exchange.site_folder.commands.writing import FileReport, Load, iso, report
from titan.exchange.site_folder.layout import RECORDS
from titan.exchange.site_folder.queries import Known
from titan.exchange.site_folder.rows import Folder, RecordRow
from titan.ledger.commands import enter
from titan.records.leaves import record_leaf
from titan.records.models import FOREVER, Source, TrainingRecord
from titan.records.queries.names import courses_named

# What a record of before has nothing of.
WITHOUT_SESSION = {"session_id": None, "trainer_id": None, "score": None, "remarks": "", "corrects_id": None}


def new_records(folder: Folder, known: Known) -> list[RecordRow]:
    """Return the rows of the register that are no records yet."""
    return [row for row in folder.records if is_new_record(row, known.records.get(record_key(row), []))]


def write_register(load: Load) -> FileReport:
    """Record the register as evidence and write its new rows; a register without new rows is not kept again.

    The course version of a record is the one published now; its expiry is taken as it stands. Raises Conflict
    CHANGED_MEANWHILE when rows became new after the register was staged.
    """
    new = new_records(load.folder, load.known)
    if new and load.register is None:
        raise Conflict("CHANGED_MEANWHILE", "Records were revoked at the same moment: load the folder again.")
    if new and load.register is not None:
        _write(load, new, _recorded(load.register, load))
    return report(RECORDS, len(load.folder.records), created=len(new), changed=0)


def _recorded(register: StagedEvidence | EvidenceView, load: Load) -> EvidenceView:
    return register if isinstance(register, EvidenceView) else record_evidence(register, by=load.by, at=load.at)


def _write(load: Load, rows: list[RecordRow], evidence: EvidenceView) -> None:
    ids = load.ids
    columns: list[dict[str, Any]] = [
        {
            "worker_id": ids.workers[row.employee_id],
            "course_id": ids.courses[row.course_code],
            "course_version_id": ids.versions[row.course_code],
            "result": row.result,
            "completed_on": row.completed_on,
            "expires_on": row.expires_on,
            "valid_until": row.expires_on or FOREVER,
            "provider": row.provider_code,
            "evidence_id": evidence.id,
            "evidence_key": evidence.key,
            "evidence_sha256": evidence.sha256,
            "source": Source.MIGRATED,
            "created_at": load.at,
            "created_by_id": load.by.user_id,
        }
        for row in rows
    ]
    made = insert_rows(TrainingRecord, columns, returning=("id", "worker_id", "course_id", "completed_on", "result"))
    numbers = {(worker, course, str(day), result): pk for pk, worker, course, day, result in made}
    named = courses_named({row["course_version_id"] for row in columns})
    for row in columns:
        key = (row["worker_id"], row["course_id"], str(row["completed_on"]), row["result"])
        row.update(WITHOUT_SESSION | named[row["course_version_id"]], id=numbers[key])
    enter(record_leaf(row) for row in columns)
    ids.records.update({record_key(row): _number(row, load, numbers) for row in rows})
    say_all(_event(row, load, evidence.sha256) for row in rows)


def _number(row: RecordRow, load: Load, numbers: dict[tuple[int, int, str, str], int]) -> int:
    worker_id, course_id = load.ids.workers[row.employee_id], load.ids.courses[row.course_code]
    return numbers[worker_id, course_id, row.completed_on.isoformat(), row.result]


def _event(row: RecordRow, load: Load, sha256: str) -> Said:
    return Said(
        "training_record.created",
        "training_record",
        load.ids.records[record_key(row)],
        after={
            "worker_id": load.ids.workers[row.employee_id],
            "course_id": load.ids.courses[row.course_code],
            "session_id": None,
            "result": row.result,
            "completed_on": row.completed_on.isoformat(),
            "expires_on": iso(row.expires_on),
            "source": Source.MIGRATED.value,
            "evidence_sha256": sha256,
        },
    )
