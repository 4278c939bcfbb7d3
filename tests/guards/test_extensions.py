"""An extension changes one day of a record and nothing else: every other way, tried by raw SQL."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests import cast
from tests.guards.raw import refused, refuses, refuses_emptying, run, state
from titan.catalogue.models import Course
from titan.records.models import ExtendedRecord, TrainingRecord, ValidityExtension

pytestmark = pytest.mark.django_db

RECORD = "UPDATE records_trainingrecord SET "
EXTENSION = "UPDATE records_validityextension SET "
REVOKE = f"{EXTENSION} revoked_at = %s, revoked_by_id = 7, revoke_reason = 'not for us'"
EXPIRY = date(2027, 6, 1)
UNTIL = date(2027, 12, 31)


@pytest.fixture
def course() -> Course:
    return cast.make_course()


@pytest.fixture
def record(course: Course) -> TrainingRecord:
    """A pass that runs out on EXPIRY."""
    return cast.make_record(cast.make_worker(), course)


def extension(course: Course, **values: Any) -> ValidityExtension:
    return ValidityExtension.objects.create(
        **{
            "course": course,
            "days_of": "EXPIRES_ON",
            "first_day": EXPIRY,
            "last_day": EXPIRY,
            "until": UNTIL,
            "reference": "Order 118/26",
            "decided_on": date(2026, 11, 3),
            "reason": "The training centre is closed.",
            "records": 1,
            "made_at": cast.AT,
            **values,
        }
    )


def extend(record: TrainingRecord, by: ValidityExtension, position: int = 1) -> ExtendedRecord:
    return ExtendedRecord.objects.create(extension=by, record=record, position=position)


def valid_until(day: date) -> str:
    return f"{RECORD} valid_until = '{day.isoformat()}'"


class TestTheDay:
    def test_it_follows_an_extension_in_force(self, record: TrainingRecord, course: Course) -> None:
        extend(record, extension(course))
        assert run(valid_until(UNTIL)) == 1

    @pytest.mark.parametrize(
        "day",
        ["2027-05-31", "2027-06-02", "2027-12-30", "2028-01-01", "9999-12-31", "2020-01-01"],
    )
    def test_no_other_day(self, record: TrainingRecord, course: Course, day: str) -> None:
        extend(record, extension(course))
        before = state(TrainingRecord)
        refuses("RECORD_IMMUTABLE", f"{RECORD} valid_until = '{day}'")
        assert state(TrainingRecord) == before

    def test_without_an_extension_none_at_all(self, record: TrainingRecord, course: Course) -> None:
        extension(course)
        refuses("RECORD_IMMUTABLE", valid_until(UNTIL))

    def test_the_latest_of_several(self, record: TrainingRecord, course: Course) -> None:
        extend(record, extension(course))
        extend(record, extension(course, until=date(2028, 3, 31)))
        extend(record, extension(course, until=date(2027, 8, 1)))
        for day in (UNTIL, date(2027, 8, 1)):
            refuses("RECORD_IMMUTABLE", valid_until(day))
        assert run(valid_until(date(2028, 3, 31))) == 1

    def test_back_once_it_is_revoked(self, record: TrainingRecord, course: Course) -> None:
        extend(record, extension(course))
        other = extension(course, until=date(2027, 8, 1))
        extend(record, other)
        run(valid_until(UNTIL))
        refuses("RECORD_IMMUTABLE", valid_until(EXPIRY))
        run(f"{REVOKE} WHERE id <> %s", cast.AT, other.pk)
        refuses("RECORD_IMMUTABLE", valid_until(EXPIRY))
        assert run(valid_until(date(2027, 8, 1))) == 1
        run(f"{REVOKE} WHERE id = %s", cast.AT, other.pk)
        assert run(valid_until(EXPIRY)) == 1

    def test_also_of_a_record_that_was_revoked_since(self, record: TrainingRecord, course: Course) -> None:
        extend(record, extension(course))
        run(valid_until(UNTIL))
        run(f"{RECORD} revoked_at = %s, revoke_reason = 'wrong person'", cast.AT)
        run(REVOKE, cast.AT)
        assert run(valid_until(EXPIRY)) == 1

    @pytest.mark.parametrize(
        "also",
        [
            "expires_on = '2027-12-31'",
            "remarks = 'x'",
            "result = 'FAILED', expires_on = NULL",
            "revoked_at = '2026-11-22 09:00:00+00', revoke_reason = 'x'",
            "completed_on = '2026-06-02'",
        ],
    )
    def test_nothing_else_changes_on_the_way(self, record: TrainingRecord, course: Course, also: str) -> None:
        extend(record, extension(course))
        refuses("RECORD_IMMUTABLE", f"{valid_until(UNTIL)}, {also}")

    def test_a_record_enters_with_its_own_day(self, record: TrainingRecord, course: Course) -> None:
        row = TrainingRecord.objects.filter(pk=record.pk).values().get()
        for wrong in ({"valid_until": date(2027, 5, 31)}, {"expires_on": None}):
            with refused("OUT_OF_ORDER"):
                TrainingRecord.objects.create(**{**row, "id": None, "session_id": 8, **wrong})


class TestWhatIsExtended:
    @pytest.mark.parametrize(
        "values",
        [
            {"expires_on": None},
            {"result": "FAILED"},
            {"expires_on": date(2027, 5, 31)},
            {"expires_on": date(2027, 6, 2)},
            {"revoked_at": cast.AT, "revoke_reason": "wrong person"},
        ],
        ids=["never expires", "failed", "a day too early", "a day too late", "revoked"],
    )
    def test_only_passes_that_stand_of_its_days(self, course: Course, values: dict[str, Any]) -> None:
        other = cast.make_record(cast.make_worker(), course, **values)
        with refused("NOT_EXTENDABLE"):
            extend(other, extension(course))

    def test_only_of_its_course(self, course: Course) -> None:
        other = cast.make_record(cast.make_worker(), cast.make_course())
        with refused("NOT_EXTENDABLE"):
            extend(other, extension(course))

    def test_only_what_runs_out_earlier(self, record: TrainingRecord, course: Course) -> None:
        with refused("NOT_EXTENDABLE"):
            extend(record, extension(course, until=EXPIRY))

    def test_by_the_day_of_the_class(self, record: TrainingRecord, course: Course) -> None:
        day = record.completed_on
        extend(record, extension(course, days_of="COMPLETED_ON", first_day=day, last_day=day))
        with refused("NOT_EXTENDABLE"):
            extend(record, extension(course, days_of="COMPLETED_ON"))

    def test_no_more_than_it_was_made_for(self, record: TrainingRecord, course: Course) -> None:
        made = extension(course)
        extend(record, made)
        another = cast.make_record(cast.make_worker(), course)
        for position in (0, 2, 3):
            with refused("NOT_EXTENDABLE"):
                extend(another, made, position)
        with refused("EXTENDED_ALREADY"):
            extend(another, made, 1)

    def test_none_once_it_is_revoked(self, record: TrainingRecord, course: Course) -> None:
        made = extension(course)
        run(REVOKE, cast.AT)
        with refused("NOT_EXTENDABLE"):
            extend(record, made)

    def test_each_once(self, record: TrainingRecord, course: Course) -> None:
        made = extension(course, records=2)
        extend(record, made)
        with refused("EXTENDED_ALREADY"):
            extend(record, made, 2)


class TestTheExtension:
    @pytest.mark.parametrize(
        "change",
        [
            "until = '2028-12-31'",
            "first_day = '2026-01-01'",
            "days_of = 'COMPLETED_ON'",
            "records = 2",
            "reference = 'Order 119/26'",
            "reason = 'x'",
            "decided_on = '2026-11-04'",
            "course_id = course_id + 1",
            "made_by_id = 3",
            "revoked_by_id = 3",
            "id = id + 1000",
        ],
    )
    def test_it_stays_as_it_was_made(self, record: TrainingRecord, course: Course, change: str) -> None:
        extend(record, extension(course))
        before = state(ValidityExtension)
        assert refuses("EXTENSION_IMMUTABLE", EXTENSION + change).status == 409
        assert state(ValidityExtension) == before

    def test_it_is_revoked_once(self, record: TrainingRecord, course: Course) -> None:
        extension(course)
        assert run(REVOKE, cast.AT) == 1
        for again in (
            f"{EXTENSION} revoked_at = NULL, revoked_by_id = NULL, revoke_reason = ''",
            f"{EXTENSION} revoke_reason = 'another'",
            f"{EXTENSION} revoked_by_id = 8",
        ):
            refuses("EXTENSION_IMMUTABLE", again)

    def test_revoking_needs_a_reason(self, course: Course) -> None:
        extension(course)
        refuses("REQUIRED", f"{EXTENSION} revoked_at = %s", cast.AT)

    def test_revoking_changes_nothing_else_on_the_way(self, course: Course) -> None:
        extension(course)
        refuses("EXTENSION_IMMUTABLE", f"{REVOKE}, until = '2028-12-31'", cast.AT)

    def test_it_and_its_records_are_never_deleted(self, record: TrainingRecord, course: Course) -> None:
        extend(record, extension(course))
        refuses("EXTENSION_IMMUTABLE", "DELETE FROM records_validityextension")
        refuses("EXTENSION_IMMUTABLE", "DELETE FROM records_extendedrecord")
        refuses("EXTENSION_IMMUTABLE", "UPDATE records_extendedrecord SET position = 2")
        refuses("EXTENSION_IMMUTABLE", "UPDATE records_extendedrecord SET record_id = record_id")
        refuses_emptying("EXTENSION_IMMUTABLE", ExtendedRecord, id="id")
        refuses_emptying("EXTENSION_IMMUTABLE", ValidityExtension, reason="'x'")

    @pytest.mark.parametrize(
        ("values", "code"),
        [
            ({"last_day": date(2027, 5, 31)}, "OUT_OF_ORDER"),
            ({"until": date(9999, 12, 31)}, "OUT_OF_RANGE"),
            ({"records": 0}, "OUT_OF_RANGE"),
            ({"reason": ""}, "REQUIRED"),
            ({"reference": ""}, "REQUIRED"),
            ({"revoke_reason": "x"}, "REQUIRED"),
        ],
    )
    def test_half_an_extension_is_refused(self, course: Course, values: dict[str, Any], code: str) -> None:
        with refused(code):
            extension(course, **values)
