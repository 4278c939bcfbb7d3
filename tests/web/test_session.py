"""A session's page: details with their checks, the class list with the Smart Picker, and who may do what."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import cast
from titan.compliance.commands import rebuild
from titan.core.actor import Role
from titan.personnel.models import Worker, WorkerStatus
from titan.resources.models import Qualification
from titan.training.models import Attendee, Override, SessionStatus, Slot, TrainingSession

HTMX = {"HX-Request": "true"}
DAY = timedelta(days=1)


@pytest.fixture
def now(site: Any, at: datetime) -> Iterator[datetime]:
    """Let the pages happen at the moment of the tests: Sunday, 22 November 2026, 09:00."""
    with time_machine.travel(at, tick=False):
        yield at


@pytest.fixture
def admin(now: datetime) -> Client:
    return signed_in(Role.HSE_ADMIN, name="Aylin Demir")


@pytest.fixture
def course(now: datetime) -> Any:
    return cast.make_course(
        code="HSE-002", title={"en": "H2S <Awareness>", "tr": "H2S Farkındalığı"}, duration_minutes=240
    )


@pytest.fixture
def trainer(course: Any) -> Any:
    return cast.make_trainer(course, first_name="Ravi", last_name="Iyer")


@pytest.fixture
def venue(course: Any) -> Any:
    return cast.make_venue(name="Room A", capacity=20)


@pytest.fixture
def reds(course: Any, now: datetime) -> list[Worker]:
    """Three workers who need the course, and one who does not."""
    role = cast.make_role(title={"en": "Rigger"})
    cast.require(role, course)
    found = [cast.make_worker(role=role, last_name=f"Red{number}") for number in range(3)]
    cast.make_worker(last_name="Zebra")
    rebuild(by=cast.actor(), at=now)
    return found


def signed_in(role: Role, **values: Any) -> Client:
    client = Client()
    client.force_login(cast.make_user(role, **values))
    return client


def address(name: str, session: TrainingSession, *more: object) -> str:
    return reverse(name, args=[session.pk, *more])


def shown(client: Client, session: TrainingSession, query: str = "") -> str:
    """Return the session's page, without the frame that every page has."""
    answer = client.get(address("session", session) + query)
    assert answer.status_code == 200
    page = text(answer)
    return page[page.index("<main") : page.index("</main>")]


def details(session: TrainingSession, **values: Any) -> dict[str, Any]:
    """Return the details as a browser sends them, with some changed."""
    session.refresh_from_db()
    return {
        "version": session.version,
        "course_id": session.course_id,
        "trainer_id": session.trainer_id or "",
        "venue_id": session.venue_id or "",
        "title": session.title,
        "notes": session.notes,
        "day": [""],
        "starts": [""],
        "ends": [""],
        **values,
    }


def whole_plan(session: TrainingSession, trainer: Any, venue: Any, **values: Any) -> dict[str, Any]:
    """Return the details of a class on Tuesday the 24th, 08:00 to 12:00."""
    plan = {"trainer_id": trainer.pk, "venue_id": venue.pk, "day": ["2026-11-24"], "starts": ["08:00"], "ends": ["12"]}
    return details(session, **{**plan, **values})


def send(client: Client, name: str, session: TrainingSession, data: dict[str, Any], *more: object) -> Any:
    return client.post(address(name, session, *more), data, headers=HTMX)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def tuesday(first: int, last: int) -> list[tuple[datetime, datetime]]:
    """Return a slot on Tuesday the 24th between these hours of the site."""
    return [tuple(datetime(2026, 11, 24, hour - 4, tzinfo=UTC) for hour in (first, last))]  # type: ignore[list-item]


# Planning


def test_a_course_is_chosen_and_the_draft_opens_with_the_reds_ticked(admin: Client, course: Any, reds: Any) -> None:
    page = text(admin.get(reverse("session_new") + f"?course={course.pk}"))
    assert f'value="{course.pk}" selected' in page
    assert "H2S &lt;Awareness&gt;" in page
    answer = admin.post(reverse("session_new"), {"course": course.pk})
    session = TrainingSession.objects.get()
    assert answer["Location"] == address("session", session) + "?pick=red"
    assert shown(admin, session, "?pick=red").count('name="worker_ids"') == 4
    assert shown(admin, session, "?pick=red").count("checked") == 3


