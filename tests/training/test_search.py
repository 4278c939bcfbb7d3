"""Sessions are found by a stored folded key: whatever the spelling, and alike on every database."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps

from tests import cast
from tests.cast import AT
from tests.training.acting import ADMIN
from titan.training.commands import Plan, create_session, update_session
from titan.training.models import TrainingSession
from titan.training.queries.sessions import SessionFilter, list_sessions

pytestmark = pytest.mark.django_db

TITLE = "İŞ GÜVENLİĞİ: Yangın Tatbikatı 100%"


def found(search: str) -> list[int]:
    return [row.id for row in list_sessions(SessionFilter(search=search), limit=50, by=ADMIN).items]


@pytest.fixture
def session() -> int:
    cast.make_site(AT)
    course = cast.make_course(code="İSG-1")
    other = create_session(Plan(course_id=cast.make_course(code="OTHER").pk, title="Plain"), by=ADMIN, at=AT)
    assert other
    return create_session(Plan(course_id=course.pk, title=TITLE), by=ADMIN, at=AT)


@pytest.mark.parametrize(
    "search",
    ["iş güvenliği", "IS GUVENLIGI", "YANGIN", "yangin tat", "  tatbikatı ", "isg-1", "ISG-1", "İsg-1", "100%"],
)
def test_a_title_is_found_whatever_the_spelling(session: int, search: str) -> None:
    assert found(search) == [session]


@pytest.mark.parametrize("search", ["yangin plain", "100_", "x" * 300])
def test_what_is_not_there_is_not_found(session: int, search: str) -> None:
    assert found(search) == []


def test_the_code_finds_it_and_a_new_title_replaces_the_old_one(session: int) -> None:
    code = TrainingSession.objects.values_list("code", flat=True).get(pk=session)
    assert code is not None
    assert found(code.lower()) == [session]
    update_session(session, Plan(title="Gaz ölçümü"), by=ADMIN, at=AT)
    assert (found("GAZ OLCUMU"), found("yangın"), found(code)) == ([session], [], [session])


def test_sessions_of_before_get_their_key(session: int) -> None:
    TrainingSession.objects.update(search_key="")
    assert found("yangın") == []
    import_module("titan.training.migrations.0002_session_search_key").fold(apps, None)
    assert found("yangın") == [session]
