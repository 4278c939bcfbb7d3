"""Which backups stay: the last of each of the newest days, weeks and months."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from titan.backup.rotation import made_at, name_of, outdated

NIGHT = datetime(2026, 11, 23, 0, 1, tzinfo=UTC)


def kept(moments: list[datetime], *, days: int, weeks: int, months: int) -> list[datetime]:
    names = [name_of(moment) for moment in moments]
    gone = set(outdated(names, days=days, weeks=weeks, months=months))
    return sorted(moment for moment, name in zip(moments, names, strict=True) if name not in gone)


def test_a_year_of_nights() -> None:
    stay = kept([NIGHT - timedelta(days=n) for n in range(400)], days=7, weeks=4, months=12)
    week = [NIGHT - timedelta(days=n) for n in range(7)]
    sundays = [datetime(2026, 11, day, 0, 1, tzinfo=UTC) for day in (22, 15, 8)]
    ends = [datetime(2026, month, 1, 0, 1, tzinfo=UTC) - timedelta(days=1) for month in range(1, 12)]
    assert stay == sorted({*week, *sundays, *ends})


@pytest.mark.parametrize("name", ["titan-20261301T000000Z.tar", "titan.tar", "copy of titan-20261122T000000Z.tar", ""])
def test_files_of_other_names_are_never_touched(name: str) -> None:
    assert made_at(name) is None
    assert outdated([name, name_of(NIGHT)], days=1, weeks=0, months=0) == []


@given(st.lists(st.integers(0, 10_000), max_size=60, unique=True), st.integers(1, 9), st.integers(0, 9))
def test_the_newest_always_stays_and_rotation_settles(hours: list[int], days: int, others: int) -> None:
    moments = [NIGHT - timedelta(hours=number) for number in hours]
    stay = kept(moments, days=days, weeks=others, months=others)
    assert not moments or max(moments) in stay
    assert len(stay) <= days + 2 * others
    assert kept(stay, days=days, weeks=others, months=others) == stay