def test_a_draft_needs_a_course_that_is_there(admin: Client, course: Any) -> None:
    for wrong in ("", "999999", "x", "1" * 30):
        answer = admin.post(reverse("session_new"), {"course": wrong})
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in text(answer)
    assert not TrainingSession.objects.exists()


def test_a_gap_is_planned_with_one_post(admin: Client, course: Any, reds: list[Worker]) -> None:
    answer = admin.post(reverse("session_plan"), {"course_id": course.pk, "worker_ids": [reds[0].pk, reds[2].pk]})
    session = TrainingSession.objects.get()
    assert answer["Location"] == address("session", session) + "?pick=red"
    assert set(Attendee.objects.values_list("worker_id", flat=True)) == {reds[0].pk, reds[2].pk}


def test_a_plan_with_somebody_who_cannot_be_invited_makes_nothing(admin: Client, course: Any) -> None:
    gone = cast.make_worker(status=WorkerStatus.BLACKLISTED)
    answer = admin.post(reverse("session_plan"), {"course_id": course.pk, "worker_ids": [gone.pk]})
    assert answer.status_code == 422
    assert not TrainingSession.objects.exists()


def test_only_admins_plan(now: datetime, course: Any) -> None:
    for role in (Role.AUDITOR, Role.ASSESSOR, Role.TRAINER):
        client = signed_in(role)
        assert client.get(reverse("session_new")).status_code == 403
        assert client.post(reverse("session_plan"), {"course_id": course.pk}).status_code == 403


def test_a_copy_takes_the_plan_but_neither_times_nor_people(
    admin: Client, course: Any, trainer: Any, venue: Any
) -> None:
    first = cast.make_session(
        course, trainer=trainer, venue=venue, workers=[cast.make_worker()], slots=tuesday(8, 12), notes="boots"
    )
    answer = admin.post(address("session_duplicate", first))
    copy = TrainingSession.objects.exclude(pk=first.pk).get()
    assert answer["Location"] == address("session", copy)
    assert (copy.trainer, copy.venue, copy.notes, copy.status) == (trainer, venue, "boots", SessionStatus.DRAFT)
    assert not Slot.objects.filter(session=copy).exists()
    assert not Attendee.objects.filter(session=copy).exists()


# The page


def test_a_new_draft_says_what_it_still_needs(admin: Client, course: Any, trainer: Any, venue: Any) -> None:
    page = shown(admin, cast.make_session(course))
    assert "H2S &lt;Awareness&gt;" in page
    assert "Version 1 · valid 12 months · 4 h · no prerequisite" in page
    assert "Choose a trainer. Choose a venue. Give at least one date with its times." in page
    assert re.search(r'id="schedule"[^>]*aria-disabled="true" aria-describedby="check"', page)
    assert "First free: Mon 23 Nov 2026 08:00, Room A" in page or "First free: Sun 22 Nov 2026 13:00, Room A" in page
    assert "Nobody is invited yet" in page


def test_trainers_are_shown_with_their_hours_and_whether_they_may_teach(
    admin: Client, course: Any, trainer: Any, venue: Any
) -> None:
    cast.make_trainer(first_name="Samir", last_name="Odeh")
    cast.make_trainer(course, first_name="Gone", last_name="Away", is_active=False)
    cast.make_session(course, trainer=trainer, status="SCHEDULED", slots=tuesday(8, 12))
    draft = cast.make_session(course, slots=tuesday(13, 17))
    page = shown(admin, draft)
    assert "Ravi Iyer · 4 h booked" in page
    assert "Samir Odeh · not qualified" in page
    assert "Gone Away" not in page


def test_the_list_and_the_picker_have_their_reasons(admin: Client, course: Any, reds: list[Worker]) -> None:
    session = cast.make_session(course, workers=reds[:1])
    page = shown(admin, session)
    assert page.count("Never trained") == 3
    assert "1 invited: 1 Red, 0 Yellow, 0 other" in page
    assert "Rigger" in page
    assert "Select all 2 Red" in page
    assert "Not required" in page


