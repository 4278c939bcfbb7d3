"""One statement for any number of rows, and every value arrives as it was given, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import cast
from titan.audit.models import AuditEvent
from titan.catalogue.models import CourseVersion
from titan.core.bulk import id_set, ids_param, insert_rows, update_rows
from titan.core.models import SiteSettings
from titan.evidence.models import EvidenceFile
from titan.personnel.models import Company, Worker

pytestmark = pytest.mark.django_db

TEXTS = [
    "",
    "Gənclik Əliyev",
    "İstanbul ığdır",
    "عبد الرحمن",
    "Ольга Ёлкина",
    "e\u0301 combining",
    "quote ' double \" back \\ slash",
    "100 % %s {} $1 ? :name",
    "tab\tline\nreturn\r",
    "emoji 🦺 \U00010348",
    "'; DROP TABLE personnel_company; --",
    "null",
    "12",
    "true",
    '{"a": 1}',
]


@pytest.mark.parametrize("text", TEXTS)
def test_texts_arrive_as_given(text: str) -> None:
    insert_rows(Company, [{"code": "A", "name": text, "search_key": text}])
    assert Company.objects.values_list("name", "search_key").get() == (text, text)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=200))
def test_any_text_arrives_as_given(text: str) -> None:
    ((pk,),) = insert_rows(EvidenceFile, [evidence(original_name=text)])
    assert EvidenceFile.objects.get(pk=pk).original_name == text


def evidence(**values: Any) -> dict[str, Any]:
    return {
        "key": "k",
        "sha256": "0" * 64,
        "size": 1,
        "media_type": "application/pdf",
        "original_name": "x",
        "uploaded_at": cast.AT,
        **values,
    }


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 22, 5, 0, tzinfo=UTC),
        datetime(2026, 11, 22, 5, 0, 0, 123456, tzinfo=UTC),
        datetime(2026, 11, 22, 5, 0, 0, 1, tzinfo=UTC),
        datetime(2026, 11, 22, 9, 0, tzinfo=timezone(timedelta(hours=4))),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        cast.AT,
    ],
)
def test_moments_arrive_as_the_orm_writes_them(moment: datetime) -> None:
    insert_rows(EvidenceFile, [evidence(uploaded_at=moment)])
    EvidenceFile.objects.create(**evidence(uploaded_at=moment))
    assert EvidenceFile.objects.filter(uploaded_at=moment).count() == 2
    assert {row.uploaded_at for row in EvidenceFile.objects.all()} == {moment}


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(1900, 1, 1), date(9999, 12, 31), None])
def test_days_arrive_as_given(day: date | None) -> None:
    company = cast.make_company()
    row = {"employee_id": "A", "first_name": "", "last_name": "", "company_id": company.pk, "created_at": cast.AT}
    keys = {"name_key": "a", "search_key": "a"}
    insert_rows(Worker, [{**row, **keys, "start_date": day}])
    worker = Worker.objects.get()
    assert (worker.start_date, worker.role_id, worker.status) == (day, None, "ACTIVE")


def test_times_json_and_numbers_arrive_as_given() -> None:
    values = {"name": "S", "timezone": "UTC", "since": cast.AT, "work_starts": time(6, 30)}
    insert_rows(SiteSettings, [{**values, "languages": ["en", "az"], "warning_days": 0}])
    row = SiteSettings.objects.get()
    assert (row.work_starts, row.languages, row.warning_days) == (time(6, 30), ["en", "az"], 0)
    assert row.break_ends == time(13)


@pytest.mark.parametrize("flag", [True, False])
def test_truths_arrive_as_given(flag: bool) -> None:
    course = cast.make_course(status="DRAFT")
    values = {
        **CourseVersion.objects.values().get(course=course),
        "number": 2,
        "title": {"en": "Gas", "az": "Qaz"},
        "requires_verification": flag,
    }
    del values["id"]
    ((pk,),) = insert_rows(CourseVersion, [values])
    version = CourseVersion.objects.get(pk=pk)
    assert version.requires_verification is flag
    assert version.title == {"en": "Gas", "az": "Qaz"}
    assert CourseVersion.objects.filter(requires_verification=flag, number=2).exists()


JSON_VALUES = [
    None,
    {},
    {"a": None, "b": [1, 2.5, True, "ə"]},
    {"nested": {"deep": ["x"]}},
    {"text": 'it\'s "quoted" \\ 100%'},
    {"1": 2**53},
]


@pytest.mark.parametrize("value", JSON_VALUES)
def test_json_arrives_as_given(value: Any) -> None:
    row = {
        "at": cast.AT,
        "actor_role": "AUDITOR",
        "via": "API",
        "action": "x",
        "entity": "x",
        "entity_id": 2**62,
        "after": value,
    }
    insert_rows(AuditEvent, [row], returning=())
    event = AuditEvent.objects.get()
    assert (event.after, event.before, event.entity_id) == (value, None, 2**62)
    assert AuditEvent.objects.filter(after__isnull=True).exists() == (value is None)


def test_any_number_of_rows_is_one_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        made = insert_rows(
            Company,
            [{"code": f"C{number}", "name": "x", "search_key": "x"} for number in range(2_000)],
            returning=("id", "code"),
        )
    assert dict(Company.objects.values_list("id", "code")) == dict(made)


def test_no_rows_are_no_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert insert_rows(Company, []) == []
        update_rows(Company, [])


def test_many_rows_change_in_one_statement(django_assert_num_queries: Any) -> None:
    companies = [cast.make_company() for _ in range(5)]
    with django_assert_num_queries(1):
        update_rows(Company, [{"id": one.pk, "name": f"Şirkət {one.pk}"} for one in companies[:3]])
    names = list(Company.objects.order_by("pk").values_list("name", flat=True))
    assert names == [f"Şirkət {one.pk}" for one in companies[:3]] + [one.name for one in companies[3:]]


def test_many_ids_are_one_parameter(django_assert_num_queries: Any) -> None:
    companies = [cast.make_company() for _ in range(3)]
    wanted = [companies[0].pk, companies[2].pk]
    with django_assert_num_queries(1):
        found = Company.objects.filter(pk__in=id_set([*wanted, *range(10**6, 10**6 + 20_000)]))
        assert sorted(one.pk for one in found) == wanted
    assert not Company.objects.filter(pk__in=id_set([])).exists()
    assert ids_param([3, 1, 3]) == "[1, 3]"
