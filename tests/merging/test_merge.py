"""Merging two workers: who may, what the one who stays has then, and what speaks against it (decision 16)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.compliance.invariant import verdict_equals_rebuild
from tests.merging.people import Site, class_of, merge, outside, planned, records_of
from tests.training.acting import ABSENT, ADMIN, AT, DAY, PASSED, held, refuses, said, settle, time_of
from titan.audit.models import AuditEvent
from titan.compliance.models import ComplianceItem, WorkerVerdict
from titan.compliance.queries.merging import merge_preview
from titan.core.actor import Role
from titan.core.errors import Conflict, Forbidden, Invalid, NotFound, SoftBlocked
from titan.core.merging import Way
from titan.ledger.models import Leaf, LeafType
from titan.personnel.commands.distinct import say_distinct
from titan.personnel.commands.merge import merge_workers
from titan.personnel.commands.workers import create_worker, update_worker
from titan.personnel.models import AreaAssignment, RoleAssignment, StatusPeriod, Worker
from titan.personnel.rules import AreaGiven, WorkerChanges, WorkerFields, merged_fields
from titan.records.commands import ExternalResult, record_external_result, revoke_record, withdraw_competency
from titan.records.models import CompetencyRecord, TrainingRecord
from titan.training.commands import finalize_session, invite_workers
from titan.training.models import Attendee

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Site:
    return Site()


def refused(code: str, gone: Worker, stays: Worker, **given: Any) -> Conflict:
    """Merge what cannot be merged: nothing is written."""
    before = list(Worker.objects.order_by("pk").values())
    refusal = refuses(code, merge_workers, gone.pk, stays.pk, "Same passport", **given)
    assert list(Worker.objects.order_by("pk").values()) == before
    assert isinstance(refusal, Conflict)
    return refusal


# Who may, and of whom


@pytest.mark.parametrize("role", [Role.TRAINER, Role.ASSESSOR, Role.AUDITOR])
def test_only_admins_merge(place: Site, role: Role) -> None:
    with pytest.raises(Forbidden):
        merge_workers(place.person().pk, place.person().pk, "Same", by=cast.actor(role), at=AT)


def test_nobody_merges_the_worker_they_are(place: Site) -> None:
    one, other = place.person(), place.person()
    for mine in (one, other):
        with pytest.raises(Forbidden) as refusal:
            merge_workers(one.pk, other.pk, "Same", by=cast.actor(worker_id=mine.pk), at=AT)
        assert refusal.value.code == "OWN_WORKER"


def test_a_reason_and_two_workers_are_needed(place: Site) -> None:
    one, other = place.person(), place.person()
    for reason, into, code, field in (
        (" ", other.pk, "REQUIRED", "reason"),
        ("Same", one.pk, "SAME_ROW", "into_id"),
        ("Same", 2**70, "UNKNOWN", "into_id"),
        ("Same", 999_999, "UNKNOWN", "into_id"),
    ):
        with pytest.raises(Invalid) as refusal:
            merge_workers(one.pk, into, reason, by=ADMIN, at=AT)
        assert [(error.field, error.code) for error in refusal.value.errors] == [(field, code)]
    with pytest.raises(Invalid) as unknown:
        merge_workers(one.pk, other.pk, "Same", override=["TAMPERED"], by=ADMIN, at=AT)
    assert unknown.value.code == "OVERRIDE_UNKNOWN"
    for nobody in (999_999, 2**70):
        with pytest.raises(NotFound):
            merge_workers(nobody, other.pk, "Same", by=ADMIN, at=AT)


def test_who_was_merged_or_erased_is_not_merged_again(place: Site) -> None:
    first, second, third = place.person(), place.person(), place.person(status="INACTIVE")
    merge(first, second)
    assert refused("WORKER_MERGED", first, third).extra == {"worker_id": second.pk}
    assert refused("WORKER_MERGED", third, first).detail == (
        f"{first.employee_id} is now {second.employee_id}: that is the one to change."
    )
    third.anonymised_at = AT
    third.save()
    refused("WORKER_ANONYMISED", third, second)
    refused("WORKER_ANONYMISED", second, third)


def test_two_logins_are_one_too_many(place: Site) -> None:
    one, other = (place.person(user=cast.make_user(email=f"{name}@titan.example")) for name in ("a", "b"))
    refusal = refused("TWO_LOGINS", one, other)
    assert "a@titan.example, b@titan.example" in refusal.detail
    update_worker(one.pk, WorkerChanges(user_id=None), by=cast.actor(Role.SUPER_ADMIN), at=AT)
    merge(one, other)


def test_nobody_comes_to_supervise_themselves(place: Site) -> None:
    gone, stays = place.person(), place.person()
    between = place.person(supervisor=gone)
    update_worker(stays.pk, WorkerChanges(supervisor_id=between.pk), by=ADMIN, at=AT)
    refusal = refused("SUPERVISOR_CIRCLE", gone, stays)
    assert f"{between.employee_id} → " in refusal.detail
    update_worker(between.pk, WorkerChanges(supervisor_id=place.boss.pk), by=ADMIN, at=AT)
    merge(gone, stays)


def test_one_may_have_supervised_the_other(place: Site) -> None:
    above = place.person(supervisor=place.boss)
    below = place.person(supervisor=above)
    merge(above, below)
    below.refresh_from_db()
    assert below.supervisor_id == place.boss.pk


# What the one who stays has


def fields(**given: Any) -> WorkerFields:
    return WorkerFields(**{"employee_id": "A", "first_name": "B", "company_id": 1, **given})


JAN, FEB = date(2026, 1, 5), date(2026, 2, 5)


@pytest.mark.parametrize(
    ("stays", "gone", "changes"),
    [
        # What is there stays; what is lacking is taken over.
        ({"phone": "1"}, {"phone": "2", "email": "x@y"}, {"email": "x@y"}),
        ({"role_id": 1, "role_assigned_on": JAN}, {"role_id": 2, "role_assigned_on": FEB}, {}),
        ({}, {"role_id": 2, "role_assigned_on": FEB}, {"role_id": 2, "role_assigned_on": FEB}),
        ({"supervisor_id": 7}, {"supervisor_id": 8}, {}),
        ({}, {"supervisor_id": 8}, {"supervisor_id": 8}),
        ({"supervisor_id": 102}, {"supervisor_id": 8}, {"supervisor_id": 8}),
        ({"supervisor_id": 102}, {"supervisor_id": 101}, {"supervisor_id": None}),
        ({}, {"user_id": 5}, {"user_id": 5}),
        ({"start_date": FEB}, {"start_date": JAN}, {"start_date": JAN}),
        ({"employee_id": "A", "first_name": "B"}, {"employee_id": "X", "first_name": "Y", "last_name": "Z"}, {}),
        # Both work: the areas of both; of an area that both have, the day of who stays.
        (
            {"areas": (AreaGiven(1, FEB),)},
            {"areas": (AreaGiven(1, JAN), AreaGiven(2, JAN))},
            {"areas": (AreaGiven(1, FEB), AreaGiven(2, JAN))},
        ),
        # Who works is asked for what the row in use asks for, whichever number stays.
        ({}, {"status": "INACTIVE", "areas": (AreaGiven(2, JAN),), "role_id": 2, "role_assigned_on": JAN}, {}),
        (
            {"status": "INACTIVE", "areas": (AreaGiven(1, FEB),), "role_id": 1, "role_assigned_on": JAN},
            {"areas": (AreaGiven(2, JAN),), "company_id": 3},
            {"status": "ACTIVE", "areas": (AreaGiven(2, JAN),), "company_id": 3, "role_id": None},
        ),
        # Who was blacklisted under one number is blacklisted.
        ({}, {"status": "BLACKLISTED"}, {"status": "BLACKLISTED"}),
        ({"status": "BLACKLISTED"}, {}, {"status": "BLACKLISTED", "company_id": 2}),
        ({"status": "INACTIVE"}, {"status": "BLACKLISTED"}, {"status": "BLACKLISTED"}),
    ],
)
def test_what_holds_of_both(stays: dict[str, Any], gone: dict[str, Any], changes: dict[str, Any]) -> None:
    had = fields(**stays)
    found = merged_fields(had, fields(**{"company_id": 2, **gone}), pair=(101, 102))
    want = {**vars(had), "company_id": found.company_id, **changes}
    if changes.get("role_id", ...) is None:
        want["role_assigned_on"] = None
    assert vars(found) == want
    assert found.company_id == changes.get("company_id", 1)


def test_the_rows_and_their_histories_after_a_merge(place: Site) -> None:
    boss = place.boss
    gone = place.person(role=place.role, areas=[place.area, place.yard], supervisor=boss, phone="12")
    stays = place.person(areas=[place.area])
    merged = merge(gone, stays)
    stays.refresh_from_db()
    assert (stays.role_id, stays.role_assigned_on, stays.supervisor_id) == (place.role.pk, date(2026, 1, 5), boss.pk)
    held = AreaAssignment.objects.filter(worker=stays, until=None).order_by("area_id").values_list("area_id", "since")
    assert [area for area, _since in held] == [place.area.pk, place.yard.pk]
    assert [since == AT for _area, since in held] == [False, True]
    assert RoleAssignment.objects.get(worker=stays).since == AT
    assert [row.until for row in RoleAssignment.objects.filter(worker=gone)] == [AT]
    assert [row.until for row in AreaAssignment.objects.filter(worker=gone)] == [AT, AT]
    assert [(row.status, row.until) for row in StatusPeriod.objects.filter(worker=gone).order_by("pk")] == [
        ("ACTIVE", AT),
        ("INACTIVE", None),
    ]
    assert merged.personal == ("phone",)
    assert {*merged.after} == {"role_id", "role_assigned_on", "supervisor_id", "areas"}
    assert not ComplianceItem.objects.filter(worker=gone).exists()
    assert not WorkerVerdict.objects.filter(worker=gone).exists()
    verdict_equals_rebuild(AT)


def test_another_company_is_restated(place: Site) -> None:
    """The row in use knows where somebody works now; who they were stays known to the ledger."""
    gone = place.person(company=cast.make_company(name="Yeni iş yeri"))
    stays = place.person(status="INACTIVE")
    outside(stays, place.course)
    merge(gone, stays)
    stays.refresh_from_db()
    assert stays.company_id == gone.company_id
    assert stays.former_identities is not None
    assert [one["company"] for one in stays.former_identities] == ["Neft Daşları MMC"]
    event = said("worker.merged", stays.pk)[0]
    assert event.before is not None
    assert event.before["company_id"] == place.company.pk


# Classes in which both stand


def test_on_a_list_to_come_both_become_one(place: Site) -> None:
    gone, stays = place.person(), place.person()
    both, one = planned(place.course, [gone, stays]), planned(place.course, [gone], in_days=5)
    merged = merge(gone, stays)
    attending = Attendee.objects.filter(session__in=[both, one]).values_list("session_id", "worker_id")
    assert sorted(attending) == [(both.pk, stays.pk), (one.pk, stays.pk)]
    assert (merged.ids("sessions"), merged.ids("sessions", Way.TAKEN_OFF)) == ((one.pk,), (both.pk,))
    (event,) = said("session.attendee_removed", both.pk)
    assert event.before is not None
    assert event.before["worker_id"] == gone.pk


@pytest.mark.parametrize(
    ("mine", "theirs", "kept"),
    [
        ({}, {}, "theirs"),
        (PASSED, {}, "mine"),
        ({}, ABSENT, "theirs"),
        (ABSENT, {}, "mine"),
        (PASSED, ABSENT, "mine"),
        (ABSENT, PASSED, "theirs"),
        ({"status": "ATTENDED"}, PASSED, "theirs"),
        (PASSED, PASSED | {"score": 70}, "theirs"),
    ],
)
def test_the_greater_mark_stays_on_an_open_list(place: Site, mine: Any, theirs: Any, kept: str) -> None:
    gone, stays = place.person(), place.person()
    session = held(place.course, {gone: mine, stays: theirs, place.boss: PASSED}, time_of(-6, on=AT))
    rows = {row.worker_id: row for row in Attendee.objects.filter(session=session)}
    merge(gone, stays)
    (left,) = Attendee.objects.filter(session=session, worker=stays)
    expected = rows[gone.pk if kept == "mine" else stays.pk]
    assert (left.pk, left.status, left.result, left.score) == (
        expected.pk,
        expected.status,
        expected.result,
        expected.score,
    )
    assert Attendee.objects.filter(session=session).count() == 2
    if left.result or left.status == "NO_SHOW":
        finalize_session(session.pk, by=ADMIN, at=AT)
        assert not TrainingRecord.objects.filter(worker=gone).exists()
        verdict_equals_rebuild(AT)


def test_a_closed_list_keeps_both_marks(place: Site) -> None:
    """One row came, the other did not: the pass is the person's, and each mark stays as it was made."""
    gone, stays = place.person(role=place.role), place.person()
    session = class_of(place.course, {gone: PASSED, stays: ABSENT, place.boss: PASSED}, days_ago=3)
    merged = merge(gone, stays)
    marks = Attendee.objects.filter(session=session, worker__in=[gone, stays]).order_by("worker_id")
    assert list(marks.values_list("worker_id", "status")) == [(gone.pk, "ATTENDED"), (stays.pk, "NO_SHOW")]
    assert merged.ids("sessions", Way.KEPT) == (session.pk,)
    record = TrainingRecord.objects.get(worker=stays)
    assert record.session_id == session.pk
    assert ComplianceItem.objects.get(worker=stays, course=place.course).record_id == record.pk
    verdict_equals_rebuild(AT)