def test_who_was_blocked_after_the_invitation_is_flagged(admin: Client, course: Any, reds: list[Worker]) -> None:
    session = cast.make_session(course, workers=reds)
    Worker.objects.filter(pk=reds[0].pk).update(status=WorkerStatus.BLACKLISTED)
    assert "Blacklisted since the invitation" in shown(admin, session)


def test_statements_do_not_grow_with_the_people(
    admin: Client, course: Any, trainer: Any, venue: Any, reds: Any
) -> None:
    small = cast.make_session(course, trainer=trainer, venue=venue, slots=tuesday(8, 12), workers=[cast.make_worker()])
    with CaptureQueriesContext(connection) as few:
        shown(admin, small)
    for _number in range(12):
        cast.make_session(course, status="SCHEDULED", workers=[cast.make_worker(), *reds])
    big = cast.make_session(
        course, trainer=trainer, venue=venue, slots=tuesday(8, 12), workers=[cast.make_worker() for _ in range(30)]
    )
    with CaptureQueriesContext(connection) as many:
        shown(admin, big)
    assert len(many) <= len(few) <= 70


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ASSESSOR])
def test_readers_see_everything_and_change_nothing(course: Any, trainer: Any, reds: list[Worker], role: Role) -> None:
    session = cast.make_session(course, trainer=trainer, slots=tuesday(8, 12), workers=reds)
    client = signed_in(role)
    page = shown(client, session)
    assert "<form" not in page
    assert "<button" not in page
    assert "Ravi Iyer" in page
    assert "Red0" in page
    for name in ("check", "fill_in", "save", "schedule", "picker", "invite", "cancel", "delete", "duplicate"):
        data = {"worker_ids": [reds[0].pk]}
        assert client.post(address(f"session_{name}", session), data, headers=HTMX).status_code == 403
    assert client.post(address("session_remove", session, reds[0].pk), headers=HTMX).status_code == 403


def test_a_trainer_sees_their_own_sessions_only(now: datetime, course: Any) -> None:
    user = cast.make_user(Role.TRAINER)
    own = cast.make_session(course, trainer=cast.make_trainer(course, user=user), status="SCHEDULED")
    other = cast.make_session(course, status="SCHEDULED")
    client = Client()
    client.force_login(user)
    answer = client.get(address("session", own))
    assert answer.status_code in (200, 302)
    assert client.get(address("session", other)).status_code in (302, 404)


def test_what_is_not_there_is_not_found(admin: Client) -> None:
    assert admin.get("/sessions/999999").status_code == 404
    assert admin.get(f"/sessions/{10**30}").status_code == 404


# Checks


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


# Filling in


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


# Saving and scheduling


def test_a_draft_is_saved_as_it_is(admin: Client, course: Any, trainer: Any) -> None:
    draft = cast.make_session(course)
    answer = send(admin, "session_save", draft, details(draft, trainer_id=trainer.pk, notes="line\r\nline"))
    assert answer.status_code == 200
    assert "titan:toast" in answer["HX-Trigger"]
    assert answer["HX-Retarget"] == "#session-page"
    draft.refresh_from_db()
    assert (draft.trainer, draft.notes, draft.version) == (trainer, "line\nline", 2)


def test_without_scripts_a_form_is_saved_too(admin: Client, course: Any, trainer: Any) -> None:
    draft = cast.make_session(course)
    answer = admin.post(address("session_save", draft), details(draft, trainer_id=trainer.pk), follow=True)
    assert answer.redirect_chain == [(address("session", draft), 302)]
    assert "Saved." in text(answer)


def test_a_session_is_scheduled(admin: Client, course: Any, trainer: Any, venue: Any) -> None:
    draft = cast.make_session(course)
    answer = send(admin, "session_schedule", draft, whole_plan(draft, trainer, venue))
    assert answer.status_code == 200
    draft.refresh_from_db()
    assert draft.status == SessionStatus.SCHEDULED
    assert 'id="schedule"' not in text(answer)
    assert "Save changes" in text(answer)


