"""What holds of the old number afterwards, what is said of it, and what it costs."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.compliance.invariant import verdict_equals_rebuild
from tests.merging.people import Site, class_of, merge, outside, planned, records_of
from tests.training.acting import ADMIN, AT, DAY, PASSED, refuses, said, settle
from titan.audit.models import AuditEvent
from titan.core.errors import Invalid
from titan.ledger.models import Leaf, LeafType
from titan.personnel.commands.distinct import say_distinct
from titan.personnel.commands.workers import create_worker, update_worker
from titan.personnel.rules import WorkerChanges, WorkerFields
from titan.training.commands import invite_workers

pytestmark = pytest.mark.django_db


def test_nothing_new_comes_to_the_old_number(place: Site) -> None:
    gone, stays = place.person(), place.person()
    merge(gone, stays)
    now = f"{gone.employee_id} is now {stays.employee_id}."
    draft = planned(place.course, [place.boss])
    invited = refuses("WORKER_NOT_ACTIVE", invite_workers, draft.pk, [gone.pk])
    assert invited.errors[0].message == f"{now} Invite that one."
    with pytest.raises(Invalid) as recorded:
        outside(gone, place.course)
    assert recorded.value.errors[0].message == f"{now} Record it for that one."
    refuses("WORKER_MERGED", update_worker, gone.pk, WorkerChanges(status="ACTIVE"))
    with pytest.raises(Invalid) as supervised:
        update_worker(place.boss.pk, WorkerChanges(supervisor_id=gone.pk), by=ADMIN, at=AT)
    assert supervised.value.errors[0].message == f"{now} Choose that one."
    with pytest.raises(Invalid) as taken:
        create_worker(WorkerFields(gone.employee_id, "New", place.company.pk), by=ADMIN, at=AT)
    assert taken.value.errors[0].message == (f"The badge {gone.employee_id} is now {stays.employee_id}: open that one.")


def test_a_chain_of_merges_leads_to_the_last(place: Site) -> None:
    first, second, third = (place.person() for _ in range(3))
    record = outside(first, place.course)
    merge(first, second)
    merge(second, third, at=AT + DAY)
    assert records_of(third) == [record]
    first.refresh_from_db()
    assert first.merged_into_id == second.pk
    third.refresh_from_db()
    for badge in (first.employee_id, second.employee_id):
        assert badge.lower() in third.search_key
    verdict_equals_rebuild(AT + DAY)


def test_the_audit_log_says_what_moved_by_numbers(place: Site) -> None:
    gone, stays = place.person(phone="+994"), place.person()
    record = outside(gone, place.course)
    report = place.person(supervisor=gone)
    session = planned(place.course, [gone])
    merge(gone, stays)
    (event,) = said("worker.merged", stays.pk)
    assert event.after == {
        "merged_id": gone.pk,
        "rows": {
            "moved": {"training_records": [record], "reports": [report.pk], "sessions": [session.pk]},
        },
        "personal_fields": ["phone"],
    }
    (other,) = said("worker.merged_away", gone.pk)
    assert other.after == {"status": "INACTIVE", "merged_into_id": stays.pk}
    assert {event.reason, other.reason} == {"Same passport, seen at the gate"}
    assert "+994" not in str(list(AuditEvent.objects.values("before", "after")))


def test_the_ledger_says_that_it_is_one_person(place: Site) -> None:
    gone, stays = place.person(), place.person()
    size = Leaf.objects.count()
    merge(gone, stays)
    rows = Leaf.objects.filter(index__gte=size).order_by("index").values_list("type", "entity_id")
    assert list(rows) == [(LeafType.MERGED, gone.pk), (LeafType.RESTATED, stays.pk)]


def test_the_statements_do_not_grow_with_what_is_moved(place: Site) -> None:
    costs = []
    for number in (1, 12):
        gone, stays = place.person(areas=[place.area]), place.person(areas=[place.yard])
        for day in range(number):
            class_of(place.course, {gone: PASSED, place.boss: PASSED}, days_ago=day + 1 + 20 * number)
            class_of(place.signed, {gone: PASSED}, days_ago=day + 1 + 40 * number)
            planned(place.course, [gone, stays], in_days=day + 1 + 20 * number)
            place.person(supervisor=gone)
            say_distinct(gone.pk, place.person().pk, by=ADMIN, at=AT)
        settle()
        with CaptureQueriesContext(connection) as statements:
            merge(gone, stays)
        costs.append(len(statements))
    assert costs[0] == costs[1]
    assert costs[0] <= 75
