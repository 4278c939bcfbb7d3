"""What roles and areas require: replaced as a whole, inherited down the tree, history only for what changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import actor, make_area, make_course, make_role, make_worker, require
from tests.compliance.invariant import verdict_equals_rebuild
from titan.audit.models import AuditEvent
from titan.compliance.commands import rebuild
from titan.compliance.models import AreaRequirement, ComplianceItem, RoleRequirement
from titan.compliance.requirements.commands import replace_area_requirements, replace_role_requirements
from titan.compliance.requirements.queries import area_requirements, role_requirements
from titan.compliance.requirements.rules import RequirementGiven, check_requirements, replacement
from titan.core.actor import Role
from titan.core.command import Unit, before_commit
from titan.core.errors import Forbidden, Invalid, NotFound
from titan.core.given import Wrong

ADMIN = actor()


def pre(course: Any) -> RequirementGiven:
    return RequirementGiven(course.pk, "PRE_MOB")


def post(course: Any, days: int) -> RequirementGiven:
    return RequirementGiven(course.pk, "POST_MOB", days)


@pytest.mark.parametrize(
    ("kind", "days", "expected"),
    [
        ("PRE_MOB", None, []),
        ("POST_MOB", 1, []),
        ("POST_MOB", 365, []),
        ("PRE_MOB", 30, [("requirements.0.grace_period_days", "NO_GRACE_BEFORE_ENTRY")]),
        ("PRE_MOB", 0, [("requirements.0.grace_period_days", "NO_GRACE_BEFORE_ENTRY")]),
        ("POST_MOB", None, [("requirements.0.grace_period_days", "REQUIRED")]),
        ("POST_MOB", 0, [("requirements.0.grace_period_days", "OUT_OF_RANGE")]),
        ("POST_MOB", 366, [("requirements.0.grace_period_days", "OUT_OF_RANGE")]),
        ("POST_MOB", -1, [("requirements.0.grace_period_days", "OUT_OF_RANGE")]),
        ("LATER", None, [("requirements.0.type", "UNKNOWN_CHOICE")]),
    ],
)
def test_grace(kind: str, days: int | None, expected: list[tuple[str, str]]) -> None:
    wrong = Wrong()
    check_requirements([RequirementGiven(1, kind, days)], {1}, wrong)
    assert [(error.field, error.code) for error in wrong.errors] == expected


given_requirements = st.dictionaries(
    st.integers(1, 6),
    st.one_of(st.none(), st.integers(1, 3)),
).map(
    lambda courses: {
        pk: RequirementGiven(pk, "PRE_MOB" if days is None else "POST_MOB", days) for pk, days in courses.items()
    }
)


@given(given_requirements, given_requirements)
def test_a_replacement_touches_only_what_differs(
    current: dict[int, RequirementGiven], wanted: dict[int, RequirementGiven]
) -> None:
    change = replacement(current, wanted.values())
    after = set(current.values()) - set(change.ended) | set(change.begun)
    assert after == set(wanted.values())
    stays = set(current.values()) & set(wanted.values())
    assert not stays & {*change.ended, *change.begun}
    assert len(set(change.ended)) + len(stays) == len(current)


@pytest.mark.django_db
def test_history_is_kept_for_what_changed_only(at: datetime) -> None:
    kept, gone, other, fresh = (make_course() for _ in range(4))
    role = make_role()
    for course, days in ((kept, None), (gone, None), (other, 30)):
        require(role, course, days)
    wanted = [pre(kept), post(other, 60), post(fresh, 10)]
    replace_role_requirements(role.pk, wanted, by=ADMIN, at=at)
    rows = RoleRequirement.objects.filter(role=role).order_by("id")
    assert [(row.course_id, row.grace_period_days, row.since == at, row.until) for row in rows] == [
        (kept.pk, None, False, None),
        (gone.pk, None, False, at),
        (other.pk, 30, False, at),
        (other.pk, 60, True, None),
        (fresh.pk, 10, True, None),
    ]
    event = AuditEvent.objects.get()
    assert (event.action, event.entity, event.entity_id) == ("role.requirements_replaced", "role", role.pk)
    assert event.before == {
        "requirements": [
            {"course_id": gone.pk, "type": "PRE_MOB", "grace_period_days": None},
            {"course_id": other.pk, "type": "POST_MOB", "grace_period_days": 30},
        ]
    }
    replace_role_requirements(role.pk, list(reversed(wanted)), by=ADMIN, at=at)
    assert AuditEvent.objects.count() == 1


@pytest.mark.django_db
def test_everything_wrong_is_refused_at_once(at: datetime) -> None:
    course, area = make_course(), make_area()
    wanted = [pre(course), RequirementGiven(course.pk, "POST_MOB"), RequirementGiven(2**70, "PRE_MOB", 3)]
    with pytest.raises(Invalid) as refusal:
        replace_area_requirements(area.pk, wanted, by=ADMIN, at=at)
    assert [(error.field, error.code) for error in refusal.value.errors] == [
        ("requirements.1.course_id", "TWICE"),
        ("requirements.1.grace_period_days", "REQUIRED"),
        ("requirements.2.course_id", "UNKNOWN"),
        ("requirements.2.grace_period_days", "NO_GRACE_BEFORE_ENTRY"),
    ]
    with pytest.raises(Invalid) as refusal:
        replace_area_requirements(area.pk, [pre(course)] * 1_001, by=ADMIN, at=at)
    assert refusal.value.errors[0].code == "TOO_MANY"
    assert not AreaRequirement.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [Role.TRAINER, Role.ASSESSOR, Role.AUDITOR])
def test_only_admins_write(kind: Role, at: datetime) -> None:
    for call in (replace_role_requirements, replace_area_requirements):
        with pytest.raises(Forbidden):
            call(999, [RequirementGiven(1, "?")], by=actor(kind), at=at)


@pytest.mark.django_db
def test_what_does_not_exist_is_not_found(at: datetime) -> None:
    calls: list[Callable[[], object]] = [
        lambda: replace_role_requirements(999, [RequirementGiven(1, "?")], by=ADMIN, at=at),
        lambda: replace_area_requirements(2**70, [], by=ADMIN, at=at),
        lambda: role_requirements(999, language="en"),
        lambda: area_requirements(999, effective=True, language="en"),
    ]
    for call in calls:
        with pytest.raises(NotFound):
            call()


@pytest.mark.django_db
def test_the_verdicts_of_everyone_concerned_follow(site: Any, at: datetime) -> None:
    role, top = make_role(), make_area()
    low = make_area(make_area(top))
    here, there, nowhere = make_worker(role=role), make_worker(areas=[low]), make_worker()
    rebuild(by=ADMIN, at=at)
    induction, gas = make_course(), make_course()
    replace_role_requirements(role.pk, [post(induction, 365)], by=ADMIN, at=at)
    replace_area_requirements(top.pk, [pre(gas)], by=ADMIN, at=at)
    items = ComplianceItem.objects.order_by("worker_id").values_list("worker_id", "course_id", "severity")
    assert list(items) == [(here.pk, induction.pk, 2), (there.pk, gas.pk, 0)]
    verdict_equals_rebuild(at)
    replace_area_requirements(top.pk, [], by=ADMIN, at=at)
    replace_role_requirements(role.pk, [], by=ADMIN, at=at)
    assert not ComplianceItem.objects.exists()
    verdict_equals_rebuild(at)
    assert nowhere.pk


@pytest.mark.django_db
def test_exactly_the_courses_that_changed_are_touched(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    from titan.core import command

    seen: list[Unit] = []
    monkeypatch.setattr(command, "_steps", [])
    before_commit(seen.append)
    kept, gone, fresh = make_course(), make_course(), make_course()
    role, area = make_role(), make_area()
    for place in (role, area):
        require(place, kept)
        require(place, gone)
    replace_role_requirements(role.pk, [pre(kept), pre(fresh)], by=ADMIN, at=at)
    replace_area_requirements(area.pk, [pre(kept), pre(fresh)], by=ADMIN, at=at)
    replace_area_requirements(area.pk, [pre(kept), pre(fresh)], by=ADMIN, at=at)
    of_role, of_area, of_nothing = (unit.touched for unit in seen)
    assert (of_role.roles, of_role.areas, of_role.courses) == ({role.pk}, set(), {gone.pk, fresh.pk})
    assert (of_area.roles, of_area.areas, of_area.courses) == (set(), {area.pk}, {gone.pk, fresh.pk})
    assert not of_nothing


@pytest.mark.django_db
def test_an_area_shows_its_own_and_what_it_inherits(django_assert_num_queries: Any) -> None:
    top = make_area(code="TOP")
    low = make_area(top, code="LOW")
    gas, fire = make_course(code="GAS"), make_course(code="FIRE")
    require(top, gas)
    require(low, gas, 30)
    require(top, fire)
    require(make_area(low, code="BELOW"), make_course())
    own = area_requirements(low.pk, effective=False, language="tr")
    assert [(one.course.title, one.type, one.grace_period_days) for one in own] == [("Kurs GAS", "POST_MOB", 30)]
    with django_assert_num_queries(3):
        every = area_requirements(low.pk, effective=True, language="en")
    assert [(one.course.code, one.type, one.area.code if one.area else None) for one in every] == [
        ("FIRE", "PRE_MOB", "TOP"),
        ("GAS", "POST_MOB", "LOW"),
        ("GAS", "PRE_MOB", "TOP"),
    ]


@pytest.mark.django_db
def test_a_role_shows_what_it_requires(at: datetime) -> None:
    role = make_role()
    require(role, make_course(code="B"), 30)
    require(role, make_course(code="A"))
    RoleRequirement.objects.create(role=role, course=make_course(), type="PRE_MOB", since=at, until=at)
    shown = role_requirements(role.pk, language="en")
    assert [(one.course.code, one.type, one.grace_period_days, one.area) for one in shown] == [
        ("A", "PRE_MOB", None, None),
        ("B", "POST_MOB", 30, None),
    ]


@pytest.mark.django_db
def test_statements_do_not_grow_with_requirements(site: Any, at: datetime) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number in (1, 40):
        role = make_role()
        require(role, make_course())
        courses = [make_course() for _ in range(number)]
        with CaptureQueriesContext(connection) as captured:
            replace_role_requirements(role.pk, [pre(course) for course in courses], by=ADMIN, at=at)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 30
