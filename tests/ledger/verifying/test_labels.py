"""What stands beside a leaf, to find it by, is what the leaf is about; else the leaf or its row is named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.ledger.verifying.edits import sql, without_guards
from tests.ledger.verifying.world import looked, record_evidence_of, small_site, whole_history
from tests.training.acting import ADMIN, AT, DAY
from titan.ledger.models import LeafType
from titan.personnel.commands.merge import merge_workers
from titan.personnel.commands.workers import update_worker
from titan.personnel.rules import WorkerChanges
from titan.records.commands import ExternalResult, record_external_result
from titan.training.verify import ledger

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "A_MOMENT", 0)


@pytest.fixture
def _insider(settings: Any) -> Iterator[None]:
    whole_history(3, settings, many=1)
    with without_guards():
        yield


@pytest.mark.usefixtures("_insider")
@pytest.mark.parametrize("kind", [LeafType.FINALIZED, LeafType.SUPERSEDED])
def test_a_leaf_beside_which_another_session_stands_is_named(kind: str) -> None:
    """It says itself which session it is about, so that nobody has to look for it at the one it is not about."""
    found = sql("SELECT leaf_index, entity_id FROM ledger_leaf WHERE type = %s ORDER BY leaf_index", kind)
    (index, right), *_others = found
    others = sql("SELECT session_id FROM training_finalization WHERE session_id <> %s ORDER BY 1", right)
    for other in (others[0][0], right + 100_000, None):
        with transaction.atomic():
            sql("UPDATE ledger_leaf SET entity_id = %s WHERE leaf_index = %s", other, index)
            problems = looked()
            transaction.set_rollback(True)
        assert ("LEAF_MISLABELLED", index) in {(one.code, one.entity_id) for one in problems if one.entity == "leaf"}


def test_a_leaf_about_a_merged_row_is_not_taken_for_one_about_who_stays() -> None:
    """Both rows are one person, and each leaf that restates one of them is opened by that row's key alone."""
    site = small_site(5)
    gone, stays, *_others = (worker.pk for worker in site.workers)
    for worker in (gone, stays):
        new = ExternalResult(worker, site.courses["plain"].pk, AT.date() - DAY)
        record_external_result(new, record_evidence_of(site), by=ADMIN, at=site.at)
    update_worker(gone, WorkerChanges(first_name="Ad"), by=ADMIN, at=site.at)
    merge_workers(gone, stays, "One passport.", by=ADMIN, at=site.at)
    with without_guards():
        assert about_worker(stays) == set()
        moved = "UPDATE ledger_leaf SET entity_id = %s WHERE type = 'subject.restated' AND entity_id = %s"
        sql(moved, stays, gone)
        assert about_worker(stays) == {"SUBJECT_DIFFERS"}


def about_worker(worker: int) -> set[str]:
    return {one.code for one in looked() if (one.entity, one.entity_id) == ("worker", worker)}