def test_one_person_has_one_result_in_a_class(place: Site) -> None:
    gone, stays = place.person(), place.person()
    session = class_of(place.course, {gone: PASSED, stays: PASSED}, days_ago=3)
    refusal = refused("TWO_RESULTS", gone, stays)
    mine, theirs = (TrainingRecord.objects.get(worker=one) for one in (gone, stays))
    assert session.code in refusal.detail
    assert f"record {mine.pk}" in refusal.detail
    assert [(error.field, error.code) for error in refusal.errors] == [(f"sessions.{session.pk}", "TWO_RESULTS")]
    revoke_record(theirs.pk, "One signature on the sheet", by=ADMIN, at=AT)
    assert refused("OTHER_STAYS", gone, stays).detail.startswith(f"In {session.code} what counts")
    merge(stays, gone)
    assert records_of(gone) == [mine.pk]
    assert records_of(stays) == [theirs.pk]
    verdict_equals_rebuild(AT)


def test_all_reasons_at_once(place: Site) -> None:
    gone, stays = (place.person(user=cast.make_user()) for _ in range(2))
    for days in (3, 5):
        class_of(place.course, {gone: PASSED, stays: PASSED}, days_ago=days)
    assert [error.code for error in refused("CANNOT_MERGE", gone, stays).errors] == [
        "TWO_LOGINS",
        "TWO_RESULTS",
        "TWO_RESULTS",
    ]


