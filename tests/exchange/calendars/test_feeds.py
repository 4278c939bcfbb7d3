"""Who follows what, for how long, and what a feed says of what left it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.exchange.calendars.planning import feed_of, planned, read, said, text_of
from tests.training.acting import ADMIN, AT, DAY, act, time_of
from tests.training.acting import said as in_log
from titan.accounts.commands import deactivate_user, erase_login, update_user
from titan.core.actor import Role
from titan.core.errors import Conflict, Forbidden, Invalid, NotFound
from titan.exchange.calendars.commands.feeds import note_reading, revoke_feed
from titan.exchange.calendars.models import Feed, Kind
from titan.exchange.calendars.queries.feeds import list_feeds
from titan.exchange.calendars.reading import Refused, feed_file
from titan.training.commands import Plan, cancel_session, create_session, delete_draft, invite_workers, update_session

SUPER = cast.actor(Role.SUPER_ADMIN, user_id=1)


def answer(made: Any) -> Any:
    return feed_file(made.token, links=lambda _owner: str, at=AT)


def changed(session: int, plan: Plan, **values: Any) -> None:
    update_session(session, plan, override=frozenset({"VENUE_OVERLAP"}), by=ADMIN, at=AT, **values)


def test_a_secret_is_kept_by_its_hash_alone(admin: Any) -> None:
    made = feed_of(admin, name=" my phone ")
    stored = Feed.objects.values().get()
    assert made.token.startswith(stored["prefix"])
    assert made.token not in str(stored)
    assert (made.row.name, made.row.kind, stored["user_id"]) == ("my phone", "ALL", admin.pk)
    event = in_log("calendar_feed.created", made.row.id)[0]
    assert event.after == {"user_id": admin.pk, "kind": "ALL"}
    assert made.token not in str(event.__dict__)


@pytest.mark.parametrize("role", [Role.SUPER_ADMIN, Role.HSE_ADMIN, Role.AUDITOR])
def test_admins_and_auditors_follow_anything(trainer: Any, venue: Any, role: Role) -> None:
    user = cast.make_user(role)
    for values in ({}, {"kind": Kind.TRAINER, "trainer_id": trainer.pk}, {"kind": Kind.VENUE, "venue_id": venue.pk}):
        assert not isinstance(answer(feed_of(user, **values)), Refused)


def test_a_trainer_follows_their_own_classes_alone(course: Any, venue: Any) -> None:
    user = cast.make_user(Role.TRAINER)
    own, other = cast.make_trainer(course, user=user), cast.make_trainer(course)
    assert not isinstance(answer(feed_of(user, Kind.TRAINER, trainer_id=own.pk)), Refused)
    for values in (
        {"kind": Kind.ALL},
        {"kind": Kind.TRAINER, "trainer_id": other.pk},
        {"kind": Kind.VENUE, "venue_id": venue.pk},
    ):
        with pytest.raises(Forbidden):
            feed_of(user, **values)


def test_others_follow_nothing(trainer: Any) -> None:
    for user in (cast.make_user(Role.ASSESSOR), cast.make_user(Role.TRAINER)):
        with pytest.raises(Forbidden):
            feed_of(user, Kind.TRAINER, trainer_id=trainer.pk)
    with pytest.raises(Forbidden):
        feed_of(cast.make_user(Role.ASSESSOR))


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"kind": "WORKER"}, "kind", "UNKNOWN"),
        ({"kind": "TRAINER"}, "trainer_id", "REQUIRED"),
        ({"kind": "VENUE"}, "venue_id", "REQUIRED"),
        ({"kind": "VENUE", "venue_id": 999_999}, "venue_id", "UNKNOWN"),
        ({"kind": "ALL", "trainer_id": 1}, "trainer_id", "NOT_ALLOWED"),
        ({"kind": "ALL", "name": "x" * 101}, "name", "NAME_LENGTH"),
        ({"kind": "ALL", "name": "a\nb"}, "name", "NAME_LENGTH"),
        ({"kind": "ALL", "name": "a\x00b"}, "name", "NAME_LENGTH"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(admin: Any, values: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        feed_of(admin, **values)
    assert [(error.field, error.code) for error in caught.value.errors] == [(field, code)]
    assert not Feed.objects.exists()


def test_fifty_in_use_are_enough(admin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("titan.exchange.calendars.commands.feeds.MOST_FEEDS", 2)
    feeds = [feed_of(admin) for _ in range(2)]
    with pytest.raises(Conflict, match="2 feeds"):
        feed_of(admin)
    revoke_feed(feeds[0].row.id, by=cast.actor_of(admin), at=AT)
    feed_of(admin)


def test_a_revoked_one_is_gone(admin: Any) -> None:
    made, by = feed_of(admin), cast.actor_of(admin)
    with pytest.raises(NotFound):
        revoke_feed(made.row.id, by=ADMIN, at=AT)
    revoke_feed(made.row.id, by=by, at=AT)
    assert answer(made) is Refused.GONE
    revoke_feed(made.row.id, by=by, at=AT + DAY)
    assert len(in_log("calendar_feed.revoked")) == 1
    other = feed_of(admin)
    revoke_feed(other.row.id, by=SUPER, at=AT)
    assert answer(other) is Refused.GONE
    assert [row.revoked_at for row in list_feeds(by=by).items] == [AT, AT]


@pytest.mark.parametrize(
    "secret", ["", "cal_", "titan_abcdef_x", "cal_\N{SNOWMAN}", "cal_" + "x" * 200, "cal_aaaaaa_b"]
)
def test_no_other_secret_is_one(db: None, secret: str) -> None:
    assert feed_file(secret, links=lambda _owner: str, at=AT) is Refused.UNKNOWN


def test_it_ends_with_what_its_owner_may_see(course: Any, site: Any) -> None:
    user = cast.make_user(Role.TRAINER)
    own = cast.make_trainer(course, user=user)
    made = feed_of(user, Kind.TRAINER, trainer_id=own.pk)
    type(own).objects.filter(pk=own.pk).update(user=None)
    assert answer(made) is Refused.UNKNOWN
    type(own).objects.filter(pk=own.pk).update(user=user)
    assert not isinstance(answer(made), Refused)
    update_user(user.pk, {"role": Role.ASSESSOR}, by=SUPER, at=AT)
    assert answer(made) is Refused.UNKNOWN


def test_a_closed_login_has_no_feeds_any_more(admin: Any) -> None:
    made = feed_of(admin)
    deactivate_user(admin.pk, by=SUPER, at=AT)
    assert answer(made) is Refused.GONE
    update_user(admin.pk, {"is_active": True}, by=SUPER, at=AT)
    assert answer(made) is Refused.GONE


def test_an_erased_login_leaves_no_words(admin: Any) -> None:
    made = feed_of(admin, name="Leyla's phone")
    erase_login(admin.pk, by=SUPER, at=AT)
    assert answer(made) is Refused.GONE
    assert Feed.objects.get().name == ""


def test_all_sessions_or_one_trainers_or_one_venues(course: Any, trainer: Any, venue: Any, admin: Any) -> None:
    other, hall = cast.make_trainer(course), cast.make_venue()
    first = planned(course, trainer, venue, title="First")
    second = planned(course, other, hall, time_of(4), title="Second")
    assert {first, second} == {int(event.split("/")[-1]) for event in urls(feed_of(admin))}
    assert urls(feed_of(admin, Kind.TRAINER, trainer_id=trainer.pk)) == [f"https://titan.example/sessions/{first}"]
    assert urls(feed_of(admin, Kind.VENUE, venue_id=hall.pk)) == [f"https://titan.example/sessions/{second}"]


def urls(made: Any) -> list[str]:
    lines = text_of(made).split("\r\n")
    return [line.partition(":")[2] for line in lines if line.startswith("URL")]


def test_what_goes_to_another_trainer_is_cancelled_for_the_first(
    course: Any, trainer: Any, venue: Any, admin: Any
) -> None:
    other = cast.make_trainer(course)
    session = planned(course, trainer, venue)
    mine, theirs = (feed_of(admin, Kind.TRAINER, trainer_id=one.pk) for one in (trainer, other))
    nine, noon = time_of(0).starts_at, time_of(3).starts_at
    assert said(mine) == [("CONFIRMED", 0, "Working at Height", nine)]
    changed(session, Plan(trainer_id=other.pk, slots=[time_of(3)]))
    assert said(mine) == [("CANCELLED", 1, "Cancelled: Working at Height", nine)]
    assert said(theirs) == [("CONFIRMED", 1, "Working at Height", noon)]
    # What the other one changes is nothing to the first, until it comes back.
    changed(session, Plan(slots=[time_of(5)]))
    assert said(mine) == [("CANCELLED", 1, "Cancelled: Working at Height", nine)]
    changed(session, Plan(trainer_id=trainer.pk))
    assert said(mine) == [("CONFIRMED", 3, "Working at Height", time_of(5).starts_at)]
    assert said(theirs) == [("CANCELLED", 3, "Cancelled: Working at Height", time_of(5).starts_at)]


def test_drafts_are_tentative_and_deleted_ones_cancelled(course: Any, trainer: Any, venue: Any, admin: Any) -> None:
    made = feed_of(admin)
    plan = Plan(course_id=course.pk, trainer_id=trainer.pk, slots=[time_of(0)])
    session = act(create_session, plan)
    assert said(made) == [("TENTATIVE", 0, "Draft: Working at Height", time_of(0).starts_at)]
    text = text_of(made)
    assert "TRANSP:TRANSPARENT" in text
    assert "holds neither the trainer nor the venue" in text
    delete_draft(session, by=ADMIN, at=AT)
    assert said(made) == [("CANCELLED", 1, "Cancelled: Working at Height", time_of(0).starts_at)]
    assert "URL" not in text_of(made)


def test_reasons_notes_and_names_of_people_stay_inside(course: Any, trainer: Any, venue: Any, admin: Any) -> None:
    session = planned(course, trainer, venue, notes="Ask Leyla about it")
    worker = cast.make_worker(first_name="Rəşad", last_name="Əliyev")
    invite_workers(session, [worker.pk], by=ADMIN, at=AT)
    text = text_of(feed_of(admin))
    assert "1 person on the list" in text
    cancel_session(session, "Leyla is ill", by=ADMIN, at=AT)
    text += text_of(feed_of(admin))
    for kept in ("Leyla", "Rəşad", "Əliyev", worker.employee_id):
        assert kept not in text


def test_from_ninety_days_back_to_a_year_ahead(course: Any, trainer: Any, venue: Any, admin: Any) -> None:
    days = {title: time_of(24 * n, on=AT) for title, n in (("a", -91), ("b", -90), ("c", 365), ("d", 366))}
    for title, slot in days.items():
        planned(course, trainer, venue, slot, title=title, at=AT - 200 * DAY)
    titles = [title.rpartition(" ")[2] for _status, _sequence, title, _begin in said(feed_of(admin))]
    assert titles == ["b", "c"]


def test_in_the_language_of_its_owner(course: Any, trainer: Any, venue: Any) -> None:
    planned(course, trainer, venue)
    user = cast.make_user(Role.AUDITOR, language="tr")
    assert [title for _status, _sequence, title, _begin in said(feed_of(user))] == ["Yüksekte Çalışma"]


def test_the_same_calendar_has_the_same_bytes_and_a_change_others(
    course: Any, trainer: Any, venue: Any, admin: Any
) -> None:
    session = planned(course, trainer, venue)
    made = feed_of(admin)
    first = read(made)
    assert read(made, AT + timedelta(hours=1)).content == first.content
    assert (first.etag, first.changed_at) == (read(made).etag, AT)
    changed(session, Plan(title="Group B"))
    assert read(made).etag != first.etag


def test_reading_costs_the_same_for_any_number(course: Any, trainer: Any, venue: Any, admin: Any) -> None:
    made, costs = feed_of(admin), []
    for more in range(2):
        for number in range(6 * more + 1):
            planned(course, trainer, venue, time_of(30 * more + 3 * number))
        with CaptureQueriesContext(connection) as statements:
            assert len(said(made)) == 6 * more + 1 + more
        costs.append(len(statements))
    assert costs == [5, 5]


def test_reading_is_noted_once_an_hour(admin: Any) -> None:
    made, by = feed_of(admin), cast.actor_of(admin)
    noted = []
    for minutes in (0, 30, 60):
        note_reading(made.row.id, by=by, at=AT + timedelta(minutes=minutes))
        noted.append(Feed.objects.get().last_used_at)
    assert noted == [AT, AT, AT + timedelta(hours=1)]
    assert len(in_log("calendar_feed.created")) == 1


def test_a_list_is_ones_own(admin: Any, course: Any) -> None:
    feed_of(cast.make_user(Role.AUDITOR))
    mine = [feed_of(admin, name=f"{number}") for number in range(3)]
    by = cast.actor_of(admin)
    page = list_feeds(by=by, limit=2)
    assert ([row.name for row in page.items], page.total) == (["2", "1"], 3)
    assert [row.id for row in list_feeds(by=by, limit=2, cursor=page.next_cursor).items] == [mine[0].row.id]
