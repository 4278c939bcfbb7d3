"""The bytes of a calendar file, against the standard, and against programs that nobody here wrote."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from tests import cast
from tests.exchange.calendars.khal import Khal
from tests.exchange.calendars.planning import feed_of, planned, read
from tests.training.acting import ADMIN, AT, DAY
from titan.core.errors import Conflict, NotFound
from titan.exchange.calendars.commands.feeds import revoke_feed
from titan.exchange.calendars.ics.calendar import calendar_file
from titan.exchange.calendars.ics.zone import changes, zone_component
from titan.exchange.calendars.models import Kind
from titan.exchange.calendars.queries.events import EventView
from titan.exchange.calendars.reading import Refused, feed_file, session_file
from titan.training.commands import Plan, cancel_session, create_session, update_session
from titan.training.rules import SlotTime

BERLIN = ZoneInfo("Europe/Berlin")
EVENT = EventView(
    uid="0d9c1e1a-0000-4000-8000-000000000001",
    sequence=3,
    status="CONFIRMED",
    changed_at=AT,
    starts_at=AT + DAY,
    ends_at=AT + DAY + timedelta(hours=2),
    session_id=7,
    code="TS-2026-0007",
    course_code="HSE-014",
    course_title={"en": "Working at Height", "tr": "Yüksekte Çalışma"},
    title="",
    trainer="Ravi Iyer",
    venue="Room A",
    location="Gate 2",
    people=12,
)


def filed(*events: EventView, zone: str = "Asia/Baku", **values: Any) -> bytes:
    given_values = {"name": "All", "language": "en", "link": lambda pk: f"https://titan.example/sessions/{pk}"}
    return calendar_file(events, zone=zone, **{**given_values, **values})


def test_word_for_word() -> None:
    lines = filed(EVENT).decode().split("\r\n")
    begin = lines.index("BEGIN:VEVENT")
    assert lines[:10] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Titan//Training sessions//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "NAME:All",
        "X-WR-CALNAME:All",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "X-WR-TIMEZONE:Asia/Baku",
    ]
    assert "\r\n".join(lines[begin:]).replace("\r\n ", "").split("\r\n") == [
        "BEGIN:VEVENT",
        "SUMMARY:Working at Height",
        "DTSTART;TZID=Asia/Baku:20261123T090000",
        "DTEND;TZID=Asia/Baku:20261123T110000",
        "DTSTAMP:20261122T050000Z",
        "UID:0d9c1e1a-0000-4000-8000-000000000001",
        "SEQUENCE:3",
        "DESCRIPTION:TS-2026-0007 · HSE-014\\nTrainer: Ravi Iyer\\n12 people on the list",
        "LAST-MODIFIED:20261122T050000Z",
        "LOCATION:Room A\\, Gate 2",
        "STATUS:CONFIRMED",
        "TRANSP:TRANSPARENT",
        "URL:https://titan.example/sessions/7",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


LETTERS = st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]) | st.sampled_from("İıĞğŞşÇçÖöÜü;,\\:\"'^ ə")
TEXTS = st.text(LETTERS, min_size=1, max_size=200)


@given(TEXTS, TEXTS, TEXTS)
def test_lines_fold_at_seventy_five_octets_and_nothing_is_lost(title: str, venue: str, trainer: str) -> None:
    made = filed(replace(EVENT, title=title, venue=venue, trainer=trainer, course_title={"en": "Kaynak"}))
    assert made.endswith(b"END:VCALENDAR\r\n")
    lines = made.split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)
    # No letter is torn in two.
    assert all(line.decode() is not None for line in lines)
    found = _values(made)
    assert found["SUMMARY"] == f"Kaynak: {title}"
    assert found["LOCATION"] == f"{venue}, Gate 2"
    assert f"Trainer: {trainer}\n" in found["DESCRIPTION"]
    (event,) = Calendar.from_ical(made).walk("VEVENT")
    assert str(event["SUMMARY"]) == f"Kaynak: {title}"


def _values(made: bytes) -> dict[str, str]:
    """Return the texts of the event, read as RFC 5545 §3.3.11 says and not by the library that wrote them."""
    text = made.decode().replace("\r\n ", "").partition("BEGIN:VEVENT\r\n")[2]
    pairs = (line.partition(":") for line in text.split("\r\n"))
    return {name: _plain(value) for name, _colon, value in pairs if name in {"SUMMARY", "LOCATION", "DESCRIPTION"}}


def _plain(value: str) -> str:
    found, letters = [], iter(value)
    for letter in letters:
        meant = next(letters) if letter == "\\" else letter
        found.append("\n" if letter == "\\" and meant in "nN" else meant)
    return "".join(found)


@pytest.mark.parametrize(
    "name",
    ["Asia/Baku", "Europe/Berlin", "Europe/Istanbul", "America/New_York", "Africa/Casablanca", "Australia/Lord_Howe"],
)
def test_the_zone_is_right_at_every_hour(name: str) -> None:
    read_back = tzical(io.StringIO(zone_component(name, 2026, 2026).to_ical().decode())).get()
    moment, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    while moment < end:
        local = moment.astimezone(ZoneInfo(name))
        assert local.replace(tzinfo=read_back).utcoffset() == local.utcoffset(), moment
        moment += timedelta(minutes=50)


def test_changes_are_told_on_the_clock_before_them() -> None:
    told = zone_component("Europe/Berlin", 2026, 2026).to_ical().decode()
    assert "BEGIN:DAYLIGHT\r\nDTSTART:20260329T020000\r\nTZNAME:CEST\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200" in told
    assert "BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\nTZNAME:CET\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100" in told


@given(st.integers(1980, 2037))
def test_each_change_is_found_to_the_second(year: int) -> None:
    begins = datetime(year, 1, 1, tzinfo=UTC)
    found = list(changes(BERLIN, begins, begins + timedelta(days=366)))
    assert len(found) == 2
    for change in found:
        before = (change.moment - timedelta(seconds=1)).astimezone(BERLIN).utcoffset()
        assert (before, change.moment.astimezone(BERLIN).utcoffset()) == (change.before, change.after)
    assert all(one.after == other.before for one, other in pairwise(found))


def test_an_hour_that_comes_twice_is_told_in_utc() -> None:
    """On 25 October 2026 Berlin's clocks show 02:30 twice; a local time means the first of them."""
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    starts = []
    for begin in (first, first + timedelta(hours=1)):
        made = filed(replace(EVENT, starts_at=begin, ends_at=begin + timedelta(hours=3)), zone="Europe/Berlin")
        event = made.decode().partition("BEGIN:VEVENT")[2]
        starts.append(event.partition("DTSTART")[2].partition("\r\n")[0])
    assert starts == [";TZID=Europe/Berlin:20261025T023000", ":20261025T013000Z"]


