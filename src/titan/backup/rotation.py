"""Which backups of a folder stay: the last of each of so many days, weeks and months. Pure; time is in the names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

STAMP = "%Y%m%dT%H%M%SZ"
NAME = re.compile(r"titan-(\d{8}T\d{6}Z)\.tar")


def name_of(at: datetime) -> str:
    """Return the name of a scheduled backup made at the moment `at` (aware)."""
    return f"titan-{at.astimezone(UTC).strftime(STAMP)}.tar"


def made_at(name: str) -> datetime | None:
    """Return the moment that the name of a scheduled backup tells, or None when it is no such name."""
    match = NAME.fullmatch(name)
    try:
        return datetime.strptime(match[1], STAMP).replace(tzinfo=UTC) if match else None
    except ValueError:
        return None


def outdated(names: Iterable[str], *, days: int, weeks: int, months: int) -> list[str]:
    """Return which scheduled backups may go; files of other names are never among them.

    Of each of the newest `days` days, `weeks` ISO weeks and `months` months that have backups, the last one stays.
    """
    dated = sorted(((moment, name) for name in names if (moment := made_at(name))), reverse=True)
    kept: set[str] = set()
    periods: tuple[tuple[int, Callable[[datetime], object]], ...] = (
        (days, lambda moment: moment.date()),
        (weeks, lambda moment: moment.isocalendar()[:2]),
        (months, lambda moment: (moment.year, moment.month)),
    )
    for number, period_of in periods:
        last: dict[object, str] = {}
        for moment, name in dated:
            last.setdefault(period_of(moment), name)
        kept.update(list(last.values())[:number])
    return [name for _, name in dated if name not in kept]
