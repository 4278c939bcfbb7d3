"""The trainer's tablet: own classes, marks, the sheet, nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests import cast
from tests.web.classes import running, signed_in, upload
from titan.core.actor import Role

CLASSES_STATEMENTS = 15


@pytest.fixture(autouse=True)
def now(site: Any, at: datetime) -> Iterator[datetime]:
    with time_machine.travel(at, tick=False):
        yield at


@pytest.fixture
def course() -> Any:
    return cast.make_course(title={"en": "Rigging", "tr": "Sapancılık"})


@pytest.fixture
def trainer(course: Any) -> tuple[Client, Any]:
    client, user = signed_in(Role.TRAINER)
    return client, cast.make_trainer(course, user=user)


def test_the_first_page_of_a_trainer_is_their_classes(trainer: tuple[Client, Any]) -> None:
    assert trainer[0].get("/")["Location"] == "/my-classes"
    assert "No class today" in trainer[0].get("/my-classes").content.decode()


def test_classes_are_grouped_by_time_and_others_are_not_there(trainer: tuple[Client, Any], course: Any) -> None:
    client, me = trainer
    today = running(course=course, trainer=me)
    coming = running(course=course, trainer=me, starts=48)
    waiting = running(course=course, trainer=me, starts=-48)
    other = running(course=course, trainer=cast.make_trainer(course))
    page = client.get("/my-classes").content.decode()
    places = [page.index(one.code) for one in (today, waiting, coming)]
    assert places == sorted(places)
    assert other.code not in page
    assert "status-strip" not in page
    assert client.get(f"/my-classes/{other.pk}").status_code == 404


def test_a_class_has_marks_and_a_photo_of_the_sheet_and_nothing_else(trainer: tuple[Client, Any], course: Any) -> None:
    client, me = trainer
    session = running(course=course, trainer=me)
    page = client.get(f"/my-classes/{session.pk}").content.decode()
    assert "All present" in page
    assert "Photo of the sheet" in page
    assert 'capture="environment"' in page
    assert "Finalize" not in page
    assert " style=" not in page
    assert upload(client, session).status_code == 200
    assert "Sheet attached" in client.get(f"/my-classes/{session.pk}").content.decode()


def test_a_class_that_has_not_begun_says_when(trainer: tuple[Client, Any], course: Any) -> None:
    client, me = trainer
    session = running(course=course, trainer=me, starts=2)
    page = client.get(f"/my-classes/{session.pk}").content.decode()
    assert "The class begins on Sun 22 Nov 2026 at 11:00." in page
    assert "All present" not in page


def test_a_login_without_a_trainer_is_told_what_to_do() -> None:
    client, _user = signed_in(Role.TRAINER)
    assert "Your login is linked to no trainer" in client.get("/my-classes").content.decode()


def test_the_list_costs_the_same_for_any_number(
    trainer: tuple[Client, Any], course: Any, django_assert_num_queries: Any
) -> None:
    client, me = trainer
    client.get("/my-classes")
    for number in range(4):
        running(course=course, trainer=me, starts=-3 + 24 * number)
        if number in (0, 3):
            with django_assert_num_queries(CLASSES_STATEMENTS):
                client.get("/my-classes")