def test_scheduling_an_incomplete_draft_says_what_is_missing(admin: Client, course: Any, trainer: Any) -> None:
    draft = cast.make_session(course)
    answer = send(admin, "session_schedule", draft, details(draft, trainer_id=trainer.pk))
    assert answer.status_code == 422
    assert "Choose a venue first." in text(answer)
    assert f'value="{trainer.pk}" selected' in text(answer)


def test_a_hard_block_refuses_and_keeps_what_was_typed(admin: Client, course: Any, trainer: Any, venue: Any) -> None:
    cast.make_session(course, trainer=trainer, status="SCHEDULED", slots=tuesday(8, 12))
    draft = cast.make_session(course)
    answer = send(admin, "session_schedule", draft, whole_plan(draft, trainer, venue, notes="typed"))
    assert answer.status_code == 409
    assert "Ravi Iyer is booked for" in text(answer)
    assert "typed" in text(answer)


def soft_plan(admin: Client, draft: TrainingSession, trainer: Any, venue: Any) -> tuple[dict[str, Any], str]:
    plan = whole_plan(draft, trainer, venue)
    return plan, text(send(admin, "session_check", draft, plan))


def test_a_soft_block_is_ticked_by_name_and_only_what_was_seen(
    admin: Client, course: Any, trainer: Any, venue: Any
) -> None:
    cast.make_session(course, venue=venue, status="SCHEDULED", slots=tuesday(8, 10))
    draft = cast.make_session(course)
    plan, page = soft_plan(admin, draft, trainer, venue)
    seen = re.findall(r'name="seen" value="([^"]*)"', page)
    assert send(admin, "session_schedule", draft, plan).status_code == 409
    cast.make_session(course, venue=venue, status="SCHEDULED", slots=tuesday(10, 12))
    ticked = {**plan, "override": ["VENUE_OVERLAP"], "seen": seen}
    answer = send(admin, "session_schedule", draft, ticked)
    assert answer.status_code == 409
    assert not Override.objects.exists()
    seen = re.findall(r'name="seen" value="([^"]*)"', text(answer))
    assert len(seen) == 2
    answer = send(admin, "session_schedule", draft, {**ticked, "seen": seen})
    assert answer.status_code == 200
    assert Override.objects.count() == 2
    assert "acknowledged by Aylin Demir" in text(answer)


def test_other_edits_of_a_scheduled_session_ask_for_nothing_again(
    admin: Client, course: Any, trainer: Any, venue: Any
) -> None:
    needed = cast.make_course()
    strict = cast.make_course(prerequisites=[needed])
    teacher = cast.make_trainer(strict)
    session = cast.make_session(
        strict, trainer=teacher, venue=venue, status="SCHEDULED", slots=tuesday(8, 12), workers=[cast.make_worker()]
    )
    kept = whole_plan(session, teacher, venue, notes="bring boots")
    assert "has no valid" in shown(admin, session)
    assert send(admin, "session_save", session, kept).status_code == 200
    session.refresh_from_db()
    assert session.notes == "bring boots"
    moved = whole_plan(session, teacher, venue, starts=["09:00"])
    assert send(admin, "session_save", session, moved).status_code == 409
    moved |= {
        "override": ["PREREQUISITE_MISSING"],
        "seen": re.findall(r'name="seen" value="([^"]*)"', text(send(admin, "session_check", session, moved))),
    }
    assert send(admin, "session_save", session, moved).status_code == 200


def test_the_course_changes_in_a_draft_only(admin: Client, course: Any, trainer: Any, venue: Any) -> None:
    other = cast.make_course()
    draft = cast.make_session(course)
    assert send(admin, "session_save", draft, details(draft, course_id=other.pk)).status_code == 200
    held = cast.make_session(course, trainer=trainer, venue=venue, status="SCHEDULED", slots=tuesday(8, 12))
    answer = send(admin, "session_save", held, whole_plan(held, trainer, venue, course_id=other.pk))
    assert answer.status_code == 409
    assert "The course changes only in a draft" in text(answer)


