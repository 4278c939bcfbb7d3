"""Courses: made, edited, published; versions that were published never change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.cast import actor, make_course, make_record, make_version, make_worker
from titan.audit.models import AuditEvent
from titan.catalogue.commands import create_course, draft_version, edit_draft_version, publish_version
from titan.catalogue.models import Course, CourseVersion
from titan.catalogue.rules import VersionChanges, VersionContent
from titan.core.actor import Role
from titan.core.errors import Conflict, Forbidden, Invalid, NotFound

pytestmark = pytest.mark.django_db

ADMIN = actor()
FIRE = VersionContent(title={"en": "Fire Safety", "tr": "Yangın"}, duration_minutes=240, validity_months=12)


def versions(course_id: int) -> list[tuple[int, str]]:
    rows = CourseVersion.objects.filter(course_id=course_id).order_by("number")
    return list(rows.values_list("number", "status"))


def refused(call: Any, *args: Any, **kwargs: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(Invalid) as refusal:
        call(*args, by=ADMIN, **kwargs)
    return [(error.field, error.code, error.message) for error in refusal.value.errors]


def test_a_course_begins_as_a_draft(at: datetime) -> None:
    asked = make_course()
    content = VersionContent(
        title={"en": "H2S", "ar": "غاز"},
        duration_minutes=90,
        validity_months=0,
        min_pass_score=80,
        requires_verification=True,
        prerequisite_ids=(asked.pk,),
    )
    course_id = create_course(" HSE-900 ", content, by=ADMIN, at=at)
    version = CourseVersion.objects.get(course_id=course_id)
    assert (version.course.code, version.number, version.status) == ("HSE-900", 1, "DRAFT")
    assert (version.title, version.min_pass_score) == ({"en": "H2S", "ar": "غاز"}, 80)
    assert [one.course_id for one in version.prerequisites.all()] == [asked.pk]
    event = AuditEvent.objects.get()
    assert (event.action, event.entity, event.entity_id) == ("course.created", "course", course_id)
    assert event.after is not None
    assert event.after["prerequisite_ids"] == [asked.pk]


def test_a_code_in_use_is_refused_with_everything_else(at: datetime) -> None:
    make_course(code="HSE-1")
    content = VersionContent(title={"en": "x"}, duration_minutes=1, validity_months=12, prerequisite_ids=(999,))
    found = refused(create_course, "HSE-1", content, at=at)
    assert [(field, code) for field, code, _ in found] == [
        ("code", "NOT_UNIQUE"),
        ("duration_minutes", "OUT_OF_RANGE"),
        ("prerequisite_ids", "UNKNOWN"),
    ]
    assert "999" in found[2][2]
    assert Course.objects.count() == 1


def test_an_id_beyond_64_bits_is_unknown(at: datetime) -> None:
    content = VersionContent(**{**vars(FIRE), "prerequisite_ids": (2**70,)})
    assert refused(create_course, "HSE-1", content, at=at)[0][:2] == ("prerequisite_ids", "UNKNOWN")


@pytest.mark.parametrize("role", [Role.TRAINER, Role.ASSESSOR, Role.AUDITOR])
def test_only_admins_write(role: Role, at: datetime) -> None:
    course = make_course()
    by = actor(role)
    bad = VersionContent(title={}, duration_minutes=0, validity_months=-1)
    with pytest.raises(Forbidden):
        create_course("X", bad, by=by, at=at)
    with pytest.raises(Forbidden):
        edit_draft_version(course.pk, VersionChanges(), by=by, at=at)
    with pytest.raises(Forbidden):
        draft_version(course.pk, VersionChanges(), by=by, at=at)
    with pytest.raises(Forbidden):
        publish_version(course.pk, 1, by=by, at=at)


def test_a_draft_is_edited(at: datetime) -> None:
    asked = make_course()
    course = make_course(status="DRAFT", prerequisites=[asked])
    changes = VersionChanges(title={"en": "New"}, validity_months=24, prerequisite_ids=())
    assert edit_draft_version(course.pk, changes, by=ADMIN, at=at) == 1
    version = course.versions.get()
    assert (version.title, version.validity_months, version.category) == ({"en": "New"}, 24, "GENERAL")
    assert version.prerequisites.count() == 0
    event = AuditEvent.objects.get()
    assert event.before == {
        "version": 1,
        "title": {"en": f"Course {course.code}", "tr": f"Kurs {course.code}"},
        "validity_months": 12,
        "prerequisite_ids": [asked.pk],
    }


def test_an_edit_that_changes_nothing_says_nothing(at: datetime) -> None:
    course = make_course(status="DRAFT")
    edit_draft_version(course.pk, VersionChanges(validity_months=12), by=ADMIN, at=at)
    assert AuditEvent.objects.count() == 0


def test_a_published_version_is_not_edited(at: datetime) -> None:
    course = make_course()
    with pytest.raises(Conflict) as refusal:
        edit_draft_version(course.pk, VersionChanges(validity_months=24), by=ADMIN, at=at)
    assert refusal.value.code == "NO_DRAFT_VERSION"
    assert "new version" in refusal.value.detail
    # 422 comes before 409.
    found = refused(edit_draft_version, course.pk, VersionChanges(validity_months=10_000), at=at)
    assert found[0][:2] == ("validity_months", "OUT_OF_RANGE")


def test_a_new_version_starts_from_the_latest(at: datetime) -> None:
    asked = make_course()
    course = make_course(prerequisites=[asked], validity_months=36)
    assert draft_version(course.pk, VersionChanges(category="GAS"), by=ADMIN, at=at) == 2
    draft = course.versions.get(number=2)
    assert (draft.status, draft.validity_months, draft.category) == ("DRAFT", 36, "GAS")
    assert [one.course_id for one in draft.prerequisites.all()] == [asked.pk]
    with pytest.raises(Conflict) as refusal:
        draft_version(course.pk, VersionChanges(), by=ADMIN, at=at)
    assert refusal.value.code == "DRAFT_EXISTS"


def test_publishing_archives_the_earlier_version_and_changes_no_record(at: datetime) -> None:
    course = make_course(validity_months=12)
    record = make_record(make_worker(), course)
    make_version(course, status="DRAFT", validity_months=1)
    publish_version(course.pk, 2, by=ADMIN, at=at)
    assert versions(course.pk) == [(1, "ARCHIVED"), (2, "PUBLISHED")]
    first, second = course.versions.order_by("number")
    assert (first.archived_at, second.published_at) == (at, at)
    before = (record.expires_on, record.course_version_id)
    record.refresh_from_db()
    assert (record.expires_on, record.course_version_id) == before
    event = AuditEvent.objects.get()
    assert (event.action, event.before, event.after) == (
        "course.version_published",
        {"published_version": 1},
        {"published_version": 2},
    )


def test_the_first_version_is_published(at: datetime) -> None:
    course = make_course(status="DRAFT")
    publish_version(course.pk, 1, by=ADMIN, at=at)
    assert versions(course.pk) == [(1, "PUBLISHED")]


@pytest.mark.parametrize("number", [1, 2])
def test_only_a_draft_is_published(number: int, at: datetime) -> None:
    course = make_course()
    make_version(course)
    with pytest.raises(Conflict) as refusal:
        publish_version(course.pk, number, by=ADMIN, at=at)
    assert refusal.value.code == "NOT_DRAFT"
    assert versions(course.pk) == [(1, "ARCHIVED"), (2, "PUBLISHED")]


def test_what_does_not_exist_is_not_found(at: datetime) -> None:
    course = make_course()
    for call in (
        lambda: edit_draft_version(999, VersionChanges(), by=ADMIN, at=at),
        lambda: draft_version(2**70, VersionChanges(), by=ADMIN, at=at),
        lambda: publish_version(course.pk, 9, by=ADMIN, at=at),
        lambda: publish_version(999, 1, by=ADMIN, at=at),
    ):
        with pytest.raises(NotFound):
            call()


def test_a_circle_through_published_and_draft_versions_is_named_by_codes(at: datetime) -> None:
    last = make_course(code="C", status="DRAFT")
    middle = make_course(code="B", prerequisites=[last])
    first = make_course(code="A", prerequisites=[middle])
    changes = VersionChanges(prerequisite_ids=(first.pk,))
    found = refused(edit_draft_version, last.pk, changes, at=at)
    assert found == [("prerequisite_ids", "CIRCLE", "A course cannot come before itself: C → A → B → C.")]
    found = refused(edit_draft_version, last.pk, VersionChanges(prerequisite_ids=(last.pk,)), at=at)
    assert found[0][2] == "A course cannot come before itself: C → C."


def test_archived_versions_close_no_circle(at: datetime) -> None:
    one = make_course()
    other = make_course(prerequisites=[one])
    make_version(other)
    draft_version(one.pk, VersionChanges(prerequisite_ids=(other.pk,)), by=ADMIN, at=at)
    assert versions(one.pk) == [(1, "PUBLISHED"), (2, "DRAFT")]


def test_statements_do_not_grow_with_prerequisites(at: datetime, django_assert_max_num_queries: Any) -> None:
    asked = tuple(make_course().pk for _ in range(30))
    course = make_course(status="DRAFT")
    with django_assert_max_num_queries(14):
        edit_draft_version(course.pk, VersionChanges(prerequisite_ids=asked), by=ADMIN, at=at)