def test_a_pass_that_waits_is_a_result_too(place: Site) -> None:
    gone, stays = place.person(), place.person()
    class_of(place.signed, {gone: PASSED, stays: PASSED}, days_ago=3)
    refusal = refused("TWO_RESULTS", gone, stays)
    mine, theirs = (CompetencyRecord.objects.get(worker=one) for one in (gone, stays))
    assert f"sign-off {mine.pk}" in refusal.detail
    withdraw_competency(mine.pk, "One signature on the sheet", by=ADMIN, at=AT)
    merged = merge(gone, stays)
    assert merged.ids("competency_records", Way.KEPT) == (mine.pk,)
    assert CompetencyRecord.objects.get(worker=stays).pk == theirs.pk


def test_what_stayed_with_the_old_number_is_corrected_under_the_new_one(place: Site) -> None:
    gone, stays = place.person(), place.person()
    class_of(place.course, {gone: PASSED, stays: PASSED}, days_ago=3)
    mine, theirs = (TrainingRecord.objects.get(worker=one).pk for one in (gone, stays))
    for record in (mine, theirs):
        revoke_record(record, "The sheet is of another class", by=ADMIN, at=AT)
    merge(gone, stays)
    new = ExternalResult(stays.pk, place.course.pk, AT.date() - DAY, corrects_id=mine)
    made = record_external_result(new, None, by=ADMIN, at=AT)
    assert records_of(stays) == [theirs, made.record_id]