def test_an_unpublished_course_keeps_the_draft_from_being_scheduled(admin: Client, venue: Any) -> None:
    unpublished = cast.make_course(status="DRAFT")
    draft = cast.make_session(unpublished)
    page = text(send(admin, "session_check", draft, whole_plan(draft, cast.make_trainer(unpublished), venue)))
    assert "The course has no published version." in page


# Two editors


def test_two_editors_lose_nothing(admin: Client, course: Any, trainer: Any, venue: Any) -> None:
    draft = cast.make_session(course, title="Night")
    mine = details(draft, title="Mine", trainer_id=trainer.pk)
    other = signed_in(Role.SUPER_ADMIN, name="Samira Süleymanlı")
    theirs = details(draft, title="Theirs", notes="bring boots", venue_id=venue.pk)
    assert send(other, "session_save", draft, theirs).status_code == 200
    answer = send(admin, "session_save", draft, mine)
    page = text(answer)
    assert answer.status_code == 409
    assert "Samira Süleymanlı changed this at 09:00." in page
    assert "<b>Title</b>: you both changed it. The field holds yours; theirs is: <b>Theirs</b>" in page
    assert "<b>Notes</b>: taken over from theirs." in page
    assert "<b>Venue</b>: taken over from theirs." in page
    assert 'value="Mine"' in page
    assert f'value="{trainer.pk}" selected' in page
    assert 'name="version" value="2"' in page
    merged = details(draft, title="Mine", trainer_id=trainer.pk, notes="bring boots", venue_id=venue.pk, version=2)
    assert send(admin, "session_save", draft, merged).status_code == 200
    draft.refresh_from_db()
    assert (draft.title, draft.notes, draft.trainer, draft.venue) == ("Mine", "bring boots", trainer, venue)


def test_times_changed_by_another_are_taken_over(admin: Client, course: Any, trainer: Any, venue: Any) -> None:
    draft = cast.make_session(course, slots=tuesday(8, 12))
    day = {"day": ["2026-11-24"], "starts": ["08:00"], "ends": ["12:00"]}
    mine = details(draft, title="Mine", **day)
    send(admin, "session_save", draft, details(draft, **{**day, "starts": ["09:00"]}))
    page = text(send(admin, "session_save", draft, mine))
    assert "<b>Times</b>: taken over from theirs." in page
    assert re.findall(r'name="starts"[^>]*value="([^"]*)"', page) == ["09:00"]


# People


def test_workers_are_invited_with_remarks_and_the_picker_follows(
    admin: Client, reds: list[Worker], course: Any, venue: Any
) -> None:
    elsewhere = cast.make_session(course, status="SCHEDULED", slots=tuesday(8, 12), workers=reds[:1])
    session = cast.make_session(course, venue=venue, slots=tuesday(10, 14))
    data = {"worker_ids": [one.pk for one in reds[:2]]}
    answer = send(admin, "session_invite", session, data)
    page = text(answer)
    assert answer.status_code == 200
    assert Attendee.objects.filter(session=session).count() == 2
    assert "Invited, with 1 remark." in page
    assert f'is also on <a href="{address("session", elsewhere)}">' in page
    assert 'id="pick-list"' in page
    assert 'hx-swap-oob="true"' in page
    assert page.count('name="worker_ids"') == 2
    assert "titan:people" in answer["HX-Trigger"]
    assert "2 workers invited." in answer["HX-Trigger"]


def test_inviting_nobody_is_refused_in_words(admin: Client, course: Any) -> None:
    session = cast.make_session(course)
    answer = send(admin, "session_invite", session, {"worker_ids": ["x"]})
    assert answer.status_code == 409
    assert "Nobody is ticked" in text(answer)


def test_more_people_than_seats_are_shown_in_amber(
    admin: Client, course: Any, trainer: Any, reds: list[Worker]
) -> None:
    small = cast.make_venue(capacity=2)
    page = shown(admin, cast.make_session(course, trainer=trainer, venue=small, workers=reds, slots=tuesday(8, 12)))
    assert "3/2 seats" in page
    assert 'class="over"' in page


