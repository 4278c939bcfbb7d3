"""Details saved and scheduled: blocks, acknowledgements, and two editors at once."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from tests import cast
from tests.web.session.asking import address, details, send, shown, signed_in, text, tuesday, whole_plan
from titan.core.actor import Role
from titan.training.models import Override, SessionStatus, TrainingSession


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
