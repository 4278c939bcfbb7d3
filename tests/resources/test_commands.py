"""Trainers, their qualifications, and venues."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.cast import actor, make_course, make_session, make_trainer, make_user, make_venue
from titan.audit.models import AuditEvent
from titan.core.actor import Role
from titan.core.errors import Conflict, Forbidden, Invalid, NotFound
from titan.resources.commands.trainers import (
    create_trainer,
    delete_trainer,
    replace_qualifications,
    update_trainer,
)
from titan.resources.commands.venues import create_venue, delete_venue, update_venue
from titan.resources.models import Qualification, Trainer, Venue
from titan.resources.rules import TrainerChanges, TrainerFields, VenueChanges, VenueFields

pytestmark = pytest.mark.django_db

ADMIN = actor()
SUPER = actor(Role.SUPER_ADMIN)
INTERNAL = TrainerFields(code="TR-01", first_name="Sabih", last_name="İnönü", type="INTERNAL")


def errors_of(call: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refusal:
        call()
    return [(error.field, error.code) for error in refusal.value.errors]


def test_a_trainer_is_made_and_changed_without_a_name_in_the_log(at: datetime) -> None:
    trainer_id = create_trainer(INTERNAL, by=ADMIN, at=at)
    changes = TrainerChanges(first_name="Esentürk", type="EXTERNAL", company_name="SafePass Academy")
    update_trainer(trainer_id, changes, by=ADMIN, at=at)
    update_trainer(trainer_id, changes, by=ADMIN, at=at)
    trainer = Trainer.objects.get()
    assert (trainer.name, trainer.type, trainer.company_name) == ("Esentürk İnönü", "EXTERNAL", "SafePass Academy")
    made, changed = AuditEvent.objects.order_by("id")
    assert made.after == {
        "code": "TR-01",
        "type": "INTERNAL",
        "company_name": "",
        "is_active": True,
        "user_id": None,
        "personal_fields": ["first_name", "last_name", "email"],
    }
    assert changed.before == {
        "type": "INTERNAL",
        "company_name": "",
        "personal_fields": ["first_name"],
    }
    written = json.dumps(list(AuditEvent.objects.values("before", "after")), ensure_ascii=False)
    assert not any(name in written for name in ("Sabih", "İnönü", "Esentürk"))


def test_the_state_after_a_change_must_hold(at: datetime) -> None:
    trainer = make_trainer(type="EXTERNAL", company_name="SafePass")
    call = lambda: update_trainer(trainer.pk, TrainerChanges(company_name=""), by=ADMIN, at=at)  # noqa: E731
    assert errors_of(call) == [("company_name", "REQUIRED")]
    other = make_trainer()
    taken = TrainerChanges(code=trainer.code)
    assert errors_of(lambda: update_trainer(other.pk, taken, by=ADMIN, at=at)) == [("code", "NOT_UNIQUE")]


def test_only_a_super_admin_links_a_login(at: datetime) -> None:
    user, trainer = make_user(Role.TRAINER), make_trainer()
    link = TrainerChanges(user_id=user.pk)
    with pytest.raises(Forbidden):
        update_trainer(trainer.pk, link, by=ADMIN, at=at)
    update_trainer(trainer.pk, link, by=SUPER, at=at)
    update_trainer(trainer.pk, link, by=ADMIN, at=at)
    other = make_trainer()
    assert errors_of(lambda: update_trainer(other.pk, link, by=SUPER, at=at)) == [("user_id", "NOT_UNIQUE")]
    unknown = TrainerChanges(user_id=999)
    assert errors_of(lambda: update_trainer(other.pk, unknown, by=SUPER, at=at)) == [("user_id", "UNKNOWN")]


def test_qualifications_are_replaced_and_remembered(at: datetime) -> None:
    kept, gone, fresh = make_course(), make_course(), make_course()
    trainer = make_trainer(kept, gone)
    replace_qualifications(trainer.pk, [fresh.pk, kept.pk], by=ADMIN, at=at)
    rows = Qualification.objects.filter(trainer=trainer).order_by("course_id")
    assert [(row.course_id, row.since == at, row.until) for row in rows] == [
        (kept.pk, False, None),
        (gone.pk, False, at),
        (fresh.pk, True, None),
    ]
    event = AuditEvent.objects.get()
    assert (event.before, event.after) == (
        {"course_ids": [kept.pk, gone.pk]},
        {"course_ids": [kept.pk, fresh.pk]},
    )
    replace_qualifications(trainer.pk, [kept.pk, fresh.pk], by=ADMIN, at=at)
    assert AuditEvent.objects.count() == 1
    replace_qualifications(trainer.pk, [gone.pk], by=ADMIN, at=at)
    assert Qualification.objects.filter(trainer=trainer, course=gone).count() == 2


def test_a_qualification_taken_away_leaves_a_scheduled_session(at: datetime) -> None:
    course = make_course()
    session = make_session(course, status="SCHEDULED")
    assert session.trainer_id is not None
    replace_qualifications(session.trainer_id, [], by=ADMIN, at=at)
    session.refresh_from_db()
    assert session.status == "SCHEDULED"


def test_courses_are_known_and_named_once(at: datetime) -> None:
    trainer, course = make_trainer(), make_course()
    call = lambda: replace_qualifications(trainer.pk, [course.pk, 999, course.pk, 2**70], by=ADMIN, at=at)  # noqa: E731
    assert errors_of(call) == [
        ("course_ids.1", "UNKNOWN"),
        ("course_ids.2", "TWICE"),
        ("course_ids.3", "UNKNOWN"),
    ]
    many = list(range(1, 1_002))
    assert errors_of(lambda: replace_qualifications(trainer.pk, many, by=ADMIN, at=at)) == [("course_ids", "TOO_MANY")]


def test_statements_do_not_grow_with_qualifications(at: datetime, django_assert_num_queries: Any) -> None:
    for number in (1, 30):
        courses = [make_course().pk for _ in range(number)]
        trainer = make_trainer(make_course())
        with django_assert_num_queries(8):
            replace_qualifications(trainer.pk, courses, by=ADMIN, at=at)


def test_venues_are_made_and_changed(at: datetime) -> None:
    venue_id = create_venue(VenueFields("Zal №1", 20, "Bina B"), by=ADMIN, at=at)
    update_venue(venue_id, VenueChanges(capacity=25, is_active=False), by=ADMIN, at=at)
    update_venue(venue_id, VenueChanges(capacity=25), by=ADMIN, at=at)
    venue = Venue.objects.get()
    assert (venue.name, venue.capacity, venue.location, venue.is_active) == ("Zal №1", 25, "Bina B", False)
    assert [event.before for event in AuditEvent.objects.order_by("id")] == [
        None,
        {"capacity": 20, "is_active": True},
    ]
    make_venue(name="Other")
    taken = VenueChanges(name="Other", capacity=0)
    assert errors_of(lambda: update_venue(venue_id, taken, by=ADMIN, at=at)) == [
        ("capacity", "OUT_OF_RANGE"),
        ("name", "NOT_UNIQUE"),
    ]


def test_only_what_was_never_used_is_deleted(at: datetime) -> None:
    session = make_session(make_course(), trainer=make_trainer(), venue=make_venue())
    qualified = make_trainer(make_course())
    used: list[Callable[[], object]] = [
        lambda: delete_trainer(session.trainer_id or 0, by=ADMIN, at=at),
        lambda: delete_trainer(qualified.pk, by=ADMIN, at=at),
        lambda: delete_venue(session.venue_id or 0, by=ADMIN, at=at),
    ]
    for call in used:
        with pytest.raises(Conflict) as refusal:
            call()
        assert refusal.value.code == "IN_USE"
    trainer, venue = make_trainer(), make_venue()
    delete_trainer(trainer.pk, by=ADMIN, at=at)
    delete_venue(venue.pk, by=ADMIN, at=at)
    assert not Trainer.objects.filter(pk=trainer.pk).exists()
    assert not Venue.objects.filter(pk=venue.pk).exists()


@pytest.mark.parametrize("kind", [Role.TRAINER, Role.ASSESSOR, Role.AUDITOR])
def test_only_admins_write(kind: Role, at: datetime) -> None:
    by = actor(kind)
    calls: list[Callable[[], object]] = [
        lambda: create_trainer(TrainerFields("", "", ""), by=by, at=at),
        lambda: update_trainer(999, TrainerChanges(), by=by, at=at),
        lambda: replace_qualifications(999, [999], by=by, at=at),
        lambda: delete_trainer(999, by=by, at=at),
        lambda: create_venue(VenueFields("", 0), by=by, at=at),
        lambda: update_venue(999, VenueChanges(), by=by, at=at),
        lambda: delete_venue(999, by=by, at=at),
    ]
    for call in calls:
        with pytest.raises(Forbidden):
            call()


def test_what_does_not_exist_is_not_found(at: datetime) -> None:
    calls: list[Callable[[], object]] = [
        lambda: update_trainer(2**70, TrainerChanges(), by=ADMIN, at=at),
        lambda: replace_qualifications(999, [999], by=ADMIN, at=at),
        lambda: delete_trainer(999, by=ADMIN, at=at),
        lambda: update_venue(999, VenueChanges(capacity=0), by=ADMIN, at=at),
        lambda: delete_venue(999, by=ADMIN, at=at),
    ]
    for call in calls:
        with pytest.raises(NotFound):
            call()
