"""The ledger against itself, and against every row that it speaks of, in both directions (ledger.md §1)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from titan.core.bulk import ids_param, ids_sql
from titan.evidence.errors import EvidenceUnavailable
from titan.ledger.models import Leaf, LeafType
from titan.ledger.sql import rows
from titan.ledger.verifying.checkpoints import Signatures, beside_problems, told
from titan.ledger.verifying.key import key_problems
from titan.ledger.verifying.passing import HeadNow, Pass, Read, Said, Scope, sound
from titan.ledger.verifying.problem import Problem, alarm
from titan.records.models import TrainingRecord
from titan.records.verifying import KINDS, People, Rows, absent_leaves, people_problems
from titan.training.verify.batches import FINALIZED, compare_finalized, compare_superseded, unsaid_sheets

STRANGERS, LOOKED_AT = 100, 50
A_MOMENT = 0.5
UNAVAILABLE = "BESIDE_UNAVAILABLE"
"""The code when nobody can tell what lies beside the evidence: no alarm."""


def verify_ledger(head: HeadNow | None, scope: Scope, progress: Callable[[int], None]) -> Iterator[Problem]:
    """Yield everything that is wrong with the ledger of `head`, or with rows it speaks of, within `scope`.

    progress: is told how many leaves are done.
    """
    if head is None:
        if rows(f"SELECT 1 FROM {Leaf._meta.db_table} LIMIT 1"):
            yield alarm("HEAD_MISSING", "ledger", 1, "its head is gone")
        return
    known, wrong = told()
    yield from wrong
    rowwise = Rows(known.adopted, People())
    yield from Pass(head, scope, known).run(_comparison(rowwise), progress)
    for kind in (*KINDS.values(), FINALIZED):
        yield from absent_leaves(kind)
    yield from unsaid_sheets(known.began_at)
    yield from people_problems(known.began_at)
    yield from _strangers(rowwise)
    yield from _beside(Signatures(known), head.origin)
    yield from key_problems(known.keys)


def _comparison(rowwise: Rows) -> Callable[[str, list[Read]], Iterable[Problem]]:
    def compare(kind: str, leaves: list[Read]) -> Iterable[Problem]:
        if kind in KINDS:
            return rowwise.compare(KINDS[kind], leaves)
        wrong: list[Problem] = []
        read = sound(kind, leaves, wrong)
        if kind == LeafType.FINALIZED:
            wrong += _twice(lambda some: compare_finalized(some, rowwise.adopted), read)
        elif kind == LeafType.SUPERSEDED:
            wrong += _twice(compare_superseded, read)
        elif kind in {LeafType.KEY, LeafType.EPOCH}:
            wrong += _about_nothing(read)
        else:
            words = f"nothing writes leaves of the type {kind}"
            wrong += [alarm("LEAF_UNKNOWN", "leaf", index, words) for index, *_rest in read]
        return wrong

    return compare


def _twice(compare: Callable[[list[Said]], Iterator[Problem]], leaves: list[Said]) -> list[Problem]:
    """Return what is wrong, looked at twice: between two statements something may have been written."""
    found = list(compare(leaves))
    return list(compare(leaves)) if found else []


def _about_nothing(leaves: list[Said]) -> Iterator[Problem]:
    for index, about, _data, _said in leaves:
        if about is not None:
            yield alarm("LEAF_MISLABELLED", "leaf", index, f"it is about nothing, and {about} stands beside it")


def _strangers(rowwise: Rows) -> Iterator[Problem]:
    """Yield workers whom none of the leaves about their records fits: it is they who were changed."""
    for worker, index in list(rowwise.strangers.items())[:STRANGERS]:
        records = (
            TrainingRecord.objects.filter(worker_id=worker).order_by("pk").values_list("pk", flat=True)[:LOOKED_AT]
        )
        leaves = rows(
            f"SELECT leaf_index, data FROM {Leaf._meta.db_table} WHERE type = '{LeafType.RECORD}'"
            f" AND entity_id IN ({ids_sql()})",
            [ids_param(records[:LOOKED_AT])],
        )
        if not any(rowwise.fits(worker, number, bytes(data)) for number, data in leaves):
            words = f"name, badge, company or person key is not what leaf {index} and others commit to"
            yield alarm("PERSON_DIFFERS", "worker", worker, words)


def _beside(signatures: Signatures, origin: str) -> Iterator[Problem]:
    try:
        found = beside_problems(signatures, origin)
        if any(problem.code == "BESIDE_OLD" for problem in found):
            # A signature is written here first, and there a moment later.
            time.sleep(A_MOMENT)
            found = beside_problems(signatures, origin)
        yield from found
    except EvidenceUnavailable:
        words = "the checkpoint beside the evidence cannot be read just now"
        yield Problem(UNAVAILABLE, "ledger", words, is_warning=True)
