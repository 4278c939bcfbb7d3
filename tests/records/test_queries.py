"""Records as they are found: by what people filter, newest first, page after page."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.training.acting import AT
from titan.core.errors import NotFound
from titan.records.models import TrainingRecord
from titan.records.queries.competency import one_competency
from titan.records.queries.records import RecordFilter, list_records, one_record


@pytest.fixture
def records(worker: Any, course: Any, verified_course: Any) -> list[TrainingRecord]:
    """One of each kind: passed, failed, revoked, never expiring, of somebody else in another course."""
    other = cast.make_worker()
    return [
        cast.make_record(worker, course, expires_on=date(2026, 12, 1)),
        cast.make_record(worker, course, result="FAILED", session_id=77),
        cast.make_record(worker, course, revoked_at=AT, revoke_reason="Wrong", expires_on=date(2026, 12, 1)),
        cast.make_record(worker, course, expires_on=None),
        cast.make_record(other, verified_course, expires_on=date(2026, 12, 2)),
    ]


def ids(records: list[TrainingRecord], **wanted: Any) -> list[int]:
    """Return where in `records` those stand that a filter finds, in its order."""
    order = [record.pk for record in records]
    return [order.index(record.pk) for record in list_records(RecordFilter(**wanted), limit=200).items]


def test_newest_first_and_filtered(records: list[TrainingRecord], worker: Any, verified_course: Any) -> None:
    assert ids(records) == [4, 3, 2, 1, 0]
    assert ids(records, worker_id=worker.pk) == [3, 2, 1, 0]
    assert ids(records, course_id=verified_course.pk) == [4]
    assert ids(records, session_id=77) == ids(records, result="FAILED") == [1]
    assert ids(records, revoked=True) == [2]
    assert ids(records, revoked=False) == [4, 3, 1, 0]
    assert ids(records, expiring_before=date(2026, 12, 1)) == []
    assert ids(records, expiring_before=date(2026, 12, 2)) == [0]
    assert ids(records, expiring_before=date(2026, 12, 3)) == [4, 0]
    assert ids(records, expiring_before=date.max, worker_id=worker.pk) == [0]
    assert ids(records, worker_id=999_999) == []


def test_page_after_page(records: list[TrainingRecord]) -> None:
    for limit in range(1, 7):
        found: list[int] = []
        cursor = None
        while True:
            page = list_records(RecordFilter(), limit=limit, cursor=cursor)
            assert page.total == 5
            found += [record.pk for record in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert found == [record.pk for record in reversed(records)]


def test_a_page_costs_three_statements(records: list[TrainingRecord]) -> None:
    for limit in (1, 5):
        with CaptureQueriesContext(connection) as statements:
            for record in list_records(RecordFilter(), limit=limit).items:
                shown = (record.worker.company.code, record.course.code, record.course_version.number)
                assert all(shown)
                assert getattr(record, "corrected_by", None) is None
        assert len(statements) == 3


def test_one_or_none(records: list[TrainingRecord]) -> None:
    assert one_record(records[0].pk) == records[0]
    for number in (999_999, 2**63):
        for query in (one_record, one_competency):
            with pytest.raises(NotFound):
                query(number)