def test_a_trainers_own_classes_make_them_busy() -> None:
    for status, busy in (("CONFIRMED", True), ("TENTATIVE", False), ("CANCELLED", False)):
        made = filed(replace(EVENT, status=status), blocks_time=True)
        assert (b"TRANSP:OPAQUE" in made) is busy


def test_an_empty_calendar_is_one() -> None:
    (calendar,) = Calendar.from_ical(filed(), multiple=True)
    assert [part.name for part in calendar.walk()] == ["VCALENDAR"]


def at_berlin(day: int, month: int, hour: int, hours: int = 2) -> SlotTime:
    begins = datetime(2026, month, day, hour, tzinfo=BERLIN)
    return SlotTime(begins, begins + timedelta(hours=hours))


@pytest.mark.django_db
def test_a_real_program_follows_it(tmp_path: Path) -> None:
    """Khal takes the feed in again and again, in Berlin's zone and in another one, while the plan changes."""
    at = datetime(2026, 3, 1, 9, tzinfo=BERLIN)
    cast.make_site(at, timezone="Europe/Berlin")
    course = cast.make_course(title={"en": "Working at Height; ropes, “knots”"})
    mine, other = (cast.make_trainer(course) for _ in range(2))
    hall = cast.make_venue(name="Hall", location="Gate 2, level 1")
    user = cast.make_user(language="en")
    days = [at_berlin(27, 3, 9), at_berlin(30, 3, 9), at_berlin(23, 10, 9), at_berlin(26, 10, 9)]
    session = planned(course, mine, hall, *days, at=at, title="Şırnak’ta iğne " * 12)
    single = planned(course, other, hall, at_berlin(1, 4, 7), at=at)
    made, of_mine = feed_of(user), feed_of(user, Kind.TRAINER, trainer_id=mine.pk)
    here, there = Khal(tmp_path / "here", "Europe/Berlin"), Khal(tmp_path / "there", "America/New_York")
    year = date(2026, 1, 1), date(2026, 12, 31)

    def look(khal: Khal, feed: Any = made) -> list[tuple[str, str, str]]:
        khal.take(read(feed, at).content)
        return [(one.starts, one.ends[-5:], one.status) for one in khal.listed(*year)]

    assert look(here) == [
        ("2026-03-27 09:00", "11:00", "CONFIRMED"),
        ("2026-03-30 09:00", "11:00", "CONFIRMED"),
        ("2026-04-01 07:00", "09:00", "CONFIRMED"),
        ("2026-10-23 09:00", "11:00", "CONFIRMED"),
        ("2026-10-26 09:00", "11:00", "CONFIRMED"),
    ]
    # New York changes its clocks on other days: 5 hours before 29 March and between 25 October and 1 November.
    assert [row[0] for row in look(there)] == [
        "2026-03-27 04:00",
        "2026-03-30 03:00",
        "2026-04-01 01:00",
        "2026-10-23 03:00",
        "2026-10-26 04:00",
    ]
    (first, *_rest) = here.listed(*year)
    assert first.title == f"Working at Height; ropes, “knots”: {('Şırnak’ta iğne ' * 12).strip()}"
    assert first.location == "Hall, Gate 2, level 1"

    # One day moves, one is taken out; the other class is cancelled. Nothing stands twice.
    update_session(session, Plan(slots=[days[0], at_berlin(31, 3, 13), days[2]]), by=ADMIN, at=at)
    cancel_session(single, "Rain", by=ADMIN, at=at)
    assert look(here) == [
        ("2026-03-27 09:00", "11:00", "CONFIRMED"),
        ("2026-03-31 13:00", "15:00", "CONFIRMED"),
        ("2026-04-01 07:00", "09:00", "CANCELLED"),
        ("2026-10-23 09:00", "11:00", "CONFIRMED"),
        ("2026-10-26 09:00", "11:00", "CANCELLED"),
    ]
    # One trainer's feed: their days, and none of the other's; what is given away is cancelled there.
    mine_only = Khal(tmp_path / "mine", "Europe/Berlin")
    assert [row[0] for row in look(mine_only, of_mine)] == [
        "2026-03-27 09:00",
        "2026-03-31 13:00",
        "2026-10-23 09:00",
        "2026-10-26 09:00",
    ]
    update_session(session, Plan(trainer_id=other.pk), by=ADMIN, at=at)
    assert {row[2] for row in look(mine_only, of_mine)} == {"CANCELLED"}
    revoke_feed(made.row.id, by=cast.actor_of(user), at=at)
    assert feed_file(made.token, links=lambda _owner: str, at=at) is Refused.GONE


