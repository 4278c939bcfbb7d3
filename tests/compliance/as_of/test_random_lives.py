"""Rebuilt worlds: random sites live for weeks, and every past day is asked for again."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import oracle
from tests.compliance.as_of.asking import FIRST, as_stood, asked
from tests.compliance.as_of.past import Past
from tests.compliance.invariant import verdict_equals_rebuild
from tests.compliance.lives import Told, end_of, random_life
from tests.compliance.worlds import thrown_away
from titan.compliance.queries.as_of import Known
from titan.core.errors import Invalid
from titan.personnel.models import Worker
from titan.records.models import CompetencyRecord, TrainingRecord, ValidityExtension

pytestmark = pytest.mark.django_db

QUICK = settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# About five minutes on PostgreSQL, three on SQLite.
LONG = settings(QUICK, max_examples=120)


def check_then(told: Told) -> None:
    """Known then: exactly what the live engine said at the end of each day, reasons included."""
    for day, workers in told.days.items():
        for worker, kept in workers.items():
            assert as_stood(asked(told.life, worker, day)) == kept, f"worker {worker} on {day}"
        for newcomer in set(told.life.workers) - set(workers):
            with pytest.raises(Invalid):
                asked(told.life, newcomer, day)


def check_now(told: Told) -> None:
    """Known now: what the oracle says of that day's rules with today's facts; and where the two differ."""
    for day, workers in told.days.items():
        right = Past(day).verdicts()
        for worker, then in workers.items():
            found = asked(told.life, worker, day, Known.NOW)
            where = f"worker {worker} on {day}"
            wanted = right.get(worker)
            assert found.overall_status == (wanted.overall if wanted else None), where
            items = {item.course_id: _as_oracle(item) for item in found.items}
            expected = {course: _as_oracle(item) for course, item in (wanted.items if wanted else {}).items()}
            assert items == expected, where
            was = {item.course_id: item.status for item in then.items}
            assert found.differs == ({pk: item[2] for pk, item in items.items()} != was), where
            assert found.other_overall_status == then.overall, where


def _as_oracle(item: Any) -> tuple[Any, ...]:
    return (item.requirement_type, item.due_on, item.status, item.record_id, item.expires_on)


def check_life(seed: int, days: int) -> None:
    with thrown_away():
        told = random_life(seed=seed, days=days, first=FIRST)
        verdict_equals_rebuild(end_of(told.life.day))
        check_then(told)
        check_now(told)


@QUICK
@given(st.integers(0, 2**32))
def test_every_past_day_is_what_the_live_engine_said_that_day(seed: int) -> None:
    check_life(seed, 10)


@pytest.mark.long
@LONG
@given(st.integers(0, 2**32), st.integers(5, 40))
def test_long_every_past_day_is_what_the_live_engine_said_that_day(seed: int, days: int) -> None:
    check_life(seed, days)


def test_the_random_lives_have_something_to_say() -> None:
    """The property has teeth: every status occurs, workers come and go, and then and now differ."""
    seen: dict[str | None, int] = {}
    differing = revoked = extended = withdrawn = merged = 0
    for seed in range(2):
        with thrown_away():
            told = random_life(seed=seed, days=20, first=FIRST)
            for day, workers in told.days.items():
                for worker, kept in workers.items():
                    for status in (None,) if kept.overall is None else [item.status for item in kept.items]:
                        seen[status] = seen.get(status, 0) + 1
                    differing += asked(told.life, worker, day).differs
            revoked += TrainingRecord.objects.exclude(revoked_at=None).count()
            assert CompetencyRecord.objects.exclude(status="PENDING").exists()
            extended += TrainingRecord.objects.filter(valid_until__gt=F("expires_on")).count()
            withdrawn += ValidityExtension.objects.exclude(revoked_at=None).count()
            merged += Worker.objects.exclude(merged_into=None).count()
    assert set(seen) == {*oracle.WORST_FIRST, None}
    assert min(seen.values()) >= 5, seen
    assert differing >= 10
    assert min(revoked, extended, withdrawn, merged) >= 1