# What holds of the old number afterwards


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


# What is said


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


# The preview


def test_the_preview_is_what_happens_and_writes_nothing(place: Site) -> None:
    gone, stays = place.person(areas=[place.yard]), place.person(role=place.role)
    place.live(gone)
    before = (AuditEvent.objects.count(), Leaf.objects.count(), list(Worker.objects.order_by("pk").values()))
    preview = merge_preview(gone.pk, stays.pk, by=ADMIN, at=AT)
    assert (AuditEvent.objects.count(), Leaf.objects.count(), list(Worker.objects.order_by("pk").values())) == before
    assert (preview.effect.overall_before, preview.effect.overall_after) == ("NON_COMPLIANT", "NON_COMPLIANT")
    assert [one.item.course_id for one in preview.effect.appear] == [place.signed.pk]
    assert [one.item.course_id for one in preview.effect.differ] == [place.course.pk]
    assert merge(gone, stays, shown=preview.merged.digest) == preview.merged


def test_what_changed_since_the_preview_is_not_merged(place: Site) -> None:
    gone, stays = place.person(), place.person()
    shown = merge_preview(gone.pk, stays.pk, by=ADMIN, at=AT).merged.digest
    outside(gone, place.course)
    refused("CHANGED_SINCE", gone, stays, shown=shown)


