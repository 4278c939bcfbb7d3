"""Courses: readers read, admins edit, errors stand at their field, and whom a validity reaches is shown first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse

from tests import cast
from tests.web.classes import client_of
from tests.web.library.reading import shown, text_of
from titan.catalogue.models import CourseVersion
from titan.compliance.commands import rebuild
from titan.core.actor import Role

COURSES_STATEMENTS = 12


def a_course(**changes: Any) -> dict[str, Any]:
    return {
        "code": "H2S-1",
        "title.en": "H2S Awareness",
        "title.tr": "H2S Farkındalığı",
        "category": "HSE",
        "duration_minutes": "240",
        "validity_months": "24",
        "delivery_method": "BLENDED",
        "min_pass_score": "80",
        **changes,
    }


@pytest.mark.parametrize("page", ["library", "course_new"])
def test_trainers_see_nothing_of_it(now: datetime, page: str) -> None:
    assert client_of(Role.TRAINER).get(reverse(page)).status_code == 403


def test_a_course_is_made_found_published_and_changed(now: datetime) -> None:
    client = client_of()
    before = cast.make_course(code="BASE-1")
    answer = client.post(reverse("course_new"), a_course(prerequisite_ids=[before.pk], requires_verification="1"))
    version = CourseVersion.objects.get(course__code="H2S-1")
    assert answer["Location"] == reverse("course", args=[version.course_id])
    assert (version.title["tr"], version.min_pass_score, version.requires_verification) == (
        "H2S Farkındalığı",
        80,
        True,
    )
    assert [asked.course_id for asked in version.prerequisites.all()] == [before.pk]
    assert "H2S Awareness" in shown(client, "library", search="farkin")
    assert "No course matches" in shown(client, "library", search="nothing like it")
    page = shown(client, "course", version.course_id)
    assert "Publish version 1" in page
    client.post(reverse("course_publish", args=[version.course_id, 1]))
    page = shown(client, "course", version.course_id)
    assert "Version 1 is published." in page
    assert "2 years" in page
    edit = reverse("course_edit", args=[version.course_id])
    form = text_of(client.get(edit))
    assert 'value="version"' in form
    assert f'value="{before.pk}" checked' in form
    client.post(edit, a_course(validity_months="12", writes="version"))
    client.post(edit, a_course(validity_months="0", writes="draft"))
    draft = CourseVersion.objects.get(course_id=version.course_id, number=2)
    assert (draft.status, draft.validity_months) == ("DRAFT", 0)


def test_a_new_validity_says_whom_it_reaches(now: datetime) -> None:
    course, role = cast.make_course(), cast.make_role()
    cast.require(role, course)
    workers = [cast.make_worker(role=role) for _number in range(3)]
    cast.make_record(workers[0], course)
    cast.make_session(course, status="SCHEDULED")
    rebuild(by=cast.actor(), at=now)
    cast.make_version(course, status="DRAFT", validity_months=36)
    page = shown(client_of(Role.AUDITOR), "course", course.pk)
    assert "A pass will be valid: 3 years, instead of: 1 year." in page
    assert "3 workers of whom it is required get this version" in page
    assert "1 record that is valid today keeps its own expiry." in page
    assert "1 session already scheduled keeps version 1." in page
    assert "<button" not in page.split('id="reach"')[1].split("</section>")[0]


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(now: datetime) -> None:
    answer = client_of().post(reverse("course_new"), a_course(**{"title.en": " ", "duration_minutes": "2"}))
    page = text_of(answer)
    assert answer.status_code == 422
    assert 'id="error-title.en"' in page
    assert 'id="error-duration_minutes"' in page
    assert 'value="H2S Farkındalığı"' in page
    assert not CourseVersion.objects.exists()


@pytest.mark.parametrize(
    "bad",
    [
        {"duration_minutes": "many"},
        {"validity_months": ""},
        {"code": "A\x00B"},
        {"prerequisite_ids": ["x"]},
        {"prerequisite_ids": [str(2**70)]},
        {"prerequisite_ids": ["999"]},
        {"delivery_method": "SHOUTED"},
        {"min_pass_score": "9" * 30},
    ],
)
def test_nonsense_is_refused_at_its_field(now: datetime, bad: dict[str, Any]) -> None:
    answer = client_of().post(reverse("course_new"), a_course(**bad))
    assert answer.status_code == 422
    assert f'id="error-{next(iter(bad))}"' in text_of(answer)


def test_a_draft_published_meanwhile_is_not_written_over(now: datetime) -> None:
    course = cast.make_course()
    answer = client_of().post(reverse("course_edit", args=[course.pk]), a_course(writes="draft"))
    assert answer.status_code == 409
    assert "make a new version" in text_of(answer)
    again = client_of().post(reverse("course_publish", args=[course.pk, 1]))
    assert again.status_code == 409
    assert "only a draft can be published" in text_of(again)


def test_readers_read_courses_and_change_nothing(now: datetime) -> None:
    course = cast.make_course(status="DRAFT")
    for role in (Role.AUDITOR, Role.ASSESSOR):
        client = client_of(role)
        assert reverse("course_edit", args=[course.pk]) not in shown(client, "course", course.pk)
        assert reverse("course_new") not in shown(client, "library")
        assert client.get(reverse("course_new")).status_code == 403
        assert client.post(reverse("course_edit", args=[course.pk]), a_course()).status_code == 403
        assert client.post(reverse("course_publish", args=[course.pk, 1])).status_code == 403
    assert client_of().get(reverse("course", args=[10**6])).status_code == 404


def test_the_list_of_courses_costs_the_same_for_any_number(now: datetime, django_assert_num_queries: Any) -> None:
    client = client_of()
    before = cast.make_course()
    cast.make_course(prerequisites=[before])
    client.get(reverse("library"))
    with django_assert_num_queries(COURSES_STATEMENTS):
        client.get(reverse("library"))
    for _number in range(10):
        cast.make_course(prerequisites=[before])
    with django_assert_num_queries(COURSES_STATEMENTS):
        client.get(reverse("library"))
