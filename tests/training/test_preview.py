"""The preview promises what finalizing then does, on any class (domain.md §7, api.md)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import cast
from tests.compliance.invariant import verdict_equals_rebuild
from tests.oracle import Verdict, verdicts
from tests.training.acting import (
    ABSENT,
    ADMIN,
    AT,
    FAILED,
    PASSED,
    everything,
    held,
    pending,
    rolled_back,
    settle,
    time_of,
)
from titan.records.models import CompetencyRecord, CompetencyStatus, Result, TrainingRecord
from titan.training.commands import finalize_session
from titan.training.queries.gate import preview_finalize

pytestmark = pytest.mark.django_db

TODAY = AT.date()
DAY = timedelta(days=1)
GREENISH = {"COMPLIANT", "EXPIRING"}


@dataclass(frozen=True)
class Person:
    """How somebody stands before the class, and how it goes for them.

    role: which requirements. until: days their proof of the course still holds (None: none; 9999: for ever).
    other: the same for a second course. waits: a sign-off is pending already.
    """

    role: str
    until: int | None
    other: int | None
    waits: bool
    blocked: bool
    mark: str


@dataclass(frozen=True)
class Class:
    """A class that ended `ago` days ago, of a course with these rules."""

    people: tuple[Person, ...]
    validity_months: int
    requires_verification: bool
    ago: int


left = st.sampled_from([None, -1, 0, 1, 29, 30, 31, 400, 9999])
people = st.builds(
    Person,
    role=st.sampled_from(["none", "pre", "post", "late", "both", "other"]),
    until=left,
    other=left,
    waits=st.booleans(),
    blocked=st.sampled_from([False, False, False, True]),
    mark=st.sampled_from(["PASSED", "PASSED", "VERIFIED", "FAILED", "NO_SHOW"]),
)
classes = st.builds(
    Class,
    people=st.lists(people, min_size=1, max_size=6).map(
        lambda drawn: (replace(drawn[0], mark="PASSED") if drawn[0].mark == "NO_SHOW" else drawn[0], *drawn[1:])
    ),
    validity_months=st.sampled_from([0, 1, 2, 12]),
    requires_verification=st.booleans(),
    ago=st.sampled_from([0, 1, 29, 30, 31, 32, 61]),
)


@pytest.fixture
def place(site: Any) -> dict[str, Any]:
    """Two courses, for each kind of demand a role, and a way to verify."""
    course, other = cast.make_course(), cast.make_course()
    roles = {name: cast.make_role() for name in ("pre", "post", "late", "both", "other")}
    cast.require(roles["pre"], course)
    cast.require(roles["post"], course, 365)
    cast.require(roles["late"], course, 1)
    cast.require(roles["both"], course)
    cast.require(roles["both"], other)
    cast.require(roles["other"], other)
    settle()
    return {"course": course, "other": other, "roles": roles, "method": cast.make_method()}


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=classes)
def test_the_preview_is_the_outcome(place: dict[str, Any], drawn: Class) -> None:
    with rolled_back():
        cast.make_version(
            place["course"],
            validity_months=drawn.validity_months,
            requires_verification=drawn.requires_verification,
        )
        workers = [enter(person, place) for person in drawn.people]
        marks = {worker: mark_of(person, place) for worker, person in zip(workers, drawn.people, strict=True)}
        session = held(place["course"], marks, time_of(-3, 2, on=AT - drawn.ago * DAY))
        settle()
        known = set(TrainingRecord.objects.values_list("pk", flat=True))
        before = verdicts(TODAY)
        expected = preview_finalize(session.pk, by=ADMIN, at=AT)
        outcome = finalize_session(session.pk, by=ADMIN, at=AT)
        assert replace(outcome, finalized_at=None, ledger_entry=None) == expected
        verdict_equals_rebuild(AT)

        attended = {worker.pk for worker, mark in marks.items() if mark["status"] == "ATTENDED"}
        made = TrainingRecord.objects.exclude(pk__in=known)
        waiting = CompetencyRecord.objects.filter(session_id=session.pk, status=CompetencyStatus.PENDING)
        assert outcome.training_records == made.count()
        assert outcome.failed == made.filter(result=Result.FAILED).count()
        assert outcome.competency_pending == waiting.count()
        assert outcome.no_show == len(workers) - len(attended)
        turned, fully = turned_green(before, verdicts(TODAY), attended, place["course"].pk)
        assert (outcome.turned_green, outcome.fully_green) == (turned, fully)


def turned_green(
    before: dict[int, Verdict], after: dict[int, Verdict], attended: set[int], course_id: int
) -> tuple[int, int]:
    """Count, by the oracle, who turned green for the course, and who of them is green overall."""

    def is_green(verdict: Verdict) -> bool:
        return course_id in verdict.items and verdict.items[course_id].status in GREENISH

    turned = [pk for pk in attended & after.keys() if is_green(after[pk]) and not is_green(before[pk])]
    return len(turned), sum(after[pk].overall == "COMPLIANT" for pk in turned)


def enter(person: Person, place: dict[str, Any]) -> Any:
    assigned_on = TODAY - (30 if person.role == "late" else 10) * DAY
    status = "BLACKLISTED" if person.blocked else "ACTIVE"
    worker = cast.make_worker(role=place["roles"].get(person.role), assigned_on=assigned_on, status=status)
    for course, days in ((place["course"], person.until), (place["other"], person.other)):
        if days is not None:
            until = None if days == 9999 else TODAY + days * DAY
            cast.make_record(worker, course, completed_on=TODAY - 400 * DAY, expires_on=until)
    if person.waits:
        pending(worker, place["course"])
    return worker


def mark_of(person: Person, place: dict[str, Any]) -> dict[str, Any]:
    verified = {**PASSED, "verified": True, "method": place["method"], "verified_by_id": 9}
    return {"PASSED": PASSED, "FAILED": FAILED, "NO_SHOW": ABSENT, "VERIFIED": verified}[person.mark]


def test_looking_writes_nothing_and_waits_for_nothing(place: dict[str, Any]) -> None:
    worker = cast.make_worker(role=place["roles"]["pre"])
    settle()
    session = held(place["course"], {worker: PASSED})
    before = everything()
    first = preview_finalize(session.pk, by=ADMIN, at=AT)
    assert (first.finalized_at, first.turned_green, first.fully_green) == (None, 1, 1)
    assert preview_finalize(session.pk, by=ADMIN, at=AT) == first
    assert everything() == before
