"""The list to sign as people hold it: who is invited, boxes and room for a signature, lines for walk-ins."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.paper.reading import codes, page_count, picture, standard, texts
from tests.training.acting import ADMIN, AT, scheduled, settle, time_of
from titan.core.actor import Role
from titan.core.errors import Conflict, NotFound
from titan.core.language import _, words_in
from titan.ledger.commands.sign import sign_head
from titan.ledger.queries.checkpoints import newest_checkpoint
from titan.paper.attendance import LINES, attendance_pdf
from titan.training.commands import Plan, cancel_session, create_session
from titan.training.models import TrainingSession
from titan.training.rules import SlotTime

LINK = "https://titan.example/sessions/7"


@pytest.fixture
def course(site: Any) -> Any:
    settle()
    return cast.make_course(code="HSE-014", title={"en": "Working at Height", "tr": "Yüksekte Çalışma"})


def planned(course: Any, people: int, *slots: SlotTime, **values: Any) -> TrainingSession:
    """Make a scheduled session of this many workers."""
    trainer = cast.make_trainer(course, first_name="Ravi", last_name="Iyer")
    workers = [cast.make_worker(first_name="Rəşad", last_name=f"Əliyev{n:02}") for n in range(people)]
    values = {"trainer": trainer, "workers": workers, **values}
    return scheduled(course, *slots, **values)


def printed(session: TrainingSession, languages: tuple[str, ...] = ("en",), **values: Any) -> bytes:
    return attendance_pdf(session.pk, **{"link": LINK, "languages": languages, "by": ADMIN, "at": AT, **values})


def plain(text: str) -> str:
    return text.replace("\u2060", "").replace("\u2068", "").replace("\u2069", "")


def test_it_says_who_is_invited_to_what(course: Any) -> None:
    session = planned(course, 3, title="Group B", venue=cast.make_venue(name="Room A"))
    user = cast.make_user(name="Leyla Həsənova")
    sign_head()
    newest = newest_checkpoint()
    assert newest is not None
    pdf = printed(session, by=cast.actor_of(user))
    text = plain(texts(pdf)[0])
    assert (standard(pdf), page_count(pdf), codes(pdf)) == (("2", "B"), 1, [LINK])
    for said in (
        "Test site Attendance list Working at Height Group B",
        f"Session {session.code} HSE-014, version 1",
        "Trainer Ravi Iyer",
        "Venue Room A",
        "Time Mon 23 Nov 2026, 09:00–11:00",
        "Name Badge Company Present Passed Failed Signature, inside the row",
        "Rows from 4 on are for people who were not invited",
        "Trainer’s signature, date and time",
        f"{session.code} · page 1 of 1",
        f"Ledger, size {newest.size}: Root {newest.anchor}",
        "printed Sun 22 Nov 2026, 09:00 by Leyla Həsənova",
    ):
        assert said in text, said
    lines = [line.worker for line in session.attendees.select_related("worker__company").order_by("worker__name_key")]
    for number, worker in enumerate(lines, start=1):
        assert f"{number} Rəşad {worker.last_name} {worker.employee_id} {worker.company.name}" in text
    assert re.search(r" 4 5 6 .* 19 20 Sign for yourself", text)
    assert "Signed on" not in text


@pytest.mark.parametrize(("people", "pages"), [(0, 1), (18, 1), (19, 2), (20, 2), (38, 2), (39, 3)])
def test_twenty_lines_a_page_and_two_for_walk_ins_at_least(course: Any, people: int, pages: int) -> None:
    found = [plain(text) for text in texts(printed(planned(course, people)))]
    assert len(found) == pages
    assert all(f"page {number} of {pages}" in text for number, text in enumerate(found, start=1))
    named = sum(text.count("Rəşad Əliyev") for text in found)
    assert named == people
    last = found[-1]
    assert f" {pages * LINES} Sign for yourself" in last


def test_boxes_are_empty_and_the_signature_has_room(course: Any) -> None:
    """Three boxes of 4.6 mm in each line, and nothing at all in the last 55 mm of it."""
    pdf = printed(planned(course, 1))
    page = picture(pdf, scale=300 / 72).convert("L")
    millimetre = 300 / 25.4
    right = page.width - 13 * millimetre
    # The first line begins below the head of the table.
    top = (8 + 42 + 1 + 8) * millimetre
    cell = page.crop(
        (round(right - 51 * millimetre), round(top + 1.5 * millimetre), round(right), round(top + 9 * millimetre))
    )
    assert cell.getextrema() == (255, 255)


def test_in_two_languages_side_by_side(course: Any) -> None:
    with words_in("tr"):
        words = [_("Attendance list"), _("Signature, inside the row"), _("Present"), _("Venue"), _("Company")]
    (text,) = (plain(one) for one in texts(printed(planned(course, 2), ("en", "tr"))))
    for said in ("Working at Height", "Yüksekte Çalışma", "Attendance list", *words, "Mon 23 Nov 2026, 09:00–11:00"):
        assert said in text, said
    assert "Pzt 23 Kas 2026, 09:00–11:00" in text
    (turkish,) = (plain(one) for one in texts(printed(planned(course, 2), ("tr",))))
    assert "Working at Height" not in turkish
    assert all(word in turkish for word in words)
    # What nobody translated stands once.
    bare = cast.make_course(title={"en": "First Aid"})
    (text,) = texts(printed(planned(bare, 1), ("en", "tr")))
    assert text.count("First Aid") == 1


def test_days_of_a_long_course(course: Any) -> None:
    days = [time_of(24 * day) for day in range(13)]
    (text,) = (plain(one) for one in texts(printed(planned(course, 2, *days), ("en", "tr"))))
    assert text.count("09:00–11:00") == 10
    assert "2026-11-23, 09:00–11:00 · 2026-11-24, 09:00–11:00" in text
    assert "and 3 more" in text
    assert "Signed on (day)" in text


def test_a_class_past_midnight_says_on_which_day_it_ends(course: Any) -> None:
    night = SlotTime(AT + timedelta(hours=13), AT + timedelta(hours=17))
    (text,) = (plain(one) for one in texts(printed(planned(course, 1, night))))
    assert "Sun 22 Nov 2026, 22:00–Mon 23 Nov 2026 02:00" in text


def test_the_same_list_has_the_same_bytes(course: Any) -> None:
    session = planned(course, 4)
    assert printed(session, ("en", "tr")) == printed(session, ("en", "tr"))
    assert printed(session) != printed(session, at=AT + timedelta(minutes=1))


def test_long_and_strange_names_stay_in_their_rows(course: Any) -> None:
    names = ["W" * 100, "Maximiliana Konstantinopolitanska " * 2, '#image("x") *y*', "محمد بن عبد الله", "a\u0301" * 40]
    company = cast.make_company(name="Ümumi Tikinti və Quraşdırma " * 7)
    workers = [cast.make_worker(first_name=name, last_name=name[:100], company=company) for name in names]
    long = cast.make_course(
        title={"en": "Working at height with breathing air " * 5, "tr": "Solunum havası ile yüksekte çalışma " * 5}
    )
    session = planned(
        long,
        0,
        *[time_of(24 * day) for day in range(12)],
        workers=workers,
        title="Group " * 33,
        trainer=cast.make_trainer(long, first_name="Maximiliana " * 8, last_name="Papadopoulou " * 7),
        venue=cast.make_venue(name="Training room A in the long building " * 5),
    )
    for languages in (("en",), ("en", "tr")):
        pdf = printed(session, languages, link="https://a-rather-long-name.of-a-site.titan.example/training/sessions/7")
        assert page_count(pdf) == 1
        assert '#image("x") *y* #image("x") *y*' in texts(pdf)[0]
        assert len(codes(pdf)) == 1


def test_the_list_is_there_while_the_session_is_scheduled(course: Any) -> None:
    draft = create_session(Plan(course_id=course.pk), by=ADMIN, at=AT)
    session = planned(course, 1)
    for by in (cast.actor(Role.TRAINER, trainer_id=session.trainer_id), cast.actor(Role.AUDITOR)):
        assert page_count(printed(session, by=by)) == 1
    with pytest.raises(NotFound):
        printed(session, by=cast.actor(Role.TRAINER, trainer_id=(session.trainer_id or 0) + 1))
    cancel_session(session.pk, "Rain", by=ADMIN, at=AT)
    for pk in (draft, session.pk):
        with pytest.raises(Conflict, match="once a session is scheduled"):
            attendance_pdf(pk, link=LINK, languages=("en",), by=ADMIN, at=AT)


def test_many_cost_what_few_cost(course: Any) -> None:
    costs = []
    for people in (2, 45):
        session = planned(course, people, time_of(people))
        with CaptureQueriesContext(connection) as statements:
            printed(session)
        costs.append(len(statements))
    assert costs == [11, 11]


def test_dates_are_the_sites(db: None) -> None:
    cast.make_site(AT, timezone="Pacific/Auckland")
    course = cast.make_course()
    noon = datetime.combine(date(2026, 11, 23), datetime.min.time(), UTC) + timedelta(hours=12)
    (text,) = (plain(one) for one in texts(printed(planned(course, 1, SlotTime(noon, noon + timedelta(hours=1))))))
    assert "Tue 24 Nov 2026, 01:00–02:00" in text
