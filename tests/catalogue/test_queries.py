"""Courses as lists and pages show them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import make_course, make_version
from titan.catalogue.queries import CourseFilters, course, list_courses, short_courses
from titan.core.errors import Invalid, NotFound

pytestmark = pytest.mark.django_db


def codes(**filters: Any) -> list[str]:
    return [row.code for row in list_courses(CourseFilters(**filters), language="en").items]


def test_a_course_shows_its_published_version_and_all_its_versions() -> None:
    asked = make_course(code="PRE")
    one = make_course(code="HSE-1", validity_months=12, prerequisites=[asked])
    make_version(one, validity_months=24, prerequisites=[asked])
    make_version(one, status="DRAFT", validity_months=36)
    view = course(one.pk, language="tr")
    assert (view.code, view.title, view.status, view.version) == ("HSE-1", "Kurs HSE-1", "PUBLISHED", 2)
    assert (view.published_version, view.draft_version, view.validity_months) == (2, 3, 24)
    assert [(short.code, short.title) for short in view.prerequisites] == [("PRE", "Kurs PRE")]
    assert view.versions is not None
    assert [(version.number, version.status) for version in view.versions] == [
        (1, "ARCHIVED"),
        (2, "PUBLISHED"),
        (3, "DRAFT"),
    ]
    assert view.versions[2].prerequisites == []


def test_a_course_without_a_published_version_shows_its_draft() -> None:
    one = make_course(status="DRAFT", validity_months=7)
    view = course(one.pk, language="en")
    assert (view.status, view.published_version, view.draft_version, view.validity_months) == (
        "DRAFT",
        None,
        1,
        7,
    )


def test_an_unknown_course_is_not_found() -> None:
    with pytest.raises(NotFound):
        course(2**70, language="en")


@pytest.mark.parametrize(("language", "title"), [("en", "Fire"), ("tr", "Yangın"), ("az", "Fire"), ("tr-tr", "Yangın")])
def test_titles_in_the_callers_language(language: str, title: str) -> None:
    one = make_course(title={"en": "Fire", "tr": "Yangın"})
    assert short_courses([one.pk], language=language)[one.pk].title == title


def test_filters() -> None:
    make_course(code="A", title={"en": "Fire", "tr": "Yangın Güvenliği"}, category="FIRE")
    make_course(code="B", title={"en": "Gas"}, category="GAS", requires_verification=True)
    make_course(code="C", title={"en": "Rope"}, status="DRAFT", delivery_method="BLENDED")
    assert codes() == ["A", "B", "C"]
    assert codes(search="yangin guven") == ["A"]
    assert codes(search="FIRE") == ["A"]
    assert codes(search=" ") == ["A", "B", "C"]
    assert codes(search="100%") == []
    assert codes(code="B") == ["B"]
    assert codes(category="GAS") == ["B"]
    assert codes(requires_verification=True) == ["B"]
    assert codes(status="DRAFT") == ["C"]
    assert codes(delivery_method="BLENDED") == ["C"]


def test_pages_by_code_point() -> None:
    for code in ("b", "B", "ə", "A", "Ç", "a", "A-1"):
        make_course(code=code)
    seen: list[str] = []
    cursor, totals = None, []
    while True:
        page = list_courses(CourseFilters(), language="en", limit=3, cursor=cursor)
        seen += [row.code for row in page.items]
        totals.append(page.total)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == ["A", "A-1", "B", "a", "b", "Ç", "ə"]
    assert totals == [7, None, None]


def test_a_strange_cursor_is_refused() -> None:
    with pytest.raises(Invalid):
        list_courses(CourseFilters(), language="en", cursor="strange")


def test_a_list_costs_five_statements(django_assert_num_queries: Any) -> None:
    asked = make_course()
    for _ in range(20):
        make_version(make_course(prerequisites=[asked]), status="DRAFT", prerequisites=[asked])
    with django_assert_num_queries(5):
        list_courses(CourseFilters(), language="en")
