"""What verification costs: the ledger against every row it speaks of, beside reading and hashing the same bytes once.

The same bytes are the leaves, the columns that are compared, the people whom leaves commit to with their keys, and the
evidence. Hashing them proves nothing; it is the least that looking at all of them can cost.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench import raw
from bench.timing import Measured, in_turn

LIMIT = 3.0
AT_ONCE = 2_048
ROUNDS = 5
COLUMNS = (
    "r.id, r.worker_id, c.code, v.number, r.session_id, r.trainer_id, r.result, r.score, CAST(r.completed_on AS TEXT),"
    " CAST(r.expires_on AS TEXT), r.provider, r.remarks, r.source, r.corrects_id, r.evidence_key, r.evidence_sha256,"
    " CAST(r.created_at AS TEXT), r.created_by_id"
)
FROM = "records_trainingrecord r JOIN catalogue_course c ON c.id = r.course_id"
FROM += " JOIN catalogue_courseversion v ON v.id = r.course_version_id"


def measures(workers: int, *, at: datetime, rounds: int = ROUNDS) -> Iterator[Measured]:
    """Measure the verification of all records of the site, which the ledger takes in first."""
    begin_anew(at)
    records = raw.value("SELECT COUNT(*) FROM records_trainingrecord")
    ours, theirs = in_turn(lambda _: verify(), lambda _: read_and_hash(), rounds=min(rounds, ROUNDS))
    yield Measured("verify every record", workers, ours, theirs, LIMIT, note=f"{records:,} records")
    leaves_only = in_turn(lambda _: None, lambda _: read_and_hash(leaves_only=True), rounds=1)[1]
    yield Measured("verify every record: against the leaves alone", workers, ours, leaves_only)


def begin_anew(at: datetime) -> None:
    """Let the ledger begin now that the site is loaded, so that it takes in every record."""
    from django.conf import settings

    from titan.core import guards
    from titan.core.actor import system_actor
    from titan.ledger.beside import NAME
    from titan.ledger.commands.begin import begin
    from titan.ledger.commands.sign import sign_head, signed_by_now

    # What was finalized last is signed behind its answer.
    signed_by_now()
    guards.remove()
    for table in ("leaf", "node", "checkpoint", "head", "personkey"):
        raw.run(f"DELETE FROM ledger_{table}")
    guards.install()
    (Path(settings.TITAN_EVIDENCE_DIR) / NAME).unlink(missing_ok=True)
    begin(by=system_actor(), at=at)
    sign_head()


def verify() -> None:
    """Verify ledger, rows and evidence; nothing may be wrong."""
    from titan.evidence.queries import verify_all
    from titan.ledger.verifying.passing import Scope, head_now
    from titan.training.verify.ledger import verify_ledger

    found = [*verify_ledger(head_now(), Scope(), lambda _: None), *verify_all()]
    if found:
        raise AssertionError(f"A sound site has {len(found)} problems, such as: {found[0]}")


def read_and_hash(*, leaves_only: bool = False) -> None:
    """Read all that a verification looks at, in batches, and hash it."""
    digest = sha256()
    for data in _by_number("leaf_index", "leaf_index, data", "ledger_leaf"):
        digest.update(sha256(bytes(data[1])).digest())
    if leaves_only:
        return
    for row in _by_number("r.id", COLUMNS, FROM):
        digest.update(sha256(repr(row).encode()).digest())
    people = "personnel_worker w JOIN personnel_company c ON c.id = w.company_id"
    people += " LEFT JOIN ledger_personkey k ON k.worker_id = w.id"
    named = "w.id, w.first_name, w.last_name, w.employee_id, c.name, w.former_identities, k.key"
    for row in _by_number("w.id", named, people):
        digest.update(sha256(repr(row).encode()).digest())
    _hash_files()


def _by_number(key: str, columns: str, source: str) -> Iterator[tuple[Any, ...]]:
    last = -1
    while True:
        some = raw.rows(f"SELECT {columns} FROM {source} WHERE {key} > ? ORDER BY {key} LIMIT {AT_ONCE}", [last])
        yield from some
        if len(some) < AT_ONCE:
            return
        last = some[-1][0]


def _hash_files() -> None:
    from titan.evidence.storage import evidence_store

    for (key,) in raw.rows("SELECT DISTINCT key FROM evidence_evidencefile"):
        with evidence_store().open(key) as file:
            sha256(file.read()).digest()
