"""What stands against the details while they are typed, and what is filled in."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.test import Client

from tests import cast
from tests.web.session.asking import address, details, send, shown, text, tuesday, whole_plan
from titan.training.models import Slot, TrainingSession


def test_a_check_names_the_other_session_and_writes_nothing(
    admin: Client, course: Any, trainer: Any, venue: Any
) -> None:
    other = cast.make_session(course, trainer=trainer, venue=venue, status="SCHEDULED", slots=tuesday(8, 12))
    free = cast.make_trainer(course, first_name="Samir", last_name="Odeh")
    draft = cast.make_session(course)
    answer = send(admin, "session_check", draft, whole_plan(draft, trainer, venue))
    page = text(answer)
    assert f'<a href="{address("session", other)}">{other.code}</a>' in page
    assert 'data-invalid="slots trainer_id"' in page
    assert f'value="trainer:{free.pk}"' in page
    assert "The venue is shared with" in page
    assert 'name="override" value="VENUE_OVERLAP"' in page
    assert 'data-passes="no"' in page
    draft.refresh_from_db()
    assert (draft.trainer_id, draft.version) == (None, 1)
    assert not Slot.objects.filter(session=draft).exists()


def test_a_trainer_who_may_not_teach_is_blocked(admin: Client, course: Any, venue: Any) -> None:
    stranger = cast.make_trainer(first_name="Samir", last_name="Odeh")
    draft = cast.make_session(course)
    page = text(send(admin, "session_check", draft, whole_plan(draft, stranger, venue)))
    assert "Samir Odeh may not teach HSE-002" in page
    assert "Not qualified for this course" in page


def test_lines_that_cannot_be_read_say_so_and_are_kept(admin: Client, course: Any, trainer: Any, venue: Any) -> None:
    draft = cast.make_session(course)
    wrong = {
        "day": ["2026-11-24", "2026-11-25", "nonsense"],
        "starts": ["0800", "25:00", "8"],
        "ends": ["12", "9", "9"],
    }
    page = text(send(admin, "session_check", draft, whole_plan(draft, trainer, venue, **wrong)))
    assert 'id="note-slots-1" data-status="red"' in page
    assert 'id="note-slots-2" data-status="red"' in page
    answer = send(admin, "session_save", draft, whole_plan(draft, trainer, venue, **wrong))
    assert answer.status_code == 422
    assert 'value="25:00"' in text(answer)
    draft.refresh_from_db()
    assert draft.trainer_id is None


def test_an_end_before_its_start_is_the_next_day(admin: Client, course: Any, trainer: Any, venue: Any) -> None:
    draft = cast.make_session(course)
    night = whole_plan(draft, trainer, venue, starts=["22:00"], ends=["02:00"])
    assert "ends on the next day" in text(send(admin, "session_check", draft, night))
    assert send(admin, "session_save", draft, night).status_code == 200
    slot = Slot.objects.get()
    assert slot.ends_at - slot.starts_at == timedelta(hours=4)
    assert 'value="22:00"' in shown(admin, draft)


def fill_in(client: Client, session: TrainingSession, act: str, data: dict[str, Any]) -> str:
    answer = send(client, "session_fill_in", session, {**data, "act": act})
    assert answer.status_code == 200
    return text(answer)


def test_times_are_proposed_from_the_duration(admin: Client, trainer: Any, venue: Any) -> None:
    long = cast.make_course(duration_minutes=1000)
    draft = cast.make_session(long)
    page = fill_in(admin, draft, "propose", details(draft, day=["2026-11-24"], title="typed"))
    assert re.findall(r'name="day"[^>]*value="([^"]*)"', page) == ["2026-11-24", "2026-11-25", "2026-11-26"]
    assert re.findall(r'name="ends"[^>]*value="([^"]*)"', page) == ["17:00", "17:00", "08:40"]
    assert 'value="typed"' in page
    assert not Slot.objects.exists()


def test_lines_are_added_and_removed(admin: Client, course: Any, trainer: Any, venue: Any) -> None:
    draft = cast.make_session(course)
    page = fill_in(admin, draft, "add", whole_plan(draft, trainer, venue))
    assert re.findall(r'name="day"[^>]*value="([^"]*)"', page) == ["2026-11-24", "2026-11-25"]
    two = {"day": ["2026-11-24", "2026-11-25"], "starts": ["8", "9"], "ends": ["12", "13"]}
    page = fill_in(admin, draft, "remove:0", whole_plan(draft, trainer, venue, **two))
    assert re.findall(r'name="day"[^>]*value="([^"]*)"', page) == ["2026-11-25"]


def test_the_first_free_time_is_filled_in_and_can_be_scheduled(
    admin: Client, course: Any, trainer: Any, venue: Any
) -> None:
    cast.make_session(course, trainer=trainer, venue=venue, status="SCHEDULED", slots=tuesday(8, 12))
    draft = cast.make_session(course)
    page = fill_in(admin, draft, "first_free", details(draft))
    assert f'value="{trainer.pk}" selected' in page
    assert "Nothing stands against it." in page
    assert 'data-passes="yes"' in page