# Not the same person


def test_not_the_same_person_is_remembered(place: Site) -> None:
    one, other = place.person(), place.person()
    for pair in ((one, other), (other, one)):
        say_distinct(pair[0].pk, pair[1].pk, by=ADMIN, at=AT)
    assert len(said("worker.told_apart")) == 1
    refusal = refused("SOFT_BLOCKED", one, other)
    assert isinstance(refusal, SoftBlocked)
    assert [warning.code for warning in refusal.warnings] == ["SAID_DISTINCT"]
    assert "said that these are two people" in refusal.warnings[0].message
    assert [one.code for one in merge(one, other, override=["SAID_DISTINCT"]).warnings] == ["SAID_DISTINCT"]


def test_of_whom_it_cannot_be_said(place: Site) -> None:
    one, other, gone = (place.person() for _ in range(3))
    merge(gone, one)
    with pytest.raises(Forbidden):
        say_distinct(one.pk, other.pk, by=cast.actor(Role.AUDITOR), at=AT)
    with pytest.raises(NotFound):
        say_distinct(2**70, other.pk, by=ADMIN, at=AT)
    with pytest.raises(Conflict) as merged:
        say_distinct(gone.pk, other.pk, by=ADMIN, at=AT)
    assert merged.value.code == "WORKER_MERGED"
    for nobody, code in ((one.pk, "SAME_ROW"), (999_999, "UNKNOWN")):
        with pytest.raises(Invalid) as refusal:
            say_distinct(one.pk, nobody, by=ADMIN, at=AT)
        assert [error.code for error in refusal.value.errors] == [code]


# What it costs


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
