"""Merging leaves nothing behind: every relation to a worker there is, found by introspection, is decided by name."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import models

from tests import cast
from tests.compliance.invariant import verdict_equals_rebuild
from tests.ledger.verifying.world import looked
from tests.merging.people import Site, merge
from tests.training.acting import ADMIN, AT, DAY, settle
from titan.exchange.imports.models import Import, TypedValue
from titan.ledger.commands.sign import sign_head
from titan.personnel.commands.distinct import say_distinct
from titan.personnel.commands.workers import update_worker
from titan.personnel.models import AreaAssignment, DistinctPair, RoleAssignment, StatusPeriod, Worker
from titan.personnel.rules import AreaGiven, WorkerChanges

pytestmark = pytest.mark.django_db

MOVES = {
    "compliance.ComplianceItem.worker": "judged anew: one person, one item for each course",
    "compliance.WorkerVerdict.worker": "judged anew",
    "personnel.DistinctPair.one": "whom the one who goes is not, the one who stays is not",
    "personnel.DistinctPair.other": "as above",
    "personnel.Worker.supervisor": "who reported to the one who goes reports to the one who stays",
    "records.CompetencyRecord.worker": "what was proved",
    "records.TrainingRecord.worker": "what was proved",
    "training.Attendee.worker": "who was there",
    "training.CaseRed.worker": "who turned Red",
}
STAYS = {
    "imports.TypedValue.worker_id": "what was typed about a row of a file, which is evidence; it goes with the name",
    "ledger.PersonKey.worker_id": "it opens what was said under the old number, which nobody rewrites",
    "personnel.AreaAssignment.worker": "what was asked of the old number then stays what was asked; it is ended",
    "personnel.RoleAssignment.worker": "as above",
    "personnel.StatusPeriod.worker": "as above; the tombstone itself is inactive",
    "personnel.Worker.merged_into": "an earlier merge is not rewritten; whoever asks follows it step by step",
}
"""What may still refer to the old number after a merge, and why."""


def relations() -> dict[str, models.Field[Any, Any]]:
    """Return every column of every model that holds the number of a worker: foreign keys, and plain numbers."""
    found = {}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            plain = field.remote_field is None and (
                field.attname == "worker_id" or field.attname.endswith("_worker_id")
            )
            if getattr(field, "related_model", None) is Worker or plain:
                found[f"{model._meta.label}.{field.name}"] = field
        many = [field for field in model._meta.many_to_many if field.related_model is Worker]
        assert not many, f"{model._meta.label} has workers in a table of its own: decide what a merge does with it"
    return found


def rows(label: str, worker: Worker) -> set[Any]:
    """Return the keys of the rows that refer to `worker` by this relation."""
    field = relations()[label]
    return set(field.model._default_manager.filter(**{field.attname: worker.pk}).values_list("pk", flat=True))


@pytest.fixture
def both() -> tuple[Worker, Worker]:
    """Two rows of one person, both with everything: in classes of their own, and each named by all relations."""
    site = Site()
    user, early = cast.make_user(), site.person("Early", "Bird")
    named = {"file_name": "list.xlsx", "sha256": "0" * 64, "size": 1, "language": "en"}
    file = Import.objects.create(**named, given={}, choices={}, opened_at=AT)
    made = []
    for number in range(2):
        worker = site.person(role=site.role, areas=[site.area, site.yard], supervisor=site.boss)
        other = site.person("Somebody", f"Else{number}", supervisor=worker)
        later = site.person("Later", f"Born{number}")
        site.live(worker, [other])
        for somebody in (site.boss, later):
            say_distinct(worker.pk, somebody.pk, by=ADMIN, at=AT)
        # Somebody who was merged into each of them before.
        earlier = site.person("Earlier", f"Row{number}")
        site.live(earlier)
        merge(earlier, worker)
        update_worker(worker.pk, WorkerChanges(areas=(AreaGiven(site.area.pk),)), by=ADMIN, at=AT)
        TypedValue.objects.create(of=file, place="List!A2", field="phone", value="1", worker_id=worker.pk)
        made.append(worker)
    say_distinct(made[0].pk, early.pk, by=ADMIN, at=AT)
    Worker.objects.filter(pk=made[0].pk).update(user=user)
    settle()
    for worker in made:
        worker.refresh_from_db()
    return made[0], made[1]


def test_every_relation_is_decided_by_name() -> None:
    """Whoever adds a relation to a worker says here what a merge does with it, and makes `both` have a row of it."""
    assert sorted(relations()) == sorted(MOVES | STAYS)


def test_both_have_a_row_of_everything(both: tuple[Worker, Worker]) -> None:
    assert [label for label in relations() for worker in both if not rows(label, worker)] == []


def test_nothing_is_left_behind_but_what_is_excused(both: tuple[Worker, Worker]) -> None:
    gone, stays = both
    before = {label: (rows(label, gone), rows(label, stays)) for label in relations()}
    sign_head()
    merge(gone, stays, at=AT + DAY)
    after = {label: (rows(label, gone), rows(label, stays)) for label in relations()}
    assert {label: left for label, (left, _mine) in after.items() if left and label in MOVES} == {}
    for label in MOVES:
        if label.startswith("compliance.") or "DistinctPair" in label:
            continue
        assert after[label][1] == before[label][0] | before[label][1], label
    for label in STAYS:
        assert after[label][0] >= before[label][0], label
        assert before[label][0], label
    verdict_equals_rebuild(AT + DAY)
    sign_head()
    assert looked() == []


def test_what_was_said_of_the_one_holds_of_the_other(both: tuple[Worker, Worker]) -> None:
    gone, stays = both

    def others(worker: Worker) -> set[int]:
        pairs = DistinctPair.objects.filter(one=worker) | DistinctPair.objects.filter(other=worker)
        return {pk for row in pairs for pk in (row.one_id, row.other_id)} - {worker.pk}

    wanted = others(gone) | others(stays)
    assert len(others(gone)) == 3
    merge(gone, stays)
    assert others(stays) == wanted
    assert others(gone) == set()


def test_the_tombstone_asks_nothing_and_holds_nothing(both: tuple[Worker, Worker]) -> None:
    gone, stays = both
    user = gone.user_id
    merge(gone, stays)
    gone.refresh_from_db()
    stays.refresh_from_db()
    assert (gone.merged_into_id, gone.merged_at, gone.status) == (stays.pk, AT, "INACTIVE")
    assert (gone.role_id, gone.role_assigned_on, gone.supervisor_id, gone.user_id) == (None, None, None, None)
    assert stays.user_id == user
    assert not AreaAssignment.objects.filter(worker=gone, until=None).exists()
    assert not RoleAssignment.objects.filter(worker=gone, until=None).exists()
    assert [row.status for row in StatusPeriod.objects.filter(worker=gone, until=None)] == ["INACTIVE"]
