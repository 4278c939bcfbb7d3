"""Which appointment goes on when slots are replaced: a class that is moved moves, and nothing stands twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from titan.exchange.calendars.rules import Said, Standing, moves

NINE = datetime(2026, 12, 1, 9, tzinfo=UTC)
DRAFT, ON, OFF = "TENTATIVE", "CONFIRMED", "CANCELLED"


def slot(day: int, status: str = ON, **values: object) -> Said:
    begins = NINE + timedelta(days=day)
    made = Said(1, status, 2, "", 3, 4, begins, begins + timedelta(hours=2))
    return replace(made, **values)  # type: ignore[arg-type]


def told(known: list[Standing], wanted: list[Said]) -> list[Standing]:
    """Return the appointments after they were told what the slots say."""
    numbers = count(len(known))
    after = {one.uid: one for one in known}
    for move in moves(known, wanted):
        before = move.before
        uid = before.uid if before else f"uid-{next(numbers)}"
        after[uid] = Standing(0, uid, before.sequence + 1 if before else 0, move.said)
    return list(after.values())


def days(standing: list[Standing]) -> dict[str, tuple[str, int, int]]:
    return {one.uid: (one.said.status, (one.said.starts_at - NINE).days, one.sequence) for one in standing}


def test_a_moved_class_moves() -> None:
    before = told([], [slot(0)])
    assert days(told(before, [slot(5)])) == {"uid-0": (ON, 5, 1)}


def test_what_stays_is_left_alone_and_the_rest_moves_in_order() -> None:
    five = told([], [slot(day) for day in range(5)])
    assert days(told(five, [slot(0), slot(1), slot(12), slot(3), slot(11)])) == {
        "uid-0": (ON, 0, 0),
        "uid-1": (ON, 1, 0),
        "uid-2": (ON, 11, 1),
        "uid-3": (ON, 3, 0),
        "uid-4": (ON, 12, 1),
    }


def test_a_day_taken_out_is_cancelled_and_comes_back_as_itself() -> None:
    three = told([], [slot(day) for day in range(3)])
    two = told(three, [slot(0), slot(2)])
    assert days(two)["uid-1"] == (OFF, 1, 1)
    assert days(told(two, [slot(day) for day in range(3)]))["uid-1"] == (ON, 1, 2)
    # At another time it is another appointment: the cancelled one is not raised from the dead.
    assert days(told(two, [slot(0), slot(2), slot(7)])) == {**days(two), "uid-3": (ON, 7, 0)}


def test_a_cancelled_session_says_so_where_it_stood() -> None:
    two = told([], [slot(0), slot(1)])
    off = told(two, [slot(0, OFF), slot(1, OFF)])
    assert days(off) == {"uid-0": (OFF, 0, 1), "uid-1": (OFF, 1, 1)}
    assert list(moves(off, [slot(0, OFF), slot(1, OFF)])) == []


def test_what_never_stood_in_a_calendar_is_not_cancelled_there() -> None:
    assert list(moves([], [slot(0, OFF)])) == []


def test_a_deleted_draft_is_cancelled() -> None:
    assert days(told(told([], [slot(0, DRAFT)]), [])) == {"uid-0": (OFF, 0, 1)}


plans = st.tuples(
    st.sets(st.integers(0, 9), max_size=5), st.sampled_from([DRAFT, ON, OFF]), st.integers(1, 2), st.sampled_from("ab")
).map(lambda given: [slot(day, given[1], trainer_id=given[2], title=given[3]) for day in sorted(given[0])])


@given(st.lists(plans, max_size=8))
def test_after_any_history_the_calendar_says_what_the_slots_say(history: list[list[Said]]) -> None:
    known: list[Standing] = []
    for wanted in history:
        after = told(known, wanted)
        living = sorted((one.said for one in after if one.said.status != OFF), key=lambda one: one.times)
        assert living == [one for one in wanted if one.status != OFF]
        # Told once, there is nothing more to tell; nothing is forgotten, and nothing begins that could have gone on.
        assert list(moves(after, wanted)) == []
        assert {one.uid for one in known} <= {one.uid for one in after}
        on = len(living)
        was_on = sum(one.said.status != OFF for one in known)
        assert len(after) - len(known) <= max(0, on - was_on)
        known = after