def test_the_file_of_one_session(course: Any, trainer: Any, venue: Any, tmp_path: Path) -> None:
    session = planned(course, trainer, venue)

    def file(by: Any, language: str = "en") -> bytes:
        return session_file(session, link=lambda pk: f"https://t/{pk}", language=language, by=by, at=AT).content

    khal = Khal(tmp_path / "k", "Asia/Baku")
    khal.take(file(ADMIN))
    (event,) = khal.listed(date(2026, 11, 1), date(2026, 12, 1))
    assert (event.title, event.starts, event.status) == ("Working at Height", "2026-11-23 09:00", "CONFIRMED")
    assert "Yüksekte Çalışma".encode() in file(cast.actor("TRAINER", trainer_id=trainer.pk), "tr")
    with pytest.raises(NotFound):
        file(cast.actor("TRAINER", trainer_id=trainer.pk + 1))
    draft = create_session(Plan(course_id=course.pk), by=ADMIN, at=AT)
    with pytest.raises(Conflict, match="no date"):
        session_file(draft, link=str, language="en", by=ADMIN, at=AT)


def test_the_file_of_a_session_that_no_calendar_was_told_of(course: Any) -> None:
    session = cast.make_session(course, slots=[(AT + DAY, AT + 2 * DAY)])
    made = [session_file(session.pk, link=str, language="en", by=ADMIN, at=AT).content for _ in range(2)]
    assert made[0] == made[1]
    (event,) = Calendar.from_ical(made[0]).walk("VEVENT")
    assert (str(event["STATUS"]), event["DTSTART"].dt) == ("TENTATIVE", AT + DAY)
