"""Classes in which both stand, and what speaks against merging them."""

from __future__ import annotations

from typing import Any

import pytest

from tests import cast
from tests.compliance.invariant import verdict_equals_rebuild
from tests.merging.merge.refusing import refused
from tests.merging.people import Site, class_of, merge, planned, records_of
from tests.training.acting import ABSENT, ADMIN, AT, DAY, PASSED, held, said, time_of
from titan.compliance.models import ComplianceItem
from titan.core.merging import Way
from titan.records.commands import ExternalResult, record_external_result, revoke_record, withdraw_competency
from titan.records.models import CompetencyRecord, TrainingRecord
from titan.training.commands import finalize_session
from titan.training.models import Attendee

pytestmark = pytest.mark.django_db


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