def test_a_worker_is_taken_off_the_list(admin: Client, course: Any, reds: list[Worker]) -> None:
    session = cast.make_session(course, workers=reds)
    answer = send(admin, "session_remove", session, {}, reds[0].pk)
    assert answer.status_code == 200
    assert "2 invited" in text(answer)
    assert send(admin, "session_remove", session, {}, reds[0].pk).status_code == 404


def test_the_picker_searches_filters_and_keeps_what_is_ticked(admin: Client, course: Any, reds: list[Worker]) -> None:
    session = cast.make_session(course)
    page = text(send(admin, "session_picker", session, {"search": "red1", "worker_ids": [reds[0].pk]}))
    assert "Red1" in page
    assert "Red2" not in page
    assert "Selected, but not shown above" in page
    assert page.count("checked") == 1
    other = reds[2].company_id
    page = text(send(admin, "session_picker", session, {"company_id": other}))
    assert "Red2" in page
    assert "Red1" not in page
    assert "Nobody found" in text(send(admin, "session_picker", session, {"search": "nobody like this"}))


def test_the_picker_fills_the_seats_most_urgent_first(admin: Client, course: Any, reds: list[Worker]) -> None:
    session = cast.make_session(course, venue=cast.make_venue(capacity=2))
    page = shown(admin, session, "?pick=red")
    assert page.count(" checked>") == 2
    assert shown(admin, session, "?pick=all_red").count(" checked>") == 3
    page = text(send(admin, "session_picker", session, {"pick": "fill", "seats": "4"}))
    assert page.count(" checked>") == 4
    assert "4/4 seats after these 4" in page.replace("<b>4</b>", "4")


def test_the_picker_goes_on_where_the_page_ended(admin: Client, course: Any, now: datetime) -> None:
    company = cast.make_company()
    for number in range(60):
        cast.make_worker(company=company, last_name=f"Many{number:02}")
    session = cast.make_session(course)
    page = shown(admin, session)
    assert page.count('name="worker_ids"') == 50
    values = re.search(r"hx-vals='({[^']*cursor[^']*})'", page)
    assert values is not None
    rest = text(send(admin, "session_picker", session, json.loads(values[1])))
    assert rest.count('name="worker_ids"') == 10
    assert "Many59" in rest
    assert 'class="group"' not in rest
    assert send(admin, "session_picker", session, {"cursor": "made up"}).status_code == 422


# Ending


def test_a_draft_is_deleted_and_nothing_else(admin: Client, course: Any) -> None:
    draft, held = cast.make_session(course), cast.make_session(course, status="SCHEDULED")
    assert admin.post(address("session_delete", draft)).status_code == 302
    assert admin.post(address("session_delete", held)).status_code == 409
    assert list(TrainingSession.objects.all()) == [held]


def test_cancelling_needs_a_reason_once_scheduled(admin: Client, course: Any) -> None:
    held = cast.make_session(course, status="SCHEDULED")
    answer = send(admin, "session_cancel", held, {"reason": "  "})
    assert answer.status_code == 422
    assert "Say why the scheduled session is cancelled." in text(answer)
    assert "data-show" in text(answer)
    answer = send(admin, "session_cancel", held, {"reason": "The trainer is <ill>."})
    assert answer.status_code == 200
    page = shown(admin, held)
    assert "This session is cancelled." in page
    assert "The trainer is &lt;ill&gt;." in page
    assert 'id="plan-form"' not in page
    assert send(admin, "session_save", held, details(held, title="x")).status_code == 409


# From the first slot on


def test_a_class_that_began_folds_its_plan(admin: Client, course: Any, now: datetime) -> None:
    session = cast.make_session(
        course, status="SCHEDULED", slots=[(now - timedelta(hours=1), now + DAY / 8)], workers=[cast.make_worker()]
    )
    page = shown(admin, session)
    assert 'id="fold-details"' in page
    assert 'id="fold-people"' in page
    assert "1 mark is missing" in page


def test_a_session_that_cannot_run_says_so(admin: Client, course: Any, now: datetime) -> None:
    session = cast.make_session(course, status="SCHEDULED")
    Qualification.objects.filter(trainer=session.trainer).update(until=now)
    assert "This session cannot run." in shown(admin, session)
